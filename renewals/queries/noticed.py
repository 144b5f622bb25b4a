"""What was told already, what it costs, and so what is to be told now: rows as they should be added."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal.kernel.period import DAY
from renewals.models import Notice, RenewalQuote
from renewals.queries.endings import Recipient, Subject, Telling
from renewals.rules.ladder import due

Kind, Status = RenewalQuote.Kind, RenewalQuote.Status
Settled = Mapping[tuple[UUID | None, UUID | None, date, str], set[int]]


@dataclass(slots=True)
class Quotes:
    """The issued quotes of some Agreements and sites, found by what a notice is about."""

    found: dict[tuple[UUID | None, UUID | None, str, date], RenewalQuote] = field(default_factory=dict)

    def of(self, subject: Subject) -> RenewalQuote | None:
        """The open quote that renews what ends; the transition quote for what ends before an Anniversary."""
        ending = subject.ending
        if subject.site_id is not None:
            return self.found.get((None, subject.site_id, Kind.EXPRESS, ending.ends_on + DAY))
        if ending.anniversary is not None:
            return self.found.get((subject.agreement_id, None, Kind.ANNIVERSARY, ending.anniversary))
        bridge = self.found.get((subject.agreement_id, None, Kind.TRANSITION, date.min))
        return bridge if bridge and bridge.anniversary and bridge.anniversary > ending.ends_on else None


def settled(subjects: Sequence[Subject]) -> Settled:
    """The rungs that are settled, by Agreement or site, end and person; one query."""
    found: dict[tuple[UUID | None, UUID | None, date, str], set[int]] = {}
    for agreement, site, ends_on, person, rung in notices_about(subjects).values_list(
        "agreement_id", "site_id", "ends_on", "person", "rung"
    ):
        found.setdefault((agreement, site, ends_on, person), set()).add(rung)
    return found


def notices_about(subjects: Sequence[Subject]) -> Any:
    """Every notice about the ends of cover of these Agreements and sites."""
    agreements = {s.agreement_id for s in subjects if s.agreement_id}
    sites = {s.site_id for s in subjects if s.site_id}
    days = [s.ending.ends_on for s in subjects]
    rows = Notice.objects.filter(ends_on__range=(min(days), max(days))) if days else Notice.objects.none()
    return (rows.among("agreement_id", agreements) | rows.among("site_id", sites)).order_by()


def open_quotes(subjects: Sequence[Subject]) -> Quotes:
    """Their issued quotes; one query."""
    agreements = {s.agreement_id for s in subjects if s.agreement_id}
    sites = {s.site_id for s in subjects if s.site_id}
    rows = RenewalQuote.objects.filter(status=Status.ISSUED)
    rows = (rows.among("agreement_id", agreements) | rows.among("site_id", sites)).order_by("ordered_on", "number")
    quotes = Quotes()
    for quote in rows:
        express = quote.kind == Kind.EXPRESS
        place = (None, quote.site_id) if express else (quote.agreement_id, None)
        # An Agreement has one open transition quote at most.
        day = quote.ordered_on if express else date.min if quote.kind == Kind.TRANSITION else quote.anniversary
        if day is not None:
            quotes.found.setdefault((*place, quote.kind, day), quote)
    return quotes


def to_be_added(
    subjects: Iterable[Subject], telling: Telling, known: Settled, quotes: Quotes, on: date, at: datetime
) -> list[Notice]:
    """The notices that should be there on `on` and aren't: told, passed over, or with nobody to tell."""
    made: list[Notice] = []
    for subject in subjects:
        ladder = telling.ladder(subject.customer_id)
        for recipient in telling.recipients(subject):
            before = known.get((*subject.key, recipient.person), set())
            found = due(subject.ending.ends_on, ladder, on, before, recipient.own)
            if found.tell is not None:
                made.append(_told(subject, telling, recipient, found.tell, quotes, on, at))
            made += [
                _row(subject, recipient, rung, on, at, outcome=Notice.Outcome.PASSED, reason=reason)
                for rung, reason in found.passed
            ]
    return made


def _told(
    subject: Subject, telling: Telling, recipient: Recipient, rung: int, quotes: Quotes, on: date, at: datetime
) -> Notice:
    check = rung == telling.book.contact_check_days
    data = figures(subject, quotes.of(subject), check=check, on=on)
    if not recipient.person:
        return _row(subject, recipient, rung, on, at, outcome=Notice.Outcome.NOBODY, data=data)
    mailed = bool(recipient.email) and telling.wants_mail(subject.customer_id, recipient, rung)
    mail = {"mail": Notice.Mail.DUE, "mail_after": at} if mailed else {}
    return _row(subject, recipient, rung, on, at, outcome=Notice.Outcome.TOLD, data=data, **mail)


def figures(subject: Subject, quote: RenewalQuote | None, *, check: bool, on: date) -> dict[str, Any]:
    """What a notice says, as plain JSON: kept with it, so that it can be said again in any language."""
    ending = subject.ending
    told: dict[str, Any] = {
        "number": subject.number,
        "express": subject.site_id is not None,
        "day": ending.ends_on.isoformat(),
        "anniversary": ending.anniversary.isoformat() if ending.anniversary else None,
        "lines": subject.lines,
        "sites": list(subject.sites),
        "check": check,
    }
    if ending.ends_on < on:
        return told | {"reason": "ended"}
    if quote is not None:
        told |= {
            "reason": "quote",
            "quote": quote.number,
            "quote_id": str(quote.pk),
            "total": str(quote.total),
            "currency": quote.currency,
            "valid_until": quote.valid_until.isoformat(),
        }
    return told


def _row(subject: Subject, recipient: Recipient, rung: int, on: date, at: datetime, **more: Any) -> Notice:
    return Notice(
        customer_id=subject.customer_id,
        agreement_id=subject.agreement_id,
        site_id=subject.site_id,
        ends_on=subject.ending.ends_on,
        rung=rung,
        person=recipient.person,
        user_id=recipient.user_id,
        name=recipient.name,
        email=recipient.email,
        language=recipient.language or "en",
        told_on=on,
        at=at,
        **more,
    )
