"""Files of holdings as pages: uploaded, mapped, compared with the record, and their rows."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from licenses.forms import HoldingsUpload
from licenses.intake.entitlements import HOLDINGS
from licenses.intake.limits import LIMITS, MIB
from licenses.models import EntitlementImport, EntitlementImportRow
from licenses.operations.entitlement_imports import compare_holdings, map_holdings, upload_holdings
from licenses.queries.entitlement_imports import (
    actions_on,
    changes_of,
    findings_of,
    headings_of,
    newer_accepted,
    reasons_of,
    rows_of,
    visible_imports,
)
from licenses.readmodels import one
from licenses.views.paging import slice_of
from licenses.views.shared import Item, actor_of, reader
from portal.kernel.errors import DomainError
from sites.clock import now
from sites.events import history
from sites.formats import format_date, format_number
from sites.refusals import refused
from sites.tenancy import Actor
from sites.views.shown import Happening, happened
from sites.words import fault_sentence, retold

FIRST_ROWS = 25
LONGEST_CODE = 60
DONE = {
    "map": gettext_lazy("The file is being read again."),
    "compare": gettext_lazy("The file is being compared again."),
}
EVENTS = {
    "uploaded": gettext_lazy("Uploaded"),
    "checked": gettext_lazy("Compared with the record"),
    "mapped": gettext_lazy("Headings mended"),
    "compared_again": gettext_lazy("Compared again"),
    "accepted": gettext_lazy("Recorded"),
    "rejected": gettext_lazy("Rejected"),
    "put_back": gettext_lazy("Put back: the record has changed"),
    "superseded": gettext_lazy("Superseded by a newer file"),
    "given_up": gettext_lazy("Given up by the portal's operators"),
}


@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    """The files that the actor sees, the newest first."""
    page = slice_of(visible_imports(actor_of(request)), ("number",), request, descending=True, size=25)
    return render(request, "imports/list.html", {"page": page, "crumbs": [_licenses(), Item(_("Files"))]})


def import_new(request: HttpRequest) -> HttpResponse:
    """Hand in a file of what a site holds."""
    actor = actor_of(request)
    posted = request.method == "POST"
    form = HoldingsUpload(request.POST, request.FILES, actor=actor) if posted else HoldingsUpload(actor=actor)
    status = 400 if posted else 200
    if posted and form.is_valid():
        try:
            case = upload_holdings(
                actor=actor, at=now(), site=form.cleaned_data["site"], upload=form.cleaned_data["file"]
            )
        except DomainError as refusal:
            refused(request, refusal)
            status = refusal.status
            form.tell(refusal)
        else:
            return redirect("holdings_import", case.pk)
    context = {
        "form": form,
        "crumbs": [_licenses(), _files(), Item(_("Upload"))],
        "columns": HOLDINGS.columns,
        "limit_rows": LIMITS.data_rows,
        "limit_megabytes": LIMITS.file_bytes // MIB,
    }
    return render(request, "imports/new.html", context, status=status)


@require_safe
def import_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One file: how its headings are read, what it changes, its first rows."""
    actor = actor_of(request)
    case = one(visible_imports(actor), pk=pk)
    if request.headers.get("HX-Request"):
        response = render(request, "imports/_progress.html", {"case": case})
        if request.GET.get("seen") != case.status:
            response["HX-Refresh"] = "true"
        return response
    response = render(request, "imports/page.html", page_context(case, actor))
    response["Vary"] = "HX-Request"
    return response


def page_context(case: EntitlementImport, actor: Actor, faults: list[str] | None = None) -> dict[str, Any]:
    """What the page of an import shows."""
    rows = list(rows_of(case).order_by("id")[:FIRST_ROWS])
    return {
        "case": case,
        "crumbs": [_licenses(), _files(), Item(str(case))],
        "faults": faults or [],
        "told": [retold(kept)["message"] for kept in case.faults],
        "figures": figures(case),
        "reasons": reasons_of(case) if case.checked_at else [],
        "headings": headings_of(case),
        "newer": newer_accepted(case) if case.status == EntitlementImport.Status.CHECKED else None,
        "fields": field_choices(),
        "actions": actions_on(actor, case),
        "rows": row_views(rows),
        "more_rows": case.rows_read + case.rows_gone > len(rows),
        "events": happenings(case),
    }


