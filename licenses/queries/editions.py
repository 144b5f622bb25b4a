"""Rule books as cases: who may do what to one, and what it changes."""

from dataclasses import dataclass

from licenses.models import RuleBookVersion
from licenses.queries.books import rule_books
from licenses.rules.book_figures import Changed, differences, restored
from licenses.rules.rulebook import RuleBook
from licenses.rules.workflow import AUTHOR, SECOND
from portal.kernel.period import DAY
from sites.tenancy import Actor


def roles_on(actor: Actor, case: RuleBookVersion) -> frozenset[str]:
    """The author of a proposal, or one of the desk who may decide on it: never both (four eyes)."""
    if not actor.is_staff:
        return frozenset()
    return frozenset({AUTHOR if case.proposed_by_id == actor.user_id else SECOND})


@dataclass(frozen=True, slots=True)
class Edition:
    """A rule book with what it changes against the one in force on the day before it begins."""

    row: RuleBookVersion
    book: RuleBook
    before: str
    changed: tuple[Changed, ...]


def edition(row: RuleBookVersion) -> Edition:
    """One book and its changes."""
    return _edition(row, rule_books().on(row.valid_from - DAY))


def editions() -> list[Edition]:
    """Every book that is, was or will be in force, the newest first: one query."""
    rows = list(RuleBookVersion.objects.filter(status=RuleBookVersion.Status.IN_FORCE).order_by("valid_from"))
    found: list[Edition] = []
    for row in rows:
        found.append(_edition(row, found[-1].book if found else restored(row.version, row.figures)))
    return found[::-1]


def _edition(row: RuleBookVersion, before: RuleBook) -> Edition:
    book = restored(row.version, row.figures)
    return Edition(row, book, before.version, differences(before, book))
