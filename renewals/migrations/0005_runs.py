"""Runs over all Agreements: what they did, and what they put aside. A line's keys and indexes are those it needs."""

import django.db.models.deletion
from django.db import migrations, models

from sites.tenancy.walls import run, wall

_OPERATORS = "(SELECT is_staff('operator', 'system'))"
_PORTAL = "(SELECT is_staff('system'))"


class Migration(migrations.Migration):
    dependencies = [("renewals", "0004_answers"), ("sites", "0010_narrowed_sight")]

    operations = [
        migrations.AddIndex(
            "renewalquote",
            models.Index(fields=["valid_until"], condition=models.Q(status="issued"), name="quote_runs_out"),
        ),
        migrations.AlterField(
            "quoteline",
            "customer",
            models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT,
                related_name="+", to="sites.customer",
            ),
        ),
        migrations.AlterField(
            "quoteline",
            "quote",
            models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE,
                related_name="lines", to="renewals.renewalquote",
            ),
        ),
        migrations.CreateModel(
            name="QuoteRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(unique=True, verbose_name="business day")),
                ("started_at", models.DateTimeField(verbose_name="started")),
                ("worked_at", models.DateTimeField(verbose_name="last sign of work")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                ("due", models.PositiveIntegerField(default=0, verbose_name="due")),
                ("looked_at", models.PositiveIntegerField(default=0, verbose_name="looked at")),
                ("issued", models.PositiveIntegerField(default=0, verbose_name="quotes issued")),
                ("superseded", models.PositiveIntegerField(default=0, verbose_name="quotes superseded")),
                ("expired", models.PositiveIntegerField(default=0, verbose_name="quotes expired")),
                ("left_out", models.PositiveIntegerField(default=0, verbose_name="lines left out")),
                ("put_aside", models.PositiveIntegerField(default=0, verbose_name="put aside")),
            ],
            options={
                "verbose_name": "run of renewal quotes",
                "verbose_name_plural": "runs of renewal quotes",
                "ordering": ["-on"],
            },
        ),
        migrations.CreateModel(
            name="QuotePutAside",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_type", models.CharField(max_length=9, verbose_name="kind")),
                ("subject_id", models.UUIDField(unique=True)),
                ("number", models.CharField(max_length=10, verbose_name="number")),
                ("reason", models.TextField(verbose_name="reason")),
                ("since", models.DateTimeField(verbose_name="since")),
                ("tries", models.PositiveIntegerField(default=1, verbose_name="tries")),
                ("tried_on", models.DateField(verbose_name="last tried")),
                ("head_version", models.BigIntegerField()),
                ("prices", models.BigIntegerField()),
                ("rules", models.CharField(max_length=20)),
            ],
            options={"verbose_name": "put aside", "verbose_name_plural": "put aside", "ordering": ["since"]},
        ),
        wall(
            "renewals_quoterun",
            read=_OPERATORS,
            write=_PORTAL,
            update=(
                "worked_at", "finished_at", "due", "looked_at", "issued", "superseded", "expired", "left_out", "put_aside",
            ),
        ),
        wall(
            "renewals_quoteputaside",
            read=_OPERATORS,
            write=_PORTAL,
            update=("reason", "tries", "tried_on", "head_version", "prices", "rules"),
            delete=True,
        ),
        run(
            "GRANT USAGE ON SEQUENCE renewals_quoterun_id_seq TO {app}",
            "GRANT USAGE ON SEQUENCE renewals_quoteputaside_id_seq TO {app}",
        ),
    ]
