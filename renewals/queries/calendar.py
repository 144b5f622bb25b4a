"""A person's renewals as a calendar (iCalendar, RFC 5545): what they see, all-day, with alarms at the ladder's days."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from licenses.queries import rule_book
from portal.kernel.period import DAY
from renewals.queries.endings import Subject, Telling, subjects, telling
from renewals.queries.noticed import figures, open_quotes
from renewals.words.notices import notice_words
from sites.tenancy import Actor

MOST_EVENTS = 1000
# An alarm of an all-day event rings in the morning of its day.
MORNING = timedelta(hours=9)
NAMESPACE = uuid.UUID("5b1c6c1e-6d7e-4f0a-9a64-1f0e6d2c8a55")


def calendar_of(actor: Actor, on: date, *, language: str, host: str, address: Callable[[Subject], str]) -> bytes:
    """The calendar of everything to come that `actor` sees, the nearest first.

    An event keeps its UID while its Agreement or site and its day stay: a calendar that reads again changes it and
    adds no second one. `address` gives the page of an event.
    """
    about = sorted(
        (s for s in subjects(on, actor=actor) if s.ending.ends_on >= on - DAY),
        key=lambda s: (s.ending.ends_on, s.number),
    )[:MOST_EVENTS]
    whom, quotes = telling(on, rule_book(on)), open_quotes(about)
    with translation.override(language):
        calendar = Calendar()
        calendar.add("prodid", "-//Passage//Renewals//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("Renewals (Passage)"))
        calendar.add("refresh-interval", timedelta(hours=12), parameters={"VALUE": "DURATION"})
        for subject in about:
            data = figures(subject, quotes.of(subject), check=False, on=on)
            calendar.add_component(_event(subject, whom, data, on, host, address(subject)))
        return calendar.to_ical()


def _event(subject: Subject, whom: Telling, data: dict[str, Any], on: date, host: str, url: str) -> Event:
    day = subject.ending.anniversary or subject.ending.ends_on
    words = notice_words(data, on)
    event = Event()
    event.add("uid", f"{uuid.uuid5(NAMESPACE, f'{subject.agreement_id or subject.site_id} {day}')}@{host}")
    event.add("dtstamp", datetime.combine(on, time(), UTC))
    event.add("dtstart", day)
    event.add("dtend", day + DAY)
    event.add("summary", _summary(subject))
    facts = (f"{label}: {value}" for label, value in words.facts)
    event.add("description", "\n".join((words.message, *facts, words.remedy)))
    event.add("url", url)
    event.add("transp", "TRANSPARENT")
    before_end = (day - subject.ending.ends_on).days
    for rung in whom.ladder(subject.customer_id):
        if rung > 0:
            event.add_component(_alarm(rung + before_end, words.message))
    return event


def _summary(subject: Subject) -> str:
    if subject.site_id is not None:
        return _("Cover at site %(number)s ends") % {"number": subject.number}
    if subject.ending.anniversary is None:
        return _("Cover under Agreement %(number)s ends") % {"number": subject.number}
    return _("Agreement %(number)s renews") % {"number": subject.number}


def _alarm(days: int, text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", MORNING - timedelta(days=days))
    return alarm
