"""Quotes as they were made: what one says, which is the newest, and when an Agreement was looked at last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from renewals.models import QuoteLine, RenewalQuote
from sites.models import Event

LOOKED = "quotes_looked_at"

_SAID = (
    "kind",
    "anniversary",
    "rsvp_level",
    "quote_level",
    "points",
    "total",
    "currency",
    "demonstration_prices",
    "valid_until",
    "rule_version",
    "price_list",
)
_LINE_SAID = (
    "entitlement_id",
    "site_number",
    "part_number",
    "renewal_part",
    "quantity",
    "order_reference",
    "points",
    "cover_start",
    "cover_end",
    "months",
    "list_unit_price",
    "unit_price",
    "amount",
)


def content(quote: RenewalQuote, lines: Iterable[QuoteLine]) -> tuple[Any, ...]:
    """All that a quote says to the customer, to be compared: two of equal content are one version."""
    said = tuple(getattr(quote, name) for name in _SAID)
    return (*said, _left_out(quote), *(tuple(getattr(line, name) for name in _LINE_SAID) for line in lines))


def _left_out(quote: RenewalQuote) -> list[dict[str, Any]]:
    """What isn't in it, without the day on which an estimate was made.

    An Express quote is about one day; which of them names the site's lapsed lines says nothing about that day.
    """
    told = ({name: said for name, said in each.items() if name != "reinstatement_why"} for each in quote.left_out)
    express = quote.kind == RenewalQuote.Kind.EXPRESS
    return [each for each in told if not (express and each["code"] == "cover_lapsed")]


def latest_of(quotes: Sequence[RenewalQuote]) -> RenewalQuote | None:
    """The newest version of the newest number."""
    return max(quotes, key=lambda q: (len(q.number), q.number, q.version), default=None)


def declined_transition(quotes: Iterable[RenewalQuote]) -> RenewalQuote | None:
    """The transition quote among the quotes of an Agreement, where the customer declined the newest."""
    newest = latest_of([q for q in quotes if q.kind == RenewalQuote.Kind.TRANSITION])
    return newest if newest is not None and newest.status == RenewalQuote.Status.DECLINED else None


@dataclass(frozen=True, slots=True)
class Look:
    """When quotes of an Agreement were last compared with the facts: at which head version, prices and rules.

    `prices` is the version of its price lists, `rules` that of the rule book, `again_on` the day to look again
    without any movement.
    """

    head_version: int
    again_on: date
    prices: int
    rules: str


def last_look(agreement_id: UUID) -> Look | None:
    """The last comparison of an Agreement's quotes with its facts."""
    event = Event.objects.filter(subject_type="agreement", subject_id=agreement_id, kind=LOOKED).order_by("-id").first()
    if event is None:
        return None
    data = event.data
    again_on = date.fromisoformat(data["again_on"])
    return Look(data["head_version"], again_on, data.get("prices", 0), data.get("rules", ""))


def last_prices(site_id: UUID) -> int | None:
    """The version of the price lists with which quotes of an Express site were last compared."""
    event = Event.objects.filter(subject_type="site", subject_id=site_id, kind=LOOKED).order_by("-id").first()
    return int(event.data["prices"]) if event else None


def state_of(quote: RenewalQuote, on: date) -> str:
    """The status as of `on`: an issued quote is expired from the day after its prices held."""
    lapsed = quote.status == RenewalQuote.Status.ISSUED and quote.valid_until < on
    return RenewalQuote.Status.EXPIRED.value if lapsed else str(quote.status)
