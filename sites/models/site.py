from typing import TYPE_CHECKING, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from sites.models.base import DatedQuerySet, Days, TenantQuerySet, UUIDModel, dated_check
from sites.models.organization import Customer

if TYPE_CHECKING:
    from sites.tenancy.actor import Actor


class Program(models.TextChoices):
    PA = "PA", _("Passport Advantage")
    PAE = "PAE", _("Passport Advantage Express")


class SiteStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    INACTIVE = "inactive", _("inactive")


class AgreementQuerySet(TenantQuerySet):
    """An agreement is seen by every customer with a site on it (rule S2)."""

    def visible_to(self, actor: "Actor") -> Self:
        if actor.sees_all_customers:
            return self
        reached = Site.objects.visible_to(actor).filter(agreement_id__isnull=False)
        return self.filter(actor.readable_filter() | Q(pk__in=reached.values("agreement_id")))


class Agreement(UUIDModel):
    """A Passport Advantage Agreement (rule S2). Terms, Anniversary and level follow from facts, see licenses.

    `term_start` is the day its first Term began (rule T1), `opening_level` the level it came with that day.
    `head_version` rises with every movement under it: what was built from an older version is stale.
    """

    number = models.CharField(_("Agreement number"), max_length=10, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="agreements")
    term_start = models.DateField(_("first Term began"), null=True, blank=True)
    opening_level = models.CharField(_("level at the start"), max_length=2, default="BL")
    head_version = models.BigIntegerField(default=0, editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("Agreement")
        verbose_name_plural = _("Agreements")
        constraints = [
            models.CheckConstraint(condition=Q(number__regex=r"^\d{1,10}$"), name="agreement_number_digits"),
            models.UniqueConstraint(fields=["customer", "id"], name="agreement_of_customer"),
        ]

    def __str__(self) -> str:
        return self.number


class Site(UUIDModel):
    """A site of one of the two programs. Express sites have no Agreement (rule S4)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="sites")
    agreement = models.ForeignKey(Agreement, models.PROTECT, null=True, blank=True, related_name="sites")
    site_number = models.CharField(_("site number"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=200)
    program = models.CharField(_("program"), max_length=3, choices=Program)
    originating = models.BooleanField(_("Originating Site"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=SiteStatus, default=SiteStatus.ACTIVE)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = CountryField(_("country"), default="DK")

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.CheckConstraint(condition=Q(site_number__regex=r"^\d{1,10}$"), name="site_number_digits"),
            models.CheckConstraint(
                condition=Q(program="PA", agreement__isnull=False)
                | Q(program="PAE", agreement__isnull=True, originating=False),
                name="site_agreement_by_program",
            ),
            models.UniqueConstraint(fields=["agreement"], condition=Q(originating=True), name="one_originating_site"),
            models.UniqueConstraint(fields=["customer", "id"], name="site_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.site_number} {self.name}"

    @property
    def is_active(self) -> bool:
        """Whether it may receive licenses (rule S6)."""
        return self.status == SiteStatus.ACTIVE


class SiteContact(UUIDModel):
    """Who answers for a site, for a time (rule S5)."""

    class Role(models.TextChoices):
        PRIMARY = "primary", _("Primary Contact")
        ADMINISTRATIVE = "administrative", _("Administrative Contact")
        TECHNICAL = "technical", _("Technical Contact")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="contacts", db_constraint=False)
    role = models.CharField(_("role"), max_length=15, choices=Role)
    user = models.ForeignKey("sites.User", models.SET_NULL, null=True, blank=True, related_name="site_contacts")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            dated_check("contact_dates_ordered"),
            ExclusionConstraint(
                name="one_contact_a_role",
                expressions=[
                    (F("site"), RangeOperators.EQUAL),
                    (F("role"), RangeOperators.EQUAL),
                    (
                        Days("valid_from", "valid_to", Value("[]")),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScheduleEntry(UUIDModel):
    """A line of the Authorized Additional Site Schedule (rule S3)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="schedule", db_constraint=False)
    registration_number = models.CharField(_("registration number"), max_length=20)
    name = models.CharField(_("name"), max_length=200)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Authorized Additional Site")
        verbose_name_plural = _("Authorized Additional Site Schedule")
        constraints = [dated_check("schedule_dates_ordered")]

    def __str__(self) -> str:
        return self.name
