"""Both ledgers: written by their posting functions alone, chained per customer, proved at commit. And the walls."""

from django.db import migrations

from sites.tenancy.walls import READABLE, append_only, functions, run, tenant_key, wall

# The head of a customer's chain is locked first, so that links are made one at a time.
HEAD = """
CREATE FUNCTION licenses_lock_head(who uuid, which text) RETURNS licenses_ledgerhead
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE head licenses_ledgerhead;
BEGIN
    INSERT INTO licenses_ledgerhead (customer_id, ledger, sequence, chain)
    VALUES (who, which, 0, sha256(convert_to(which || '|' || who, 'UTF8'))) ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM licenses_ledgerhead WHERE customer_id = who AND ledger = which FOR UPDATE;
    RETURN head;
END
$$;
"""

QUANTITY_LINK = """
CREATE FUNCTION licenses_quantity_link(before bytea, m licenses_quantitymovement) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
    SELECT sha256(before || convert_to(concat_ws('|', m.id, coalesce(m.source_id::text, '-'),
        coalesce(m.target_id::text, '-'), m.quantity, m.reason, m.reference, m.effective_on,
        extract(epoch FROM m.recorded_at), m.recorded_by_id, coalesce(m.reverses_id::text, '-'), m.sequence), 'UTF8'))
$$;
"""

POST_QUANTITIES = """
CREATE FUNCTION licenses_post_quantities(entries jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reach uuid[] := writable_customers();
    who uuid := current_actor();
    owner uuid;
    head licenses_ledgerhead;
    m licenses_quantitymovement;
    posted integer := 0;
    e record;
BEGIN
    IF who IS NULL THEN
        RAISE EXCEPTION 'nobody acts' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM 1 FROM licenses_entitlement
      WHERE id IN (SELECT x.source FROM jsonb_to_recordset(entries) AS x(source uuid)
                   UNION SELECT x.target FROM jsonb_to_recordset(entries) AS x(target uuid))
      ORDER BY id FOR UPDATE;
    FOR e IN
        SELECT x.*, s.customer_id AS source_owner, t.customer_id AS target_owner
          FROM jsonb_to_recordset(entries) AS x(id uuid, source uuid, target uuid, quantity bigint, reason text,
                                                reference text, effective_on date, reverses uuid)
          LEFT JOIN licenses_entitlement s ON s.id = x.source
          LEFT JOIN licenses_entitlement t ON t.id = x.target
         ORDER BY coalesce(s.customer_id, t.customer_id), x.id
    LOOP
        IF (e.source IS NOT NULL AND e.source_owner IS NULL) OR (e.target IS NOT NULL AND e.target_owner IS NULL)
           OR NOT coalesce(e.source_owner, e.target_owner) = ANY (reach)
           OR NOT coalesce(e.target_owner, e.source_owner) = ANY (reach) THEN
            RAISE EXCEPTION 'line out of reach' USING ERRCODE = 'insufficient_privilege';
        END IF;
        SELECT * INTO m FROM licenses_quantitymovement WHERE id = e.id;
        IF FOUND THEN
            IF (m.source_id, m.target_id, m.quantity, m.reference)
               IS DISTINCT FROM (e.source, e.target, e.quantity, e.reference::varchar) THEN
                RAISE EXCEPTION 'movement % was posted otherwise', e.id USING ERRCODE = 'unique_violation';
            END IF;
            CONTINUE;
        END IF;
        owner := coalesce(e.source_owner, e.target_owner);
        IF head.customer_id IS DISTINCT FROM owner THEN
            head := licenses_lock_head(owner, 'quantity');
        END IF;
        m.id := e.id; m.customer_id := owner; m.source_id := e.source; m.target_id := e.target;
        m.quantity := e.quantity; m.reason := e.reason; m.reference := e.reference;
        m.effective_on := e.effective_on; m.recorded_at := clock_timestamp(); m.recorded_by_id := who;
        m.reverses_id := e.reverses; m.sequence := head.sequence + 1;
        m.chain := licenses_quantity_link(head.chain, m);
        INSERT INTO licenses_quantitymovement SELECT m.*;
        head.sequence := m.sequence; head.chain := m.chain;
        UPDATE licenses_ledgerhead SET sequence = head.sequence, chain = head.chain WHERE id = head.id;
        posted := posted + 1;
    END LOOP;
    UPDATE sites_agreement SET head_version = head_version + 1
     WHERE id IN (SELECT s.agreement_id FROM licenses_entitlement l JOIN sites_site s ON s.id = l.site_id
                   WHERE s.agreement_id IS NOT NULL AND l.id IN (
                       SELECT x.source FROM jsonb_to_recordset(entries) AS x(source uuid)
                       UNION SELECT x.target FROM jsonb_to_recordset(entries) AS x(target uuid)));
    RETURN posted;
END
$$;
"""

