"""A customer's facts are changed by staff; an enrollment names only a site and an agreement that its writer reaches."""

from django.db import migrations

from sites.tenancy.walls import READABLE, run

STAFF = "((SELECT is_staff('operator', 'system')) OR country = ANY ((SELECT staff_territories())::text[]))"
OPERATOR = "(SELECT is_staff('operator', 'system'))"
NEWCOMER = f"(created_by_id = current_actor() OR {OPERATOR} OR country = ANY ((SELECT staff_territories())::text[]))"
WRITE = f"CASE WHEN customer_id IS NULL THEN {NEWCOMER} ELSE {READABLE} END".replace("readable_", "writable_")
REACHED = (
    "(agreement_id IS NULL OR agreement_id IN (SELECT id FROM sites_agreement))"
    " AND (site_id IS NULL OR site_id IN (SELECT id FROM sites_site))"
)


class Migration(migrations.Migration):
    dependencies = [("sites", "0003_operators_reach")]

    operations = [
        run(
            f"ALTER POLICY sites_customer_change ON sites_customer USING ({STAFF}) WITH CHECK ({STAFF})",
            f"ALTER POLICY sites_enrollment_add ON sites_enrollment WITH CHECK (({WRITE}) AND {REACHED})",
            "ALTER POLICY sites_enrollment_change ON sites_enrollment"
            f" USING ({WRITE}) WITH CHECK (({WRITE}) AND {REACHED})",
        ),
    ]
