"""A request keeps what each end needs to know of the other, and lets go of its units whoever ends it (rule M4)."""

from django.db import migrations, models

from sites.tenancy.walls import run

# What is written with a request from now on, written for those that are there.
KEPT_ENDS = """
WITH told AS (
    SELECT s.id, jsonb_build_object('number', s.site_number, 'name', s.name, 'customer', c.name, 'country', s.country) AS facts
      FROM sites_site s JOIN sites_customer c ON c.id = s.customer_id
)
UPDATE migrations_app_transferrequest r
   SET ends = jsonb_strip_nulls(jsonb_build_object(
       'source', (SELECT facts FROM told WHERE id = r.source_site_id),
       'target', (SELECT facts FROM told WHERE id = r.target_site_id)))
"""
KEPT_LINES = """
UPDATE migrations_app_transferline l
   SET told = jsonb_build_object(
       'part_number', e.part_id, 'description', p.description, 'order_reference', e.order_reference)
  FROM licenses_entitlement e JOIN licenses_part p ON p.part_number = e.part_id
 WHERE e.id = l.entitlement_id
"""
OF_THE_REQUEST = ("migrations_app_transferline", "migrations_app_consent", "migrations_app_waiver")
TABLES = (
    "migrations_app_transferrequest",
    "migrations_app_transferline",
    "licenses_entitlement",
    "sites_customer",
    "sites_site",
)

# The target's contact may end a request, and can't reach the source's holds: the request's own row lets go of them.
RELEASE = """
CREATE FUNCTION migrations_app_request_lets_go() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE licenses_hold SET released_at = now() WHERE reference = NEW.id AND released_at IS NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER migrations_app_request_lets_go AFTER UPDATE OF status ON migrations_app_transferrequest
    FOR EACH ROW WHEN (NEW.status IN ('rejected', 'withdrawn') AND NEW.status <> OLD.status)
    EXECUTE FUNCTION migrations_app_request_lets_go();
"""

# A request that waited for an enrollment gets its target later; what hangs on it is seen from that end from then on.
TARGET = """
CREATE FUNCTION migrations_app_request_target() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE migrations_app_transferline SET target_customer_id = NEW.target_customer_id WHERE request_id = NEW.id;
    UPDATE migrations_app_consent SET target_customer_id = NEW.target_customer_id WHERE request_id = NEW.id;
    UPDATE migrations_app_waiver SET target_customer_id = NEW.target_customer_id WHERE request_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER migrations_app_request_target AFTER UPDATE OF target_customer_id ON migrations_app_transferrequest
    FOR EACH ROW WHEN (NEW.target_customer_id IS DISTINCT FROM OLD.target_customer_id)
    EXECUTE FUNCTION migrations_app_request_target();
"""
# For that function alone; nobody signs in as the owner.
OWNER = "CREATE POLICY {0}_owner ON {0} TO CURRENT_USER USING (true) WITH CHECK (true)"


class Migration(migrations.Migration):
    dependencies = [("migrations_app", "0005_scenarios"), ("licenses", "0002_ledgers")]

    operations = [
        migrations.AddField("transferrequest", "ends", models.JSONField(default=dict)),
        migrations.AddField("transferline", "told", models.JSONField(default=dict)),
        # The owner of the tables is held by their walls as well; it looks over them for these statements.
        run(
            *(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in TABLES),
            KEPT_ENDS,
            KEPT_LINES,
            *(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in TABLES),
        ),
        run(
            "GRANT UPDATE (ends) ON migrations_app_transferrequest TO {app}",
            *(OWNER.format(table) for table in OF_THE_REQUEST),
            RELEASE,
            TARGET,
        ),
    ]
