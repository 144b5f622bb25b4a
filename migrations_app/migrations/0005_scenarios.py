"""Scenarios: what-ifs that a person keeps, three a customer at most; nobody else sees them."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from sites.tenancy.walls import READABLE, wall

# A keeper who no longer reaches the customer no longer sees what was kept about it.
KEEPERS = f"(created_by_id = current_actor() AND {READABLE})"


class Migration(migrations.Migration):
    dependencies = [("migrations_app", "0004_healing")]

    operations = [
        migrations.CreateModel(
            name="Scenario",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("slot", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("asked", models.JSONField(default=dict)),
                ("figures", models.JSONField(default=dict)),
                ("rule_version", models.CharField(max_length=20)),
                ("price_list", models.CharField(blank=True, max_length=120)),
                ("kept_on", models.DateField(verbose_name="kept on")),
                ("created_at", models.DateTimeField()),
                ("created_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="scenarios", to="sites.customer")),
            ],
            options={
                "verbose_name": "scenario",
                "verbose_name_plural": "scenarios",
                "ordering": ["slot"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("slot__gte", 1), ("slot__lte", 3)), name="scenario_has_a_place"),
                    models.UniqueConstraint(fields=("created_by", "customer", "slot"), name="scenario_place_once"),
                    models.UniqueConstraint(fields=("created_by", "customer", "name"), name="scenario_name_once"),
                ],
            },
        ),
        wall("migrations_app_scenario", read=KEEPERS, write=KEEPERS, delete=True),
    ]
