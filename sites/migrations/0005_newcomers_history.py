"""Whoever sees an enrollment sees what happened to it, also while its company is no customer yet."""

from django.db import migrations

from sites.tenancy.walls import READABLE, run

STAFF = "is_staff('rep', 'operator', 'system')"
# The enrollment is looked for with the reader's own rights.
OWN_ENROLLMENT = "subject_type = 'enrollment' AND EXISTS (SELECT 1 FROM sites_enrollment e WHERE e.id = subject_id)"


class Migration(migrations.Migration):
    dependencies = [("sites", "0004_references_stay_home")]

    operations = [
        run(
            "ALTER POLICY sites_event_read ON sites_event USING (CASE WHEN customer_id IS NULL"
            f" THEN actor_id = current_actor() OR {STAFF} OR ({OWN_ENROLLMENT}) ELSE {READABLE} END)",
        ),
    ]
