"""What level forecasts stand on: own lines of Agreements, and Express lines that could move in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from licenses.models import Entitlement
from licenses.queries.lines import held_lines, renewable_lines
from licenses.rules.forecast import Forecast, forecast
from licenses.rules.levels import Standing
from licenses.rules.parts import PERPETUAL_KINDS
from sites.models import Agreement
from sites.models.site import Program
from sites.queries import same_by_record
from sites.tenancy import Actor


@dataclass(frozen=True, slots=True)
class Forecasted:
    """A forecast, and the license lines that it names by key; `forecast` None where levels don't move."""

    forecast: Forecast | None
    lines: Mapping[str, Entitlement]


def forecasts(
    agreements: Iterable[Agreement], standings: Mapping[UUID, Standing], actor: Actor, on: date
) -> dict[UUID, Forecasted]:
    """The forecast of each Agreement as of `on`, from where it stands; needs `customer`.

    Express lines are those that the actor sees at sites of the same customer or Enterprise. Two queries for any
    number of Agreements and lines.
    """
    wanted = list(agreements)
    own = _own(wanted)
    express = _express(wanted, actor)
    found: dict[UUID, Forecasted] = {}
    for agreement in wanted:
        mine = own.get(agreement.pk, [])
        theirs = [line for line in express if same_by_record(line.site.customer, agreement.customer)]
        stands = standings[agreement.pk]
        made = forecast(stands, held_lines(mine), held_lines(theirs), on, stands.book)
        found[agreement.pk] = Forecasted(made, {str(line.pk): line for line in (*mine, *theirs)})
    return found


def _own(agreements: list[Agreement]) -> dict[UUID | None, list[Entitlement]]:
    found: dict[UUID | None, list[Entitlement]] = {}
    for line in renewable_lines(agreements):
        found.setdefault(line.site.agreement_id, []).append(line)
    return found


def _express(agreements: list[Agreement], actor: Actor) -> list[Entitlement]:
    """Perpetual lines with a renewal part at Express sites, of the customers and Enterprises of the Agreements."""
    rows = Entitlement.objects.visible_to(actor).held_now()
    rows = rows.filter(
        site__program=Program.PAE,
        follows__isnull=True,
        traded_up=False,
        coverage_end__isnull=False,
        part__kind__in=PERPETUAL_KINDS,
        part__eligible=True,
    )
    customers = {agreement.customer_id for agreement in agreements}
    enterprises = {agreement.customer.enterprise_id for agreement in agreements} - {None}
    near = Q(site__customer__in=customers) | Q(site__customer__enterprise__in=enterprises)
    return list(rows.filter(near).select_related("part__renewal_part", "site__customer"))
