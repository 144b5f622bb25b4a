from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, IntegerField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from licenses.models.catalog import Part
from licenses.models.ledger import QuantityMovement
from sites.models import Customer, Site
from sites.models.base import Days, TenantQuerySet, UUIDModel


def _moved(side: str, as_of: date | None, known_at: datetime | None) -> Coalesce:
    rows = QuantityMovement.objects.filter(**{f"{side}_id": OuterRef("pk")})
    if as_of is not None:
        rows = rows.filter(effective_on__lte=as_of)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    total = rows.order_by().values(f"{side}_id").annotate(total=Sum("quantity")).values("total")
    return Coalesce(Subquery(total), Value(0), output_field=IntegerField())


class EntitlementQuerySet(TenantQuerySet):
    def with_quantity(self, as_of: date | None = None, known_at: datetime | None = None) -> Self:
        """Adds `quantity` (owned on `as_of`) and `held` (promised to open requests), both whole units.

        Of what was recorded by `known_at`, where one is named; promises then are those open at that instant.
        """
        promises = Q(released_at__isnull=True)
        if known_at is not None:
            promises = Q(placed_at__lte=known_at) & (promises | Q(released_at__gt=known_at))
        held = (
            Hold.objects.filter(promises, entitlement_id=OuterRef("pk"))
            .order_by()
            .values("entitlement_id")
            .annotate(total=Sum("quantity"))
            .values("total")
        )
        return self.annotate(
            quantity=_moved("target", as_of, known_at) - _moved("source", as_of, known_at),
            held=Coalesce(Subquery(held), Value(0), output_field=IntegerField()),
        )

    def held_now(self, as_of: date | None = None) -> Self:
        """Only what is left at its site: lines that moved away whole are history."""
        return self.with_quantity(as_of).filter(quantity__gt=0)


class Entitlement(UUIDModel):
    """A line of what a site holds: one part of one order. Its quantity stands in the ledger, never here.

    `coverage_start` and `coverage_end` are the latest S&S period; the whole row of them is in CoverPeriod.
    `moved_from` is the line it came from, `follows` the license line that a renewal line belongs to (rule M6).
    """

    # Guarded by the site's key, which is the customer's too, and found by the constraint below.
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="entitlements", db_constraint=False, db_index=False
    )
    site = models.ForeignKey(Site, models.PROTECT, related_name="entitlements", db_constraint=False, db_index=False)
    part = models.ForeignKey(Part, models.PROTECT, related_name="entitlements")
    order_reference = models.CharField(_("order reference"), max_length=40)
    acquired_on = models.DateField(_("acquired on"))
    coverage_start = models.DateField(_("cover start"), null=True, blank=True)
    coverage_end = models.DateField(_("cover end"), null=True, blank=True)
    moved_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="moved_to")
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followers")
    traded_up = models.BooleanField(_("replaced by a trade-up"), default=False)

    objects = EntitlementQuerySet.as_manager()

    if TYPE_CHECKING:
        # No columns: `with_quantity` adds them to the rows.
        quantity: int
        held: int

    class Meta:
        verbose_name = _("license line")
        verbose_name_plural = _("license lines")
        constraints = [
            models.CheckConstraint(
                condition=Q(coverage_start__isnull=True, coverage_end__isnull=True)
                | Q(coverage_end__gte=F("coverage_start")),
                name="cover_dates_ordered",
            ),
            models.UniqueConstraint(fields=["customer", "id"], name="entitlement_of_customer"),
        ]
        indexes = [models.Index(fields=["site", "part", "order_reference"], name="entitlement_by_order")]

    def __str__(self) -> str:
        return f"{self.part_id} {self.order_reference}"

    @property
    def label(self) -> str:
        """The line as pages and papers name it: its part and its order."""
        return f"{self.part_id} · {self.order_reference}"

    @property
    def available_quantity(self) -> int:
        """What no open request has spoken for; needs `with_quantity`."""
        return self.quantity - self.held


class CoverPeriod(UUIDModel):
    """One S&S period of a line, and what bought it. Periods of one line never overlap."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="cover", db_constraint=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    source = models.CharField(_("bought by"), max_length=80)
    recorded_at = models.DateTimeField()

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("coverage period")
        verbose_name_plural = _("coverage periods")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="cover_period_ordered"),
            ExclusionConstraint(
                name="cover_never_twice",
                expressions=[
                    (F("entitlement"), RangeOperators.EQUAL),
                    (Days("starts_on", "ends_on", Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}..{self.ends_on}"


class Hold(UUIDModel):
    """Units promised to an open request: nobody else can ask for them (check V3)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="holds", db_constraint=False)
    quantity = models.BigIntegerField(_("quantity"))
    reference = models.UUIDField()
    placed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hold_is_positive"),
            models.UniqueConstraint(
                fields=["entitlement", "reference"], condition=Q(released_at__isnull=True), name="one_hold_a_request"
            ),
        ]
        indexes = [
            models.Index(fields=["entitlement"], condition=Q(released_at__isnull=True), name="hold_open"),
            models.Index(fields=["reference"], name="hold_by_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.entitlement_id}"


class Proof(UUIDModel):
    """A Proof of Entitlement: the portal's own certificate (rule M8, rule book section 7).

    `issued_on` is the day that it names, `recorded_at` the instant from which it was known.
    """

    class Status(models.TextChoices):
        VALID = "valid", _("valid")
        SUPERSEDED = "superseded", _("superseded")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="proofs")
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="proofs", db_constraint=False)
    number = models.CharField(_("number"), max_length=20, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.VALID)
    quantity = models.BigIntegerField(_("quantity"))
    issued_on = models.DateField(_("issued on"))
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    language = models.CharField(_("language"), max_length=2, default="da")
    paper = models.JSONField(default=dict)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="superseded_by")

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("Proof of Entitlement")
        verbose_name_plural = _("Proofs of Entitlement")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="proof_of_something"),
            models.UniqueConstraint(fields=["entitlement"], condition=Q(status="valid"), name="one_valid_proof_a_line"),
        ]

    def __str__(self) -> str:
        return self.number
