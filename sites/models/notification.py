from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from sites.models.base import UUIDModel

if TYPE_CHECKING:
    from sites.tenancy.actor import Actor


class NotificationQuerySet(models.QuerySet):
    """What a person is told is that person's alone; operators have no reason to read along."""

    def visible_to(self, actor: "Actor") -> Self:
        """Only the actor's own."""
        return self.filter(user_id=actor.user_id)

    def unread(self) -> Self:
        """Those that their reader hasn't put aside yet."""
        return self.filter(read_at__isnull=True)


class Notification(UUIDModel):
    """Something that one person is told: written with what happened, in the same transaction, as code and figures.

    `event` is the number of the event that it tells of: nobody is told one thing of one event twice.
    """

    user = models.ForeignKey("sites.User", models.CASCADE, related_name="notifications")
    customer = models.ForeignKey("sites.Customer", models.PROTECT, null=True, related_name="+")
    event = models.BigIntegerField()
    subject_type = models.CharField(_("subject"), max_length=30)
    subject_id = models.UUIDField()
    kind = models.CharField(_("what"), max_length=40)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read at"), null=True)
    mailed_at = models.DateTimeField(_("mailed at"), null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "event", "kind"], name="told_once_of_an_event")]
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notification_of_person"),
            models.Index(fields=["user"], condition=models.Q(read_at__isnull=True), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type} {self.subject_id}"
