from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from sites.models.base import TenantQuerySet, UUIDModel
from sites.models.organization import Customer
from sites.models.site import SiteContact


class DeadAddressQuerySet(TenantQuerySet):
    def unhandled(self) -> Self:
        """Those that nobody has marked as dealt with."""
        return self.filter(handled_at__isnull=True)

    def open_on(self, day: object) -> Self:
        """Tasks of that day: not dealt with, and still the address of a contact who answers for a site."""
        in_use = SiteContact.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
            customer_id=OuterRef("customer_id"),
            email__iexact=OuterRef("email"),
        )
        return self.unhandled().filter(Exists(in_use))


class DeadAddress(UUIDModel):
    """Mail to an address was refused for good: a task for the customer's rep.

    It is done when no contact of the customer has the address any more, or when somebody marks it.
    """

    class Source(models.TextChoices):
        SERVER = "server", _("the mail server")
        PERSON = "person", _("somebody")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    email = models.EmailField(_("e-mail address"))
    source = models.CharField(_("told by"), max_length=6, choices=Source)
    reason = models.CharField(_("reason"), max_length=500)
    found_at = models.DateTimeField(_("found at"))
    handled_at = models.DateTimeField(_("dealt with at"), null=True)
    handled_by = models.ForeignKey("sites.User", models.PROTECT, null=True, related_name="+")
    handled_note = models.CharField(_("what was done"), max_length=500, blank=True)

    objects = DeadAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address that doesn't work")
        verbose_name_plural = _("addresses that don't work")
        ordering = ["-found_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "email"], condition=Q(handled_at__isnull=True), name="one_task_an_address"
            ),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True, handled_by__isnull=True)
                | Q(handled_at__isnull=False, handled_by__isnull=False),
                name="address_dealt_with_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.email
