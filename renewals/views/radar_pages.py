"""The coverage radar as a page and as files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from licenses.views.shared import Tag, actor_of, reader
from portal.kernel.charts import Chart, Key, bar_chart
from renewals.queries.radar import MOST_EXPORTED, Counts, Radar, RadarLine, radar
from renewals.queries.reach import MOST_CUSTOMERS, Reach, reach_of
from renewals.rules.radar import Finding
from renewals.views.calendar_pages import address_of
from renewals.views.overview_files import radar_csv, radar_xlsx
from renewals.views.overview_forms import RadarFilter
from renewals.words.overviews import FINDING_KINDS, FINDING_MEANS, FINDING_REMEDIES, FINDINGS
from sites.clock import now, today
from sites.templatetags.formats import day, number
from sites.views.files import file_answer

AXIS = 1000
MOST_GROUPS = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a line's cover on the axis of `components/cover_bar.svg.html`."""

    x: int
    width: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line with its cover as a picture and in words, and what to do."""

    row: RadarLine
    tags: tuple[Tag, ...]
    bars: tuple[Bar, ...]
    told: tuple[str, ...]
    remedies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A customer, site or product with the counts of each kind, and the address that narrows to it."""

    label: str
    name: str
    cells: tuple[tuple[str, int], ...]
    lines: int
    url: str


@require_safe
def coverage_radar(request: HttpRequest) -> HttpResponse:
    """Counts by kind, customer, site and product; below them the lines, each with its cover as a picture."""
    form, reach, found = _asked(request)
    context = {
        "form": form,
        "too_many": reach.too_many,
        "most": MOST_CUSTOMERS,
        "counts": found.counts,
        "kinds": [
            (FINDINGS[each], FINDING_MEANS[each], FINDING_REMEDIES[each], found.counts.of(each)) for each in Finding
        ],
        "chart": _chart(found.counts) if found.counts.lines else None,
        "summary": summary(found.counts),
        "tables": list(_tables(request, found)),
        "headings": list(FINDINGS.values()),
        "rows": [_row(each) for each in found.lines],
        "marker": AXIS,
        "next": address_of(request, after=found.next) if found.next else None,
        "first": address_of(request, after="") if request.GET.get("after") else None,
        "files": [(kind, _file(request, kind)) for kind in ("csv", "xlsx")],
        "filtered": any(form.cleaned_data.values()) if form.is_valid() else True,
        "several": len(actor_of(request).readable) > 1 or actor_of(request).is_staff,
        "demo": any(row.estimate and row.demonstration for row in found.lines),
    }
    return render(request, "renewals/radar.html", context, status=200 if form.is_valid() else 400)


