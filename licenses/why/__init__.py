"""Why a figure is what it is, in words of the reader's language: one place for each sentence.

`why` takes what the rules explain, or the same as it was stored, and gives a tree to show; `with_words` gives the JSON
of the API. Language is the one that is active.
"""

from licenses.why.labels import as_read, figure_words
from licenses.why.rulebook import RULES, RuleWords, rule_words
from licenses.why.tree import Figure, Given, Step, Why, why, with_words

__all__ = [
    "RULES",
    "Figure",
    "Given",
    "RuleWords",
    "Step",
    "Why",
    "as_read",
    "figure_words",
    "rule_words",
    "why",
    "with_words",
]
