"""What the quotes of an Agreement or an Express site should be today, computed from the facts (rules T3 to T5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from licenses.queries import ListedPrices, RenewableLine
from licenses.rules.levels import NO_POINTS, Standing, after_anniversary
from licenses.rules.orders import HeldLine, is_lapsed, lapsed_fault
from licenses.rules.pricing import PricedLine, PricedOrder, reinstatement_estimate
from licenses.rules.rulebook import RuleBook
from licenses.rules.terms import YEAR, next_anniversary
from portal.kernel.errors import Fault
from portal.kernel.explanation import Explanation
from portal.kernel.period import DAY
from renewals.models import RenewalQuote
from renewals.queries.holdings import Holdings, term_start
from renewals.queries.stored import LineSaid
from renewals.rules.choosing import DECLINED
from renewals.rules.quoting import anniversary_quote, express_renewal, transition_quote, valid_until
from sites.models import Agreement, Customer, Site

Kind = RenewalQuote.Kind


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A priced line with the held line that it renews; `cover_end` is the last day that is paid for today."""

    entitlement: RenewableLine
    site_number: str
    priced: PricedLine
    cover_end: date


@dataclass(frozen=True, slots=True)
class Draft:
    """A quote as it should be. `left_out` holds plain JSON: each line that isn't in it, and why; `opened` says why
    the Agreement has the RSVP level that the order begins with."""

    kind: str
    customer: Customer
    agreement: Agreement | None
    site: Site | None
    anniversary: date | None
    order: PricedOrder
    lines: tuple[DraftLine, ...]
    left_out: tuple[dict[str, Any], ...]
    valid_until: date
    prices: ListedPrices
    opened: Explanation | None


def agreement_drafts(holdings: Holdings, declined: Iterable[LineSaid] | None = None) -> tuple[Draft, ...]:
    """Of what an Agreement holds: the transition quote, where one is due, then the next Anniversary's; both may be
    missing.

    The Anniversary's quote is made as rule book section 6 runs: with the transition order done and its points
    counted. `declined` are the lines of the transition quote, where the customer declined the last one: they are
    left out, and said, while the transition quote would say the same again.
    """
    agreement, anniversary, standing_now, on = holdings.agreement, holdings.anniversary, holdings.standing, holdings.on
    if not holdings.held or agreement is None or anniversary is None or standing_now is None:
        return ()
    lapsed, bridged, late, rest = _sorted_out(holdings, term_start(agreement, on), anniversary)
    bridged, dropped = holdings.chosen(Kind.TRANSITION, anniversary, bridged)
    drafts: list[Draft] = []
    gone = [*(lapsed_fault(line) for line in lapsed), *dropped]
    faults = [*gone, *(_late_fault(line) for line in late)]
    if bridged:
        order = transition_quote(bridged, anniversary, on, standing_now, holdings.prices.book, holdings.book)
        draft = _draft(holdings, Kind.TRANSITION, order, (*order.faults, *gone), standing_now.explanation)
        if declined is not None and order.lines and says_the_same(declined, draft):
            faults += [_declined_fault(holdings.held[p.key]) for p in order.lines]
        elif order.lines:
            drafts.append(draft)
            rest += _taken_along(bridged, order)
            standing_now = replace(
                standing_now,
                level=order.rsvp_after,
                points=order.points_after,
                explanation=order.explain(with_lines=False),
            )
        faults += order.faults
    rest, dropped = holdings.chosen(Kind.ANNIVERSARY, anniversary, rest)
    faults += dropped
    at_anniversary = standing_now if on == anniversary else _reset(standing_now, anniversary, holdings.book)
    order = anniversary_quote(rest, anniversary, at_anniversary, holdings.prices.book, holdings.book)
    if order.lines:
        faults += order.faults
        drafts.append(_draft(holdings, Kind.ANNIVERSARY, order, faults, at_anniversary.explanation))
    return tuple(drafts)


def express_drafts(holdings: Holdings) -> tuple[Draft, ...]:
    """Of what an Express site holds: its renewals within a year, the earliest first (rule T3).

    Lines whose cover ends on one day share an order, and so a quote. What renews later than in a year has just been
    renewed.
    """
    by_end: dict[date, list[HeldLine]] = {}
    faults: list[Fault] = []
    for line in holdings.held.values():
        if is_lapsed(line.cover_end, holdings.on):
            faults.append(lapsed_fault(line))
        elif line.cover_end < holdings.on + YEAR:
            by_end.setdefault(line.cover_end, []).append(line)
    drafts: list[Draft] = []
    for end in sorted(by_end):
        lines, declined = holdings.chosen(Kind.EXPRESS, end + DAY, by_end[end])
        if not lines:
            continue
        order = _joined([express_renewal(line, holdings.prices.book, holdings.book) for line in lines])
        if order.lines:
            # Lapsed lines are told once, beside the renewal that comes first.
            told = (*order.faults, *declined, *(faults if not drafts else ()))
            drafts.append(_draft(holdings, Kind.EXPRESS, order, told))
    return tuple(drafts)


