"""Who the actor is, row-level security on every table of this app, sequences for numbers."""

from django.db import migrations

from sites.tenancy.walls import (
    ACTOR_FUNCTION_NAMES,
    ACTOR_FUNCTIONS,
    APPEND_ONLY,
    READABLE,
    append_only,
    functions,
    run,
    tenant_key,
    wall,
)

OPERATOR = "is_staff('operator', 'system')"
STAFF = "is_staff('rep', 'operator', 'system')"
NEWCOMER = "(created_by_id = current_actor() OR country = ANY ((SELECT staff_territories())::text[]))"
ENROLLMENT = f"CASE WHEN customer_id IS NULL THEN {NEWCOMER} ELSE {READABLE} END"
ENROLLMENT_WRITE = ENROLLMENT.replace("readable_customers", "writable_customers")
SEQUENCES = {"transfer": 1, "batch": 1, "quote": 1001, "proof": 100001, "site": 7100001, "agreement": 80001}


class Migration(migrations.Migration):
    dependencies = [("sites", "0001_facts")]

    operations = [
        functions(ACTOR_FUNCTIONS, *ACTOR_FUNCTION_NAMES),
        run(APPEND_ONLY),
        run(
            *[
                step
                for name, start in SEQUENCES.items()
                for step in (
                    f"CREATE SEQUENCE passage_{name}_number START {start}",
                    f"GRANT USAGE ON SEQUENCE passage_{name}_number TO {{app}}",
                )
            ]
        ),
        wall(
            "sites_customer",
            read="id = ANY ((SELECT readable_customers())::uuid[])",
            write="id = ANY ((SELECT writable_customers())::uuid[])",
            insert=f"{OPERATOR} OR country = ANY ((SELECT staff_territories())::text[])",
            update=(
                "enterprise_id, name, vat_number, ibm_customer_number, customer_type, street, postal_code, city,"
                " country, currency, language",
            ),
            definer=True,
        ),
        wall(
            "sites_enterprise",
            read=f"id IN (SELECT enterprise_id FROM sites_customer) OR {STAFF}",
            write=STAFF,
            update=("name",),
        ),
        wall("sites_partner", read="true", write=OPERATOR, update=True),
        wall(
            "sites_membership",
            read=f"user_id = current_actor() OR {READABLE}",
            write=OPERATOR,
            update=("can_write", "valid_to"),
            definer=True,
        ),
        wall("sites_mandate", write=OPERATOR, update=("can_write", "includes_consent", "valid_to"), definer=True),
        wall(
            "sites_staffrole",
            read=f"user_id = current_actor() OR {OPERATOR}",
            write=OPERATOR,
            update=("valid_to",),
            definer=True,
        ),
        wall(
            "sites_agreement",
            read="id = ANY ((SELECT readable_agreements())::uuid[])",
            update=("term_start", "opening_level"),
            definer=True,
        ),
        wall(
            "sites_site",
            update=("name", "status", "street", "postal_code", "city", "country"),
            definer=True,
        ),
        wall("sites_sitecontact", update=("user_id", "name", "email", "phone", "valid_to")),
        wall("sites_scheduleentry", update=("valid_to",)),
        wall("sites_enrollment", read=ENROLLMENT, write=ENROLLMENT_WRITE, update=True),
        wall(
            "sites_event",
            read=f"CASE WHEN customer_id IS NULL THEN actor_id = current_actor() OR {STAFF} ELSE {READABLE} END",
            write="CASE WHEN customer_id IS NULL THEN actor_id = current_actor()"
            " ELSE customer_id = ANY ((SELECT readable_customers())::uuid[]) END",
        ),
        wall(
            "sites_job",
            read="actor_id = current_actor() OR is_staff('operator', 'system')",
            write="actor_id = current_actor() OR is_staff('system')",
            update=("status", "due_at", "lease_until", "token", "tries", "crashes", "reason", "finished_at"),
        ),
        append_only("sites_event"),
        run("GRANT USAGE ON SEQUENCE sites_event_id_seq TO {app}"),
        run("GRANT SELECT, INSERT, UPDATE ON sites_user TO {app}"),
        tenant_key("sites_sitecontact", "site_id", "sites_site"),
        tenant_key("sites_scheduleentry", "agreement_id", "sites_agreement"),
    ]
