"""Files of holdings as pages: uploaded, mapped, compared with the record, and their rows."""

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
from licenses.queries.entitlement_imports import actions_on, findings_of, rows_of, visible_imports
from licenses.readmodels import one
from licenses.views.paging import slice_of
from licenses.views.shared import Item, actor_of, reader
from portal.kernel.errors import DomainError
from sites.clock import now
from sites.events import history
from sites.refusals import refused
from sites.tenancy import Actor
from sites.views.shown import Happening, happened
from sites.words import fault_sentence, retold

FIRST_ROWS = 25
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
        "mapping": mapping_rows(case),
        "fields": field_choices(),
        "actions": actions_on(actor, case),
        "rows": row_views(rows),
        "more_rows": case.rows_read > len(rows),
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


def mapping_rows(case: EntitlementImport) -> list[tuple[int, str, str]]:
    """Each heading of the file with its place and the field that it is read as."""
    return [(at, heading, case.mapping.get(heading) or "") for at, heading in enumerate(case.headings)]


def field_choices() -> list[tuple[str, str]]:
    """The fields that a heading can mean, named as in the reader's language."""
    return [("", _("isn't read")), *((column.field, column.heading(reader())) for column in HOLDINGS.columns)]


def row_views(rows: list[EntitlementImportRow]) -> list[dict[str, Any]]:
    """Rows with their findings in the reader's language."""
    return [{"row": row, "findings": [found["message"] for found in findings_of(row)]} for row in rows]


def happenings(case: EntitlementImport) -> list[Happening]:
    """What happened to the import, the latest first."""
    return happened(history(case), EVENTS)


@require_safe
def import_rows(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All rows of a file, or those of one outcome."""
    case = one(visible_imports(actor_of(request)), pk=pk)
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in EntitlementImportRow.Outcome.values else ""
    page = slice_of(rows_of(case, outcome), ("id",), request)
    context = {
        "case": case,
        "crumbs": [
            _licenses(),
            _files(),
            Item(str(case), url=reverse("holdings_import", args=[case.pk])),
            Item(_("Rows")),
        ],
        "outcome": outcome,
        "tabs": [("", _("All")), *EntitlementImportRow.Outcome.choices],
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
