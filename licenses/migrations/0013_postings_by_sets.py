"""Quantities are posted and proved by sets, and rows carry no index or key that another one implies."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from sites.tenancy.walls import functions, run

ENTRY = """
CREATE TYPE licenses_quantity_entry AS (
    id uuid, source uuid, target uuid, quantity bigint, reason text, reference text, effective_on date, reverses uuid)
"""

# What a link of the chain says of a movement; the link itself stays what it was.
TOLD = """
CREATE FUNCTION licenses_quantity_told(
    id uuid, source uuid, target uuid, quantity bigint, reason text, reference text, effective_on date,
    recorded_at timestamptz, recorded_by uuid, reverses uuid, sequence bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT concat_ws('|', id, coalesce(source::text, '-'), coalesce(target::text, '-'), quantity, reason, reference,
        effective_on, extract(epoch FROM recorded_at), recorded_by, coalesce(reverses::text, '-'), sequence)
$$;
"""
CHAIN = """
CREATE FUNCTION licenses_chain_on(state bytea, first bytea, told text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN sha256(coalesce(state, first) || convert_to(told, 'UTF8'));
END
$$;
CREATE AGGREGATE licenses_chain(bytea, text) (SFUNC = licenses_chain_on, STYPE = bytea);
"""

POST_ENTRIES = """
CREATE FUNCTION licenses_post_quantity_entries(entries licenses_quantity_entry[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
DECLARE
    reach uuid[] := writable_customers();
    who uuid := current_actor();
    stamp timestamptz;
    head licenses_ledgerhead;
    owner uuid;
    contradicted uuid;
    written integer;
    posted integer := 0;
BEGIN
    IF who IS NULL THEN
        RAISE EXCEPTION 'nobody acts' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM 1 FROM licenses_entitlement
      WHERE id IN (SELECT x.source FROM unnest(entries) AS x UNION SELECT x.target FROM unnest(entries) AS x)
      ORDER BY id FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM unnest(entries) AS x
          LEFT JOIN licenses_entitlement s ON s.id = x.source LEFT JOIN licenses_entitlement t ON t.id = x.target
         WHERE (x.source IS NOT NULL AND s.id IS NULL) OR (x.target IS NOT NULL AND t.id IS NULL)
            OR NOT coalesce(s.customer_id, t.customer_id) = ANY (reach)
            OR NOT coalesce(t.customer_id, s.customer_id) = ANY (reach)) THEN
        RAISE EXCEPTION 'line out of reach' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT x.id INTO contradicted FROM unnest(entries) AS x JOIN licenses_quantitymovement m ON m.id = x.id
     WHERE (m.source_id, m.target_id, m.quantity, m.reference)
           IS DISTINCT FROM (x.source, x.target, x.quantity, x.reference::varchar) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'movement % was posted otherwise', contradicted USING ERRCODE = 'unique_violation';
    END IF;
    FOR owner IN
        SELECT DISTINCT coalesce(s.customer_id, t.customer_id) AS customer FROM unnest(entries) AS x
          LEFT JOIN licenses_entitlement s ON s.id = x.source LEFT JOIN licenses_entitlement t ON t.id = x.target
         ORDER BY customer
    LOOP
        head := licenses_lock_head(owner, 'quantity');
        stamp := clock_timestamp();
        INSERT INTO licenses_quantitymovement (id, customer_id, source_id, target_id, quantity, reason, reference,
                                               effective_on, recorded_at, recorded_by_id, reverses_id, sequence, chain)
        SELECT n.id, owner, n.source, n.target, n.quantity, n.reason, n.reference, n.effective_on, stamp, who,
               n.reverses, n.sequence,
               licenses_chain(head.chain, licenses_quantity_told(
                   n.id, n.source, n.target, n.quantity, n.reason, n.reference, n.effective_on, stamp, who, n.reverses,
                   n.sequence)) OVER (ORDER BY n.sequence ROWS UNBOUNDED PRECEDING)
          FROM (SELECT x.*, head.sequence + row_number() OVER (ORDER BY x.id) AS sequence
                  FROM unnest(entries) AS x
                  LEFT JOIN licenses_entitlement s ON s.id = x.source
                  LEFT JOIN licenses_entitlement t ON t.id = x.target
                 WHERE coalesce(s.customer_id, t.customer_id) = owner
                   AND NOT EXISTS (SELECT 1 FROM licenses_quantitymovement m WHERE m.id = x.id)) AS n;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF written > 0 THEN
            UPDATE licenses_ledgerhead h SET (sequence, chain) = (
                SELECT m.sequence, m.chain FROM licenses_quantitymovement m
                 WHERE m.customer_id = owner ORDER BY m.sequence DESC LIMIT 1) WHERE h.id = head.id;
        END IF;
        posted := posted + written;
    END LOOP;
    UPDATE sites_agreement SET head_version = head_version + 1
     WHERE id IN (SELECT s.agreement_id FROM licenses_entitlement l JOIN sites_site s ON s.id = l.site_id
                   WHERE s.agreement_id IS NOT NULL AND l.id IN (
                       SELECT x.source FROM unnest(entries) AS x UNION SELECT x.target FROM unnest(entries) AS x));
    RETURN posted;
END
$$;
"""
POST_JSON = """
CREATE OR REPLACE FUNCTION licenses_post_quantities(entries jsonb) RETURNS integer
LANGUAGE sql SET search_path = public, pg_temp AS $$
    SELECT licenses_post_quantity_entries(array_agg(
               (x.id, x.source, x.target, x.quantity, x.reason, x.reference, x.effective_on, x.reverses
               )::licenses_quantity_entry))
      FROM jsonb_to_recordset(entries) AS x(id uuid, source uuid, target uuid, quantity bigint, reason text,
                                            reference text, effective_on date, reverses uuid)
$$;
"""

# A statement is proved as a whole, at its end: what it leaves is what the transaction may build on.
PROVE_QUANTITIES = """
CREATE FUNCTION licenses_prove_quantities() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT l.line, l.balance, l.promised INTO wrong FROM (
        SELECT s.line,
               coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE target_id = s.line), 0)
             - coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE source_id = s.line), 0) AS balance,
               coalesce((SELECT sum(quantity) FROM licenses_hold
                          WHERE entitlement_id = s.line AND released_at IS NULL), 0) AS promised
          FROM (SELECT DISTINCT source_id AS line FROM posted WHERE source_id IS NOT NULL) AS s) AS l
     WHERE l.balance < 0 OR l.balance < l.promised LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'line % would hold % and has promised %', wrong.line, wrong.balance, wrong.promised
            USING ERRCODE = 'check_violation', CONSTRAINT = 'quantity_never_negative';
    END IF;
    IF EXISTS (SELECT 1 FROM posted p JOIN licenses_entitlement a ON a.id = p.source_id
                 JOIN licenses_entitlement b ON b.id = p.target_id
                WHERE (a.part_id, a.order_reference, a.acquired_on)
                      IS DISTINCT FROM (b.part_id, b.order_reference, b.acquired_on)) THEN
        RAISE EXCEPTION 'units move only between lines of one order and part'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'quantity_keeps_its_order';
    END IF;
    IF EXISTS (SELECT 1 FROM posted p LEFT JOIN licenses_quantitymovement o ON o.id = p.reverses_id
                WHERE p.reverses_id IS NOT NULL AND (o.source_id, o.target_id, o.quantity)
                      IS DISTINCT FROM (p.target_id, p.source_id, p.quantity)) THEN
        RAISE EXCEPTION 'a reversal mirrors what it reverses'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'quantity_reversal_mirrors';
    END IF;
    RETURN NULL;
