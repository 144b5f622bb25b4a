from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from sites.models.base import Days, UUIDModel


class PartKind(models.TextChoices):
    """What a part number buys, read from its description (rule book section 8)."""

    LICENSE = "LICENSE_PLUS_S&S", _("license with S&S")
    RENEWAL = "S&S_RENEWAL", _("S&S renewal")
    REINSTATEMENT = "S&S_REINSTATEMENT", _("S&S reinstatement")
    TRADE_UP = "TRADE_UP", _("trade-up")
    EXTENDED_SUPPORT = "EXTENDED_SUPPORT", _("extended support")
    ADVANCED_SUPPORT = "ADVANCED_SUPPORT", _("advanced support")
    MONTHLY = "MONTHLY_LICENSE", _("monthly license")
    COMMITTED_TERM = "COMMITTED_TERM_LICENSE", _("committed term license")
    SUBSCRIPTION = "SUBSCRIPTION_LICENSE", _("subscription license")
    SAAS = "SAAS", _("SaaS")
    APPLIANCE = "APPLIANCE", _("appliance")
    APPLIANCE_RENEWAL = "APPLIANCE_RENEWAL", _("appliance renewal")
    APPLIANCE_SERVICE = "APPLIANCE_SERVICE", _("appliance service")
    MEDIA = "MEDIA_IMAGE", _("media")
    OTHER = "OTHER", _("other")


class Part(models.Model):
    """A part number of the catalog. Points are data, never a formula (rule P2)."""

    part_number = models.CharField(_("part number"), max_length=12, primary_key=True)
    description = models.CharField(_("description"), max_length=300)
    kind = models.CharField(_("kind"), max_length=24, choices=PartKind)
    metric = models.CharField(_("metric"), max_length=60, blank=True)
    product = models.CharField(_("product"), max_length=120)
    points_each = models.DecimalField(_("points each"), max_digits=12, decimal_places=2, null=True, blank=True)
    eligible = models.BooleanField(_("eligible in Passport Advantage"), default=True)
    renewal_part = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="renews")
    reinstatement_part = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reinstates")

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        ordering = ["part_number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(points_each__isnull=True) | Q(points_each__gte=0), name="part_points_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.part_number


class PriceList(UUIDModel):
    """A published list. Invented demonstration prices say so wherever they are used (rule book section 4).

    The database raises `version` with every writing of its prices: what was built from an older one is stale.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    country = CountryField(_("country"))
    currency = models.CharField(_("currency"), max_length=3)
    demonstration = models.BooleanField(_("demonstration prices"), default=False)
    version = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("price list")
        verbose_name_plural = _("price lists")

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """Price of a part at a level: for 12 months of S&S, or for one unit of a license (rule book section 4).

    `list_amount` stands beside a negotiated `amount`.
    """

    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="prices")
    part = models.ForeignKey(Part, models.PROTECT, related_name="prices")
    level = models.CharField(_("level"), max_length=2)
    amount = models.DecimalField(_("price"), max_digits=14, decimal_places=2)
    list_amount = models.DecimalField(_("list price"), max_digits=14, decimal_places=2, null=True, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="price_not_negative"),
            models.CheckConstraint(
                condition=Q(list_amount__isnull=True) | Q(list_amount__gte=0), name="list_price_not_negative"
            ),
            ExclusionConstraint(
                name="one_price_a_day",
                expressions=[
                    (F("price_list"), RangeOperators.EQUAL),
                    (F("part"), RangeOperators.EQUAL),
                    (F("level"), RangeOperators.EQUAL),
                    (Days("valid_from", "valid_to", Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.level} {self.amount}"
