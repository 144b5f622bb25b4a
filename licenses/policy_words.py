"""The rule book's policies in words: what each is called, what it says, and how its value is written."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from licenses.rules.book_figures import LADDER, LEVELS, POLICIES, Changed, Policy, figures_of
from licenses.rules.rulebook import DAY_AFTER, RuleBook
from sites.formats import format_points

NAMES: dict[str, Promise] = {
    "transition": gettext_lazy("How far a transition quote takes cover"),
    "minimum_months": gettext_lazy("Fewest months of a prorated charge"),
    "reinstatement_factor": gettext_lazy("Estimate of a reinstatement"),
    "contact_check_days": gettext_lazy("How long before cover ends the contacts are checked"),
    "quote_days": gettext_lazy("How long before the Anniversary the quote is made"),
    "reminder_days": gettext_lazy("Reminders, in days before cover ends (-1: the day after)"),
    "inactive_months": gettext_lazy("Without orders and S&S, a site becomes inactive after"),
    "reversal_days": gettext_lazy("A completed move can be reversed for"),
    "renewal_soon_days": gettext_lazy("Cover ends soon when it ends within"),
    "moneyback_days": gettext_lazy("Money-back period after a purchase"),
}
CHOICES: dict[str, Promise] = {
    "stub": gettext_lazy("to the day before the Anniversary"),
    "long": gettext_lazy("a whole year past the Anniversary"),
}

# Answers that every version gives alike, where the public record is silent and no figure is to be chosen.
ANSWERS: dict[str, Promise] = {
    "S10": gettext_lazy(
        "An enrollment in Denmark needs no signature; for other countries the number isn't known here."
    ),
    "V6": gettext_lazy("Fixed-term, subscription, monthly and SaaS parts move only after a rep's review."),
    "V10": gettext_lazy("A move between two countries needs a rep's review."),
}


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """A policy as a page shows it."""

    name: str
    rule: str
    label: str
    value: str


def policy_lines(book: RuleBook) -> list[PolicyLine]:
    """Every policy of `book` but the ladder, in the order of the rule book."""
    figures = figures_of(book)
    return [PolicyLine(p.name, p.rule, str(NAMES[p.name]), written(p.name, figures[p.name])) for p in POLICIES]


def ladder_lines(book: RuleBook) -> list[tuple[str, str]]:
    """Each level with the points it begins at, the lowest first."""
    return [(level, _points(points)) for level, points in book.ladder]


def figure_label(name: str) -> str:
    """What a figure of the rule book is called."""
    if name.startswith(LADDER):
        return _("Level %(level)s begins at") % {"level": name.removeprefix(LADDER)}
    return str(NAMES[name])


def written(name: str, value: str | None) -> str:
    """The value of a figure for people; a level without one isn't on the ladder."""
    if value is None:
        return _("not on the ladder")
    if name.startswith(LADDER):
        return _points(Decimal(value))
    policy = next(p for p in POLICIES if p.name == name)
    if policy.many:
        return _reminders(value)
    return str(CHOICES[value]) if policy.choices else _counted(policy, int(value))


def change_words(change: Changed) -> str:
    """One difference between two rule books as a sentence."""
    return _("%(what)s: %(after)s instead of %(before)s.") % {
        "what": figure_label(change.name),
        "after": written(change.name, change.after),
        "before": written(change.name, change.before),
    }


def _points(points: Decimal) -> str:
    return _("%(points)s points") % {"points": format_points(points, get_language() or "en")}


def _reminders(value: str) -> str:
    days = [int(day) for day in value.split(",") if day.strip()]
    before = ", ".join(str(day) for day in days if day != DAY_AFTER)
    if DAY_AFTER not in days:
        return _("Days before: %(days)s") % {"days": before}
    return _("Days before: %(days)s; and the day after") % {"days": before} if before else _("The day after")


def _counted(policy: Policy, count: int) -> str:
    if policy.unit == "days":
        return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}
    if policy.unit == "months":
        return ngettext("%(count)s month", "%(count)s months", count) % {"count": count}
    return ngettext("%(count)s × the annual renewal", "%(count)s × the annual renewal", count) % {"count": count}


def ladder_fields() -> list[str]:
    """The names of the ladder's figures, from the lowest level that can be set."""
    return [f"{LADDER}{level}" for level in LEVELS]
