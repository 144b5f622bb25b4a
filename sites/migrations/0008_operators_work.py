"""Jobs for operators: what waits and what ended is found by index, and a job that runs can be asked for again.

Safe beside workers that run: a column with the database's own default, indexes built CONCURRENTLY, each step such
that the migration can be begun again after it was broken off.
"""

from django.db import migrations, models

from sites.tenancy.walls import run

MINE = "actor_id = (SELECT current_actor())"
# Asked once a statement, not once a row.
OPERATORS = f"({MINE} OR (SELECT is_staff('operator', 'system')))"
INDEXES = {
    "one_due_job_a_subject": "UNIQUE INDEX {} ON sites_job (kind, subject_id) WHERE status = 'due'",
    "one_running_job_a_subject": "UNIQUE INDEX {} ON sites_job (kind, subject_id) WHERE status = 'running'",
    "job_dead": "INDEX {} ON sites_job (kind) WHERE status = 'dead'",
    "job_ended": "INDEX {} ON sites_job (finished_at) INCLUDE (kind) WHERE status IN ('done', 'dropped')",
    "job_newest": "INDEX {} ON sites_job (created_at DESC, id DESC)",
}


def _concurrently(name: str, what: str) -> list[str]:
    kind, _, rest = what.partition("INDEX {}")
    # One that was broken off is there, and not valid.
    return [
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"CREATE {kind}INDEX CONCURRENTLY {name}{rest}",
    ]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sites", "0007_reach_once")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                run(
                    "SET lock_timeout = '5s'",
                    "ALTER TABLE sites_job ADD COLUMN IF NOT EXISTS turns integer NOT NULL DEFAULT 0 CHECK (turns >= 0),"
                    " ADD COLUMN IF NOT EXISTS started_at timestamptz",
                    "GRANT UPDATE (turns, started_at) ON sites_job TO {app}",
                    "GRANT DELETE ON sites_job TO {app}",
                    f"ALTER POLICY sites_job_read ON sites_job USING ({OPERATORS})",
                    f"ALTER POLICY sites_job_change ON sites_job USING ({OPERATORS}) WITH CHECK ({OPERATORS})",
                    "ALTER POLICY sites_job_remove ON sites_job"
                    " USING (status IN ('done', 'dropped') AND (SELECT is_staff('system')))",
                    "RESET lock_timeout",
                    *(step for name, what in INDEXES.items() for step in _concurrently(name, what)),
                    "DROP INDEX CONCURRENTLY IF EXISTS one_open_job_a_subject",
                )
            ],
            state_operations=[
                migrations.AddField("job", "turns", models.PositiveIntegerField(db_default=0)),
                migrations.AddField("job", "started_at", models.DateTimeField(null=True)),
                migrations.AlterField(
                    "job",
                    "status",
                    models.CharField(
                        choices=[("due", "due"), ("running", "running"), ("done", "done"), ("dead", "dead"), ("dropped", "given up")],
                        default="due", max_length=8, verbose_name="status",
                    ),
                ),
                migrations.RemoveConstraint("job", "one_open_job_a_subject"),
                *(
                    migrations.AddConstraint(
                        "job",
                        models.UniqueConstraint(
                            fields=["kind", "subject_id"], condition=models.Q(status=status), name=f"one_{status}_job_a_subject"
                        ),
                    )
                    for status in ("due", "running")
                ),
                migrations.AddIndex("job", models.Index(fields=["kind"], condition=models.Q(status="dead"), name="job_dead")),
                migrations.AddIndex(
                    "job",
                    models.Index(
                        fields=["finished_at"], include=["kind"], condition=models.Q(status__in=["done", "dropped"]), name="job_ended"
                    ),
                ),
                migrations.AddIndex("job", models.Index(fields=["-created_at", "-id"], name="job_newest")),
            ],
        )
    ]
