from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from sites.models.base import DatedQuerySet, TenantQuerySet, UUIDModel, dated_check

if TYPE_CHECKING:
    from sites.tenancy.actor import Actor


class CustomerQuerySet(TenantQuerySet):
    tenant = ""


class Enterprise(UUIDModel):
    """Legal entities tied by ownership above 50 % (rule S1)."""

    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("Enterprise")
        verbose_name_plural = _("Enterprises")

    def __str__(self) -> str:
        return self.name


class CustomerType(models.TextChoices):
    COMMERCIAL = "commercial", _("commercial")
    GOVERNMENT = "government", _("government")
    ACADEMIC = "academic", _("academic")

    @property
    def outside_level(self) -> str | None:
        """GV or ED for those who stand outside the ladder (rules P1, P8)."""
        return {CustomerType.GOVERNMENT: "GV", CustomerType.ACADEMIC: "ED"}.get(self)


class Customer(UUIDModel):
    """A legal entity: the tenant (rule S1). The type is chosen at enrollment, never guessed (rule S7)."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, related_name="customers")
    name = models.CharField(_("name"), max_length=200)
    registration_number = models.CharField(_("registration number"), max_length=20, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=20, blank=True)
    ibm_customer_number = models.CharField(_("IBM Customer Number"), max_length=10, blank=True)
    customer_type = models.CharField(
        _("customer type"), max_length=12, choices=CustomerType, default=CustomerType.COMMERCIAL
    )
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = CountryField(_("country"), default="DK")
    currency = models.CharField(_("currency"), max_length=3, default="DKK")
    language = models.CharField(_("language"), max_length=2, default="da")

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.UniqueConstraint(
                "country",
                "registration_number",
                condition=~Q(registration_number=""),
                name="customer_registration_once",
            ),
            models.CheckConstraint(condition=Q(customer_type__in=CustomerType.values), name="customer_type_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def outside_level(self) -> str | None:
        """GV or ED for those who stand outside the ladder (rules P1, P8)."""
        return CustomerType(self.customer_type).outside_level


class Partner(UUIDModel):
    """An authorized IBM Business Partner."""

    name = models.CharField(_("name"), max_length=200)
    number = models.CharField(_("partner number"), max_length=20, unique=True)
    country = CountryField(_("country"), default="DK")

    class Meta:
        verbose_name = _("Business Partner")
        verbose_name_plural = _("Business Partners")

    def __str__(self) -> str:
        return self.name


class Membership(UUIDModel):
    """A person belongs to a customer or to a partner for a time."""

    user = models.ForeignKey("sites.User", models.CASCADE, related_name="memberships")
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="memberships")
    partner = models.ForeignKey(Partner, models.CASCADE, null=True, related_name="memberships")
    can_write = models.BooleanField(_("may request"), default=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            dated_check("membership_dates_ordered"),
            models.CheckConstraint(
                condition=Q(customer__isnull=True) ^ Q(partner__isnull=True), name="membership_of_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} – {self.customer_id or self.partner_id}"


class Mandate(UUIDModel):
    """A customer lets a Business Partner act for it, for a time (rule M4)."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="mandates")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="mandates")
    can_write = models.BooleanField(_("may request"), default=True)
    includes_consent = models.BooleanField(_("includes the Primary Contact's consent"), default=False)
    signed_by = models.CharField(_("signed by"), max_length=120)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [dated_check("mandate_dates_ordered")]

    def __str__(self) -> str:
        return f"{self.customer_id} – {self.partner_id}"


class StaffRoleQuerySet(DatedQuerySet):
    """A role is its bearer's; nobody's customer."""

    def visible_to(self, actor: "Actor") -> Self:
        return self if actor.sees_all_customers else self.filter(user_id=actor.user_id)


class StaffRole(UUIDModel):
    """What somebody may do beyond customers and partners: a rep has a country as territory."""

    class Role(models.TextChoices):
        REP = "rep", _("IBM rep")
        OPERATOR = "operator", _("operator")
        SYSTEM = "system", _("the portal itself")

    user = models.ForeignKey("sites.User", models.CASCADE, related_name="staff_roles")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    country = CountryField(_("country"), blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = StaffRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("staff role")
        verbose_name_plural = _("staff roles")
        constraints = [
            dated_check("staffrole_dates_ordered"),
            models.CheckConstraint(condition=~Q(role="rep") | ~Q(country=""), name="rep_has_a_territory"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} – {self.role}"
