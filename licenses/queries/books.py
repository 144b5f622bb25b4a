"""The rule books: the one in force on a day, all of them, the one of a version. One query each."""

from datetime import date

from licenses.models import RuleBookVersion
from licenses.rules.book_figures import restored
from licenses.rules.rulebook import CURRENT, RuleBook, Shelf
from sites.clock import today


def rule_book(on: date | None = None) -> RuleBook:
    """The rules in force on a day; today, where none is given."""
    return rule_books().on(on or today())


def rule_books() -> Shelf:
    """Every book that is or was in force, by the day it began."""
    rows = RuleBookVersion.objects.filter(status=RuleBookVersion.Status.IN_FORCE).order_by("valid_from")
    found = rows.values_list("valid_from", "version", "figures")
    dated = tuple((valid_from, _book(version, figures)) for valid_from, version, figures in found)
    return Shelf(dated or ((date.min, CURRENT),))


def rule_book_of(version: str) -> RuleBook | None:
    """The book that figures of long ago were made with; None for a version that never was in force."""
    rows = RuleBookVersion.objects.filter(status=RuleBookVersion.Status.IN_FORCE, version=version)
    found = rows.values_list("version", "figures").first()
    return _book(*found) if found else None


def _book(version: str, figures: dict[str, object]) -> RuleBook:
    return CURRENT if version == CURRENT.version else restored(version, figures)