def figures(case: EntitlementImport) -> list[tuple[str, str, int]]:
    """Rows by outcome: its key in the list of rows, its name, how many."""
    return [
        ("", _("Rows"), case.rows_read),
        ("new", _("New"), case.rows_new),
        ("changed", _("Changed"), case.rows_changed),
        ("same", _("The same"), case.rows_same),
        ("gone", _("Gone"), case.rows_gone),
        ("rejected", _("Not read"), case.rows_rejected),
    ]


def field_choices() -> list[tuple[str, str]]:
    """The fields that a heading can mean, named as in the reader's language."""
    return [("", _("isn't read")), *((column.field, column.heading(reader())) for column in HOLDINGS.columns)]


CHANGED = {
    "quantity": gettext_lazy("Quantity"),
    "coverage_start": gettext_lazy("Cover from"),
    "coverage_end": gettext_lazy("Cover to"),
}


def row_views(rows: list[EntitlementImportRow]) -> list[dict[str, Any]]:
    """Rows with what they change and their findings, in the reader's language."""
    return [
        {
            "row": row,
            "changes": [(CHANGED[c.field], _shown(c.before), _shown(c.after)) for c in changes_of(row)],
            "findings": [found["message"] for found in findings_of(row)],
        }
        for row in rows
    ]


def _shown(value: int | date | None) -> str:
    if value is None:
        return "–"
    return format_date(value, reader()) if isinstance(value, date) else format_number(value, reader())


def happenings(case: EntitlementImport) -> list[Happening]:
    """What happened to the import, the latest first."""
    return happened(history(case), EVENTS)


@require_safe
def import_rows(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All rows of a file, or those of one outcome, with one reason."""
    case = one(visible_imports(actor_of(request)), pk=pk)
    outcome, code = (request.GET.get(name, "").replace("\0", "") for name in ("outcome", "code"))
    outcome = outcome if outcome in EntitlementImportRow.Outcome.values else ""
    page = slice_of(rows_of(case, outcome, code[:LONGEST_CODE]), ("id",), request)
    context = {
        "case": case,
        "crumbs": [
            _licenses(),
            _files(),
            Item(str(case), url=reverse("holdings_import", args=[case.pk])),
            Item(_("Rows")),
        ],
        "outcome": outcome,
        "code": code,
        "tabs": [(key, label if key else _("All"), count) for key, label, count in figures(case)],
        "page": page,
        "rows": row_views(page.rows),
    }
    return render(request, "imports/rows.html", context)


def import_verb(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Mend the headings, or compare again."""
    actor = actor_of(request)
    case = one(visible_imports(actor), pk=pk)
    if request.method != "POST":
        return redirect("holdings_import", pk)
    if verb not in DONE:
        raise Http404
    try:
        if verb == "map":
            said = {h: request.POST.get(f"heading-{at}", "") for at, h in enumerate(case.headings)}
            map_holdings(actor=actor, at=now(), import_id=pk, mapping=said)
        else:
            compare_holdings(actor=actor, at=now(), import_id=pk)
    except DomainError as refusal:
        refused(request, refusal)
        faults = [fault_sentence(fault) for fault in refusal.faults]
        return render(request, "imports/page.html", page_context(case, actor, faults), status=refusal.status)
    messages.success(request, str(DONE[verb]))
    return redirect("holdings_import", pk)


def _licenses() -> Item:
    return Item(_("Licenses"), url=reverse("licenses"))


def _files() -> Item:
    return Item(_("Files"), url=reverse("holdings_imports"))
