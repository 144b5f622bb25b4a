"""The whole rule book in words: structure, moves and checks beside the rules that figures are derived by."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from licenses.why import RULES, RuleWords

STRUCTURE: dict[str, RuleWords] = {
    "S1": RuleWords(
        _("Enterprise and customer"),
        _(
            "An Enterprise is a set of companies tied by ownership above 50%; "
            "each company is a customer of its own here."
        ),
    ),
    "S2": RuleWords(
        _("What the sites of an Agreement share"),
        _(
            "An Agreement has one Originating Site and any number of Additional Sites, which share its number, "
            "Anniversary, RSVP level and Term."
        ),
    ),
    "S3": RuleWords(
        _("Authorized Additional Site Schedule"),
        _(
            "An Additional Site stands on the schedule that the Primary Contact of the Originating Site keeps; an "
            "enrollment of one that doesn't stand there waits and isn't refused."
        ),
    ),
    "S4": RuleWords(
        _("Express"),
        _(
            "Express has no Agreement, one site, no points and level BL; each purchase has its own cover, so a renewal "
            "date of its own."
        ),
    ),
    "S5": RuleWords(
        _("Contacts"),
        _(
            "A site has one Primary Contact and may have an Administrative and a Technical Contact; where there is "
            "none of these, it is the Primary Contact."
        ),
    ),
    "S6": RuleWords(
        _("Inactive sites"),
        _("After a time without orders and without running S&S a site must enroll again before licenses move to it."),
    ),
    "S7": RuleWords(
        _("Customer type"),
        _("Commercial, government or academic is chosen at enrollment, and never guessed from a name."),
    ),
    "S8": RuleWords(
        _("Numbers"),
        _("Numbers of Agreements, sites, customers and parts are text and keep their leading zeros."),
    ),
    "S9": RuleWords(
        _("Danish and European identifiers"),
        _("CVR, GLN and EU VAT numbers are checked by their length and check digits."),
    ),
    "S10": RuleWords(
        _("Enrollments and signatures"),
        _(
            "An enrollment is of an Originating Site, of an Additional Site, or an update of site information. It "
            "needs no signature in Denmark (assumption)."
        ),
    ),
}
DATES: dict[str, RuleWords] = {
    "T9": RuleWords(
        _("Days before cover ends"),
        _(
            "First the contacts are checked, then the quote is made, "
            "then reminders follow to the day after (assumption)."
        ),
    ),
}
MOVES: dict[str, RuleWords] = {
    "M1": RuleWords(
        _("What may move"),
        _("Some or all Express licenses, at any time, to a new or an existing site, without a minimum of points."),
    ),
    "M2": RuleWords(
        _("Three ways in"),
        _(
            "With a Passport Advantage site, a transfer request; without one, enroll first; or wait, and be contacted "
            "at the next Express renewal notice."
        ),
    ),
    "M3": RuleWords(
        _("Within one Enterprise"),
        _(
            "Licenses move within one Enterprise, never back to Express; what leaves the Enterprise is assigned with "
            "IBM's written consent."
        ),
    ),
    "M4": RuleWords(
        _("Consent and decision"),
        _(
            "The Primary Contacts of both sites consent, then an IBM rep decides; a Business Partner acts under a "
            "mandate, and nobody decides on what they made or consented to."
        ),
    ),
    "M5": RuleWords(
        _("Nothing is lost on the way"),
        _(
            "Whole units move with their order reference, day of acquisition and end of cover; the quantity over both "
            "sites is the same before and after."
        ),
    ),
    "M6": RuleWords(
        _("What follows a license"),
        _("A license takes its renewals along; a part that a trade-up replaced doesn't move."),
    ),
    "M7": RuleWords(
        _("Reversal"),
        _(
            "A completed move can be reversed for a time (assumption), unless something was built on it; entries are "
            "countered and nothing is deleted."
        ),
    ),
    "M8": RuleWords(
        _("Proofs of Entitlement"),
        _(
            "A move replaces the Proof of Entitlement of a license by a new one at the target; "
            "the old ones stay readable."
        ),
    ),
}


class CheckWords(NamedTuple):
    """`title` says what a check looks for; `outcome` what it does to a move when it finds it."""

    title: str | Promise
    outcome: str | Promise


_STOPS = _("Stops the move until it is mended.")
_REVIEW = _("An IBM rep looks at it with the request.")
_WARNS = _("A warning: the customer may go on with a reason.")
_WAITS = _("The request waits and goes on by itself.")

CHECKS: dict[str, CheckWords] = {
    "V1": CheckWords(_("Source or target isn't a site that licenses move from or to"), _STOPS),
    "V2": CheckWords(_("Source and target aren't known to be of one Enterprise"), _STOPS),
    "V3": CheckWords(_("More units than are owned and free of other open requests"), _STOPS),
    "V4": CheckWords(_("The line isn't a license"), _STOPS),
    "V5": CheckWords(_("The part was replaced by a trade-up"), _("Stops the move; nothing mends it.")),
    "V6": CheckWords(_("A license for a time: fixed term, subscription, monthly or SaaS"), _REVIEW),
    "V7": CheckWords(_("Cover has lapsed, or lapses before the move takes effect"), _WARNS),
    "V8": CheckWords(_("Cover ends soon, so an Express renewal may be under way"), _WARNS),
    "V9": CheckWords(_("Only a part of a product's units moves"), _WARNS),
    "V10": CheckWords(_("Source and target are in different countries"), _REVIEW),
    "V11": CheckWords(_("Cover ends on a day that isn't the end of a month"), _REVIEW),
    "V12": CheckWords(
        _("The license can still be returned for a refund"),
        _("A warning that ends with the money-back period; the customer may go on with a reason."),
    ),
    "V13": CheckWords(_("A site has no Primary Contact"), _STOPS),
    "V14": CheckWords(_("The part isn't eligible, or no renewal part is known for it"), _STOPS),
    "V15": CheckWords(_("The target is a government or academic site"), _("For information only.")),
    "V16": CheckWords(_("A renewal quote or order is open for the line"), _REVIEW),
    "V17": CheckWords(_("The target site is inactive"), _STOPS),
    "V18": CheckWords(_("The target site isn't enrolled yet"), _WAITS),
    "V19": CheckWords(_("The target site isn't on its Agreement's schedule yet"), _WAITS),
}


def rules_told() -> list[tuple[str, RuleWords]]:
    """Every rule but the checks as code and words: S, T, P and M by number, then the sections that are no rules."""
    every = {**RULES, **STRUCTURE, **DATES, **MOVES}
    return sorted(every.items(), key=lambda rule: _place(rule[0]))


def _place(code: str) -> tuple[int, float]:
    if code[0] in "STPM":
        return "STPM".index(code[0]), float(code[1:])
    return len("STPM"), float(code)
