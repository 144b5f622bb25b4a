"""Row-level security on requests and batches: a move is seen from both ends, a file by its sender."""

from django.db import migrations

from sites.tenancy.walls import READABLE, WRITABLE, run, tenant_key, wall

READ = f"({READABLE} OR {READABLE.replace('customer_id', 'target_customer_id', 1)})"
WRITE = f"({WRITABLE} OR {WRITABLE.replace('customer_id', 'target_customer_id', 1)})"
TARGET_SEEN = (
    "(target_customer_id IS NULL OR target_customer_id = ANY ((SELECT readable_customers())::uuid[]))"
)
SENDER = "created_by_id = current_actor() OR is_staff('operator', 'system')"
ADD = f"{WRITABLE} AND {TARGET_SEEN}"

# A status changes only along the table of migrations_app/rules/workflow.py, one version at a time.
STEPS = """
CREATE FUNCTION migrations_app_request_step() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.version <> OLD.version AND NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'version % can''t follow %', NEW.version, OLD.version USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status || '>' || NEW.status) <> ALL (ARRAY[
        'draft>submitted', 'returned>submitted', 'draft>in_review', 'returned>in_review', 'submitted>in_review',
        'submitted>rejected', 'in_review>approved', 'in_review>returned', 'in_review>rejected', 'draft>withdrawn',
        'submitted>withdrawn', 'in_review>withdrawn', 'returned>withdrawn', 'approved>completed',
        'completed>reversed']) THEN
        RAISE EXCEPTION 'a request can''t go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER migrations_app_request_steps BEFORE UPDATE ON migrations_app_transferrequest
    FOR EACH ROW EXECUTE FUNCTION migrations_app_request_step();
"""


class Migration(migrations.Migration):
    dependencies = [("migrations_app", "0001_facts"), ("licenses", "0002_ledgers")]

    operations = [
        run(STEPS),
        wall(
            "migrations_app_transferrequest",
            read=READ,
            write=WRITE,
            insert=ADD,
            update=(
                "status, version, target_site_id, target_customer_id, effective_on, reason, waiting_for, waiting_until,"
                " checks, plan, submitted_by_id, submitted_at, decided_by_id, decided_at, decision_reason,"
                " completed_at, completed_on, fault",
            ),
        ),
        wall("migrations_app_transferline", read=READ, write=WRITE, insert=ADD, update=("arrived_as_id",), delete=True),
        wall("migrations_app_consent", read=READ, write=WRITE, delete=True),
        wall("migrations_app_waiver", read=READ, write=WRITE, insert=ADD, delete=True),
        wall("migrations_app_transferbatch", read=SENDER, write=SENDER, update=True),
        wall("migrations_app_batchrow", read=SENDER, write=SENDER, update=("outcome", "errors", "request_id")),
        run("GRANT USAGE ON SEQUENCE migrations_app_batchrow_id_seq TO {app}"),
        tenant_key("migrations_app_transferrequest", "source_site_id", "sites_site"),
        tenant_key("migrations_app_transferrequest", "target_site_id", "sites_site", tenant="target_customer_id"),
        tenant_key("migrations_app_transferline", "request_id", "migrations_app_transferrequest"),
        tenant_key("migrations_app_transferline", "entitlement_id", "licenses_entitlement"),
        tenant_key("migrations_app_consent", "request_id", "migrations_app_transferrequest"),
        tenant_key("migrations_app_waiver", "request_id", "migrations_app_transferrequest"),
    ]