QUANTITY_PROOF = """
CREATE FUNCTION licenses_prove_quantity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    a licenses_entitlement;
    b licenses_entitlement;
    original licenses_quantitymovement;
    balance numeric;
    promised numeric;
BEGIN
    IF NEW.source_id IS NOT NULL THEN
        SELECT coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE target_id = NEW.source_id), 0)
             - coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE source_id = NEW.source_id), 0)
          INTO balance;
        SELECT coalesce(sum(quantity), 0) INTO promised FROM licenses_hold
         WHERE entitlement_id = NEW.source_id AND released_at IS NULL;
        IF balance < 0 OR balance < promised THEN
            RAISE EXCEPTION 'line % would hold % and has promised %', NEW.source_id, balance, promised
                USING ERRCODE = 'check_violation', CONSTRAINT = 'quantity_never_negative';
        END IF;
    END IF;
    IF NEW.source_id IS NOT NULL AND NEW.target_id IS NOT NULL THEN
        SELECT * INTO a FROM licenses_entitlement WHERE id = NEW.source_id;
        SELECT * INTO b FROM licenses_entitlement WHERE id = NEW.target_id;
        IF (a.part_id, a.order_reference, a.acquired_on) IS DISTINCT FROM (b.part_id, b.order_reference, b.acquired_on)
        THEN
            RAISE EXCEPTION 'units move only between lines of one order and part'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'quantity_keeps_its_order';
        END IF;
    END IF;
    IF NEW.reverses_id IS NOT NULL THEN
        SELECT * INTO original FROM licenses_quantitymovement WHERE id = NEW.reverses_id;
        IF (original.source_id, original.target_id, original.quantity)
           IS DISTINCT FROM (NEW.target_id, NEW.source_id, NEW.quantity) THEN
            RAISE EXCEPTION 'a reversal mirrors what it reverses'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'quantity_reversal_mirrors';
        END IF;
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER licenses_quantitymovement_proved AFTER INSERT ON licenses_quantitymovement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION licenses_prove_quantity();

CREATE FUNCTION licenses_prove_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    balance numeric;
    promised numeric;
BEGIN
    PERFORM 1 FROM licenses_entitlement WHERE id = NEW.entitlement_id FOR UPDATE;
    SELECT coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE target_id = NEW.entitlement_id), 0)
         - coalesce((SELECT sum(quantity) FROM licenses_quantitymovement WHERE source_id = NEW.entitlement_id), 0)
      INTO balance;
    SELECT coalesce(sum(quantity), 0) INTO promised FROM licenses_hold
     WHERE entitlement_id = NEW.entitlement_id AND released_at IS NULL;
    IF promised > balance THEN
        RAISE EXCEPTION 'line % holds % and would promise %', NEW.entitlement_id, balance, promised
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_within_quantity';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER licenses_hold_proved AFTER INSERT OR UPDATE ON licenses_hold
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (NEW.released_at IS NULL)
    EXECUTE FUNCTION licenses_prove_hold();
"""

POINTS_LINK = """
CREATE FUNCTION licenses_points_link(before bytea, m licenses_pointsmovement) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
    SELECT sha256(before || convert_to(concat_ws('|', m.id, m.agreement_id, m.site_id, coalesce(m.source_id::text, '-'),
        coalesce(m.target_id::text, '-'), m.amount, m.kind, m.reference, m.effective_on,
        extract(epoch FROM m.recorded_at), m.recorded_by_id, coalesce(m.reverses_id::text, '-'), m.sequence), 'UTF8'))
$$;
"""

