"""What people are told, how often what was refused, and declarations that two customers are of one Enterprise."""

import uuid

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

from sites.tenancy.walls import READABLE, WRITABLE, functions, wall

PORTAL = "(SELECT is_staff('system'))"
# Whoever reads a customer may tell somebody of it; what is nobody's customer's is told by staff, or to oneself.
TELLS = (
    "CASE WHEN customer_id IS NULL THEN user_id = current_actor() OR (SELECT is_staff('rep', 'operator', 'system'))"
    f" ELSE {READABLE} END"
)
OTHER_READABLE = READABLE.replace("customer_id", "other_customer_id", 1)
OTHER_WRITABLE = WRITABLE.replace("customer_id", "other_customer_id", 1)

COUNT = """
CREATE FUNCTION count_refusal(refused_on date, refused_by text, refused_for text, times bigint DEFAULT 1)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO sites_refusalcount AS kept (day, kind, code, count)
    VALUES (refused_on, refused_by, left(refused_for, 80), times)
    ON CONFLICT (day, kind, code) DO UPDATE SET count = kept.count + excluded.count
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("sites", "0005_newcomers_history")]

    operations = [
        migrations.CreateModel(
            name="RefusalCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("kind", models.CharField(choices=[("rule", "refused by a rule"), ("person", "refused by a person"), ("technical", "technical fault")], max_length=9, verbose_name="kind")),
                ("code", models.CharField(max_length=80, verbose_name="code")),
                ("count", models.BigIntegerField(default=0, verbose_name="count")),
            ],
            options={
                "verbose_name": "count of refusals",
                "verbose_name_plural": "counts of refusals",
                "constraints": [
                    models.UniqueConstraint(fields=("day", "kind", "code"), name="refusals_counted_once_a_day"),
                    models.CheckConstraint(condition=models.Q(("kind__in", ["rule", "person", "technical"])), name="refusal_kind_known"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("event", models.BigIntegerField()),
                ("subject_type", models.CharField(max_length=30, verbose_name="subject")),
                ("subject_id", models.UUIDField()),
                ("kind", models.CharField(max_length=40, verbose_name="what")),
                ("data", models.JSONField(default=dict)),
                ("at", models.DateTimeField(verbose_name="at")),
                ("read_at", models.DateTimeField(null=True, verbose_name="read at")),
                ("mailed_at", models.DateTimeField(null=True, verbose_name="mailed at")),
                ("customer", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sites.customer")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="notifications", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(fields=["user", "-at", "-id"], name="notification_of_person"),
                    models.Index(condition=models.Q(("read_at__isnull", True)), fields=["user"], name="notification_unread"),
                ],
                "constraints": [models.UniqueConstraint(fields=("user", "event", "kind"), name="told_once_of_an_event")],
            },
        ),
        migrations.CreateModel(
            name="OwnershipDeclaration",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("declared_on", models.DateField(verbose_name="declared on")),
                ("signed_by", models.CharField(max_length=120, verbose_name="signed by")),
                ("position", models.CharField(max_length=120, verbose_name="position")),
                ("statement", models.TextField(verbose_name="statement")),
                ("language", models.CharField(max_length=2, verbose_name="language")),
                ("under_mandate", models.BooleanField(default=False, verbose_name="under a mandate")),
                ("given_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn at")),
                ("withdrawn_reason", models.TextField(blank=True, verbose_name="why it was withdrawn")),
                ("customer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sites.customer")),
                ("given_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("other_customer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sites.customer")),
                ("withdrawn_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "declaration of ownership",
                "verbose_name_plural": "declarations of ownership",
                "ordering": ["-given_at", "id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("customer", models.F("other_customer")), _negated=True), name="ownership_of_two"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdrawn_at__isnull", True), ("withdrawn_by__isnull", True)),
                            models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="ownership_withdrawn_by_somebody",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.comparison.Least("customer", "other_customer"),
                        django.db.models.functions.comparison.Greatest("customer", "other_customer"),
                        condition=models.Q(("withdrawn_at__isnull", True)),
                        name="one_ownership_a_pair",
                    ),
                ],
            },
        ),
        wall("sites_refusalcount", read="is_staff('rep', 'operator', 'system')", write="false", insert=False, definer=True),
        functions(COUNT, "count_refusal(date, text, text, bigint)"),
        wall(
            "sites_notification",
            read=f"user_id = current_actor() OR {PORTAL}",
            write=f"user_id = current_actor() OR {PORTAL}",
            insert=TELLS,
            update=("read_at", "mailed_at"),
        ),
        wall(
            "sites_ownershipdeclaration",
            read=f"({READABLE} OR {OTHER_READABLE})",
            write=f"({WRITABLE} OR {OTHER_WRITABLE})",
            insert=f"({WRITABLE} AND {OTHER_READABLE})",
            update=("withdrawn_by_id", "withdrawn_at", "withdrawn_reason"),
        ),
    ]
