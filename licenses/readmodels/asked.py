"""The two times of a question: as of a day, as known at an instant (rule P7). Read alike by pages and API."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from licenses.intake.cells import LAST_DAY
from portal.kernel.errors import Fault

# Nothing of either program is older.
FIRST_DAY = date(1990, 1, 1)

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Moments:
    """What counts for `as_of` or before (None: whatever it counts for), of what was recorded by `known_at` (None:
    all there is). `asked_at` is the instant of the question."""

    as_of: date | None
    known_at: datetime | None
    asked_at: datetime

    @property
    def pinned_at(self) -> datetime:
        """The instant that gives the same answer again, whenever it is asked."""
        return self.known_at or self.asked_at

    def as_query(self) -> dict[str, str]:
        """The values of an address that gives the same answer again."""
        day = {"as_of": self.as_of.isoformat()} if self.as_of else {}
        return {**day, "known_at": f"{self.pinned_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"}


def moments(as_of: date | None, known_at: datetime | None, asked_at: datetime) -> Moments:
    """The question's times; an instant that hasn't come yet is the present, since nothing is known beyond it."""
    return Moments(as_of, min(known_at, asked_at) if known_at else None, asked_at)


def read_day(text: str, field: str) -> date | Fault:
    """A day of the calendar written as 2026-12-31, or what is wrong with it."""
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    return Fault("date_invalid", field, params={"value": text}) if found is None else day_fault(found, field) or found


def day_fault(day: date, field: str) -> Fault | None:
    """What is wrong with asking about `day`: it lies outside of what can be asked about."""
    if day > LAST_DAY:
        return Fault("date_late", field, params={"value": day, "last": LAST_DAY})
    return Fault("date_early", field, params={"value": day, "first": FIRST_DAY}) if day < FIRST_DAY else None


def read_instant(text: str, field: str, zone: tzinfo) -> datetime | Fault:
    """An instant written as 2026-12-31T09:00:00+01:00, in `zone` where it names none; or what is wrong with it."""
    try:
        # A plus sign that nobody escaped arrives as a space.
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        found = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return Fault("instant_invalid", field, params={"value": text})
    return day_fault(found.date(), field) or found


def end_of(day: date, zone: tzinfo) -> datetime:
    """The last instant of a day in `zone`."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone) - timedelta(microseconds=1)
