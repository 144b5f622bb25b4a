"""Whose a form is is asked once a statement, not once a row; rows carry no index that another one begins with."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from sites.tenancy.walls import run

SENDER = "created_by_id = (SELECT current_actor()) OR (SELECT is_staff('operator', 'system'))"
# A rep who covers all customers of a form that is decided sees it, as before.
REPS = (
    "status IN ('applying', 'completed', 'completed_with_errors', 'undone')"
    " AND (SELECT is_staff('rep')) AND migrations_app_batch_covered(id)"
)
POLICIES = (("read", "USING ({0})"), ("add", "WITH CHECK ({0})"), ("change", "USING ({0}) WITH CHECK ({0})"),
            ("remove", "USING ({0})"))  # fmt: skip


def _key(model: str, field: str, to: str, related_name: str = "+", **more: Any) -> migrations.AlterField:
    key = models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, to=to, related_name=related_name, db_index=False,
        db_constraint=False, **more,
    )  # fmt: skip
    return migrations.AlterField(model, field, key)


class Migration(migrations.Migration):
    dependencies = [("migrations_app", "0009_boards"), ("sites", "0007_reach_once")]

    operations = [
        run(
            *(
                f"ALTER POLICY {table}_{name} ON {table} {rule.format(SENDER)}"
                for table in ("migrations_app_batchrow", "migrations_app_transferbatch")
                for name, rule in POLICIES
            )
        ),
        run(f"ALTER POLICY migrations_app_transferbatch_read ON migrations_app_transferbatch USING ({SENDER} OR ({REPS}))"),
        # The line's request and license are the customer's by keys of their own; the batch by that of its sender.
        _key("transferline", "customer", "sites.customer"),
        migrations.AlterField(
            "transferline",
            "request",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, to="migrations_app.transferrequest",
                related_name="lines", db_constraint=False, db_index=False,
            ),
        ),
        migrations.AlterField(
            "batchrow",
            "batch",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, to="migrations_app.transferbatch", related_name="rows",
                db_constraint=False, db_index=False,
            ),
        ),
        _key("batchrow", "created_by", "sites.user"),
    ]
