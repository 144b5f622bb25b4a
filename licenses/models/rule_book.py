from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sites.models.base import UUIDModel


class RuleBookVersion(UUIDModel):
    """A whole rule book with the day it is in force from. One person proposes it, another puts it into force.

    `figures` is what `licenses.rules.book_figures.stored` writes. Once in force it never changes: figures name the
    version that they were made with. It begins after the business date on which it was put into force; the one that
    the portal began with has neither author nor such a date.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        IN_FORCE = "in_force", _("in force")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    version = models.CharField(_("version"), max_length=20, unique=True)
    valid_from = models.DateField(_("in force from"))
    figures = models.JSONField()
    reason = models.TextField(_("reason"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PROPOSED)
    proposed_by = models.ForeignKey(
        "sites.User", models.PROTECT, verbose_name=_("proposed by"), null=True, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed on"))
    decided_by = models.ForeignKey(
        "sites.User", models.PROTECT, verbose_name=_("decided by"), null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided on"), null=True)
    decided_on = models.DateField(_("business date of the decision"), null=True)
    decision_reason = models.TextField(_("reason of the decision"), blank=True)

    class Meta:
        verbose_name = _("rule book")
        verbose_name_plural = _("rule books")
        ordering = ["-valid_from", "-proposed_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["in_force", "rejected"]) | ~Q(decided_by=F("proposed_by")),
                name="rule_book_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(status="in_force") | Q(decided_on__lt=F("valid_from")), name="rule_book_of_the_future"
            ),
            models.UniqueConstraint(fields=["valid_from"], condition=Q(status="in_force"), name="one_rule_book_a_day"),
        ]

    def __str__(self) -> str:
        return self.version
