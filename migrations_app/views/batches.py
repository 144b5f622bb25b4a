"""Filled-in forms as pages: uploaded, watched, looked through, submitted."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from licenses.intake.limits import LIMITS, MIB
from licenses.readmodels import one
from licenses.views.paging import slice_of
from licenses.views.shared import Item, actor_of
from migrations_app import operations, queries
from migrations_app.api.files import failed_rows_file, template_file
from migrations_app.forms import UploadForm, read_reason
from migrations_app.intake.headings import FORM
from migrations_app.models import BatchRow, TransferBatch
from migrations_app.queries import BatchView
from migrations_app.queries.batch_progress import seen_word
from migrations_app.views.batches_board import board
from migrations_app.views.requests import events, with_turn
from migrations_app.words.batches import BATCH_DONE, STAGES
from portal.kernel.errors import DomainError
from sites.clock import now
from sites.refusals import refused
from sites.tenancy import Actor
from sites.words import fault_as_json, retold

FIRST_ROWS = 25
A_FEW = 10
QUICK = ("uploaded", "checking")


def visible(actor: Actor, pk: UUID) -> TransferBatch:
    """The form `pk`. Raises NotFound for unknown and foreign."""
    return one(TransferBatch.objects.visible_to(actor), pk=pk)


@require_safe
def batch_list(request: HttpRequest) -> HttpResponse:
    """The actor's forms, the newest first."""
    actor = actor_of(request)
    rows = TransferBatch.objects.visible_to(actor).defer("summary").annotate(made=Count("requests"))
    page = slice_of(rows, ("number",), request, descending=True, size=25)
    return render(request, "batches/list.html", {"page": page})


def batch_new(request: HttpRequest) -> HttpResponse:
    """Hand in a filled-in form."""
    posted = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if posted else UploadForm()
    status = 400 if posted else 200
    if posted and form.is_valid():
        upload, mode = form.cleaned_data["file"], form.cleaned_data["mode"]
        try:
            batch = operations.upload(actor=actor_of(request), at=now(), upload=upload, mode=mode)
        except DomainError as refusal:
            refused(request, refusal)
            status = refusal.status
            form.tell(refusal)
        else:
            return redirect("batch_page", batch.pk)
    context = {
        "form": form,
        "crumbs": [Item(_("Transfer forms"), url=reverse("batches")), Item(_("Upload"))],
        "columns": FORM.columns,
        "limit_rows": LIMITS.data_rows,
        "limit_megabytes": LIMITS.file_bytes // MIB,
        "paper_megabytes": LIMITS.pdf_bytes // MIB,
    }
    return render(request, "batches/new.html", context, status=status)


@require_safe
def form_template(request: HttpRequest, kind: str) -> HttpResponse:
    """The empty form in the reader's language, or the one asked for."""
    asked = request.GET.get("lang", "")
    return template_file(kind, asked if asked in ("da", "en") else get_language() or "en")


@require_safe
def batch_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One form: progress, counts, what is wrong, what it would do, its first rows, the requests it made.

    htmx asks for the progress alone; once the form has moved on it reloads the page.
    """
    actor = actor_of(request)
    if "rep" in actor.roles and TransferBatch.objects.seen_by(actor).exclude(created_by_id=actor.user_id).filter(pk=pk):
        return redirect("admin:migrations_app_transferbatch_change", pk)  # where reps work
    batch = visible(actor, pk)
    view = queries.batch_view(batch, actor)
    if request.headers.get("HX-Request"):
        response = render(request, "batches/_progress.html", progress_context(view))
        if request.GET.get("seen") != seen(view):
            response["HX-Refresh"] = "true"
        return response
    response = render(request, "batches/page.html", page_context(batch, view, actor))
    response["Vary"] = "HX-Request"
    return response


def seen(view: BatchView) -> str:
    """What the reader of a page knows of the form; another word means that there is something new."""
    word = seen_word(view.status, len(view.requests), view.counts["failed"], view.counts["applied"])
    return f"{word}-planned" if view.plan or view.plan_fault else word


def progress_context(view: BatchView) -> dict[str, Any]:
    """The part of the page that is asked for again and again, where no events come."""
    return {
        "batch": view,
        "label": STAGES.get(view.status, view.status_label),
        "done": view.counts["rows"] * view.progress // 100,
        "total": view.counts["rows"],
        "note": "",
        "pace": "3s" if view.status in QUICK or not view.requests else "15s",
        "seen": seen(view),
        "planning": view.status == "checked" and view.plan is None and view.plan_fault is None,
    }


def page_context(
    batch: TransferBatch, view: BatchView, actor: Actor, refusal: DomainError | None = None, typed: str = ""
) -> dict[str, Any]:
    """What the page of a form shows."""
    requests = queries.light_requests(actor).filter(pk__in=view.requests).order_by("number")[:FIRST_ROWS]
    rows = list(queries.batch_rows(batch).select_related("request")[:A_FEW])
    return (
        progress_context(view)
        | board(view, actor)
        | {
            "crumbs": [Item(_("Transfer forms"), url=reverse("batches")), Item(view.number)],
            "made": [with_turn(head) for head in queries.heads(requests)],
            "rows": row_views(rows),
            "more_rows": view.counts["rows"] > len(rows),
            "events": events(view.timeline),
            "faults": [fault_as_json(f) for f in refusal.faults] if refusal else [],
            "typed": typed,
            "has_failed": bool(view.counts["invalid"] or view.counts["failed"]),
            "warned": view.warned,
            "heals": any(g.code == "V12" and g.severity == "warning" and g.valid for g in view.groups),
            "mode_label": batch.get_mode_display(),
            "created_at": batch.created_at,
        }
    )


def row_views(rows: list[BatchRow]) -> list[dict[str, Any]]:
    """Rows with their findings in the reader's language."""
    return [{"row": row, "errors": [retold(error) for error in row.errors]} for row in rows]


@require_safe
def batch_failed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rows that didn't go through, as a workbook."""
    return failed_rows_file(visible(actor_of(request), pk), get_language() or "en")


def batch_verb(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Submit a form, try it again, or stop it."""
    actor = actor_of(request)
    batch = visible(actor, pk)
    if request.method != "POST":
        return redirect("batch_page", pk)
    typed = read_reason(request.POST)
    who: dict[str, Any] = {"actor": actor, "at": now(), "batch_id": pk}
    try:
        if verb == "submit":
            operations.submit_batch(**who, waive_warnings=typed, wait="wait" in request.POST)
        elif verb == "retry":
            operations.retry_batch(**who)
        else:
            operations.cancel_batch(**who)
    except DomainError as refusal:
        return refused_page(request, batch, refusal, typed)
    messages.success(request, str(BATCH_DONE[verb]) % {"number": str(batch)})
    return redirect("batch_page", pk)


def refused_page(request: HttpRequest, batch: TransferBatch, refusal: DomainError, typed: str = "") -> HttpResponse:
    """The form's page with why a step wasn't taken."""
    actor = actor_of(request)
    refused(request, refusal)
    batch = visible(actor, batch.pk)
    context = page_context(batch, queries.batch_view(batch, actor), actor, refusal, typed)
    return render(request, "batches/page.html", context, status=refusal.status)