POST_POINTS = """
CREATE FUNCTION licenses_post_points(entries jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reach uuid[] := writable_customers();
    who uuid := current_actor();
    head licenses_ledgerhead;
    m licenses_pointsmovement;
    blank licenses_pointsmovement;
    posted integer := 0;
    e record;
BEGIN
    IF who IS NULL THEN
        RAISE EXCEPTION 'nobody acts' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE sites_agreement SET head_version = head_version + 1
     WHERE id IN (SELECT x.agreement FROM jsonb_to_recordset(entries) AS x(agreement uuid));
    FOR e IN
        SELECT x.*, a.customer_id AS owner, s.agreement_id AS site_agreement
          FROM jsonb_to_recordset(entries) AS x(id uuid, agreement uuid, site uuid, points numeric, kind text,
                                                reference text, effective_on date, reverses uuid)
          LEFT JOIN sites_agreement a ON a.id = x.agreement
          LEFT JOIN sites_site s ON s.id = x.site
         ORDER BY a.customer_id, x.effective_on, x.id
    LOOP
        IF e.owner IS NULL OR NOT e.owner = ANY (reach) OR e.site_agreement IS DISTINCT FROM e.agreement THEN
            RAISE EXCEPTION 'agreement or site out of reach' USING ERRCODE = 'insufficient_privilege';
        END IF;
        SELECT * INTO m FROM licenses_pointsmovement WHERE id = e.id;
        IF FOUND THEN
            IF (m.agreement_id, m.site_id, CASE WHEN m.target_id IS NULL THEN -m.amount ELSE m.amount END, m.reference)
               IS DISTINCT FROM (e.agreement, e.site, e.points, e.reference::varchar) THEN
                RAISE EXCEPTION 'movement % was posted otherwise', e.id USING ERRCODE = 'unique_violation';
            END IF;
            CONTINUE;
        END IF;
        IF head.customer_id IS DISTINCT FROM e.owner THEN
            head := licenses_lock_head(e.owner, 'points');
        END IF;
        m := blank;
        m.id := e.id; m.customer_id := e.owner; m.agreement_id := e.agreement; m.site_id := e.site;
        m.source_id := CASE WHEN e.points < 0 THEN e.agreement END;
        m.target_id := CASE WHEN e.points > 0 THEN e.agreement END;
        m.amount := abs(e.points)::numeric(14, 2);
        m.kind := e.kind; m.reference := e.reference; m.effective_on := e.effective_on;
        m.recorded_at := clock_timestamp(); m.recorded_by_id := who; m.reverses_id := e.reverses;
        m.sequence := head.sequence + 1;
        m.chain := licenses_points_link(head.chain, m);
        INSERT INTO licenses_pointsmovement SELECT m.*;
        head.sequence := m.sequence; head.chain := m.chain;
        UPDATE licenses_ledgerhead SET sequence = head.sequence, chain = head.chain WHERE id = head.id;
        posted := posted + 1;
    END LOOP;
    RETURN posted;
END
$$;
"""

POSTED_ONLY = "false"


class Migration(migrations.Migration):
    dependencies = [("licenses", "0001_facts"), ("sites", "0002_walls")]

    operations = [
        functions(HEAD),
        run("REVOKE ALL ON FUNCTION licenses_lock_head(uuid, text) FROM PUBLIC"),
        functions(QUANTITY_LINK, "licenses_quantity_link(bytea, licenses_quantitymovement)"),
        functions(POST_QUANTITIES, "licenses_post_quantities(jsonb)"),
        run(QUANTITY_PROOF),
        functions(POINTS_LINK, "licenses_points_link(bytea, licenses_pointsmovement)"),
        functions(POST_POINTS, "licenses_post_points(jsonb)"),
        append_only("licenses_quantitymovement"),
        append_only("licenses_pointsmovement"),
        append_only("licenses_coverperiod"),
        wall("licenses_part", read="true", write="is_staff('rep', 'operator', 'system')", update=True),
        wall("licenses_pricelist", read="true", write="is_staff('rep', 'operator', 'system')", update=True),
        wall("licenses_price", read="true", write="is_staff('rep', 'operator', 'system')", update=True),
        run("GRANT USAGE ON SEQUENCE licenses_price_id_seq TO {app}"),
        wall(
            "licenses_entitlement",
            update=("coverage_start", "coverage_end", "traded_up", "follows_id"),
            definer=True,
        ),
        wall("licenses_coverperiod"),
        wall("licenses_hold", update=("released_at",), definer=True),
        wall("licenses_proof", update=("status",)),
        wall(
            "licenses_quantitymovement",
            read=f"{READABLE} OR source_id IN (SELECT id FROM licenses_entitlement)"
            " OR target_id IN (SELECT id FROM licenses_entitlement)",
            write=POSTED_ONLY,
            insert=False,
            definer=True,
        ),
        wall(
            "licenses_pointsmovement",
            read="agreement_id = ANY ((SELECT readable_agreements())::uuid[])",
            write=POSTED_ONLY,
            insert=False,
            definer=True,
        ),
        wall("licenses_ledgerhead", write=POSTED_ONLY, insert=False, definer=True),
        tenant_key("licenses_entitlement", "site_id", "sites_site"),
        tenant_key("licenses_coverperiod", "entitlement_id", "licenses_entitlement"),
        tenant_key("licenses_hold", "entitlement_id", "licenses_entitlement"),
        tenant_key("licenses_proof", "entitlement_id", "licenses_entitlement"),
    ]
