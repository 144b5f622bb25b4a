"""The tree that pages, papers and the API show of an explanation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from licenses.why import dates, levels, prices, sums
from licenses.why.labels import in_reading_order, labelled
from licenses.why.rulebook import rule_words
from licenses.why.speech import Inputs, Speech
from licenses.why.worked import Worked
from portal.kernel.explanation import Explanation

SENTENCES = prices.SENTENCES | levels.SENTENCES | dates.SENTENCES | sums.SENTENCES


@dataclass(frozen=True, slots=True)
class Given:
    """An input of a derivation: what it is called, and its value as its reader writes it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Why:
    """How one figure came about, all in the reader's language.

    `rule` is the code, `title` and `statement` what the rule is called and says; `sentence` derives the figure, with
    the arithmetic where there is any (`arithmetic`, alone: 1,633.00 × 1 × 11 ÷ 12 = 1,496.92); `result` is the
    figure; `rounding` tells whether and how it was rounded, "" where nothing could be; `parts` are what it stands on.
    """

    rule: str
    title: str
    statement: str
    sentence: str
    arithmetic: str
    result: str
    inputs: tuple[Given, ...]
    version: str
    rounding: str
    parts: tuple["Why", ...]

    def steps(self, most: int | None = None) -> Iterator["Step"]:
        """The figure itself, then what it stands on, each below what stands on it; of each at most `most` parts."""
        return _steps(self, 0, most, set())

    def words(self) -> dict[str, Any]:
        """The words as the API gives them, without the parts."""
        return {
            "title": self.title,
            "statement": self.statement,
            "sentence": self.sentence,
            "result": self.result,
            "rounding": self.rounding,
            "inputs": [{"label": given.label, "value": given.value} for given in self.inputs],
        }


@dataclass(frozen=True, slots=True)
class Step:
    """A derivation at its `depth` below the figure that is explained.

    `first` says that no step before it stands on the same rule; `more` of its parts aren't shown.
    """

    why: Why
    depth: int
    first: bool
    more: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One of several figures that are explained together: what it is called, and why it is what it is."""

    label: str
    why: Why


def why(explained: Explanation | Mapping[str, Any], currency: str = "") -> Why:
    """The words of an explanation, or of its stored JSON. `currency` (ISO 4217) is that of figures that name none."""
    explanation = explained if isinstance(explained, Explanation) else Explanation.from_json(explained)
    return _why(explanation, get_language() or "en", currency)


def with_words(explained: Explanation | Mapping[str, Any], currency: str = "") -> dict[str, Any]:
    """An explanation as JSON, each node of it with its `words`."""
    explanation = explained if isinstance(explained, Explanation) else Explanation.from_json(explained)
    return _joined(explanation.as_json(), why(explanation, currency))


def _why(explanation: Explanation, lang: str, currency: str) -> Why:
    inputs = Inputs(explanation.inputs)
    currency = inputs.text("currency") if "currency" in inputs else currency
    say = Speech(lang, currency)
    write = SENTENCES.get(explanation.rule)
    worked = write(explanation, inputs, say) if write else Worked(_("Taken as it stands."), str(explanation.result))
    title, statement = rule_words(explanation.rule, lang)
    told = (labelled(name, explanation.inputs[name], say) for name in in_reading_order(explanation.inputs))
    return Why(
        rule=explanation.rule,
        title=str(title),
        statement=str(statement),
        sentence=worked.sentence,
        arithmetic=worked.arithmetic,
        result=worked.result,
        inputs=tuple(Given(*pair) for pair in told if pair),
        version=explanation.version,
        rounding=worked.rounding,
        parts=tuple(_why(part, lang, currency) for part in explanation.parts),
    )


def _steps(node: Why, depth: int, most: int | None, told: set[str]) -> Iterator[Step]:
    shown = node.parts[:most]
    yield Step(node, depth, node.rule not in told, len(node.parts) - len(shown))
    told.add(node.rule)
    for part in shown:
        yield from _steps(part, depth + 1, most, told)


def _joined(told: dict[str, Any], node: Why) -> dict[str, Any]:
    parts = [_joined(each, below) for each, below in zip(told["parts"], node.parts, strict=True)]
    return {**told, "parts": parts, "words": node.words()}
