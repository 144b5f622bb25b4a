"""Points of an Agreement as of a day, as known at an instant: page, paper and sheet of one question."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from licenses.api.statements import of_today, points_file
from licenses.forms import AsOf
from licenses.papers.points import kind_name, mirror_sentences
from licenses.papers.render import Unprintable
from licenses.readmodels import (
    Entry,
    Moments,
    PointsView,
    agreement_why,
    asked_entries,
    expected_sentence,
    later_entry_sentence,
    later_sentences,
    moments,
    one,
    points_view,
    running_chart,
    standing_sentence,
    statement_entries,
    term_chart,
)
from licenses.readmodels.points import ORDER, Mirror
from licenses.views.paging import slice_of
from licenses.views.shared import Item, actor_of, asked_heading, file_items, reader
from sites.clock import now, today
from sites.models import Agreement
from sites.templatetags.formats import day
from sites.templatetags.formats import points as figure
from sites.words import fault_sentence


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as the table shows it; `mirrors` name the other end of a reversal and lead there."""

    entry: Entry
    kind: str
    mirrors: tuple[Item, ...]


def points_page(request: HttpRequest, number: str) -> HttpResponse:
    """Balance, level, Terms, charts and statement of an Agreement."""
    agreement = _agreement(request, number)
    return render(request, "licenses/points.html", _context(request, agreement, _form(request)))


def statement(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """The statement as a file; where the question or a name in it is at fault, the page says so."""
    agreement, form = _agreement(request, number), _form(request)
    if not form.is_valid():
        return render(request, "licenses/points.html", _context(request, agreement, form), status=400)
    try:
        return points_file(agreement, _asked(form), kind)
    except Unprintable as refusal:
        faults = [fault_sentence(fault) for fault in refusal.faults]
        context = {**_context(request, agreement, form), "faults": faults}
        return render(request, "licenses/points.html", context, status=409)


def _agreement(request: HttpRequest, number: str) -> Agreement:
    return one(Agreement.objects.visible_to(actor_of(request)).select_related("customer"), number=number)


def _form(request: HttpRequest) -> AsOf:
    return AsOf(request.GET.dict())


def _asked(form: AsOf) -> Moments:
    """What was asked; the present where it can't be read."""
    told = form.cleaned_data if form.is_valid() else {}
    return of_today(moments(told.get("as_of"), told.get("known_at"), now()))


def _context(request: HttpRequest, agreement: Agreement, form: AsOf) -> dict[str, Any]:
    asked = _asked(form)
    view = points_view(agreement, asked, asked.as_of or today())
    page = slice_of(asked_entries(agreement, asked), ORDER, request, descending=True)
    entries = statement_entries(agreement, page.rows, asked)
    agreement_url = reverse("agreement_page", args=[agreement.number])
    return {
        "agreement": agreement,
        "form": form,
        "asked": bool(form.is_valid() and any(form.cleaned_data.values())),
        "view": view,
        "summary": standing_sentence(view),
        "heading": asked_heading(asked),
        "facts": _facts(view),
        "later": later_sentences(view),
        "later_entries": [later_entry_sentence(entry) for entry in view.later.newest] if view.later else [],
        "later_more": view.later.count - len(view.later.newest) if view.later else 0,
        "terms": list(reversed(view.terms)),
        "term_chart": term_chart(view),
        "running_chart": running_chart(view),
        "page": page,
        "rows": [_row(entry, asked) for entry in entries],
        "files": file_items("points_statement", agreement.number, asked),
        "crumbs": [
            Item(_("Sites"), url=reverse("sites")),
            Item(_("Agreement %(number)s") % {"number": agreement.number}, url=agreement_url),
            Item(_("Points")),
        ],
    }


def _facts(view: PointsView) -> list[Item]:
    stands = view.stands
    why = agreement_why(view.agreement, stands, view.on)
    facts = [
        Item(_("Points in this Term"), figure(stands.points), why=why["points"]),
        Item(_("Price level"), stands.level, why=why["level"]),
        Item(_("Next level"), stands.next_level or "–"),
        Item(_("Missing points"), figure(stands.missing) or "–", why=why["missing"]),
    ]
    if stands.term:
        term = f"{day(stands.term.starts_on)} – {day(stands.term.ends_on)}"
        facts.append(Item(_("Term"), term, why=why["term"]))
        facts.append(Item(_("Anniversary"), day(stands.anniversary), why=why["anniversary"]))
    elif view.expected:
        note = expected_sentence(view.expected)
        facts.append(Item(_("Term"), _("begins with the first order or move")))
        facts.append(Item(_("Anniversary"), day(view.expected.anniversary), note=note))
    return facts


def _row(entry: Entry, asked: Moments) -> EntryRow:
    mirrors = [
        Item(mirror_sentences([(reverses, end.reference, end.effective_on)], reader())[0], url=_place(end, asked))
        for reverses, end in entry.mirrors
    ]
    return EntryRow(entry, kind_name(entry.kind), tuple(mirrors))


def _place(end: Mirror, asked: Moments) -> str:
    """The page of the statement that begins with an entry, and its place on it."""
    query: dict[str, str] = {"as_of": str(asked.as_of)}
    if asked.known_at:
        query["known_at"] = asked.as_query()["known_at"]
    query["from"] = ">" + json.dumps([str(end.effective_on), str(end.sequence + 1)])
    return f"?{urlencode(query)}#entry-{end.id}"
