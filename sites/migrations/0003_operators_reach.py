"""Operators see newcomers' enrollments of every country, and who belongs to a Business Partner."""

from django.db import migrations

from sites.tenancy.walls import READABLE, run

OPERATOR = "(SELECT is_staff('operator', 'system'))"
NEWCOMER = f"(created_by_id = current_actor() OR {OPERATOR} OR country = ANY ((SELECT staff_territories())::text[]))"
READ = f"CASE WHEN customer_id IS NULL THEN {NEWCOMER} ELSE {READABLE} END"
WRITE = READ.replace("readable_customers", "writable_customers")


class Migration(migrations.Migration):
    dependencies = [("sites", "0002_walls")]

    operations = [
        run(
            f"ALTER POLICY sites_enrollment_read ON sites_enrollment USING ({READ})",
            f"ALTER POLICY sites_enrollment_add ON sites_enrollment WITH CHECK ({WRITE})",
            f"ALTER POLICY sites_enrollment_change ON sites_enrollment USING ({WRITE}) WITH CHECK ({WRITE})",
            f"ALTER POLICY sites_enrollment_remove ON sites_enrollment USING ({WRITE})",
            "ALTER POLICY sites_membership_read ON sites_membership"
            f" USING (user_id = current_actor() OR {READABLE} OR {OPERATOR})",
        ),
    ]
