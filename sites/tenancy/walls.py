"""Row-level security, written into migrations: who the actor is, and four policies for every tenant table."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import migrations

READABLE = "customer_id = ANY ((SELECT readable_customers())::uuid[])"
WRITABLE = "customer_id = ANY ((SELECT writable_customers())::uuid[])"

ACTOR_FUNCTIONS = """
CREATE FUNCTION actor_stamp() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT extract(epoch FROM transaction_timestamp())::text $$;

CREATE FUNCTION current_actor() RETURNS uuid LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN split_part(s, '|', 2) = actor_stamp() THEN nullif(split_part(s, '|', 1), '')::uuid END
      FROM current_setting('passage.actor', true) AS s
$$;

CREATE FUNCTION readable_customers() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(customer_id), '{}') FROM (
        SELECT customer_id FROM sites_membership
         WHERE user_id = current_actor() AND customer_id IS NOT NULL
           AND current_date BETWEEN valid_from AND coalesce(valid_to, 'infinity')
        UNION
        SELECT d.customer_id FROM sites_membership m JOIN sites_mandate d USING (partner_id)
         WHERE m.user_id = current_actor()
           AND current_date BETWEEN m.valid_from AND coalesce(m.valid_to, 'infinity')
           AND current_date BETWEEN d.valid_from AND coalesce(d.valid_to, 'infinity')
        UNION
        SELECT c.id FROM sites_staffrole s
          JOIN sites_customer c ON s.role <> 'rep' OR s.country = c.country
         WHERE s.user_id = current_actor()
           AND current_date BETWEEN s.valid_from AND coalesce(s.valid_to, 'infinity')
    ) AS reach
$$;

CREATE FUNCTION writable_customers() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(customer_id), '{}') FROM (
        SELECT customer_id FROM sites_membership
         WHERE user_id = current_actor() AND customer_id IS NOT NULL AND can_write
           AND current_date BETWEEN valid_from AND coalesce(valid_to, 'infinity')
        UNION
        SELECT d.customer_id FROM sites_membership m JOIN sites_mandate d USING (partner_id)
         WHERE m.user_id = current_actor() AND m.can_write AND d.can_write
           AND current_date BETWEEN m.valid_from AND coalesce(m.valid_to, 'infinity')
           AND current_date BETWEEN d.valid_from AND coalesce(d.valid_to, 'infinity')
        UNION
        SELECT c.id FROM sites_staffrole s
          JOIN sites_customer c ON s.role <> 'rep' OR s.country = c.country
         WHERE s.user_id = current_actor()
           AND current_date BETWEEN s.valid_from AND coalesce(s.valid_to, 'infinity')
    ) AS reach
$$;

CREATE FUNCTION readable_agreements() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM (
        SELECT id FROM sites_agreement WHERE customer_id = ANY (readable_customers())
        UNION
        SELECT agreement_id FROM sites_site
         WHERE agreement_id IS NOT NULL AND customer_id = ANY (readable_customers())
    ) AS reach
$$;

CREATE FUNCTION staff_territories() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(country::text), '{}') FROM sites_staffrole
     WHERE user_id = current_actor() AND role = 'rep'
       AND current_date BETWEEN valid_from AND coalesce(valid_to, 'infinity')
$$;

CREATE FUNCTION is_staff(VARIADIC wanted text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM sites_staffrole
         WHERE user_id = current_actor() AND role = ANY (wanted)
           AND current_date BETWEEN valid_from AND coalesce(valid_to, 'infinity'))
$$;

