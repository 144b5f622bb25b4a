"""Whether a site is inactive (rule S6): so many months in a row without orders and without running S&S."""

from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from licenses.rules.rulebook import RuleBook
from portal.kernel.period import DAY


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What tells whether a site lives: its latest order, its latest day of S&S, and when it (last) enrolled."""

    last_order: date | None = None
    last_cover: date | None = None
    enrolled_on: date | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """The answer, with its reasons. `last_active_on` is None where nothing is known of the site.

    `inactive_from` is the first day on which it is (or would become, if nothing happens) inactive, `months` the
    silence that makes it so.
    """

    facts: SiteFacts
    last_active_on: date | None
    inactive_from: date | None
    inactive: bool
    months: int


def activity(facts: SiteFacts, on: date, book: RuleBook, *, recorded_inactive: bool = False) -> Activity:
    """How a site stands on `on`. Orders and enrollments after `on` aren't known yet; cover may run past it.

    A site that nothing is known of can't have been silent for months: what was recorded of it stands.
    """
    days = [day for day in (facts.last_order, facts.last_cover, facts.enrolled_on) if day is not None]
    if not days:
        return Activity(facts, None, None, recorded_inactive, book.inactive_months)
    last = max(days)
    begins = last + relativedelta(months=book.inactive_months) + DAY
    return Activity(facts, last, begins, on >= begins, book.inactive_months)
