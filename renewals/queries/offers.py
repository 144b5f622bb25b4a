"""What a quote offers to choose from: each line with what lapses, and when, if it isn't renewed (rule T8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from licenses.models import Part
from licenses.queries import price_book, rule_book
from licenses.rules.orders import lapses_on
from licenses.rules.pricing import reinstatement_estimate
from portal.kernel.period import DAY
from renewals.models import QuoteLine, RenewalQuote
from renewals.queries.choices import declined_of


@dataclass(frozen=True, slots=True)
class Offer:
    """A line of the quote's order: of `quantity` units in all this version renews `kept`. Unrenewed, cover ends on
    `cover_end`, and from `lapses_on` on only a reinstatement helps, estimated for all units."""

    key: str
    part_number: str
    description: str
    site_number: str
    order_reference: str
    quantity: int
    kept: int
    reason: str
    amount: Decimal | None
    cover_end: date
    lapses_on: date
    reinstatement: Decimal | None


@dataclass(frozen=True, slots=True)
class LapseDay:
    """What lapses on one day if nothing is renewed: so many lines and units, and what reinstating them may cost."""

    cover_end: date
    lapses_on: date
    lines: int
    units: int
    reinstatement: Decimal


def offers(quote: RenewalQuote, lines: Sequence[QuoteLine]) -> list[Offer]:
    """The lines to choose from, those of this version first, then what was declined whole; needs `customer`."""
    estimates = _estimates(quote, lines)
    declined = {str(each["entitlement"]): each for each in declined_of(quote)}
    found = []
    for line in lines:
        key = str(line.entitlement_id)
        left = declined.pop(key, None)
        more = left["quantity"] if left else 0
        again = Decimal(left["reinstatement"]) if left and left.get("reinstatement") else Decimal(0)
        estimate = estimates[line.pk]
        ends = line.cover_start - DAY
        found.append(
            Offer(
                key=key, part_number=line.part_number, description=line.description, site_number=line.site_number,
                order_reference=line.order_reference, quantity=line.quantity + more, kept=line.quantity,
                reason=left["params"]["reason"] if left else "", amount=line.amount, cover_end=ends,
                lapses_on=lapses_on(ends), reinstatement=None if estimate is None else estimate + again,
            )
        )  # fmt: skip
    for key, left in declined.items():
        ends = date.fromisoformat(left["params"]["cover_end"])
        found.append(
            Offer(
                key=key, part_number=left["part_number"], description=left["description"],
                site_number=left["site_number"], order_reference=left["order_reference"], quantity=left["quantity"],
                kept=0, reason=left["params"]["reason"], amount=None, cover_end=ends, lapses_on=lapses_on(ends),
                reinstatement=Decimal(left["reinstatement"]) if left.get("reinstatement") else None,
            )
        )  # fmt: skip
    return found


def lapse_days(found: Sequence[Offer]) -> list[LapseDay]:
    """What lapses if nothing of this version is renewed, by day."""
    days: dict[date, list[Offer]] = {}
    for offer in found:
        if offer.kept:
            days.setdefault(offer.cover_end, []).append(offer)
    return [
        LapseDay(
            cover_end=end,
            lapses_on=lapses_on(end),
            lines=len(each),
            units=sum(o.quantity for o in each),
            reinstatement=sum((o.reinstatement or Decimal(0) for o in each), Decimal("0.00")),
        )
        for end, each in sorted(days.items())
    ]


def _estimates(quote: RenewalQuote, lines: Sequence[QuoteLine]) -> dict[object, Decimal | None]:
    numbers = {line.part_number for line in lines}
    again = dict(Part.objects.filter(pk__in=numbers).values_list("pk", "reinstatement_part_id"))
    parts = {*(part for part in again.values() if part), *(line.renewal_part for line in lines)}
    customer = quote.customer
    prices = price_book(str(customer.country), customer.currency, parts).book
    book = rule_book(quote.ordered_on)
    found: dict[object, Decimal | None] = {}
    for line in lines:
        estimate = reinstatement_estimate(
            str(line.entitlement_id),
            reinstatement_part=again.get(line.part_number),
            renewal_part=line.renewal_part,
            quantity=line.quantity,
            on=lapses_on(line.cover_start - DAY),
            prices=prices,
            book=book,
        )
        found[line.pk] = estimate.amount if estimate else None
    return found
