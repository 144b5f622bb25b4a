"""The rules in force."""

from licenses.rules.rulebook import CURRENT, RuleBook


def rule_book() -> RuleBook:
    """The rules in force."""
    return CURRENT
