from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from migrations_app.models.request import TransferRequest
from sites.models import Customer, Partner
from sites.models.base import TenantQuerySet, UUIDModel

if TYPE_CHECKING:
    from sites.tenancy.actor import Actor


DECIDED = ("applying", "completed", "completed_with_errors", "undone")

REFERENCE_LENGTH = 120


class SenderQuerySet(TenantQuerySet):
    """A file is its sender's; it may hold rows of several customers."""

    def visible_to(self, actor: "Actor") -> Self:
        return self if actor.sees_all_customers else self.filter(created_by_id=actor.user_id)


class BatchQuerySet(SenderQuerySet):
    """Forms; a rep of all customers of one sees it as well, once its requests are decided."""

    def seen_by(self, actor: "Actor") -> Self:
        """The actor's own forms, all of them for whoever sees everything, and those that a rep may take back."""
        if "rep" not in actor.roles or actor.sees_all_customers:
            return self.visible_to(actor)
        covered = Func(F("pk"), function="migrations_app_batch_covered", output_field=models.BooleanField())
        return self.filter(Q(created_by_id=actor.user_id) | Q(Q(status__in=DECIDED), Q(covered)))


class TransferBatch(UUIDModel):
    """A filled-in transfer form on its way to requests.

    `summary` holds what was found in its rows, by reason, and the plan, as `queries.batch_summary` last counted them.
    """

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("checking")
        CHECKED = "checked", _("checked")
        SUBMITTED = "submitted", _("submitted")
        APPLYING = "applying", _("applying")
        COMPLETED = "completed", _("completed")
        COMPLETED_WITH_ERRORS = "completed_with_errors", _("completed with errors")
        FAILED = "failed", _("failed")
        UNDONE = "undone", _("undone")

    WORKING = (Status.UPLOADED, Status.CHECKING, Status.SUBMITTED, Status.APPLYING)

    class Mode(models.TextChoices):
        PER_ROW = "per_row", _("every valid row")
        ATOMIC = "atomic", _("all rows or none")

    number = models.BigIntegerField(_("number"), unique=True, editable=False)
    created_by = models.ForeignKey("sites.User", models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="+")
    file = models.FileField(_("file"), upload_to="transfer-forms/")
    filename = models.CharField(_("file name"), max_length=200)
    fingerprint = models.CharField(max_length=64)
    mode = models.CharField(_("mode"), max_length=8, choices=Mode, default=Mode.PER_ROW)
    status = models.CharField(_("status"), max_length=24, choices=Status, default=Status.UPLOADED)
    version = models.PositiveIntegerField(default=1)
    faults = models.JSONField(default=list)
    rows_read = models.PositiveIntegerField(default=0)
    rows_valid = models.PositiveIntegerField(default=0)
    rows_invalid = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    cancel_asked_at = models.DateTimeField(null=True)
    undo_asked_at = models.DateTimeField(_("undo asked for"), null=True)
    undo_reason = models.TextField(_("reason for the undo"), blank=True, default="", db_default="")
    summary = models.JSONField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer form")
        verbose_name_plural = _("transfer forms")
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["created_by", "fingerprint"],
                condition=~Q(status__in=["failed", "undone"]),
                name="same_form_once",
            )
        ]

    def __str__(self) -> str:
        return f"B-{self.number:06d}"


class BatchRow(models.Model):
    """A row of the form, and what became of it. `customer` is empty while no rule of ours knows whose it is.

    `source_site_id`, `target_site_id` and `effective_on` are what its values name, as far as the sender sees it: keys
    to look up by, through the walls. A `stale` row was changed since it was judged.
    """

    class Outcome(models.TextChoices):
        VALID = "valid", _("valid")
        INVALID = "invalid", _("invalid")
        APPLIED = "applied", _("applied")
        FAILED = "failed", _("failed")

    batch = models.ForeignKey(TransferBatch, models.CASCADE, related_name="rows", db_constraint=False, db_index=False)
    created_by = models.ForeignKey("sites.User", models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    values = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    reference = models.CharField(_("reference"), max_length=REFERENCE_LENGTH, blank=True)
    allocation = models.JSONField(default=list)
    source_site_id = models.UUIDField(null=True)
    target_site_id = models.UUIDField(null=True)
    effective_on = models.DateField(null=True)
    stale = models.BooleanField(default=False, db_default=False)
    request = models.ForeignKey(
        TransferRequest, models.PROTECT, null=True, related_name="rows", db_constraint=False, db_index=False
    )

    objects = SenderQuerySet.as_manager()

    class Meta:
        verbose_name = _("row")
        verbose_name_plural = _("rows")
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="row_once")]
        indexes = [
            models.Index(fields=["batch", "outcome", "number"], name="row_by_outcome"),
            models.Index(fields=["batch", "number"], condition=Q(stale=True), name="row_stale"),
            models.Index(fields=["request"], condition=Q(request__isnull=False), name="row_of_request"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} #{self.number}"
