from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sites.models import Customer
from sites.models.base import TenantQuerySet, UUIDModel

if TYPE_CHECKING:
    from sites.tenancy.actor import Actor

MOST_SCENARIOS = 3


class ScenarioQuerySet(TenantQuerySet):
    """A scenario is its keeper's own, while that person reaches the customer."""

    def visible_to(self, actor: "Actor") -> Self:
        return super().visible_to(actor).filter(created_by_id=actor.user_id)


class Scenario(UUIDModel):
    """A what-if that somebody keeps to compare it with others: the question, and what its answer was that day.

    It promises nothing and holds no units. `asked` is the question as plain JSON: `target_site`, `enrollment`,
    `effective_on`, `horizon_months` and `lines`; its answer is computed anew from the facts whenever it is shown.
    `figures`, `rule_version` and `price_list` are those of the day it was kept, so that a difference can be told.
    A person has `MOST_SCENARIOS` places a customer: `slot` is the place that this one takes.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="scenarios")
    created_by = models.ForeignKey("sites.User", models.PROTECT, related_name="+")
    slot = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=60)
    asked = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    rule_version = models.CharField(max_length=20)
    price_list = models.CharField(max_length=120, blank=True)
    kept_on = models.DateField(_("kept on"))
    created_at = models.DateTimeField()

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["slot"]
        constraints = [
            models.CheckConstraint(condition=Q(slot__gte=1, slot__lte=MOST_SCENARIOS), name="scenario_has_a_place"),
            models.UniqueConstraint(fields=["created_by", "customer", "slot"], name="scenario_place_once"),
            models.UniqueConstraint(fields=["created_by", "customer", "name"], name="scenario_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
