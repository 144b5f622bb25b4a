"""The demonstration's dates, all counted from the day it is loaded, so that something is always about to happen."""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from portal.kernel.period import DAY

# From 33 days on there is always a month end between today and the day before the Anniversary.
_ANNIVERSARY_FROM = timedelta(days=33)
_MID_MONTH = 14


def month_start(day: date, months: int) -> date:
    """The first of the month that lies `months` after the month of `day`."""
    return day.replace(day=1) + relativedelta(months=months)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Dates of the world as of `today`."""

    today: date

    @property
    def anniversary(self) -> date:
        """The next Anniversary of the demonstration's Agreement: a first of a month, 33 to 63 days ahead."""
        earliest = self.today + _ANNIVERSARY_FROM
        return earliest if earliest.day == 1 else month_start(earliest, 1)

    def first_term(self, years: int) -> date:
        """The day in mid-month on which an Agreement began whose Anniversaries are these, `years` Terms ago."""
        return (self.anniversary - relativedelta(years=years, months=1)).replace(day=_MID_MONTH)

    def after_anniversary(self, months: int) -> date:
        """The month end `months` after the day before the Anniversary."""
        return month_start(self.anniversary, months) - DAY

    def month_end(self, months: int) -> date:
        """The last day of the month that lies `months` from now."""
        return month_start(self.today, months + 1) - DAY

    def bought(self, cover_end: date, years: int) -> date:
        """The day in mid-month, `years` before `cover_end`, whose S&S periods lead to exactly that end (rule T2)."""
        return (cover_end - relativedelta(years=years)).replace(day=_MID_MONTH)
