"""What a request waits for by choice, which rule stopped it, a waiver's consequence in every reader's language."""

from django.db import migrations, models

from sites.tenancy.walls import READABLE, run

STAFF = "is_staff('rep', 'operator', 'system')"
OWN_ENROLLMENT = "subject_type = 'enrollment' AND EXISTS (SELECT 1 FROM sites_enrollment e WHERE e.id = subject_id)"
# A request has two ends: whoever sees it, by the request's own wall, tells and reads what happens to it.
OWN_REQUEST = (
    "subject_type = 'transferrequest'"
    " AND EXISTS (SELECT 1 FROM migrations_app_transferrequest r"
    " WHERE r.id = subject_id AND r.customer_id = sites_event.customer_id)"
)


class Migration(migrations.Migration):
    dependencies = [("migrations_app", "0003_references_stay_home"), ("sites", "0006_notices_counts_ownership")]

    operations = [
        migrations.AddField("transferrequest", "wait_for", models.JSONField(default=list)),
        migrations.AddField("transferrequest", "stopped_by", models.JSONField(default=list)),
        migrations.AddField("waiver", "params", models.JSONField(default=dict)),
        migrations.AddField(
            "waiver", "language", models.CharField(blank=True, default="", max_length=2, verbose_name="language"),
            preserve_default=False,
        ),
        run(
            "GRANT UPDATE (wait_for, stopped_by) ON migrations_app_transferrequest TO {app}",
            "ALTER POLICY sites_event_read ON sites_event USING (CASE WHEN customer_id IS NULL"
            f" THEN actor_id = current_actor() OR {STAFF} OR ({OWN_ENROLLMENT})"
            f" ELSE {READABLE} OR ({OWN_REQUEST}) END)",
            "ALTER POLICY sites_event_add ON sites_event WITH CHECK (CASE WHEN customer_id IS NULL"
            f" THEN actor_id = current_actor() ELSE {READABLE} OR ({OWN_REQUEST}) END)",
        ),
    ]
