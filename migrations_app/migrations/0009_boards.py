"""What was found in a form is kept with it; its undo is asked for by the sender and made by a rep of all its customers."""

from django.db import migrations, models

from sites.tenancy.walls import functions, run

SENDER = "created_by_id = current_actor() OR is_staff('operator', 'system')"

# A rep sees a form once its requests are decided, where each of them lies in the rep's countries at both ends.
COVERED = """
CREATE FUNCTION migrations_app_batch_covered(form uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM migrations_app_transferrequest WHERE batch_id = form)
       AND NOT EXISTS (
        SELECT 1 FROM migrations_app_transferrequest r
          JOIN sites_customer c ON c.id IN (r.customer_id, r.target_customer_id)
         WHERE r.batch_id = form AND c.country::text <> ALL (staff_territories()))
$$;
"""
REPS = (
    "status IN ('applying', 'completed', 'completed_with_errors', 'undone')"
    " AND (SELECT is_staff('rep')) AND migrations_app_batch_covered(id)"
)


class Migration(migrations.Migration):
    dependencies = [("migrations_app", "0008_rows_by_sets")]

    operations = [
        migrations.AddField("transferbatch", "summary", models.JSONField(null=True)),
        migrations.AddField(
            "transferbatch", "undo_asked_at", models.DateTimeField(null=True, verbose_name="undo asked for")
        ),
        migrations.AddField(
            "transferbatch",
            "undo_reason",
            models.TextField(blank=True, db_default="", default="", verbose_name="reason for the undo"),
        ),
        # For the function alone; nobody signs in as the owner.
        run("CREATE POLICY migrations_app_transferrequest_owner ON migrations_app_transferrequest"
            " TO CURRENT_USER USING (true) WITH CHECK (true)"),
        functions(COVERED, "migrations_app_batch_covered(uuid)"),
        run(f"ALTER POLICY migrations_app_transferbatch_read ON migrations_app_transferbatch USING ({SENDER} OR ({REPS}))"),
    ]
