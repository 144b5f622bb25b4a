"""Exact decimals: money in minor units of a currency, points in hundredths."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

MINOR_DIGITS = {"JPY": 0, "KRW": 0, "ISK": 0, "KWD": 3, "BHD": 3}
POINT_STEP = Decimal("0.01")


@cache
def minor_step(currency: str) -> Decimal:
    """The smallest amount of `currency` (ISO 4217): 0.01 for DKK and most others."""
    return Decimal(1).scaleb(-MINOR_DIGITS.get(currency, 2))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """`amount` half up to the minor unit of `currency` (rule T7)."""
    return amount.quantize(minor_step(currency), rounding=ROUND_HALF_UP)


def round_exact(amount: Fraction, currency: str) -> Decimal:
    """`amount`, whatever its size, half up to the minor unit of `currency`: ties away from zero, as for decimals."""
    step = minor_step(currency)
    units = abs(amount) / Fraction(step)
    size = (2 * units.numerator + units.denominator) // (2 * units.denominator)
    return (size if amount >= 0 else -size) * step


def round_points(points: Decimal) -> Decimal:
    """`points` half up to two places (rule P2)."""
    return points.quantize(POINT_STEP, rounding=ROUND_HALF_UP)
