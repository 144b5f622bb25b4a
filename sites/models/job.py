from django.db import models
from django.utils.translation import gettext_lazy as _

from sites.models.base import UUIDModel


class Job(UUIDModel):
    """Work to be done once: written with the business row, claimed by a worker with a lease and a token.

    `turns` counts how often it made way for others, `started_at` is when it was last claimed. A dead job waits for an
    operator; one that was dropped was given up by one.
    """

    class Status(models.TextChoices):
        DUE = "due", _("due")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        DEAD = "dead", _("dead")
        DROPPED = "dropped", _("given up")

    OPEN = (Status.DUE, Status.RUNNING)

    kind = models.CharField(_("kind"), max_length=40)
    subject_id = models.UUIDField()
    actor = models.ForeignKey("sites.User", models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.DUE)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    token = models.PositiveBigIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)
    crashes = models.PositiveIntegerField(default=0)
    turns = models.PositiveIntegerField(db_default=0)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        # Asking again while one runs makes a second row, which waits for the first to end.
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"], condition=models.Q(status=status), name=f"one_{status}_job_a_subject"
            )
            for status in ("due", "running")
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(status__in=["due", "running"]), name="job_open"),
            models.Index(fields=["kind"], condition=models.Q(status="dead"), name="job_dead"),
            models.Index(
                fields=["finished_at"],
                include=["kind"],
                condition=models.Q(status__in=["done", "dropped"]),
                name="job_ended",
            ),
            models.Index(fields=["-created_at", "-id"], name="job_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
