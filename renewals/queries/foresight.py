"""The version that a selection of lines would make, beside the one that is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from licenses.queries import standing
from licenses.rules.levels import after_anniversary, order_levels
from renewals.models import RenewalQuote
from renewals.queries.drafts import Draft, DraftLine
from renewals.queries.pages import LeftOut, left_out_view
from renewals.rules.choosing import DECLINED

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class After:
    """Points of the open Term and RSVP after acceptance today, and the RSVP that the Anniversary opens with then."""

    points_after: Decimal
    level_after: str
    opening_after: str


@dataclass(frozen=True, slots=True)
class Foresight:
    """What would be: `total_before` and `points_before` are what is. `lapsing` is what isn't renewed, as `left_out`
    says it. Without any line left, everything is zero and the levels are those of the quote."""

    total: Decimal
    total_before: Decimal
    points: Decimal
    points_before: Decimal
    quote_level: str
    level_before: str
    price_level: str
    price_level_before: str
    currency: str
    effect: After | None
    effect_before: After | None
    lines: tuple[Mapping[str, Any], ...]
    left_out: tuple[dict[str, Any], ...]
    lapsing: tuple[LeftOut, ...]

    @property
    def difference(self) -> Decimal:
        """How much more, or less, it costs."""
        return self.total - self.total_before


def foresight(quote: RenewalQuote, draft: Draft | None, on: date) -> Foresight:
    """`draft` beside `quote`, as of `on`; needs `agreement`."""
    points = draft.order.points if draft else NOTHING
    left_out = draft.left_out if draft else ()
    lapsing = [each for each in left_out if each["code"] == DECLINED and each["params"]["kind"] == quote.kind]
    before = price_level_of(quote)
    return Foresight(
        total=draft.order.amount if draft else NOTHING,
        total_before=quote.total,
        points=points,
        points_before=quote.points,
        quote_level=draft.order.own_level if draft else quote.quote_level,
        level_before=quote.quote_level,
        price_level=draft.order.price_level if draft else before,
        price_level_before=before,
        currency=quote.currency,
        effect=_after(quote, points, on),
        effect_before=_after(quote, quote.points, on),
        lines=tuple(_line(line) for line in draft.lines) if draft else (),
        left_out=left_out,
        lapsing=tuple(left_out_view(each) for each in lapsing),
    )


def price_level_of(quote: RenewalQuote) -> str:
    """The level at which the quote is priced."""
    line = quote.lines.first()
    return str(line.why["level"]["result"]) if line and line.why.get("level") else quote.rsvp_level


def _after(quote: RenewalQuote, points: Decimal, on: date) -> After | None:
    if quote.agreement is None:
        return None
    now = standing(quote.agreement, on)
    after = order_levels(now.level, points, now.points, now.book)
    return After(
        after.points_after, after.rsvp_after, after_anniversary(after.rsvp_after, after.points_after, now.book)
    )


def _line(line: DraftLine) -> dict[str, Any]:
    priced = line.priced
    return {
        "entitlement_id": line.entitlement.pk,
        "part_number": priced.part_number,
        "renewal_part": priced.renewal_part,
        "quantity": priced.quantity,
        "order_reference": line.entitlement.order_reference,
        "site_number": line.site_number,
        "points": priced.points,
        "cover_start": priced.cover.starts_on,
        "cover_end": priced.cover.ends_on,
        "months": priced.months,
        "list_unit_price": priced.list_unit_price,
        "unit_price": priced.unit_price,
        "amount": priced.amount,
    }
