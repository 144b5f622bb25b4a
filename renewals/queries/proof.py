"""Who was told of a renewal, when and how, and who will be: the proof that no notice is missed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from licenses.queries import rule_book
from renewals.models import Notice, RenewalQuote
from renewals.queries.endings import Recipient, Subject, Telling, subjects, telling
from renewals.queries.noticed import open_quotes
from renewals.rules.ladder import Ending, planned
from sites.models import Agreement, DeadAddress, Site
from sites.tenancy import Actor

MOST_TOLD = 300


@dataclass(frozen=True, slots=True)
class Planned:
    """A notice to come: the day, the rung, the person, whether by e-mail too; `dead` for an address that fails."""

    on: date
    rung: int
    recipient: Recipient
    mailed: bool
    dead: bool


@dataclass(slots=True)
class Renewal:
    """An end of cover with everything that was and will be told of it."""

    ending: Ending
    lines: int = 0
    sites: tuple[str, ...] = ()
    quote: RenewalQuote | None = None
    planned: list[Planned] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)


def notices_seen(actor: Actor) -> QuerySet[Notice]:
    """The notices that `actor` sees, with what they are about."""
    return Notice.objects.visible_to(actor).select_related("agreement", "site", "customer", "user")


def renewals_of(actor: Actor, place: Agreement | Site, on: date) -> list[Renewal]:
    """The ends of cover of an Agreement or an Express site: those to come first, then those that are over."""
    named: Any = {"agreement": place.pk} if isinstance(place, Agreement) else {"site": place.pk}
    whom = telling(on, rule_book(on), **named)
    about = subjects(on, actor=actor, **named)
    quotes = open_quotes(about)
    dead = dead_addresses(place.customer_id, on)
    told = notices_seen(actor).filter(**{f"{key}_id": pk for key, pk in named.items()})
    by_end: dict[date, list[Notice]] = {}
    for notice in told.order_by("-told_on", "rung", "name")[:MOST_TOLD]:
        by_end.setdefault(notice.ends_on, []).append(notice)
    found = []
    for subject in sorted(about, key=lambda s: s.ending.ends_on):
        before = by_end.pop(subject.ending.ends_on, [])
        coming = _planned(subject, whom, before, dead, on)
        if coming or before:
            quote = quotes.of(subject)
            found.append(Renewal(subject.ending, subject.lines, subject.sites, quote, coming, before))
    over = (Renewal(Ending(day, None), told=rows) for day, rows in sorted(by_end.items(), reverse=True))
    return [*found, *over]


def _planned(
    subject: Subject, whom: Telling, before: Sequence[Notice], dead: frozenset[str], on: date
) -> list[Planned]:
    ladder = whom.ladder(subject.customer_id)
    found = []
    for recipient in whom.recipients(subject):
        settled = {notice.rung for notice in before if notice.person == recipient.person}
        for day, rung in planned(subject.ending.ends_on, ladder, on, settled, recipient.own):
            mailed = bool(recipient.email) and whom.wants_mail(subject.customer_id, recipient, rung)
            found.append(Planned(day, rung, recipient, mailed, recipient.email.lower() in dead))
    return sorted(found, key=lambda p: (p.on, p.recipient.name))


def dead_addresses(customer_id: UUID, on: date) -> frozenset[str]:
    """The addresses of a customer's contacts at which mail is refused, in lower case."""
    return frozenset(DeadAddress.objects.open_on(on).filter(customer_id=customer_id).values_list("email", flat=True))
