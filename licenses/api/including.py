"""`?include=why`: an answer with the derivation of its figures, in words of the reader's language."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from licenses.api.asked import Asked
from licenses.why import with_words
from portal.kernel.explanation import Explanation

INCLUDE = OpenApiParameter(
    "include",
    OpenApiTypes.STR,
    enum=["why"],
    description="`why` adds each figure's derivation: rule, inputs, result, version, rounding, parts, and `words`.",
)


def wants_why(request: Request) -> bool:
    """Whether derivations were asked for. Raises Invalid for another value of `include`."""
    asked = Asked(request.query_params)
    wanted = asked.choice("include", ["why"])
    asked.done()
    return bool(wanted)


def in_words(explained: Mapping[str, Explanation | None], currency: str = "") -> dict[str, Any]:
    """Each figure's explanation as JSON with words; figures without one are left out."""
    return {name: with_words(why, currency) for name, why in explained.items() if why}


def tree_in_words(told: Any, currency: str = "") -> Any:
    """Explanations, or what was stored of them, in dictionaries and lists of any depth: each as JSON with words."""
    if isinstance(told, Explanation) or (isinstance(told, Mapping) and "rule" in told):
        return with_words(told, currency)
    if isinstance(told, Mapping):
        return {name: tree_in_words(each, currency) for name, each in told.items()}
    return [tree_in_words(each, currency) for each in told]
