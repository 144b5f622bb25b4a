"""Closed intervals of dates: both ends count."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `starts_on` to `ends_on`, both included.

    Raises ValueError when the end lies before the start.
    """

    starts_on: date
    ends_on: date

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise ValueError(f"a period can't end ({self.ends_on}) before it starts ({self.starts_on})")

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.ends_on - self.starts_on).days + 1

    def overlaps(self, other: "Period") -> bool:
        """Whether any day lies in both."""
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on

    def month_starts(self) -> Iterator[date]:
        """The first day of each month of a period that began on `starts_on`."""
        day, index = self.starts_on, 0
        while day <= self.ends_on:
            yield day
            index += 1
            day = self.starts_on + relativedelta(months=index)


def is_month_end(day: date) -> bool:
    """Whether the day after `day` is the first of a month (rules T6, V11)."""
    return (day + DAY).day == 1


def whole_months(period: Period) -> int:
    """Months of a period that ends on a month end and starts on a first.

    Raises ValueError when it isn't made of whole months (rule T6).
    """
    after = period.ends_on + DAY
    if period.starts_on.day != 1 or after.day != 1:
        raise ValueError(f"{period.starts_on}..{period.ends_on} isn't made of whole months")
    return (after.year - period.starts_on.year) * 12 + after.month - period.starts_on.month
