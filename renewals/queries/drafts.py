"""What the quotes of an Agreement or an Express site should be today, computed from the facts (rules T3 to T5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max

from licenses.models import Entitlement, QuantityMovement
from licenses.queries import NOT_RENEWED, ListedPrices, held_lines, price_book, renewable_lines, rule_book, standing
from licenses.rules.levels import NO_POINTS, Standing, after_anniversary
from licenses.rules.orders import HeldLine, is_lapsed, lapsed_fault
from licenses.rules.pricing import PricedLine, PricedOrder, reinstatement_estimate
from licenses.rules.rulebook import RuleBook
from licenses.rules.terms import YEAR, next_anniversary
from portal.kernel.errors import Fault
from portal.kernel.explanation import Explanation
from portal.kernel.period import DAY
from renewals.models import RenewalQuote
from renewals.queries.choices import ChoicesByOrder, choices_in_force
from renewals.rules.choosing import DECLINED, chosen
from renewals.rules.quoting import anniversary_quote, express_renewal, transition_quote, valid_until
from sites.models import Agreement, Customer, Site

Kind = RenewalQuote.Kind


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A priced line with the held line that it renews; `cover_end` is the last day that is paid for today."""

    entitlement: Entitlement
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


@dataclass(frozen=True, slots=True)
class _Holdings:
    """The lines that a quote is made of, with what prices them on a day, and what the customer chose of them."""

    customer: Customer
    on: date
    lines: dict[str, Entitlement]
    held: dict[str, HeldLine]
    prices: ListedPrices
    book: RuleBook
    choices: ChoicesByOrder

    def chose(self, kind: str, due_on: date, key: str) -> bool:
        """Whether the customer chose something of this line for the order of `due_on`."""
        return key in self.choices.get((kind, due_on), {})

    def chosen(self, kind: str, due_on: date, lines: Iterable[HeldLine]) -> tuple[list[HeldLine], list[Fault]]:
        """What the customer renews of `lines` with the order of `due_on`, and what is declined."""
        kept, declined = chosen(lines, self.choices.get((kind, due_on), {}))
        return kept, [replace(fault, params={**fault.params, "kind": kind}) for fault in declined]

    def draft(
        self,
        kind: str,
        order: PricedOrder,
        faults: Iterable[Fault],
        *,
        agreement: Agreement | None = None,
        site: Site | None = None,
        anniversary: date | None = None,
        opened: Explanation | None = None,
    ) -> Draft:
        """The priced order in the order of print; prices hold at least on the day they are made (rule T10)."""
        lines = [DraftLine(self.lines[p.key], p, self.held[p.key].cover_end) for p in order.lines]
        told = [self._told(fault) for fault in sorted(faults, key=lambda f: _in_print(self.lines[f.line or ""]))]
        holds = valid_until(order)
        return Draft(
            kind=kind,
            customer=self.customer,
            agreement=agreement,
            site=site,
            anniversary=anniversary,
            order=order,
            lines=tuple(sorted(lines, key=lambda line: _in_print(line.entitlement))),
            left_out=tuple(told),
            valid_until=max(holds, self.on) if holds else self.on,
            prices=self.prices,
            opened=opened,
        )

    def _told(self, fault: Fault) -> dict[str, Any]:
        line = self.lines[fault.line or ""]
        told = {
            "code": fault.code,
            "entitlement": str(line.pk),
            "site_number": line.site.site_number,
            "part_number": line.part_id,
            "description": line.part.description,
            "quantity": line.quantity,
            "order_reference": line.order_reference,
            "params": {k: v.isoformat() if isinstance(v, date) else str(v) for k, v in fault.params.items()},
        }
        if fault.code == "cover_lapsed":
            told |= self.reinstatement(fault.line or "", line.quantity, self.on)
        elif fault.code == DECLINED:
            told["quantity"] = fault.params["quantity"]
            told |= self.reinstatement(fault.line or "", fault.params["quantity"], fault.params["lapses_on"])
        return told

    def reinstatement(self, key: str, quantity: int, on: date) -> dict[str, Any]:
        """What taking up lapsed cover of `quantity` units again on a day may cost (rule T8)."""
        held = self.held[key]
        estimate = reinstatement_estimate(
            key,
            reinstatement_part=held.reinstatement_part,
            renewal_part=held.renewal_part,
            quantity=quantity,
            on=on,
            prices=self.prices.book,
            book=self.book,
        )
        if estimate is None:
            return {}
        return {"reinstatement": str(estimate.amount), "reinstatement_why": estimate.explanation.as_json()}


