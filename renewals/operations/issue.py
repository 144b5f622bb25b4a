"""Derive what the quotes should be, compare with what they are, add the difference: one road for one and for many."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from licenses.queries import price_version, rule_book
from renewals.models import RenewalQuote
from renewals.operations.aligning import align
from renewals.operations.writing import expire
from renewals.queries import customers_of, last_look
from sites.models import Agreement, Site
from sites.tenancy import Actor, as_portal, seeing_only

Kind, Status = RenewalQuote.Kind, RenewalQuote.Status
MOST_AT_ONCE = 2_000


def issue_quotes(*, actor: Actor, at: datetime, on: date, agreement: Agreement) -> tuple[RenewalQuote, ...]:
    """Bring the quotes of `agreement` in line with the facts of `on`: the transition quote first, where one is due.

    Returns what is open now; nothing is written where nothing changed. Whoever asks must have been let in before.
    """
    return issue_all(actor=actor, at=at, on=on, model=Agreement, keys=[agreement.pk], asked=True)[agreement.pk]


def issue_express_quotes(*, actor: Actor, at: datetime, on: date, site: Site) -> tuple[RenewalQuote, ...]:
    """The same for an Express site: one quote for each day on which cover of its lines is renewed (rule T3)."""
    return issue_all(actor=actor, at=at, on=on, model=Site, keys=[site.pk], asked=True)[site.pk]


def refresh_agreement(*, actor: Actor, at: datetime, on: date, agreement: Agreement) -> tuple[RenewalQuote, ...]:
    """What the timetable does: quotes for whoever has some, moved licenses in, or renews within `quote_days` (T9)."""
    return issue_all(actor=actor, at=at, on=on, model=Agreement, keys=[agreement.pk])[agreement.pk]


def issue_all(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    model: type[Agreement | Site],
    keys: Sequence[UUID],
    asked: bool = False,
) -> dict[UUID, tuple[RenewalQuote, ...]]:
    """The open quotes of each of many Agreements, or of many Express sites, in line with the facts of `on`.

    A fixed number of statements in one transaction. Where nobody `asked`, only those are quoted that have quotes,
    moved licenses in, or renew within `quote_days` (rule T9).
    """
    with as_portal(actor) as portal, transaction.atomic(), seeing_only(customers_of(model, keys)):
        return align(portal, at, on, locked(model, keys), asked=asked).open_now


def ensure_current(*, actor: Actor, at: datetime, on: date, agreement: Agreement) -> tuple[RenewalQuote, ...]:
    """The open quotes of `agreement`, made anew only where the facts moved on since they were looked at."""
    look = last_look(agreement.pk)
    agreement.refresh_from_db(fields=["head_version"])
    prices = price_version(str(agreement.customer.country), agreement.customer.currency)
    basis = (agreement.head_version, prices, rule_book(on).version)
    known = look is not None and (look.head_version, look.prices, look.rules) == basis
    if look is not None and known and on < look.again_on:
        found = RenewalQuote.objects.filter(agreement=agreement, status=Status.ISSUED)
        if found.exists():
            return tuple(sorted(found, key=_in_turn))
    return issue_quotes(actor=actor, at=at, on=on, agreement=agreement)


def expire_quotes(*, actor: Actor, at: datetime, on: date) -> int:
    """Issued quotes whose prices no longer hold on `on` become expired (rule T10). Returns how many, of a limited set
    at once."""
    with as_portal(actor) as portal, transaction.atomic():
        rows = RenewalQuote.objects.filter(status=Status.ISSUED, valid_until__lt=on)
        past = list(rows.select_for_update().order_by("pk")[:MOST_AT_ONCE])
        expire(actor=portal, at=at, quotes=past)
        return len(past)


def locked(model: type[Agreement | Site], keys: Sequence[UUID]) -> list[Agreement | Site]:
    """Locked in one order: postings raise the head version, so what is read here holds until the end."""
    rows: QuerySet[Any] = model._default_manager.select_for_update(of=("self",)).select_related("customer")
    return list(rows.filter(pk__in=keys).order_by("pk"))


def _in_turn(quote: RenewalQuote) -> tuple[bool, date, str]:
    """The transition quote first, then by the day of its order."""
    return quote.kind != Kind.TRANSITION, quote.ordered_on, quote.number
