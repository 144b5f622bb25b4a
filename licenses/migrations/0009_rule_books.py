"""Rule books as dated rows: proposed by one, put into force by another, never changed from then on."""

import uuid
from datetime import date
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

from sites.tenancy.walls import run, wall

VERSION = "2026.1"
FIGURES = {
    "ladder": [["BL", "0"], ["D", "500"], ["E", "1000"], ["F", "2500"], ["G", "5000"], ["H", "10000"]],
    "outside_levels": ["GV", "ED"],
    "transition": "stub",
    "minimum_months": 1,
    "reinstatement_factor": 3,
    "quote_days": 90,
    "inactive_months": 24,
    "reversal_days": 30,
    "renewal_soon_days": 120,
    "moneyback_days": 30,
}
STAFF = "is_staff('rep', 'operator', 'system')"
STEPS = """
CREATE FUNCTION licenses_rule_book_step() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'proposed' OR NEW.proposed_by_id IS DISTINCT FROM current_actor() THEN
            RAISE EXCEPTION 'a rule book begins as its author''s proposal' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status <> 'proposed' THEN
        RAISE EXCEPTION 'rule book % is % and stays so', OLD.version, OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status NOT IN ('in_force', 'rejected', 'withdrawn') THEN
        RAISE EXCEPTION 'a rule book can''t become %', NEW.status USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.decided_by_id IS DISTINCT FROM current_actor() OR NEW.decided_at IS NULL OR NEW.decided_on IS NULL THEN
        RAISE EXCEPTION 'whoever decides is named, and when' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER licenses_rule_book_steps BEFORE INSERT OR UPDATE ON licenses_rulebookversion
    FOR EACH ROW EXECUTE FUNCTION licenses_rule_book_step();
"""


def begin(apps: Any, schema_editor: Any) -> None:
    """The rule book that the product began with; the database's default connection may be another one."""
    book = apps.get_model("licenses", "RuleBookVersion")
    book.objects.using(schema_editor.connection.alias).create(
        id=uuid.uuid5(uuid.NAMESPACE_URL, VERSION),
        version=VERSION,
        valid_from=date(2000, 1, 1),
        figures=FIGURES,
        reason="The rule book that the portal began with.",
        status="in_force",
        proposed_at=timezone.now(),
        decided_at=timezone.now(),
    )


class Migration(migrations.Migration):

    dependencies = [
        ("licenses", "0008_proofs_recorded"),
        ("sites", "0002_walls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleBookVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.CharField(max_length=20, unique=True, verbose_name="version")),
                ("valid_from", models.DateField(verbose_name="in force from")),
                ("figures", models.JSONField()),
                ("reason", models.TextField(verbose_name="reason")),
                ("status", models.CharField(choices=[("proposed", "proposed"), ("in_force", "in force"), ("rejected", "rejected"), ("withdrawn", "withdrawn")], default="proposed", max_length=10, verbose_name="status")),
                ("proposed_at", models.DateTimeField(verbose_name="proposed on")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided on")),
                ("decided_on", models.DateField(null=True, verbose_name="business date of the decision")),
                ("decision_reason", models.TextField(blank=True, verbose_name="reason of the decision")),
                ("decided_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="decided by")),
                ("proposed_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="proposed by")),
            ],
            options={
                "verbose_name": "rule book",
                "verbose_name_plural": "rule books",
                "ordering": ["-valid_from", "-proposed_at"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("status__in", ["in_force", "rejected"]), _negated=True) | models.Q(("decided_by", models.F("proposed_by")), _negated=True), name="rule_book_four_eyes"),
                    models.CheckConstraint(condition=models.Q(("status", "in_force"), _negated=True) | models.Q(("decided_on__lt", models.F("valid_from"))), name="rule_book_of_the_future"),
                    models.UniqueConstraint(condition=models.Q(("status", "in_force")), fields=("valid_from",), name="one_rule_book_a_day"),
                ],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
        run(STEPS),
        wall(
            "licenses_rulebookversion",
            read="true",
            write=STAFF,
            update=("status", "decided_by_id", "decided_at", "decided_on", "decision_reason"),
        ),
    ]
