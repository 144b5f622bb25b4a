from django.db import models
from django.utils.translation import gettext_lazy as _

from sites.models.base import TenantQuerySet


class Event(models.Model):
    """Something that happened, told once and never changed: the history of every case, and the outbox."""

    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey("sites.User", models.PROTECT, related_name="+")
    customer = models.ForeignKey("sites.Customer", models.PROTECT, null=True, related_name="+")
    subject_type = models.CharField(_("subject"), max_length=30)
    subject_id = models.UUIDField()
    kind = models.CharField(_("what"), max_length=40)
    data = models.JSONField(default=dict)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["id"]
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"], name="event_by_subject")]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}: {self.kind}"
