"""What the overview gathers from several packages."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from licenses.queries import standings
from licenses.queries.forecasts import forecasts
from licenses.readmodels import agreement_figures, agreement_why
from licenses.readmodels.forecast import GoalView, told_forecast
from licenses.why import Figure
from sites.models import Agreement
from sites.tenancy.actor import Actor


@dataclass(frozen=True, slots=True)
class AgreementCard:
    """An agreement at a glance, with why; `goals` are what its forecast says of levels to keep or reach."""

    number: str
    customer_name: str
    anniversary: date | None
    level: str
    points: Decimal
    goals: tuple[GoalView, ...]
    why: tuple[Figure, ...]


def agreement_cards(actor: Actor, on: date, most: int = 6) -> list[AgreementCard]:
    """The first agreements that the actor may see, as they stand on `on`."""
    agreements = list(Agreement.objects.visible_to(actor).select_related("customer").order_by("number")[:most])
    found = standings(agreements, on)
    foretold = forecasts(agreements, found, actor, on)
    return [
        AgreementCard(
            number=a.number,
            customer_name=a.customer.name,
            anniversary=found[a.pk].anniversary,
            level=found[a.pk].level,
            points=found[a.pk].points,
            goals=told_forecast(a, foretold[a.pk], found[a.pk]).goals,
            why=agreement_figures(agreement_why(a, found[a.pk], on), "anniversary", "level", "points", "missing"),
        )
        for a in agreements
    ]