END
$$;
DROP TRIGGER licenses_quantitymovement_proved ON licenses_quantitymovement;
DROP FUNCTION licenses_prove_quantity();
CREATE TRIGGER licenses_quantitymovement_proved AFTER INSERT ON licenses_quantitymovement
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION licenses_prove_quantities();
"""
PROVE_HOLDS = """
CREATE FUNCTION licenses_prove_holds() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
DECLARE
    wrong record;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM placed WHERE released_at IS NULL) THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM licenses_entitlement WHERE id IN (SELECT entitlement_id FROM placed WHERE released_at IS NULL)
      ORDER BY id FOR UPDATE;
    SELECT l.line, l.balance, l.promised INTO wrong FROM (
        SELECT s.line,
               coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE target_id = s.line), 0)
             - coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE source_id = s.line), 0) AS balance,
               coalesce((SELECT sum(quantity) FROM licenses_hold
                          WHERE entitlement_id = s.line AND released_at IS NULL), 0) AS promised
          FROM (SELECT DISTINCT entitlement_id AS line FROM placed WHERE released_at IS NULL) AS s) AS l
     WHERE l.promised > l.balance LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'line % holds % and would promise %', wrong.line, wrong.balance, wrong.promised
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_within_quantity';
    END IF;
    RETURN NULL;
END
$$;
DROP TRIGGER licenses_hold_proved ON licenses_hold;
DROP FUNCTION licenses_prove_hold();
CREATE TRIGGER licenses_hold_proved AFTER INSERT ON licenses_hold
    REFERENCING NEW TABLE AS placed FOR EACH STATEMENT EXECUTE FUNCTION licenses_prove_holds();
CREATE TRIGGER licenses_hold_proved_again AFTER UPDATE ON licenses_hold
    REFERENCING NEW TABLE AS placed FOR EACH STATEMENT EXECUTE FUNCTION licenses_prove_holds();
"""


PROTECT = django.db.models.deletion.PROTECT


def _key(model: str, field: str, to: str, related_name: str = "+", **more: Any) -> migrations.AlterField:
    """A key whose index another one begins with; without `db_constraint` one that the tenant's key guards already."""
    key = models.ForeignKey(on_delete=PROTECT, to=to, related_name=related_name, db_index=False, **more)
    return migrations.AlterField(model, field, key)


class Migration(migrations.Migration):
    dependencies = [("licenses", "0012_entitlement_imports"), ("sites", "0007_reach_once")]

    operations = [
        run(ENTRY),
        functions(
            TOLD,
            "licenses_quantity_told(uuid, uuid, uuid, bigint, text, text, date, timestamptz, uuid, uuid, bigint)",
        ),
        functions(CHAIN, "licenses_chain_on(bytea, bytea, text)", "licenses_chain(bytea, text)"),
        functions(POST_ENTRIES, "licenses_post_quantity_entries(licenses_quantity_entry[])"),
        functions(POST_JSON, "licenses_post_quantities(jsonb)"),
        run(PROVE_QUANTITIES, PROVE_HOLDS),
        _key("entitlement", "customer", "sites.customer", "entitlements", db_constraint=False),
        _key("coverperiod", "customer", "sites.customer", db_constraint=False),
        _key("hold", "customer", "sites.customer", db_constraint=False),
        _key("quantitymovement", "customer", "sites.customer", db_constraint=False),
        _key("quantitymovement", "recorded_by", "sites.user", db_constraint=False),
        _key("quantitymovement", "source", "licenses.entitlement", "departures", null=True),
        _key("quantitymovement", "target", "licenses.entitlement", "arrivals", null=True),
    ]
