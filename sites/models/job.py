from django.db import models
from django.utils.translation import gettext_lazy as _

from sites.models.base import UUIDModel


class Job(UUIDModel):
    """Work to be done once: written with the business row, claimed by a worker with a lease and a token."""

    class Status(models.TextChoices):
        DUE = "due", _("due")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        DEAD = "dead", _("dead")

    kind = models.CharField(_("kind"), max_length=40)
    subject_id = models.UUIDField()
    actor = models.ForeignKey("sites.User", models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.DUE)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    token = models.PositiveBigIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)
    crashes = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=models.Q(status__in=["due", "running"]),
                name="one_open_job_a_subject",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(status__in=["due", "running"]), name="job_open"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"
