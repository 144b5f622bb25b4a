"""Facts about renewals: quotes and their lines, each version frozen."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from licenses.models import Entitlement
from sites.models import Agreement, Customer, Site
from sites.models.base import TenantQuerySet, UUIDModel


class RenewalQuote(UUIDModel):
    """One version of a renewal quote. What it was built from is kept, so that it can be judged stale."""

    class Kind(models.TextChoices):
        ANNIVERSARY = "anniversary", _("anniversary quote")
        TRANSITION = "transition", _("transition quote")
        EXPRESS = "express", _("Express renewal")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ISSUED = "issued", _("issued")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        SUPERSEDED = "superseded", _("superseded")
        EXPIRED = "expired", _("expired")

    number = models.CharField(_("quote number"), max_length=20)
    version = models.PositiveIntegerField(_("version"), default=1)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ISSUED)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="renewal_quotes")
    agreement = models.ForeignKey(Agreement, models.PROTECT, null=True, related_name="quotes", db_constraint=False)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+", db_constraint=False)
    anniversary = models.DateField(_("anniversary"), null=True)
    ordered_on = models.DateField(_("priced as of"))
    rsvp_level = models.CharField(_("RSVP level"), max_length=2)
    quote_level = models.CharField(_("quote's own level"), max_length=2)
    points = models.DecimalField(_("points"), max_digits=14, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=16, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    demonstration_prices = models.BooleanField(default=False)
    valid_until = models.DateField(_("valid until"))
    language = models.CharField(_("language"), max_length=2)
    left_out = models.JSONField(default=list)
    rule_version = models.CharField(max_length=20)
    price_list = models.CharField(max_length=80)
    built_from = models.BigIntegerField()
    issued_at = models.DateTimeField()
    answered_by = models.ForeignKey("sites.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer_reason = models.TextField(_("reason"), blank=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("renewal quote")
        verbose_name_plural = _("renewal quotes")
        ordering = ["-issued_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="quote_version_once"),
            models.UniqueConstraint(
                fields=["number"], condition=Q(status__in=["issued", "accepted"]), name="one_live_version"
            ),
            models.UniqueConstraint(fields=["customer", "id"], name="quote_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.number} v{self.version}"


class QuoteLine(UUIDModel):
    """One line of a quote, with its derivation."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    quote = models.ForeignKey(RenewalQuote, models.CASCADE, related_name="lines", db_constraint=False)
    entitlement = models.ForeignKey(Entitlement, models.PROTECT, related_name="+")
    item = models.PositiveIntegerField(_("item"))
    site_number = models.CharField(_("site"), max_length=10)
    part_number = models.CharField(_("part number"), max_length=12)
    renewal_part = models.CharField(_("renewal part"), max_length=12)
    description = models.CharField(_("description"), max_length=300)
    quantity = models.BigIntegerField(_("quantity"))
    order_reference = models.CharField(_("order reference"), max_length=40)
    points = models.DecimalField(_("points"), max_digits=14, decimal_places=2)
    cover_start = models.DateField(_("cover start"))
    cover_end = models.DateField(_("cover end"))
    months = models.PositiveIntegerField(_("months"))
    list_unit_price = models.DecimalField(_("list price"), max_digits=14, decimal_places=2)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=2)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    why = models.JSONField(default=dict)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("quote line")
        verbose_name_plural = _("quote lines")
        ordering = ["item"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="quote_line_of_something"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="quote_line_not_negative"),
            models.UniqueConstraint(fields=["quote", "entitlement"], name="quote_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.part_number}"
