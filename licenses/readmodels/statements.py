"""Statements to take away: the values of the pages, gathered for paper and sheet."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import override

from licenses.models import PointsMovement
from licenses.papers.holdings import HoldingsPaper, HoldingsPaperLine
from licenses.papers.points import PointsPaper, PointsPaperEntry, PointsPaperTerm
from licenses.readmodels.asked import Moments
from licenses.readmodels.holdings import license_lines
from licenses.readmodels.points import Entry, asked_entries, statement_entries
from licenses.readmodels.points_charts import running_chart, term_chart
from licenses.readmodels.standing import PointsView
from licenses.readmodels.told import standing_sentence
from portal.kernel.period import Period
from sites.models import Site
from sites.tenancy import Actor

# A longer paper or sheet keeps a worker of the web for too long, and takes more memory than it has.
MOST_ON_PAPER, MOST_IN_SHEET = 2_000, 50_000


def points_statement(view: PointsView, lang: str, most: int) -> PointsPaper:
    """The statement behind the points page in `lang`, with at most `most` entries, newest first."""
    agreement, stands = view.agreement, view.stands
    rows = asked_entries(agreement, view.asked)
    newest: Sequence[PointsMovement] = list(rows.order_by("-effective_on", "-sequence")[:most])
    entries = statement_entries(agreement, newest, view.asked)
    with override(lang):
        summary = standing_sentence(view)
        charts = (running_chart(view), term_chart(view))
    return PointsPaper(
        agreement_number=agreement.number,
        customer_name=agreement.customer.name,
        customer_number=agreement.customer.ibm_customer_number,
        as_of=view.on,
        known_at=view.asked.pinned_at,
        level=stands.level,
        points=stands.points,
        next_level=stands.next_level,
        missing=stands.missing,
        term=stands.term,
        anniversary=stands.anniversary,
        rule_version=view.rule_version,
        summary=summary,
        terms=tuple(PointsPaperTerm(t.term, t.opening_level, t.points, t.level) for t in view.terms),
        entries=tuple(_points_line(entry) for entry in entries),
        charts=tuple(chart for chart in charts if chart),
        left_out=rows.count() - len(entries) if len(entries) == most else 0,
        demo=settings.DEMO,
    )


def _points_line(entry: Entry) -> PointsPaperEntry:
    return PointsPaperEntry(
        effective_on=entry.effective_on,
        recorded_at=entry.recorded_at,
        site_number=entry.site_number,
        kind=entry.kind,
        reference=entry.reference,
        points=entry.points,
        balance=entry.balance,
        mirrors=tuple((reverses, end.reference, end.effective_on) for reverses, end in entry.mirrors),
    )


def holdings_statement(actor: Actor, site: Site, asked: Moments, most: int) -> HoldingsPaper:
    """What `site` holds, as far as `actor` sees it, with at most `most` lines by part and acquisition."""
    rows = license_lines(actor, asked.as_of, asked.known_at).filter(site=site, quantity__gt=0)
    lines: list[Any] = list(rows.order_by("part_id", "acquired_on", "order_reference", "pk")[: most + 1])
    customer = site.customer
    country: Any = site.country
    place = (site.street, f"{site.postal_code} {site.city}".strip(), str(country.name))
    return HoldingsPaper(
        site_number=site.site_number,
        site_name=site.name,
        site_address=tuple(filter(None, place)),
        program=site.program,
        customer_name=customer.name,
        customer_number=customer.ibm_customer_number,
        agreement_number=site.agreement.number if site.agreement else "",
        as_of=asked.as_of,
        known_at=asked.pinned_at,
        lines=tuple(_holdings_line(line) for line in lines[:most]),
        left_out=rows.count() - most if len(lines) > most else 0,
        demo=settings.DEMO,
    )


def _holdings_line(line: Any) -> HoldingsPaperLine:
    start, end = line.cover_start_then, line.cover_end_then
    return HoldingsPaperLine(
        part_number=line.part_id,
        description=line.part.description,
        metric=line.part.metric,
        quantity=line.quantity,
        order_reference=line.order_reference,
        acquired_on=line.acquired_on,
        cover=Period(start, end) if start and end else None,
        proof_number=line.proof_number,
    )
