"""The cost of the cover that falls in a window, by whole months (rule book section 6, step 7)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from licenses.rules.pricing import PricedLine
from portal.kernel.money import round_exact
from portal.kernel.period import Period


def months_within(cover: Period, first: date, until: date) -> int:
    """How many months of `cover` begin in `first`..`until`, `until` not included."""
    return sum(first <= start < until for start in cover.month_starts())


def accrued(
    lines: Iterable[PricedLine], first: date, until: date, currency: str, less: Iterable[PricedLine] = ()
) -> Decimal:
    """Each line's amount times its months in the window ÷ its months, summed exactly, those of `less` taken off.

    Rounded half up to the minor unit once, at the very end.
    """
    return round_exact(_exact(lines, first, until) - _exact(less, first, until), currency)


def _exact(lines: Iterable[PricedLine], first: date, until: date) -> Fraction:
    """Sums amount times months per number of months first, so that a thousand lines need few divisions."""
    counted: dict[tuple[date, date], int] = {}
    sums: dict[int, Decimal] = {}
    for line in lines:
        span = (line.cover.starts_on, line.cover.ends_on)
        within = counted.get(span)
        if within is None:
            within = counted[span] = months_within(line.cover, first, until)
        sums[line.months] = sums.get(line.months, Decimal(0)) + line.amount * within
    return sum((Fraction(amount) / months for months, amount in sums.items()), Fraction(0))
