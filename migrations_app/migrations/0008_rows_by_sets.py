"""Rows of a form are judged by sets: what they name stands in columns, and a row that was changed is judged anew."""

from typing import Any

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from sites.tenancy.walls import run


def _plain(to: str) -> models.ForeignKey[Any, Any]:
    """A key without constraint and index: a row is found by its form."""
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, to=to, db_constraint=False, db_index=False,
        related_name="+",
    )


TABLES = ("migrations_app_batchrow", "migrations_app_transferbatch", "sites_site")
NAMED = """
UPDATE migrations_app_batchrow r
   SET effective_on = nullif(r.values->>'effective_on', '')::date,
       source_site_id = (SELECT id FROM sites_site WHERE site_number = r.values->>'source_site_number'),
       target_site_id = (SELECT id FROM sites_site WHERE site_number = r.values->>'target_site_number')
  FROM migrations_app_transferbatch b
 WHERE b.id = r.batch_id AND r.outcome = 'valid' AND b.status IN ('checking', 'checked', 'submitted')
"""


class Migration(migrations.Migration):
    # Indexes are made while people work.
    atomic = False
    dependencies = [("migrations_app", "0007_both_ends"), ("sites", "0007_reach_once")]

    operations = [
        migrations.AddField("batchrow", "effective_on", models.DateField(null=True)),
        migrations.AddField("batchrow", "source_site_id", models.UUIDField(null=True)),
        migrations.AddField("batchrow", "target_site_id", models.UUIDField(null=True)),
        migrations.AddField("batchrow", "stale", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("transferbatch", "cancel_asked_at", models.DateTimeField(null=True)),
        migrations.AlterField("batchrow", "customer", _plain("sites.customer")),
        migrations.AlterField(
            "batchrow",
            "request",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="migrations_app.transferrequest",
                db_constraint=False, db_index=False, related_name="rows",
            ),
        ),
        AddIndexConcurrently(
            "batchrow",
            models.Index(fields=["batch", "number"], condition=models.Q(stale=True), name="row_stale"),
        ),
        AddIndexConcurrently(
            "batchrow",
            models.Index(fields=["request"], condition=models.Q(request__isnull=False), name="row_of_request"),
        ),
        run(
            "GRANT UPDATE (outcome, errors, request_id, values, allocation, reference, customer_id, source_site_id,"
            " target_site_id, effective_on, stale) ON migrations_app_batchrow TO {app}"
        ),
        # Forms that are on their way when this is installed; the owner is held by the walls as well.
        run(
            *(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in TABLES),
            NAMED,
            *(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in TABLES),
        ),
    ]
