from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from licenses.models import Entitlement
from sites.models import Customer, Enrollment, Site
from sites.models.base import TenantQuerySet, UUIDModel

if TYPE_CHECKING:
    from sites.tenancy.actor import Actor


class BothEndsQuerySet(TenantQuerySet):
    """A move is seen from both of its ends."""

    def visible_to(self, actor: "Actor") -> Self:
        if actor.sees_all_customers:
            return self
        return self.filter(actor.readable_filter() | actor.readable_filter("target_customer"))


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

    objects = BothEndsQuerySet.as_manager()

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


class TransferLine(UUIDModel):
    """So many units of one license line."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    target_customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    request = models.ForeignKey(TransferRequest, models.CASCADE, related_name="lines", db_constraint=False)
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="+", db_constraint=False)
    quantity = models.BigIntegerField(_("quantity"))
    arrived_as = models.ForeignKey(Entitlement, models.PROTECT, null=True, related_name="+")

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
