"""What a sentence about a figure is made of."""

from collections.abc import Callable
from dataclasses import dataclass

from licenses.why.speech import EQUALS, Inputs, Speech
from portal.kernel.explanation import Explanation


@dataclass(frozen=True, slots=True)
class Worked:
    """A derivation in words: `result` is the figure as written, `arithmetic` the sum that makes it, if one does."""

    sentence: str
    result: str
    arithmetic: str = ""
    rounding: str = ""


Sentence = Callable[[Explanation, Inputs, Speech], Worked]


def summed(sum_: str, result: str, rounding: str, lead: str = "") -> Worked:
    """`lead`, if any, then a sum: 1,633.00 × 1 × 11 ÷ 12 = 1,496.92, rounded half up to the øre."""
    arithmetic = f"{sum_}{EQUALS}{result}"
    told = f"{arithmetic}, {rounding}" if rounding else arithmetic
    return Worked(f"{lead} {told}" if lead else told, result, arithmetic, rounding)
