"""`{% why figure %}`: how a figure came about, closed until somebody asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template

from licenses.why import Figure, Step, Why
from licenses.why import why as in_words
from portal.kernel.explanation import Explanation

register = template.Library()

# Of what a figure stands on, a page shows so many; a sum of more says how many, and each line has its own.
MOST_PARTS = 12

Explained = Explanation | Why | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A figure with the steps that lead to it; `label` is "" where only one figure is told."""

    label: str
    steps: tuple[Step, ...]


@register.inclusion_tag("components/why.html")
def why(explained: Explained | Sequence[Figure] | None, currency: str = "", summary: str = "") -> dict[str, Any]:
    """`explained` is an explanation, its stored JSON, its words, or several labelled figures; None prints nothing.

    `currency` (ISO 4217) is that of amounts that name none; `summary` replaces "Why 1,496.92?".
    """
    if not explained:
        return {"told": ()}
    if isinstance(explained, Sequence):
        told = tuple(Told(each.label, tuple(each.why.steps(MOST_PARTS))) for each in explained)
        return {"told": told, "summary": summary, "figure": explained[0].why.result}
    words = explained if isinstance(explained, Why) else in_words(explained, currency)
    return {"told": (Told("", tuple(words.steps(MOST_PARTS))),), "summary": summary, "figure": words.result}
