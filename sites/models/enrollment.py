from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from sites.models.base import TenantQuerySet, UUIDModel
from sites.models.organization import Customer, CustomerType, Partner
from sites.models.site import Agreement, Site

if TYPE_CHECKING:
    from sites.tenancy.actor import Actor


class EnrollmentQuerySet(TenantQuerySet):
    """An enrollment of a company that isn't a customer yet belongs to whoever wrote it, and to the rep."""

    def visible_to(self, actor: "Actor") -> Self:
        if actor.sees_all_customers:
            return self
        newcomer = models.Q(customer__isnull=True) & (
            models.Q(created_by_id=actor.user_id) | models.Q(country__in=actor.territories)
        )
        return self.filter(actor.readable_filter() | newcomer)


class Enrollment(UUIDModel):
    """A request to enroll a site (rule S10)."""

    class Kind(models.TextChoices):
        ORIGINATING = "originating", _("Originating Site")
        ADDITIONAL = "additional", _("Additional Site")
        UPDATE = "update", _("site information update")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        ACCEPTED = "accepted", _("accepted")
        RETURNED = "returned", _("returned")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=1)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="enrollments")
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="enrollments")
    company = models.JSONField(_("company"))
    country = CountryField(_("country"), default="DK")
    customer_type = models.CharField(_("customer type"), max_length=12, choices=CustomerType)
    contacts = models.JSONField(_("contacts"), default=dict)
    agreement_number = models.CharField(_("Agreement number"), max_length=10, blank=True)
    site_number = models.CharField(_("site number"), max_length=10, blank=True)
    created_by = models.ForeignKey("sites.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_by = models.ForeignKey("sites.User", models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("sites.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(_("reason"), blank=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, null=True, related_name="enrollments")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="enrollments")

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="accepted") | models.Q(site__isnull=False, customer__isnull=False),
                name="accepted_enrollment_has_a_site",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("submitted_by")),
                name="enrollment_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company.get('name', '')} – {self.get_kind_display()}"
