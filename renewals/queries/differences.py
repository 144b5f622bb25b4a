"""Two versions of a quote beside each other."""

from collections.abc import Iterable, Sequence
from typing import Any

from renewals.models import QuoteLine, RenewalQuote
from renewals.rules.difference import LINE_FIGURES, QUOTE_FIGURES, Difference, Version, VersionLine, difference
from sites.tenancy import Actor


def versions_of(actor: Actor, quote: RenewalQuote) -> list[RenewalQuote]:
    """The other versions of a quote that `actor` sees, the newest first."""
    rows = RenewalQuote.objects.visible_to(actor).filter(number=quote.number).exclude(pk=quote.pk)
    return list(rows.order_by("-version"))


def version_beside(quote: RenewalQuote, versions: Sequence[RenewalQuote], asked: str = "") -> RenewalQuote | None:
    """Of its other `versions`, the newest first, the one that `asked` numbers, or else the one before `quote`."""
    for each in versions:
        if asked == str(each.version) or (not asked and each.version < quote.version):
            return each
    return None


def difference_of(before: RenewalQuote, after: RenewalQuote) -> Difference:
    """What version `after` says instead of `before`."""
    lines: dict[Any, list[QuoteLine]] = {before.pk: [], after.pk: []}
    for line in QuoteLine.objects.filter(quote_id__in=lines).order_by("item"):
        lines[line.quote_id].append(line)
    return difference(_version(before, lines[before.pk]), _version(after, lines[after.pk]))


def _version(quote: RenewalQuote, lines: Iterable[QuoteLine]) -> Version:
    figures = {name: getattr(quote, name) for name in QUOTE_FIGURES}
    return Version(quote.version, figures, tuple(_line(line) for line in lines))


def _line(line: QuoteLine) -> VersionLine:
    figures = {name: _level(line) if name == "level" else getattr(line, name) for name in LINE_FIGURES}
    return VersionLine(str(line.entitlement_id), line.item, line.part_number, figures)


def _level(line: QuoteLine) -> str | None:
    return line.why["level"]["result"] if line.why.get("level") else None
