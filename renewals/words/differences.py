"""What a new version of a quote says instead of an older one, in words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from renewals.rules.difference import Change, Difference, VersionLine
from sites.formats import format_date, format_money, format_number, format_points

NOTHING = "\N{EN DASH}"

_NAMES: dict[str, str | Promise] = {
    "quantity": gettext_lazy("quantity"),
    "cover_start": gettext_lazy("cover start"),
    "cover_end": gettext_lazy("cover end"),
    "months": gettext_lazy("months"),
    "level": gettext_lazy("level"),
    "list_unit_price": gettext_lazy("list price"),
    "unit_price": gettext_lazy("unit price"),
    "amount": gettext_lazy("amount"),
    "points": gettext_lazy("points"),
    "site_number": gettext_lazy("site"),
    "renewal_part": gettext_lazy("renewal part"),
    "total": gettext_lazy("total without VAT"),
    "rsvp_level": gettext_lazy("RSVP level"),
    "quote_level": gettext_lazy("level of this quote"),
    "valid_until": gettext_lazy("prices valid until"),
    "anniversary": gettext_lazy("Anniversary"),
    "ordered_on": gettext_lazy("priced as of"),
    "currency": gettext_lazy("currency"),
    "price_list": gettext_lazy("price list"),
    "rule_version": gettext_lazy("rule book version"),
}
_MONEY = {"list_unit_price", "unit_price", "amount", "total"}


@dataclass(frozen=True, slots=True)
class LineWords:
    """A line that is another: part and item, with a sentence for each figure."""

    title: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DifferenceWords:
    """`heading` names both versions, `summary` says it in one sentence; then the quote's own figures, and lines."""

    heading: str
    summary: str
    whole: tuple[str, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[LineWords, ...]

    def as_json(self) -> dict[str, Any]:
        """The same for the API."""
        return {
            "heading": self.heading,
            "summary": self.summary,
            "whole": list(self.whole),
            "added": list(self.added),
            "gone": list(self.gone),
            "changed": [{"title": each.title, "changes": list(each.changes)} for each in self.changed],
        }


def difference_words(found: Difference, currency: str) -> DifferenceWords:
    """A difference in the reader's language; `currency` is the quote's."""
    versions = {"after": found.after, "before": found.before}
    return DifferenceWords(
        heading=_("Version %(after)s instead of %(before)s") % versions,
        summary=_summary(found, currency),
        whole=tuple(_change(each, currency) for each in found.whole),
        added=tuple(_title(line, currency) for line in found.added),
        gone=tuple(_title(line, currency) for line in found.gone),
        changed=tuple(
            LineWords(_name(each.line), tuple(_change(change, currency) for change in each.changes))
            for each in found.changed
        ),
    )


def _summary(found: Difference, currency: str) -> str:
    if found.none:
        return _("Both versions say the same.")
    counts = []
    for lines, words in (
        (found.added, lambda n: ngettext("%(count)s line added", "%(count)s lines added", n)),
        (found.gone, lambda n: ngettext("%(count)s line gone", "%(count)s lines gone", n)),
        (found.changed, lambda n: ngettext("%(count)s line changed", "%(count)s lines changed", n)),
    ):
        if lines:
            counts.append(words(len(lines)) % {"count": _number(len(lines))})
    told = ", ".join(counts) or _("the same lines")
    total = next((change for change in found.whole if change.figure == "total"), None)
    if total is None:
        return _("%(lines)s; the total stays.") % {"lines": told}
    more = total.after - total.before
    by = _written("total", abs(more), currency)
    sentence = _("%(lines)s; the total is %(by)s higher.") if more > 0 else _("%(lines)s; the total is %(by)s lower.")
    return sentence % {"lines": told, "by": by}


def _change(change: Change, currency: str) -> str:
    return _("%(figure)s: %(after)s instead of %(before)s") % {
        "figure": _NAMES[change.figure],
        "after": _written(change.figure, change.after, currency),
        "before": _written(change.figure, change.before, currency),
    }


def _name(line: VersionLine) -> str:
    return _("line %(item)s, %(part)s") % {"item": _number(line.item), "part": line.part_number}


def _title(line: VersionLine, currency: str) -> str:
    return _("%(line)s: quantity %(quantity)s, %(start)s to %(end)s, %(amount)s, %(points)s points") % {
        "line": _name(line),
        "quantity": _number(line.figures["quantity"]),
        "start": _written("cover_start", line.figures["cover_start"], currency),
        "end": _written("cover_end", line.figures["cover_end"], currency),
        "amount": _written("amount", line.figures["amount"], currency),
        "points": _written("points", line.figures["points"], currency),
    }


def _written(figure: str, value: Any, currency: str) -> str:
    lang = get_language() or "en"
    if value is None:
        return NOTHING
    if isinstance(value, date):
        return format_date(value, lang)
    if figure in _MONEY:
        return format_money(value, currency, lang)
    if isinstance(value, Decimal):
        return format_points(value, lang)
    return _number(value) if isinstance(value, int) else str(value)


def _number(value: int) -> str:
    return format_number(value, get_language() or "en")
