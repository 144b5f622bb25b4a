from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from sites.models.base import TenantQuerySet, UUIDModel
from sites.models.organization import Customer

if TYPE_CHECKING:
    from sites.tenancy.actor import Actor


class OwnershipQuerySet(TenantQuerySet):
    """A declaration is seen by both customers that it names."""

    def visible_to(self, actor: "Actor") -> Self:
        if actor.sees_all_customers:
            return self
        return self.filter(actor.readable_filter() | actor.readable_filter("other_customer"))

    def in_force(self, on: date) -> Self:
        """Those that count on `on`: dated by then, and not withdrawn."""
        return self.filter(withdrawn_at__isnull=True, declared_on__lte=on)


class OwnershipDeclaration(UUIDModel):
    """A customer declares, dated and signed, that it and another belong to one Enterprise (rule M3, check V2).

    `statement` are the words as they stood above the signature, in `language`. Withdrawn, it counts no more; it stays.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    other_customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    declared_on = models.DateField(_("declared on"))
    signed_by = models.CharField(_("signed by"), max_length=120)
    position = models.CharField(_("position"), max_length=120)
    statement = models.TextField(_("statement"))
    language = models.CharField(_("language"), max_length=2)
    under_mandate = models.BooleanField(_("under a mandate"), default=False)
    given_by = models.ForeignKey("sites.User", models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey("sites.User", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    withdrawn_reason = models.TextField(_("why it was withdrawn"), blank=True)

    objects = OwnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("declaration of ownership")
        verbose_name_plural = _("declarations of ownership")
        ordering = ["-given_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(customer=F("other_customer")), name="ownership_of_two"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="ownership_withdrawn_by_somebody",
            ),
            models.UniqueConstraint(
                Least("customer", "other_customer"),
                Greatest("customer", "other_customer"),
                condition=Q(withdrawn_at__isnull=True),
                name="one_ownership_a_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} – {self.other_customer_id}"

    @property
    def is_withdrawn(self) -> bool:
        """Whether it counts no more."""
        return self.withdrawn_at is not None
