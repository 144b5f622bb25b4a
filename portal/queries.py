"""What the overview gathers from several packages."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from licenses.queries import standings
from sites.models import Agreement
from sites.tenancy.actor import Actor


@dataclass(frozen=True, slots=True)
class AgreementCard:
    """An agreement at a glance; `missing` points to `next_level`, None at the top."""

    number: str
    customer_name: str
    anniversary: date | None
    level: str
    points: Decimal
    next_level: str | None
    missing: Decimal | None


def agreement_cards(actor: Actor, on: date, most: int = 6) -> list[AgreementCard]:
    """The first agreements that the actor may see, as they stand on `on`."""
    agreements = list(Agreement.objects.visible_to(actor).select_related("customer").order_by("number")[:most])
    found = standings(agreements, on)
    return [
        AgreementCard(
            number=a.number,
            customer_name=a.customer.name,
            anniversary=found[a.pk].anniversary,
            level=found[a.pk].level,
            points=found[a.pk].points,
            next_level=found[a.pk].next_level,
            missing=found[a.pk].missing,
        )
        for a in agreements
    ]