@require_safe
def coverage_radar_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The lines that the same question shows, ten thousand at most, as CSV or spreadsheet."""
    _form, _reach, found = _asked(request, most=MOST_EXPORTED)
    name = f"coverage-radar-{today().isoformat()}.{kind}"
    made = radar_csv(found.lines, reader()) if kind == "csv" else radar_xlsx(found.lines, now(), reader())
    return file_answer(made, name, language=reader())


def _asked(request: HttpRequest, most: int | None = None) -> tuple[RadarFilter, Reach, Radar]:
    """What the address asks; a question with something wrong in it shows nothing. A file begins at the first line."""
    actor = actor_of(request)
    form = RadarFilter(request.GET.dict(), actor=actor, on=today())
    if not form.is_valid():
        return form, Reach(), Radar(Counts(), (), (), (), ())
    reach = reach_of(actor, form.narrowed, today())
    asked = {"kind": form.cleaned_data["kind"], "part": form.cleaned_data["part"]}
    if most is not None:
        return form, reach, radar(reach, today(), most=most, **asked)
    return form, reach, radar(reach, today(), after=request.GET.get("after", ""), **asked)


def summary(counts: Counts) -> str:
    """How many lines something is wrong with, in a sentence."""
    if not counts.lines:
        return _("Every line in reach is covered without a gap, once, and to a month end.")
    told = ngettext(
        "Something is wrong with the cover of %(count)s line.",
        "Something is wrong with the cover of %(count)s lines.",
        counts.lines,
    )
    return told % {"count": number(counts.lines)}


def _chart(counts: Counts) -> Chart:
    groups = [(str(FINDINGS[each]), [Decimal(counts.of(each))]) for each in Finding]
    key = Key("risk", _("Lines; one may have several findings"))
    return bar_chart(summary(counts), groups, [key], lambda value: number(int(value)) if value == int(value) else "")


def _tables(request: HttpRequest, found: Radar) -> Iterator[tuple[str, str, list[GroupRow], int]]:
    """Caption, heading of the first column, rows, and how many more there are: by customer, site and product."""
    several = ((_("By customer"), _("Customer"), found.customers, "customer"),) if len(found.customers) > 1 else ()
    more = ((_("By site"), _("Site"), found.sites, "site"), (_("By product"), _("Product"), found.products, "part"))
    for caption, heading, groups, name in (*several, *more):
        rows = [
            GroupRow(
                label=each.name if name == "customer" else each.key,
                name="" if name == "customer" else each.name,
                cells=tuple((str(FINDINGS[finding]), each.counts.of(finding)) for finding in Finding),
                lines=each.counts.lines,
                url=address_of(request, after="", **{name: each.name[:60] if name == "customer" else each.key}),
            )
            for each in groups[:MOST_GROUPS]
        ]
        if rows:
            yield caption, heading, rows, max(len(groups) - MOST_GROUPS, 0)


def _row(found: RadarLine) -> LineRow:
    findings = found.judged.findings
    return LineRow(
        row=found,
        tags=tuple(Tag(FINDING_KINDS[each], str(FINDINGS[each])) for each in findings),
        bars=tuple(_bars(found, today())),
        told=tuple(_told(found)),
        remedies=tuple(str(FINDING_REMEDIES[each]) for each in findings),
    )


def _told(found: RadarLine) -> Iterator[str]:
    """The days, in words."""
    judged = found.judged
    for gap in judged.gaps:
        yield _("Without cover: %(days)s") % {"days": f"{day(gap.starts_on)} – {day(gap.ends_on)}"}
    for twice in judged.overlaps:
        yield _("Paid twice: %(days)s") % {"days": f"{day(twice.starts_on)} – {day(twice.ends_on)}"}
    if judged.lapsed_from:
        yield _("Without cover from %(day)s on") % {"day": day(judged.lapsed_from)}
    if judged.odd_end:
        yield _("Cover ends on %(day)s") % {"day": day(judged.odd_end)}


def _bars(found: RadarLine, on: date) -> Iterator[Bar]:
    """From the first day of cover to its last one or today, whichever is later."""
    judged = found.judged
    first, last = judged.segments[0].starts_on, max(on, *(each.ends_on for each in judged.segments))
    length = (last - first).days + 1

    def bar(starts: date, ends: date, kind: str, label: str) -> Bar:
        x = AXIS * (starts - first).days // length
        width = max(AXIS * ((ends - starts).days + 1) // length, 4)
        return Bar(x, width, kind, f"{label}: {day(starts)} – {day(ends)}")

    lapsed: Sequence[tuple[date, date]] = [(judged.lapsed_from, on)] if judged.lapsed_from else []
    for each in judged.segments:
        yield bar(each.starts_on, each.ends_on, "paid", _("Paid"))
    for starts, ends in [*((gap.starts_on, gap.ends_on) for gap in judged.gaps), *lapsed]:
        yield bar(starts, ends, "gap", _("Without cover"))
    for twice in judged.overlaps:
        yield bar(twice.starts_on, twice.ends_on, "overlap", _("Paid twice"))


def _file(request: HttpRequest, kind: str) -> str:
    return reverse("coverage_radar_file", args=[kind]) + address_of(request, after="")
