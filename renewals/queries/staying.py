"""For whoever stays on Express: what moving now would change, by the same engine as the what-if (section 6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from licenses.models import Entitlement
from licenses.queries import agreement_states, held_lines, price_book, rule_book
from licenses.rules.whatif import run
from renewals.models import QuoteLine, RenewalQuote
from sites.models import Site
from sites.models.site import Program
from sites.tenancy import Actor, as_portal

MONTHS = 36
MOST_LINES = 500
MOST_OWN = 2000


@dataclass(frozen=True, slots=True)
class MovingNow:
    """The lines of an Express renewal, on Express and in the Agreement of `target`, over `months`: cost of the cover in
    them, points that the move earns, the level at the open Term's end with and without, and the renewal dates."""

    source_number: str
    target_number: str
    target_name: str
    months: int
    accrued_stay: Decimal
    accrued_move: Decimal
    points: Decimal
    level_with: str
    level_without: str
    renews_on: date
    anniversary: date
    events_stay: int
    units: dict[UUID, int]

    @property
    def difference(self) -> Decimal:
        """What moving costs more; negative where it costs less."""
        return self.accrued_move - self.accrued_stay


def moving_now(actor: Actor, quote: RenewalQuote, lines: Sequence[QuoteLine], on: date) -> MovingNow | None:
    """None where there is nothing to compare with: no site under an Agreement, too many lines for a page, or none that
    could move. Needs `site` and `customer`."""
    if quote.site is None or not 0 < len(lines) <= MOST_LINES:
        return None
    targets = Site.objects.filter(customer=quote.customer_id, program=Program.PA, agreement__isnull=False)
    target = targets.select_related("agreement__customer").order_by("-originating", "site_number").first()
    if target is None or target.agreement is None:
        return None
    rows = Entitlement.objects.visible_to(actor).held_now().among("pk", [line.entitlement_id for line in lines])
    held = [row for row in rows.select_related("part__renewal_part") if row.part.eligible]
    units = {row.pk: row.quantity for row in held}
    if not units:
        return None
    with as_portal(actor):
        state = agreement_states(target.agreement, [on], units, MOST_OWN)[on]
    parts = {part for line in (*held_lines(held), *state.own) for part in line.priced_parts}
    prices = price_book(str(quote.customer.country), quote.customer.currency, parts)
    found = run(held_lines(held), state, on, MONTHS, prices.book, rule_book(on))
    if not found.stay_orders and not found.migrate.events:
        return None
    first = found.terms[0] if found.terms else None
    return MovingNow(
        source_number=quote.site.site_number,
        target_number=target.site_number,
        target_name=target.name,
        months=MONTHS,
        accrued_stay=found.stay.accrued,
        accrued_move=found.migrate.accrued,
        points=found.points_gained,
        level_with=first.level_with if first else "",
        level_without=first.level_without if first else "",
        renews_on=quote.ordered_on,
        anniversary=found.anniversary,
        events_stay=len(found.stay.events),
        units=units,
    )
