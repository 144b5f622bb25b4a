from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sites.models import Agreement, Customer, Site
from sites.models.base import TenantQuerySet, UUIDModel


class QuantityMovement(UUIDModel):
    """Units that left a line, arrived at one, or both. Written by `post_quantities` alone, never changed.

    No source: acquired. No target: given up. Both: moved, or split at its site, and then the two lines are of the same
    order.
    """

    class Reason(models.TextChoices):
        ACQUISITION = "acquisition", _("acquired")
        TRANSFER = "transfer", _("transferred")
        REVERSAL = "reversal", _("reversed")
        CORRECTION = "correction", _("corrected")
        SPLIT = "split", _("split")

    # Found by the indexes below, which begin with what their own would hold.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    source = models.ForeignKey(
        "licenses.Entitlement", models.PROTECT, null=True, related_name="departures", db_index=False
    )
    target = models.ForeignKey(
        "licenses.Entitlement", models.PROTECT, null=True, related_name="arrivals", db_index=False
    )
    quantity = models.BigIntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    reference = models.CharField(_("reference"), max_length=80)
    effective_on = models.DateField(_("effective on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey("sites.User", models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    sequence = models.BigIntegerField()
    chain = models.BinaryField(max_length=32)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("quantity movement")
        verbose_name_plural = _("quantity movements")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="quantity_moved_positive"),
            models.CheckConstraint(
                condition=Q(source__isnull=False) | Q(target__isnull=False), name="quantity_moved_somewhere"
            ),
            models.CheckConstraint(
                condition=~Q(reason="transfer") | Q(source__isnull=False, target__isnull=False),
                name="transfer_has_both_ends",
            ),
            models.UniqueConstraint(fields=["customer", "sequence"], name="quantity_sequence"),
        ]
        indexes = [
            models.Index(fields=["target", "effective_on"], include=["quantity"], name="quantity_arrivals"),
            models.Index(fields=["source", "effective_on"], include=["quantity"], name="quantity_departures"),
            models.Index(fields=["reference"], name="quantity_by_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}: {self.quantity}"


class PointsMovement(UUIDModel):
    """Points that an agreement earned (target) or gave back (source). Written by `post_points` alone (rule P7)."""

    class Kind(models.TextChoices):
        ORDER = "order", _("order")
        RENEWAL = "renewal", _("renewal")
        CREDIT = "credit", _("credit")
        ADJUSTMENT = "adjustment", _("adjustment")
        REVERSAL = "reversal", _("reversal")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="points")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", db_constraint=False)
    source = models.ForeignKey(Agreement, models.PROTECT, null=True, related_name="+", db_constraint=False)
    target = models.ForeignKey(Agreement, models.PROTECT, null=True, related_name="+", db_constraint=False)
    amount = models.DecimalField(_("points"), max_digits=14, decimal_places=2)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    reference = models.CharField(_("reference"), max_length=80)
    effective_on = models.DateField(_("counts for"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey("sites.User", models.PROTECT, related_name="+", db_constraint=False)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    sequence = models.BigIntegerField()
    chain = models.BinaryField(max_length=32)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("points movement")
        verbose_name_plural = _("points movements")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="points_moved_positive"),
            models.CheckConstraint(
                condition=(Q(source__isnull=True) & Q(target=models.F("agreement")))
                | (Q(target__isnull=True) & Q(source=models.F("agreement"))),
                name="points_moved_one_way",
            ),
            models.UniqueConstraint(fields=["customer", "sequence"], name="points_sequence"),
            models.UniqueConstraint(
                fields=["agreement", "site", "reference"],
                condition=Q(kind__in=["order", "renewal"]),
                name="points_once_an_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agreement", "effective_on", "sequence"],
                include=["amount", "target", "recorded_at"],
                name="points_by_date",
            ),
            # What was recorded since the last closing.
            models.Index(fields=["agreement", "recorded_at"], name="points_by_recording"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.signed}"

    @property
    def signed(self):  # type: ignore[no-untyped-def]
        """The points with their sign: minus for what was given back."""
        return self.amount if self.target_id else -self.amount


class LedgerHead(models.Model):
    """The last link of a customer's chain in one ledger; locked by every posting."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False)
    ledger = models.CharField(max_length=10)
    sequence = models.BigIntegerField(default=0)
    chain = models.BinaryField(max_length=32)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "ledger"], name="one_head_a_ledger")]

    def __str__(self) -> str:
        return f"{self.ledger} {self.customer_id}"
