"""A line is found by its site, part and order. The customer stays out of the index: the walls name it already, and named
twice the planner takes a customer's hundred thousand lines for one."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # indexes are made and dropped while people work
    dependencies = [("licenses", "0014_imports_by_sets")]

    operations = [
        AddIndexConcurrently(
            "entitlement", models.Index(fields=["site", "part", "order_reference"], name="entitlement_by_order")
        ),
        RemoveIndexConcurrently("entitlement", "entitlement_by_site"),
        migrations.AlterField(
            "entitlement",
            "site",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="sites.site", related_name="entitlements",
                db_constraint=False, db_index=False,
            ),
        ),
    ]
