"""Quotes as they were made: what one says, which is the newest, and when an Agreement was looked at last."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from licenses.sets import array
from renewals.models import QuoteLine, RenewalQuote
from sites.models import Agreement, Site

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


class LineSaid(NamedTuple):
    """All that a line of a quote says to the customer."""

    entitlement_id: UUID
    site_number: str
    part_number: str
    renewal_part: str
    quantity: int
    order_reference: str
    points: Decimal
    cover_start: date
    cover_end: date
    months: int
    list_unit_price: Decimal
    unit_price: Decimal
    amount: Decimal


def lines_said(quotes: Iterable[UUID]) -> dict[UUID, list[LineSaid]]:
    """The lines of each of many quotes, in their order: one query."""
    found: dict[UUID, list[LineSaid]] = {}
    rows: QuerySet[Any] = QuoteLine.objects.among("quote_id", quotes).order_by("quote_id", "item")
    for quote, *said in rows.values_list("quote_id", *LineSaid._fields):
        found.setdefault(quote, []).append(LineSaid(*said))
    return found


def content(quote: RenewalQuote, lines: Iterable[LineSaid]) -> tuple[Any, ...]:
    """All that a quote says to the customer, to be compared: two of equal content are one version."""
    return (*(getattr(quote, name) for name in _SAID), _left_out(quote), *lines)


def _left_out(quote: RenewalQuote) -> list[dict[str, Any]]:
    """What isn't in it, without the day on which an estimate was made.

    An Express quote is about one day; which of them names the site's lapsed lines says nothing about that day.
    """
    told = ({name: said for name, said in each.items() if name != "reinstatement_why"} for each in quote.left_out)
    express = quote.kind == RenewalQuote.Kind.EXPRESS
    return [each for each in told if not (express and each["code"] == "cover_lapsed")]


def quotes_of(holders: Sequence[Agreement | Site]) -> dict[UUID, list[RenewalQuote]]:
    """All versions of all quotes of each of many Agreements, or of many Express sites."""
    found: dict[UUID, list[RenewalQuote]] = {holder.pk: [] for holder in holders}
    of = "agreement_id" if isinstance(holders[0], Agreement) else "site_id"
    for quote in RenewalQuote.objects.among(of, found).order_by():
        found[getattr(quote, of)].append(quote)
    return found


def latest_of(quotes: Sequence[RenewalQuote]) -> RenewalQuote | None:
    """The newest version of the newest number."""
    return max(quotes, key=lambda q: (len(q.number), q.number, q.version), default=None)


def declined_transition(quotes: Iterable[RenewalQuote]) -> RenewalQuote | None:
    """The transition quote among the quotes of an Agreement, where the customer declined the newest."""
    newest = latest_of([q for q in quotes if q.kind == RenewalQuote.Kind.TRANSITION])
    return newest if newest is not None and newest.status == RenewalQuote.Status.DECLINED else None


@dataclass(frozen=True, slots=True)
class Look:
    """When quotes of an Agreement or an Express site were last compared with the facts: at which head version, prices
    and rules.

    `head_version` is the Agreement's; an Express site keeps none, and has that of its customer's ledger. `prices` is
    the version of the price lists, `rules` that of the rule book, `again_on` the day to look again without any
    movement.
    """

    head_version: int
    again_on: date
    prices: int
    rules: str


_LOOKS = """
SELECT s.id, look.data FROM unnest(%s::uuid[]) AS s(id)
 CROSS JOIN LATERAL (SELECT data FROM sites_event e
                      WHERE e.subject_type = %s AND e.subject_id = s.id AND e.kind = %s ORDER BY e.id DESC LIMIT 1) look
"""


def last_looks(model: type[Agreement | Site], keys: Iterable[UUID]) -> dict[UUID, Look]:
    """The last comparison of each of many Agreements or Express sites: one query."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOKS, [array(keys), model._meta.model_name, LOOKED])
        found = {key: _look(data if isinstance(data, dict) else json.loads(data)) for key, data in cursor.fetchall()}
    return {key: look for key, look in found.items() if look is not None}


def _look(data: dict[str, Any]) -> Look | None:
    # Of Express sites, older looks tell less.
    if "again_on" not in data or "head_version" not in data:
        return None
    again_on = date.fromisoformat(data["again_on"])
    return Look(data["head_version"], again_on, data.get("prices", 0), data.get("rules", ""))


def last_look(agreement_id: UUID) -> Look | None:
    """The last comparison of an Agreement's quotes with its facts."""
    return last_looks(Agreement, [agreement_id]).get(agreement_id)


def state_of(quote: RenewalQuote, on: date) -> str:
    """The status as of `on`: an issued quote is expired from the day after its prices held."""
    lapsed = quote.status == RenewalQuote.Status.ISSUED and quote.valid_until < on
    return RenewalQuote.Status.EXPIRED.value if lapsed else str(quote.status)
