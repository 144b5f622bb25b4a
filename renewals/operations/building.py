"""A draft as the rows that keep it: a quote and its lines, each with its derivation."""

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from licenses.rules.explaining import explain_cover, explain_price
from licenses.rules.pricing import PricedLine
from licenses.rules.rulebook import BASE_LEVEL
from portal.kernel.explanation import Explanation
from portal.kernel.period import DAY
from renewals.models import RenewalQuote
from renewals.queries import Draft, DraftLine, LineSaid

Kind = RenewalQuote.Kind
_RULES = {Kind.TRANSITION.value: "T5", Kind.ANNIVERSARY.value: "T4", Kind.EXPRESS.value: "T3"}


class FreshLine(NamedTuple):
    """A line to be written: what it says, the part's description, and its derivation as JSON text."""

    said: LineSaid
    description: str
    why: str


@dataclass(frozen=True, slots=True)
class Whys:
    """Derivations as text. Those of lines that are alike are made once: a night's quotes have a million."""

    known: dict[Hashable, str] = field(default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], Any]) -> str:
        """The text of `key`, made where it isn't known."""
        found = self.known.get(key)
        if found is None:
            made = make()
            found = self.known[key] = json.dumps(made.as_json() if isinstance(made, Explanation) else made)
        return found


def built_quote(draft: Draft, at: datetime, head_version: int) -> RenewalQuote:
    """The quote that keeps `draft`, without a number yet."""
    order = draft.order
    return RenewalQuote(
        kind=draft.kind,
        customer=draft.customer,
        agreement=draft.agreement,
        site=draft.site,
        anniversary=draft.anniversary,
        ordered_on=order.on,
        rsvp_level=order.rsvp_before or BASE_LEVEL,
        quote_level=order.own_level,
        points=order.points,
        total=order.amount,
        currency=order.currency,
        demonstration_prices=draft.prices.demonstration,
        valid_until=draft.valid_until,
        language=draft.customer.language,
        left_out=list(draft.left_out),
        rule_version=order.version,
        price_list=draft.prices.name,
        built_from=head_version,
        issued_at=at,
    )


def said_by(draft: Draft) -> list[LineSaid]:
    """What the lines of `draft` say, in its order."""
    return [_said(line) for line in draft.lines]


def _said(line: DraftLine) -> LineSaid:
    held, priced = line.entitlement, line.priced
    return LineSaid(
        held.pk,
        line.site_number,
        priced.part_number,
        priced.renewal_part,
        priced.quantity,
        held.order_reference,
        priced.points,
        priced.cover.starts_on,
        priced.cover.ends_on,
        priced.months,
        priced.list_unit_price,
        priced.unit_price,
        priced.amount,
    )


def built_lines(draft: Draft, said: list[LineSaid], whys: Whys) -> list[FreshLine]:
    """The lines with their derivations: amount and points, cover, price, and the level of the order."""
    opened = (_alone(draft.opened),) if draft.opened else ()
    level = json.dumps(replace(draft.order.explain(with_lines=False), parts=opened).as_json())
    return [
        FreshLine(each, line.entitlement.part.description, _why(draft, line, level, whys))
        for line, each in zip(draft.lines, said, strict=True)
    ]


def _why(draft: Draft, line: DraftLine, level: str, whys: Whys) -> str:
    p, on, listed = line.priced, draft.order.on, draft.prices
    sums = (p.unit_price, p.quantity, p.charged_months, p.months, p.points_each, p.earns, p.currency, p.version)
    amount, points = whys.once((sums, 0), lambda: _sum(p, 0)), whys.once((sums, 1), lambda: _sum(p, 1))
    days = (draft.kind, draft.anniversary, p.cover, line.cover_end, p.version)
    cover = whys.once(days, lambda: _cover(draft, line))
    row = (listed.name, p.renewal_part, p.level, on, p.list_unit_price, p.unit_price, p.currency, p.version)
    price = whys.once(row, lambda: explain_price(p, on, listed.name, listed.book))
    return f'{{"amount":{amount},"points":{points},"cover":{cover},"price":{price},"level":{level}}}'


def _sum(priced: PricedLine, which: int) -> Explanation | None:
    """The derivation of its amount (0) or of its points (1), where it earns any."""
    made = priced.explain()
    return made[which] if len(made) > which else None


def _alone(opened: Explanation) -> Explanation:
    """What the order's RSVP follows from, one step back: the rest is told where the Agreement stands."""
    return replace(opened, parts=tuple(replace(part, parts=()) for part in opened.parts[-1:]))


def _cover(draft: Draft, line: DraftLine) -> Explanation:
    """Why the line renews for these days: `paid_until` is what is paid today, a transition lies between where told."""
    cover = line.priced.cover
    bridged = cover.starts_on != line.cover_end + DAY
    return explain_cover(
        _RULES[draft.kind],
        cover,
        line.cover_end,
        line.priced.version,
        anniversary=draft.anniversary,
        transition_until=cover.starts_on - DAY if bridged else None,
    )
