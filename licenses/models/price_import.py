from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from licenses.models.catalog import PriceList
from sites.models.base import UUIDModel


class PriceImport(UUIDModel):
    """A file that says what a price list is from `effective_on` on, on its way into force by two people.

    `compared_with` is the list's version that the difference was made against; `replaced` counts prices that were
    scheduled for later days and give way.
    """

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("checking")
        CHECKED = "checked", _("checked")
        IN_FORCE = "in_force", _("in force")
        REJECTED = "rejected", _("rejected")
        FAILED = "failed", _("failed")

    number = models.BigIntegerField(_("number"), unique=True, editable=False)
    price_list = models.ForeignKey(PriceList, models.PROTECT, verbose_name=_("price list"), related_name="imports")
    effective_on = models.DateField(_("effective day"))
    created_by = models.ForeignKey("sites.User", models.PROTECT, verbose_name=_("uploaded by"), related_name="+")
    created_at = models.DateTimeField(_("uploaded on"))
    file = models.FileField(_("file"), upload_to="price-lists/")
    filename = models.CharField(_("file name"), max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.UPLOADED)
    version = models.PositiveIntegerField(default=1)
    faults = models.JSONField(default=list)
    compared_with = models.BigIntegerField(null=True)
    rows_read = models.PositiveIntegerField(_("rows"), default=0)
    rows_invalid = models.PositiveIntegerField(_("not valid"), default=0)
    rows_new = models.PositiveIntegerField(_("new"), default=0)
    rows_changed = models.PositiveIntegerField(_("changed"), default=0)
    rows_gone = models.PositiveIntegerField(_("gone"), default=0)
    rows_same = models.PositiveIntegerField(_("the same"), default=0)
    replaced = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "sites.User", models.PROTECT, verbose_name=_("decided by"), null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("price import")
        verbose_name_plural = _("price imports")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "effective_on", "fingerprint"],
                condition=~Q(status__in=["failed", "rejected"]),
                name="same_prices_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="in_force") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("created_by"))),
                name="prices_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"P-{self.number:06d}"


class PriceImportRow(models.Model):
    """A row of the file, or, without a number, a price of the present list that the file doesn't name.

    Numbers, levels and amounts are empty where they couldn't be read; `values` holds the cells as they stand in the
    file. `change` is told once every row is valid: it belongs to the part's whole series of prices at a level.
    """

    class Outcome(models.TextChoices):
        VALID = "valid", _("valid")
        INVALID = "invalid", _("invalid")

    class Change(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        GONE = "gone", _("gone")
        SAME = "same", _("the same")

    price_import = models.ForeignKey(PriceImport, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"), null=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    change = models.CharField(_("change"), max_length=8, choices=Change, blank=True)
    part_number = models.CharField(_("part number"), max_length=20, blank=True)
    level = models.CharField(_("level"), max_length=2, blank=True)
    amount = models.DecimalField(_("price"), max_digits=14, decimal_places=2, null=True)
    list_amount = models.DecimalField(_("list price"), max_digits=14, decimal_places=2, null=True)
    before_amount = models.DecimalField(_("price before"), max_digits=14, decimal_places=2, null=True)
    valid_from = models.DateField(_("valid from"), null=True)
    valid_to = models.DateField(_("valid to"), null=True)
    values = models.JSONField(default=dict)
    errors = models.JSONField(default=list)

    class Meta:
        verbose_name = _("row")
        verbose_name_plural = _("rows")
        constraints = [
            models.UniqueConstraint(fields=["price_import", "number"], name="price_row_once"),
            models.CheckConstraint(
                condition=~Q(outcome="valid", number__isnull=False)
                | Q(amount__gte=0, valid_from__isnull=False) & ~Q(part_number="") & ~Q(level=""),
                name="valid_price_row_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["price_import", "change"], name="price_row_by_change"),
            models.Index(fields=["price_import", "part_number", "level"], name="price_row_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.price_import_id} #{self.number or '–'}"