def agreement_drafts(
    agreement: Agreement,
    on: date,
    declined: RenewalQuote | None = None,
    choices: ChoicesByOrder | None = None,
) -> tuple[Draft, ...]:
    """The transition quote, where one is due, then the quote of the next Anniversary; both may be missing.

    The Anniversary's quote is made as rule book section 6 runs: with the transition order done and its points
    counted. `declined` is the transition quote that the customer declined last for this Anniversary: its lines are
    left out, and said, while the transition quote would say the same again. `choices` of lines are those in force,
    unless others are to be tried.
    """
    holdings = _holdings(agreement.customer, list(renewable_lines([agreement])), on, choices)
    if not holdings.held:
        return ()
    start = agreement.term_start if agreement.term_start and agreement.term_start <= on else on
    anniversary = next_anniversary(start, on)
    lapsed, bridged, late, rest = _sorted_out(holdings, start, anniversary)
    bridged, dropped = holdings.chosen(Kind.TRANSITION, anniversary, bridged)
    standing_now = standing(agreement, on)
    drafts: list[Draft] = []
    gone = [*(lapsed_fault(line) for line in lapsed), *dropped]
    faults = [*gone, *(_late_fault(line) for line in late)]
    if bridged:
        order = transition_quote(bridged, anniversary, on, standing_now, holdings.prices.book, holdings.book)
        draft = holdings.draft(
            Kind.TRANSITION,
            order,
            (*order.faults, *gone),
            agreement=agreement,
            anniversary=anniversary,
            opened=standing_now.explanation,
        )
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
        drafts.append(
            holdings.draft(
                Kind.ANNIVERSARY,
                order,
                faults,
                agreement=agreement,
                anniversary=anniversary,
                opened=at_anniversary.explanation,
            )
        )
    return tuple(drafts)


def express_drafts(site: Site, on: date, choices: ChoicesByOrder | None = None) -> tuple[Draft, ...]:
    """The renewals of an Express site within a year, the earliest first (rule T3).

    Lines whose cover ends on one day share an order, and so a quote. What renews later than in a year has just been
    renewed.
    """
    holdings = _holdings(site.customer, _express_lines(site), on, choices)
    by_end: dict[date, list[HeldLine]] = {}
    faults: list[Fault] = []
    for line in holdings.held.values():
        if is_lapsed(line.cover_end, on):
            faults.append(lapsed_fault(line))
        elif line.cover_end < on + YEAR:
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
            drafts.append(holdings.draft(Kind.EXPRESS, order, told, site=site))
    return tuple(drafts)


def says_the_same(quote: RenewalQuote, draft: Draft) -> bool:
    """Whether `quote`, read with its lines, already has the lines, prices and points of `draft`."""
    old = {
        (line.entitlement_id, line.quantity, line.cover_start, line.cover_end, line.unit_price, line.points)
        for line in quote.lines.all()
    }
    priced = ((d.entitlement.pk, d.priced) for d in draft.lines)
    new = {(pk, p.quantity, p.cover.starts_on, p.cover.ends_on, p.unit_price, p.points) for pk, p in priced}
    return old == new


def _holdings(customer: Customer, lines: Sequence[Entitlement], on: date, choices: ChoicesByOrder | None) -> _Holdings:
    held = {line.key: line for line in held_lines(lines)}
    parts = {part for line in held.values() for part in line.priced_parts}
    return _Holdings(
        customer=customer,
        on=on,
        lines={str(line.pk): line for line in lines},
        held=held,
        prices=price_book(str(customer.country), customer.currency, parts),
        book=rule_book(on),
        choices=choices_in_force(customer) if choices is None else choices,
    )


def _express_lines(site: Site) -> list[Entitlement]:
    rows = Entitlement.objects.held_now().filter(
        site=site, follows__isnull=True, traded_up=False, coverage_end__isnull=False
    )
    rows = rows.exclude(part__kind__in=NOT_RENEWED)
    return list(rows.select_related("part__renewal_part", "site").order_by("pk"))


def _sorted_out(
    holdings: _Holdings, term_start: date, anniversary: date
) -> tuple[list[HeldLine], list[HeldLine], list[HeldLine], list[HeldLine]]:
    """Lapsed; moved in before this Anniversary and ending too early (T5); own ones ending too early; all others."""
    arrived = _moved_on(holdings.held)
    lapsed: list[HeldLine] = []
    bridged: list[HeldLine] = []
    late: list[HeldLine] = []
    rest: list[HeldLine] = []
    for line in holdings.held.values():
        moved_on = arrived.get(line.key)
        if is_lapsed(line.cover_end, holdings.on):
            lapsed.append(line)
        elif line.cover_end >= anniversary - DAY:
            rest.append(line)
        elif moved_on is not None and next_anniversary(term_start, moved_on) == anniversary:
            bridged.append(line)
        elif holdings.chose(Kind.TRANSITION, anniversary, line.key):
            # Units that were declined in a transition quote, and split from those that were renewed.
            bridged.append(line)
        else:
            late.append(line)
    return lapsed, bridged, late, rest


def _moved_on(keys: Iterable[str]) -> dict[str, date]:
    """The day on which units last arrived at each line by a transfer."""
    rows = QuantityMovement.objects.filter(
        target_id__in=[UUID(key) for key in keys], reason=QuantityMovement.Reason.TRANSFER
    )
    return {str(k): day for k, day in rows.values_list("target_id").annotate(Max("effective_on")).order_by()}


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


def _in_print(line: Entitlement) -> tuple[bool, str, str, date, str, str]:
    """The Originating Site first, then by site, part and purchase."""
    site = line.site
    return (
        not site.originating,
        site.site_number,
        line.part_id,
        line.acquired_on,
        line.order_reference,
        str(line.pk),
    )
