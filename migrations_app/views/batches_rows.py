"""The rows of a form: by outcome and reason, mended one by one where they stand, or all with one reason at once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from licenses.views.paging import slice_of
from licenses.views.shared import Item, actor_of
from migrations_app import operations, queries
from migrations_app.forms import RowFilter, RowForm
from migrations_app.intake.headings import FIELDS
from migrations_app.models import BatchRow, TransferBatch
from migrations_app.operations import Rows
from migrations_app.operations.amendments import COLUMN_OF
from migrations_app.views.batches import refused_page, row_views, visible
from migrations_app.words.batches import BATCH_DONE
from portal.kernel.errors import DomainError
from sites.clock import now
from sites.refusals import refused
from sites.words import retold


def _filter_of(request: HttpRequest) -> dict[str, str]:
    """Outcome and reason that the list is narrowed to."""
    form = RowFilter(request.GET)
    form.is_valid()
    return {name: form.cleaned_data.get(name, "") for name in ("outcome", "code")}


@require_safe
def batch_rows(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All rows of a form, by number; of one outcome and with one reason where that is asked for."""
    actor = actor_of(request)
    batch = visible(actor, pk)
    asked = _filter_of(request)
    rows = queries.batch_rows(batch, asked["outcome"] or None, asked["code"] or None).select_related("request")
    page = slice_of(rows, ("number",), request, size=50)
    reasons = [(group["code"], group["rows"]) for group in (batch.summary or {"groups": ()})["groups"]]
    context = {
        "batch": batch,
        "crumbs": _crumbs(batch, Item(_("Rows"))),
        **asked,
        "kept": urlencode({name: value for name, value in asked.items() if value}),
        "tabs": [("", _("All")), *BatchRow.Outcome.choices],
        "codes": sorted(dict(reasons)),
        "page": page,
        "rows": row_views(page.rows),
        "mendable": batch.status == TransferBatch.Status.CHECKED,
    }
    return render(request, "batches/rows.html", context)


def _crumbs(batch: TransferBatch, *more: Item) -> list[Item]:
    return [
        Item(_("Transfer forms"), url=reverse("batches")),
        Item(str(batch), url=reverse("batch_page", args=[batch.pk])),
        *more,
    ]


def batch_row(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One row: its eight fields, what is wrong with each beside it, to be mended there."""
    actor = actor_of(request)
    batch = visible(actor, pk)
    row = batch.rows.filter(number=number).first()
    if row is None:
        raise Http404
    status = 200
    if request.method == "POST":
        form = RowForm(request.POST)
        try:
            if form.is_valid():
                operations.amend_row(actor=actor, at=now(), batch_id=pk, number=number, values=form.cleaned_data)
                messages.success(request, str(BATCH_DONE["amend"]) % {"number": str(batch)})
                return redirect(_back(request, pk))
            status = 400
        except DomainError as refusal:
            refused(request, refusal)
            status = refusal.status
            form.tell(refusal)
    else:
        form = RowForm(initial={field: str(row.values.get(field, "")) for field in FIELDS})
        form.show(_found(row))
    context = {
        "batch": batch,
        "row": row,
        "form": form,
        "posted": request.method == "POST",
        "others": [found["message"] for found in _found(row) if found["field"] not in FIELDS],
        "back": _back(request, pk),
        "mendable": batch.status == TransferBatch.Status.CHECKED,
        "crumbs": _crumbs(
            batch, Item(_("Rows"), url=_back(request, pk)), Item(_("Row %(number)s") % {"number": number})
        ),
    }
    return render(request, "batches/row.html", context, status=status)


def _found(row: BatchRow) -> list[dict[str, Any]]:
    """What was found in the row, at the form's own columns."""
    found = [retold(error) for error in row.errors]
    return [each | {"field": COLUMN_OF.get(each["field"] or "", each["field"])} for each in found]


def _back(request: HttpRequest, pk: UUID) -> str:
    """The list of rows as it was narrowed."""
    kept = {name: value for name, value in _filter_of(request).items() if value}
    return reverse("batch_rows", args=[pk]) + (f"?{urlencode(kept)}" if kept else "")


@require_POST
def batch_fix(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write one value into every row with a reason."""
    actor = actor_of(request)
    batch = visible(actor, pk)
    typed = {name: request.POST.get(name, "").replace("\0", "").strip() for name in ("code", "field", "value", "was")}
    if typed["field"] not in FIELDS or not typed["code"]:
        raise Http404
    try:
        operations.fix_group(
            actor=actor,
            at=now(),
            batch_id=pk,
            rows=Rows(code=typed["code"], was=typed["was"]),
            values={typed["field"]: typed["value"]},
        )
    except DomainError as refusal:
        return refused_page(request, batch, refusal)
    messages.success(request, str(BATCH_DONE["amend"]) % {"number": str(batch)})
    return redirect("batch_page", pk)
