"""What each rule is called and what it says, in one sentence."""

from functools import lru_cache
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override


class RuleWords(NamedTuple):
    """`title` names the rule, `statement` says it."""

    title: str | Promise
    statement: str | Promise


RULES: dict[str, RuleWords] = {
    "T1": RuleWords(
        _("Term and Anniversary"),
        _(
            "The initial Term runs from the first order, or from the first completed move, to the end of its year; the "
            "next day is the Anniversary, and each later Term runs from one Anniversary to the day before the next."
        ),
    ),
    "T2": RuleWords(
        _("First period of cover"),
        _(
            "A new license is covered from its day of purchase to the day before the same date next year where it was "
            "bought on the first of a month, else to the last day of the same month next year."
        ),
    ),
    "T3": RuleWords(
        _("Express renewal"),
        _("An Express line renews for 12 months from the day after its cover ends, at level BL."),
    ),
    "T4": RuleWords(
        _("Renewal at the Anniversary"),
        _(
            "One quote a year holds every line whose cover ends from the day before the Anniversary on and before the "
            "next one; each is taken from the day after its end to the day before the next Anniversary."
        ),
    ),
    "T5": RuleWords(
        _("Cover up to the first Anniversary after a move"),
        _(
            "A moved line keeps its paid cover; where that ends before the Anniversary, a transition quote takes it "
            "from the day after its end to the day before the Anniversary (assumption)."
        ),
    ),
    "T6": RuleWords(
        _("Whole months"),
        _("Cover ends on the last day of a month and Anniversaries are firsts, so that a period has whole months."),
    ),
    "T7": RuleWords(
        _("Charge of a line"),
        _(
            "Unit price for 12 months × quantity × months ÷ 12, rounded half up once, on the extended amount "
            "(assumption)."
        ),
    ),
    "T8": RuleWords(
        _("Reinstatement"),
        _(
            "Lapsed cover needs a Reinstatement part at its list price; where there is none, the estimate is a "
            "multiple of the annual renewal (assumption)."
        ),
    ),
    "T10": RuleWords(
        _("How long prices hold"),
        _("Quoted prices hold until the day before the earliest cover of the quote starts, for the whole quantity."),
    ),
    "P1": RuleWords(
        _("Ladder of levels"),
        _("Each level begins at its threshold of points; sums are compared exactly, never rounded first."),
    ),
    "P2": RuleWords(
        _("Points of a line"),
        _(
            "Points of one unit for 12 months × quantity × months ÷ 12, rounded half up to two places per line "
            "(assumption)."
        ),
    ),
    "P3": RuleWords(
        _("What earns points"),
        _("Orders under an Agreement earn points; media, moves and Express orders earn none."),
    ),
    "P4": RuleWords(
        _("Level of an order, and after it"),
        _(
            "An order is priced at the better of the RSVP level before it and the level of its own points; then its "
            "points join the Term, and the RSVP level follows the sum, for later orders only."
        ),
    ),
    "P5": RuleWords(
        _("Level at the Anniversary"),
        _(
            "A new Term opens with the level that the points of the ended Term earned, but never more than one level "
            "below the old; its points start at 0."
        ),
    ),
    "P6": RuleWords(
        _("Term of an order"),
        _(
            "Points count in the Term of the day of acceptance; a credit is posted in the open Term and lowers no "
            "level within it (assumption)."
        ),
    ),
    "P7": RuleWords(
        _("Points ledger"),
        _("The ledger is append-only: a balance is the sum of its entries as of a day, as known at an instant."),
    ),
    "P8": RuleWords(
        _("Level outside the ladder"),
        _("Government and education customers have price columns of their own; points are shown for information."),
    ),
    "4": RuleWords(
        _("Price list"),
        _(
            "The price of part, country, currency and level that is valid on the day of the order; the last known list "
            "continues."
        ),
    ),
    "6.6": RuleWords(
        _("Totals of the comparison"),
        _("All orders within the window; of the move, what the Agreement pays with it less what it pays without it."),
    ),
    "6.7": RuleWords(
        _("Accrued cost"),
        _(
            "Amount of each ordered line × months of its cover that begin in the window ÷ its months, summed exactly, "
            "rounded once."
        ),
    ),
    "6.8": RuleWords(
        _("Points of a Term"),
        _("Points that are already in the Term plus those that are ordered in it within the window."),
    ),
    "6.9": RuleWords(
        _("Days with and without cover"),
        _(
            "A gap is a day in the window without cover after the first segment began; an overlap is a day that is "
            "paid for twice."
        ),
    ),
    "7": RuleWords(_("Sums of a quote"), _("Amounts and points of a quote are the sums of its lines.")),
}


@lru_cache(maxsize=256)
def rule_words(code: str, lang: str) -> RuleWords:
    """The words of a rule in a language; a code without any is one of the rule book's all the same."""
    title, statement = RULES.get(code) or RuleWords(_("Rule book"), "")
    with override(lang):
        return RuleWords(str(title), str(statement))
