"""What no longer follows from its rule, in words."""

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from licenses.why import as_read, figure_words, rule_words
from renewals.rules.rerun import QuoteBreak

_FIGURES: dict[str, str | Promise] = {
    "cover": gettext_lazy("Cover"),
    "list_unit_price": gettext_lazy("List price for 12 months"),
    "points": gettext_lazy("Points"),
    "price": gettext_lazy("Unit price"),
    "renewal_part": gettext_lazy("Renewal part"),
    "total": gettext_lazy("Total without VAT"),
    "version": gettext_lazy("Rule book version"),
}


def broken_words(found: QuoteBreak) -> str:
    """One figure that was changed, or whose rule can't be found: line, figure, what is stored, what it comes to."""
    broken = found.broken
    if broken.figure == "result":
        name = str(rule_words(broken.rule, get_language() or "en").title)
    else:
        name = str(_FIGURES.get(broken.figure) or figure_words(broken.figure))
    told = {
        "figure": name,
        "rule": broken.rule or "–",
        "stored": as_read(broken.stored),
        "item": found.item,
    }
    if broken.recomputed is None:
        sentence = _("%(figure)s is stored as %(stored)s, and can't be computed again (rule %(rule)s).") % told
    else:
        told["again"] = as_read(broken.recomputed)
        sentence = (
            _("%(figure)s is stored as %(stored)s, and computed again comes to %(again)s (rule %(rule)s).") % told
        )
    return sentence if found.item is None else _("Line %(item)s: %(sentence)s") % {**told, "sentence": sentence}
