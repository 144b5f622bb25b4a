from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from licenses.models import Entitlement
from migrations_app.models.ends import End, end_of, seen
from sites.models import Customer, Enrollment, Site
from sites.models.base import TenantQuerySet, UUIDModel

if TYPE_CHECKING:
    from sites.tenancy.actor import Actor


class BothEndsQuerySet(TenantQuerySet):
    """A move is seen from both of its ends."""

    def visible_to(self, actor: "Actor") -> Self:
        if actor.sees_all_customers:
            return self
        # A join to either customer would lose the rows whose other end lies in another rep's territory.
        reached = Customer.objects.visible_to(actor).values("pk") if actor.territories else actor.readable
        return self.filter(Q(customer__in=reached) | Q(target_customer__in=reached))


class RequestQuerySet(BothEndsQuerySet):
    """Requests, with the rows at their ends as far as the actor may read them."""

    def with_ends(self) -> Self:
        """With customer, sites and enrollment: three queries more, since a join loses requests with a hidden end."""
        sites = Site.objects.select_related("customer", "agreement__customer")
        ends = [Prefetch(end, queryset=sites) for end in ("source_site", "target_site")]
        return self.select_related("enrollment").prefetch_related("customer", *ends)


class TransferRequest(UUIDModel):
    """A request to move licenses from one site to another (rules M1–M8)."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        IN_REVIEW = "in_review", _("in review")
        APPROVED = "approved", _("approved")
        COMPLETED = "completed", _("completed")
        RETURNED = "returned", _("returned")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")
        REVERSED = "reversed", _("reversed")

    OPEN = (Status.DRAFT, Status.SUBMITTED, Status.IN_REVIEW, Status.APPROVED, Status.RETURNED)

    number = models.BigIntegerField(_("number"), unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="transfer_requests")
    source_site = models.ForeignKey(Site, models.PROTECT, related_name="+", db_constraint=False)
    target_customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    target_site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+", db_constraint=False)
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, null=True, related_name="transfer_requests")
    batch = models.ForeignKey(
        "migrations_app.TransferBatch", models.PROTECT, null=True, related_name="requests", db_constraint=False
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=1)
    effective_on = models.DateField(_("effective on"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    waiting_for = models.CharField(max_length=4, blank=True)
    waiting_until = models.DateField(null=True, blank=True)
    # Codes of checks that the requester rather waits for than mends or takes note of.
    wait_for = models.JSONField(default=list)
    checks = models.JSONField(default=list)
    plan = models.JSONField(default=dict)
    created_by = models.ForeignKey("sites.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_by = models.ForeignKey("sites.User", models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("sites.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(_("decision"), blank=True)
    completed_at = models.DateTimeField(null=True)
    completed_on = models.DateField(null=True)
    # Findings that stopped the approved move: a rule's no, which heals; a technical fault is another thing.
    stopped_by = models.JSONField(default=list)
    fault = models.TextField(_("technical fault"), blank=True)
    # Who is at one end may not read the other's rows: what they need to be told of it (migrations_app.models.ends).
    ends = models.JSONField(default=dict)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer request")
        verbose_name_plural = _("transfer requests")
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(source_site=F("target_site")), name="transfer_goes_elsewhere"),
            models.CheckConstraint(
                condition=Q(target_site__isnull=True, target_customer__isnull=True)
                | Q(target_site__isnull=False, target_customer__isnull=False),
                name="transfer_target_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("submitted_by")) & ~Q(decided_by=F("created_by"))),
                name="transfer_decided_by_another",
            ),
            models.UniqueConstraint(fields=["customer", "id"], name="transfer_of_customer"),
        ]
        indexes = [models.Index(fields=["status", "submitted_at"], name="transfer_queue")]

    def __str__(self) -> str:
        return f"T-{self.number:06d}"

    @property
    def is_open(self) -> bool:
        """Whether it still holds units."""
        return self.status in self.OPEN

    @property
    def source_end(self) -> End:
        """Where the licenses come from, as far as the actor may know it."""
        return self._end("source")

    @property
    def target_end(self) -> End | None:
        """Where they go, as far as the actor may know it; None while there is no site yet."""
        return self._end("target") if self.target_site_id else None

    @property
    def both_ends_seen(self) -> bool:
        """Whether the actor reads the rows at both ends, so that the move can be judged by them."""
        return self.source_end.seen and (self.target_end is None or self.target_end.seen)

    def _end(self, side: str) -> End:
        site = seen(self, f"{side}_site")
        return end_of(site) if site is not None else End(**self.ends.get(side, {}))


class TransferLine(UUIDModel):
    """So many units of one license line."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    target_customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    request = models.ForeignKey(
        TransferRequest, models.CASCADE, related_name="lines", db_constraint=False, db_index=False
    )
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="+", db_constraint=False)
    quantity = models.BigIntegerField(_("quantity"))
    arrived_as = models.ForeignKey(Entitlement, models.PROTECT, null=True, related_name="+")
    # As `ends` of the request: part number, description and order reference.
    told = models.JSONField(default=dict)

    objects = BothEndsQuerySet.as_manager()

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_moves_something"),
            models.UniqueConstraint(fields=["request", "entitlement"], name="line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.entitlement_id}"


class Consent(UUIDModel):
    """A Primary Contact's yes for one side, or both (rule M4)."""

    class Side(models.TextChoices):
        SOURCE = "source", _("source site")
        TARGET = "target", _("target site")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    target_customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    request = models.ForeignKey(TransferRequest, models.CASCADE, related_name="consents", db_constraint=False)
    side = models.CharField(_("side"), max_length=6, choices=Side)
    given_by = models.ForeignKey("sites.User", models.PROTECT, related_name="+")
    under_mandate = models.BooleanField(_("under a mandate"), default=False)
    request_version = models.PositiveIntegerField()
    given_at = models.DateTimeField()

    objects = BothEndsQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "side"], name="one_consent_a_side")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.side}"


class Waiver(UUIDModel):
    """A warning taken note of, with its consequence on the record.

    `params` are the figures of the consequence, so that each reader reads it in their own language; `consequence`
    are the words as they were shown to whoever took note of it, in `language`.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    target_customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    request = models.ForeignKey(TransferRequest, models.CASCADE, related_name="waivers", db_constraint=False)
    code = models.CharField(_("check"), max_length=4)
    line = models.UUIDField(null=True)
    reason = models.TextField(_("reason"))
    params = models.JSONField(default=dict)
    consequence = models.TextField(_("consequence"))
    language = models.CharField(_("language"), max_length=2, blank=True)
    given_by = models.ForeignKey("sites.User", models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    objects = BothEndsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "code", "line"], nulls_distinct=False, name="one_waiver_a_check")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.line or ''}"