CREATE FUNCTION act_as(who uuid) RETURNS json
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('passage.actor', who::text || '|' || actor_stamp(), true);
    RETURN json_build_object(
        'name', (SELECT name FROM sites_user WHERE id = who AND is_active),
        'memberships', coalesce((SELECT json_agg(m) FROM (
            SELECT customer_id, partner_id, can_write FROM sites_membership
             WHERE user_id = who AND current_date BETWEEN valid_from AND coalesce(valid_to, 'infinity')) m), '[]'),
        'mandates', coalesce((SELECT json_agg(m) FROM (
            SELECT d.customer_id, d.partner_id, d.can_write AND p.can_write AS can_write, d.includes_consent
              FROM sites_membership p JOIN sites_mandate d USING (partner_id)
             WHERE p.user_id = who
               AND current_date BETWEEN p.valid_from AND coalesce(p.valid_to, 'infinity')
               AND current_date BETWEEN d.valid_from AND coalesce(d.valid_to, 'infinity')) m), '[]'),
        'staff', coalesce((SELECT json_agg(s) FROM (
            SELECT role, country FROM sites_staffrole
             WHERE user_id = who AND current_date BETWEEN valid_from AND coalesce(valid_to, 'infinity')) s), '[]'));
END
$$;
"""

ACTOR_FUNCTION_NAMES = (
    "actor_stamp()",
    "current_actor()",
    "readable_customers()",
    "writable_customers()",
    "readable_agreements()",
    "staff_territories()",
    "is_staff(text[])",
    "act_as(uuid)",
)

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
"""


def run(*statements: str) -> migrations.RunPython:
    """A migration step of raw SQL in which `{app}` is the application's role."""

    def forwards(apps: Any, schema_editor: Any) -> None:
        app = schema_editor.quote_name(settings.APP_ROLE)
        for statement in statements:
            schema_editor.execute(statement.replace("{app}", app), params=None)

    return migrations.RunPython(forwards, migrations.RunPython.noop)


def functions(source: str, *names: str) -> migrations.RunPython:
    """Create functions and let the application, and nobody else, execute them."""
    grants = [
        sql
        for name in names
        for sql in (f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC", f"GRANT EXECUTE ON FUNCTION {name} TO {{app}}")
    ]
    return run(source, *grants)


def wall(
    table: str,
    *,
    read: str = READABLE,
    write: str = WRITABLE,
    insert: bool | str = True,
    update: Sequence[str] | bool = (),
    delete: bool = False,
    definer: bool = False,
) -> migrations.RunPython:
    """Row-level security on `table`, enabled and forced, and the application's grants.

    `read` and `write` are SQL conditions (`insert` a stricter one for new rows); `update` the columns that may
    change, or True for all of them. `definer` lets the owner's own functions read and write every row: only for
    tables that such functions stand on.
    """
    adds = insert if isinstance(insert, str) else write
    steps = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {table}_read ON {table} FOR SELECT TO {{app}} USING ({read})",
        f"CREATE POLICY {table}_add ON {table} FOR INSERT TO {{app}} WITH CHECK ({adds})",
        f"CREATE POLICY {table}_change ON {table} FOR UPDATE TO {{app}} USING ({write}) WITH CHECK ({write})",
        f"CREATE POLICY {table}_remove ON {table} FOR DELETE TO {{app}} USING ({write})",
        f"GRANT SELECT ON {table} TO {{app}}",
    ]
    if insert:
        steps.append(f"GRANT INSERT ON {table} TO {{app}}")
    if update:
        columns = "" if update is True else f" ({', '.join(update)})"
        steps.append(f"GRANT UPDATE{columns} ON {table} TO {{app}}")
    if delete:
        steps.append(f"GRANT DELETE ON {table} TO {{app}}")
    if definer:
        steps.append(f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    return run(*steps)


def tenant_key(child: str, column: str, parent: str, *, tenant: str = "customer_id") -> migrations.RunPython:
    """A foreign key that can only reach the same tenant's rows: (tenant, column) → parent (customer_id, id)."""
    name = f"{child}_{column}_of_tenant"
    return run(
        f"ALTER TABLE {child} ADD CONSTRAINT {name} FOREIGN KEY ({tenant}, {column})"
        f" REFERENCES {parent} (customer_id, id) DEFERRABLE INITIALLY IMMEDIATE"
    )


def append_only(table: str) -> migrations.RunPython:
    """Refuse UPDATE, DELETE and TRUNCATE on `table` to everybody, its owner included."""
    return run(
        f"CREATE TRIGGER {table}_keeps_rows BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_keeps_table BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    )
