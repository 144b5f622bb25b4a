from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from licenses.models.entitlement import Entitlement
from sites.models import Customer, Site
from sites.models.base import TenantQuerySet, UUIDModel


class EntitlementImport(UUIDModel):
    """A file that says what a customer holds, on its way into the record (rule book section 8).

    `declared` says that it counts only once a rep accepts it. `headings` are the file's own, `mapping` what each was
    read as (None: not read), `samples` the first values below each. `taught` is what people said about headings, by
    folded heading: with this file, or with an earlier one, whose number `remembered` holds then. `compared` is a digest
    of the difference as it was last shown. `rows_in_file` is known before `rows_read` has come that far.
    """

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("checking")
        CHECKED = "checked", _("checked")
        APPLYING = "applying", _("being recorded")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        FAILED = "failed", _("failed")
        SUPERSEDED = "superseded", _("superseded")

    WORKING = (Status.UPLOADED, Status.CHECKING, Status.APPLYING)

    number = models.BigIntegerField(_("number"), unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, verbose_name=_("customer"), related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, verbose_name=_("site"), related_name="+", db_constraint=False)
    created_by = models.ForeignKey("sites.User", models.PROTECT, verbose_name=_("uploaded by"), related_name="+")
    created_at = models.DateTimeField(_("uploaded on"))
    file = models.FileField(_("file"), upload_to="entitlements/")
    filename = models.CharField(_("file name"), max_length=200)
    fingerprint = models.CharField(max_length=64)
    declared = models.BooleanField(_("declared"), default=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UPLOADED)
    version = models.PositiveIntegerField(default=1)
    headings = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    samples = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    taught = models.JSONField(default=dict)
    remembered = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    faults = models.JSONField(default=list)
    compared = models.CharField(max_length=32, blank=True)
    rows_in_file = models.PositiveIntegerField(default=0, db_default=0)
    rows_read = models.PositiveIntegerField(_("rows"), default=0)
    rows_rejected = models.PositiveIntegerField(_("not read"), default=0)
    rows_new = models.PositiveIntegerField(_("new"), default=0)
    rows_changed = models.PositiveIntegerField(_("changed"), default=0)
    rows_gone = models.PositiveIntegerField(_("gone"), default=0)
    rows_same = models.PositiveIntegerField(_("the same"), default=0)
    parts_new = models.PositiveIntegerField(default=0, db_default=0)
    checked_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "sites.User", models.PROTECT, verbose_name=_("decided by"), null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(_("reason"), blank=True)
    superseded_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_constraint=False)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("license import")
        verbose_name_plural = _("license imports")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "id"], name="holdings_import_of_customer"),
            models.UniqueConstraint(
                fields=["site", "fingerprint"],
                condition=Q(status__in=["uploaded", "checking", "checked", "applying"]),
                name="same_holdings_once",
            ),
        ]
        indexes = [models.Index(fields=["customer", "-number"], name="holdings_import_latest")]

    def __str__(self) -> str:
        return f"L-{self.number:06d}"


class EntitlementImportRow(models.Model):
    """A row of the file, or, without a number, a line of an earlier import that this file no longer names.

    `errors` are what reading found, `against` what stands in the way in the record; a row with an error of either kind
    is rejected. `before_…` is what the record says of the line, `adds_from` and `adds_to` are the days of cover to be
    added.
    """

    class Outcome(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        SAME = "same", _("the same")
        GONE = "gone", _("gone")
        REJECTED = "rejected", _("not read")

    file_import = models.ForeignKey(
        EntitlementImport, models.CASCADE, related_name="rows", db_constraint=False, db_index=False
    )
    # Each index and key that another one implies would cost every row of a hundred thousand.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    number = models.PositiveIntegerField(_("row"), null=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    readable = models.BooleanField(default=False)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False)
    part_number = models.CharField(_("part number"), max_length=12, blank=True)
    kind = models.CharField(_("kind"), max_length=24, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    quantity = models.BigIntegerField(_("quantity"), null=True)
    order_reference = models.CharField(_("order reference"), max_length=40, blank=True)
    acquired_on = models.DateField(_("acquired on"), null=True)
    coverage_start = models.DateField(_("cover start"), null=True)
    coverage_end = models.DateField(_("cover end"), null=True)
    points = models.DecimalField(_("points"), max_digits=14, decimal_places=2, null=True)
    entitlement = models.ForeignKey(
        Entitlement, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    before_quantity = models.BigIntegerField(_("quantity before"), null=True)
    before_coverage_start = models.DateField(null=True)
    before_coverage_end = models.DateField(null=True)
    adds_from = models.DateField(null=True)
    adds_to = models.DateField(null=True)
    values = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    against = models.JSONField(default=list)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("row")
        verbose_name_plural = _("rows")
        constraints = [
            models.UniqueConstraint(fields=["file_import", "number"], name="holdings_row_once"),
            models.CheckConstraint(
                condition=Q(readable=False)
                | Q(quantity__gt=0, acquired_on__isnull=False, site__isnull=False) & ~Q(part_number=""),
                name="readable_holdings_row_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["file_import", "outcome", "id"], name="holdings_row_by_outcome"),
            models.Index(fields=["entitlement"], name="holdings_row_by_line"),
        ]

    def __str__(self) -> str:
        return f"{self.file_import_id} #{self.number or '–'}"
