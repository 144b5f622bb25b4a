"""Why each figure of a stored quote is what it is: what was kept with its lines, and the sums of them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from licenses.rules.explaining import explain_sum, explain_valid_until, no_points
from licenses.rules.levels import OrderLevels, Standing, after_anniversary
from licenses.rules.rulebook import RuleBook
from licenses.why import Figure, why
from portal.kernel.explanation import Explanation
from renewals.models import QuoteLine, RenewalQuote

# The parts of a line's derivation, in the order in which they are read.
KEPT = ("amount", "cover", "price", "level", "points")


def line_why(line: QuoteLine) -> dict[str, Explanation]:
    """What was stored with a line, by figure; an order that earns no points says why."""
    kept = {name: Explanation.from_json(line.why[name]) for name in KEPT if line.why.get(name)}
    if "points" not in kept:
        kept["points"] = no_points(kept["amount"].version)
    return kept


def line_figures(line: QuoteLine, currency: str) -> tuple[Figure, ...]:
    """Each figure of a line with its derivation in words; its level is that of the whole quote, and told there."""
    labels = {
        "amount": _("Amount"),
        "cover": _("Cover"),
        "price": _("Unit price"),
        "points": _("Points"),
    }
    kept = line_why(line)
    return tuple(Figure(label, why(kept[name], currency)) for name, label in labels.items() if name in kept)


def quote_why(quote: RenewalQuote, lines: Sequence[QuoteLine]) -> dict[str, Explanation]:
    """Why total, points, level and last day of prices are what they are; the sums by site where there are several.

    `site NUMBER amount` and `site NUMBER points` are those of each site.
    """
    version = quote.rule_version
    by_site: dict[str, list[dict[str, Explanation]]] = {}
    for line in lines:
        by_site.setdefault(line.site_number, []).append(line_why(line))
    found: dict[str, Explanation] = {}
    for figure, total in (("amount", quote.total), ("points", quote.points)):
        sites = []
        for number, whys in by_site.items():
            parts = tuple(each[figure] for each in whys)
            amount = sum((Decimal(str(part.result)) for part in parts), Decimal("0.00"))
            sites.append(explain_sum(figure, parts, amount, version, currency=quote.currency))
            found[f"site {number} {figure}"] = sites[-1]
        whole = explain_sum(figure, tuple(sites), total, version, currency=quote.currency)
        found[figure] = whole if len(sites) != 1 else sites[0]
    if lines:
        found["level"] = line_why(lines[0])["level"]
        made_on = timezone.localdate(quote.issued_at)
        first = min(line.cover_start for line in lines)
        found["valid_until"] = explain_valid_until(first, min(made_on, quote.valid_until), quote.valid_until, version)
    return found


def effect_why(quote: RenewalQuote, now: Standing, after: OrderLevels, book: RuleBook) -> tuple[Figure, ...]:
    """Why acceptance takes the Agreement from `now` to `after` (rules P4, P5): points and levels, each in words."""
    inputs = {
        "rsvp_before": now.level,
        "own_level": after.own,
        "order_points": quote.points,
        "points_before": now.points,
        "points_after": after.points_after,
        "rsvp_after": after.rsvp_after,
    }
    order = Explanation("P4", inputs, after.price_level, book.version)
    told = [(_("RSVP level before"), now.explanation), (_("Points and RSVP level after"), order)]
    if quote.anniversary:
        labels = _("Level from the Anniversary, before"), _("Level from the Anniversary, after")
        levels = (now.level, now.points), (after.rsvp_after, after.points_after)
        told += [
            (label, _opening(quote.anniversary, level, points, book))
            for label, (level, points) in zip(labels, levels, strict=True)
        ]
    return tuple(Figure(label, why(each)) for label, each in told)


def _opening(anniversary: date, level: str, points: Decimal, book: RuleBook) -> Explanation:
    inputs = {"old_level": level, "term_points": points, "anniversary": anniversary}
    return Explanation("P5", inputs, after_anniversary(level, points, book), book.version)


def paid_until(line: QuoteLine) -> date:
    """The last day that was paid for when the quote was made."""
    return date.fromisoformat(line.why["cover"]["inputs"]["paid_until"])
