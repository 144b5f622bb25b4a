from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from licenses.models.ledger import PointsMovement
from sites.models import Agreement, Customer, Site
from sites.models.base import TenantQuerySet, UUIDModel

if TYPE_CHECKING:
    from sites.tenancy.actor import Actor


class PointsClosing(models.Model):
    """What an Agreement's entries of a day and before came to in the Term: written behind the ledger, never changed.

    `points` is the net sum of the Term up to the day, `peak` its highest running sum. It holds for the ledger up to
    `through`; entries of the Agreement up to `through` are in this or a later closing. `through_at` is when the last
    of them was recorded. A later entry for an earlier day appends closings anew.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+", db_constraint=False)
    term_start = models.DateField()
    day = models.DateField()
    points = models.DecimalField(max_digits=16, decimal_places=2)
    peak = models.DecimalField(max_digits=16, decimal_places=2)
    through = models.BigIntegerField()
    through_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("day closing of points")
        verbose_name_plural = _("day closings of points")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "day", "through"],
                include=["term_start", "points", "peak", "recorded_at"],
                name="points_closed_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["agreement", "recorded_at", "through"], include=["through_at"], name="points_closed_up_to"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.day}: {self.points}"


class TermClosing(models.Model):
    """An ended Term as its Anniversary found it, and the level that the next one opens with (rule P5).

    While it stands, nothing can be posted into the Term. A re-opening after `recorded_at` takes it away.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="+", db_constraint=False)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    points = models.DecimalField(_("points"), max_digits=16, decimal_places=2)
    level = models.CharField(_("level at its end"), max_length=2)
    opens_with = models.CharField(_("level of the next Term"), max_length=2)
    rule_version = models.CharField(_("rule version"), max_length=20)
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("Term closing")
        verbose_name_plural = _("Term closings")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="closed_term_ordered"),
            models.UniqueConstraint(fields=["agreement", "starts_on", "recorded_at"], name="term_closed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.starts_on}..{self.ends_on}"


class TermReopening(UUIDModel):
    """A rep opens an ended Term, and with it every later one, to be posted into again: with a reason (rule P7)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="reopenings", db_constraint=False)
    starts_on = models.DateField(_("Term"))
    until = models.DateField(_("open until"))
    reason = models.TextField(_("reason"))
    reopened_by = models.ForeignKey("sites.User", models.PROTECT, verbose_name=_("by"), related_name="+")
    reopened_at = models.DateTimeField(_("at"))

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("re-opened Term")
        verbose_name_plural = _("re-opened Terms")
        ordering = ["-reopened_at"]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.starts_on}"


class AdjustmentQuerySet(TenantQuerySet):
    """The desk's own cases: customers read what was posted, in the statement."""

    def visible_to(self, actor: "Actor") -> Self:
        return super().visible_to(actor) if actor.is_staff or actor.sees_all_customers else self.none()


class PointsAdjustment(UUIDModel):
    """Points that a rep wants to give or take, or an entry to be reversed: posted when a second rep signs (P3, P7).

    A correction names the entry in `reverses`; its points are that entry's, taken back.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        SIGNED = "signed", _("signed")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    number = models.BigIntegerField(_("number"), unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="adjustments", db_constraint=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", db_constraint=False)
    points = models.DecimalField(_("points"), max_digits=14, decimal_places=2)
    effective_on = models.DateField(_("counts for"))
    reason = models.TextField(_("reason"))
    reverses = models.ForeignKey(
        PointsMovement, models.PROTECT, verbose_name=_("takes back"), null=True, related_name="+", db_constraint=False
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PROPOSED)
    proposed_by = models.ForeignKey("sites.User", models.PROTECT, verbose_name=_("proposed by"), related_name="+")
    proposed_at = models.DateTimeField(_("proposed on"))
    decided_by = models.ForeignKey(
        "sites.User", models.PROTECT, verbose_name=_("decided by"), null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided on"), null=True)
    decision_reason = models.TextField(_("reason of the decision"), blank=True)

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("points adjustment")
        verbose_name_plural = _("points adjustments")
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(condition=~Q(points=0), name="adjustment_of_something"),
            models.CheckConstraint(
                condition=~Q(status__in=["signed", "rejected"]) | ~Q(decided_by=F("proposed_by")),
                name="adjustment_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(status="proposed") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="adjustment_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(status__in=["proposed", "signed"]), name="one_correction_an_entry"
            ),
        ]

    def __str__(self) -> str:
        return f"PA-{self.number:05d}"