def _draft(
    holdings: Holdings, kind: str, order: PricedOrder, faults: Iterable[Fault], opened: Explanation | None = None
) -> Draft:
    """The priced order in the order of print; prices hold at least on the day they are made (rule T10)."""
    lines = [_line(holdings, priced) for priced in order.lines]
    told = sorted(faults, key=lambda fault: holdings.in_print(holdings.lines[fault.line or ""]))
    holds = valid_until(order)
    return Draft(
        kind=kind,
        customer=holdings.customer,
        agreement=holdings.agreement,
        site=holdings.site,
        anniversary=holdings.anniversary,
        order=order,
        lines=tuple(sorted(lines, key=lambda line: holdings.in_print(line.entitlement))),
        left_out=tuple(_told(holdings, fault) for fault in told),
        valid_until=max(holds, holdings.on) if holds else holdings.on,
        prices=holdings.prices,
        opened=opened,
    )


def _line(holdings: Holdings, priced: PricedLine) -> DraftLine:
    line = holdings.lines[priced.key]
    return DraftLine(line, holdings.sites[line.site_id].site_number, priced, holdings.held[priced.key].cover_end)


def _told(holdings: Holdings, fault: Fault) -> dict[str, Any]:
    line = holdings.lines[fault.line or ""]
    told = {
        "code": fault.code,
        "entitlement": str(line.pk),
        "site_number": holdings.sites[line.site_id].site_number,
        "part_number": line.part_id,
        "description": line.part.description,
        "quantity": line.quantity,
        "order_reference": line.order_reference,
        "params": {k: v.isoformat() if isinstance(v, date) else str(v) for k, v in fault.params.items()},
    }
    if fault.code == "cover_lapsed":
        told |= _reinstatement(holdings, fault.line or "", line.quantity, holdings.on)
    elif fault.code == DECLINED:
        told["quantity"] = fault.params["quantity"]
        told |= _reinstatement(holdings, fault.line or "", fault.params["quantity"], fault.params["lapses_on"])
    return told


def _reinstatement(holdings: Holdings, key: str, quantity: int, on: date) -> dict[str, Any]:
    """What taking up lapsed cover of `quantity` units again on a day may cost (rule T8)."""
    held = holdings.held[key]
    estimate = reinstatement_estimate(
        key,
        reinstatement_part=held.reinstatement_part,
        renewal_part=held.renewal_part,
        quantity=quantity,
        on=on,
        prices=holdings.prices.book,
        book=holdings.book,
    )
    if estimate is None:
        return {}
    return {"reinstatement": str(estimate.amount), "reinstatement_why": estimate.explanation.as_json()}


def says_the_same(lines: Iterable[LineSaid], draft: Draft) -> bool:
    """Whether a quote of these `lines` already has the lines, prices and points of `draft`."""
    old = {(ln.entitlement_id, ln.quantity, ln.cover_start, ln.cover_end, ln.unit_price, ln.points) for ln in lines}
    priced = ((d.entitlement.pk, d.priced) for d in draft.lines)
    new = {(pk, p.quantity, p.cover.starts_on, p.cover.ends_on, p.unit_price, p.points) for pk, p in priced}
    return old == new


def _sorted_out(
    holdings: Holdings, begun: date, anniversary: date
) -> tuple[list[HeldLine], list[HeldLine], list[HeldLine], list[HeldLine]]:
    """Lapsed; moved in before this Anniversary and ending too early (T5); own ones ending too early; all others."""
    lapsed: list[HeldLine] = []
    bridged: list[HeldLine] = []
    late: list[HeldLine] = []
    rest: list[HeldLine] = []
    for line in holdings.held.values():
        moved_on = holdings.arrived.get(line.key)
        if is_lapsed(line.cover_end, holdings.on):
            lapsed.append(line)
        elif line.cover_end >= anniversary - DAY:
            rest.append(line)
        elif moved_on is not None and next_anniversary(begun, moved_on) == anniversary:
            bridged.append(line)
        elif holdings.chose(Kind.TRANSITION, anniversary, line.key):
            # Units that were declined in a transition quote, and split from those that were renewed.
            bridged.append(line)
        else:
            late.append(line)
    return lapsed, bridged, late, rest


def _late_fault(line: HeldLine) -> Fault:
    return Fault("own_line_not_renewed", line=line.key, params={"cover_end": line.cover_end})


def _declined_fault(line: HeldLine) -> Fault:
    return Fault("transition_declined", line=line.key, params={"cover_end": line.cover_end})


def _taken_along(bridged: Iterable[HeldLine], order: PricedOrder) -> list[HeldLine]:
    """The transition's lines as they stand once it is accepted."""
    covers = {p.key: p.cover for p in order.lines}
    return [replace(line, cover_end=covers[line.key].ends_on) for line in bridged if line.key in covers]


def _reset(now: Standing, anniversary: date, book: RuleBook) -> Standing:
    """The standing on the coming `anniversary`, if nothing else is ordered before it (rule P5)."""
    level = after_anniversary(now.level, now.points, book)
    inputs = {"old_level": now.level, "term_points": now.points, "anniversary": anniversary}
    why = Explanation("P5", inputs, level, book.version, parts=(replace(now.explanation, parts=()),))
    return replace(now, level=level, points=NO_POINTS, explanation=why)


def _joined(orders: Sequence[PricedOrder]) -> PricedOrder:
    """Express orders of one day as one: nothing in them hangs together, so amounts just add up."""
    return replace(
        orders[0],
        lines=tuple(line for o in orders for line in o.lines),
        amount=sum((o.amount for o in orders), Decimal("0.00")),
        faults=tuple(f for o in orders for f in o.faults),
    )
