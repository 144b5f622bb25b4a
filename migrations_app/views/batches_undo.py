"""Taking a form back: what would happen, request by request, and the step itself."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from licenses.views.shared import Item, actor_of
from migrations_app import operations
from migrations_app.forms import read_reason
from migrations_app.queries.batch_undo import undo_preview
from migrations_app.queries.batches import batch_actions
from migrations_app.views.batches import visible
from migrations_app.words.batches import BATCH_DONE, UNDO_WAYS
from portal.kernel.errors import DomainError
from sites.clock import now, today
from sites.refusals import refused
from sites.words import fault_as_json


def batch_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What an undo would do. While nothing has moved the sender undoes; afterwards a rep is asked, with a reason."""
    actor = actor_of(request)
    batch = visible(actor, pk)
    faults, status, typed = [], 200, read_reason(request.POST)
    if request.method == "POST":
        ask = "ask" in request.POST
        step = operations.ask_undo if ask else operations.undo_batch
        try:
            step(actor=actor, at=now(), on=today(), batch_id=pk, reason=typed)
        except DomainError as refusal:
            refused(request, refusal)
            faults, status = [fault_as_json(f) for f in refusal.faults], refusal.status
            batch = visible(actor, pk)
        else:
            messages.success(request, str(BATCH_DONE["ask_undo" if ask else "undo"]) % {"number": str(batch)})
            return redirect("batch_page", pk)
    elif "undo" not in batch_actions(batch):
        return redirect("batch_page", pk)
    preview = undo_preview(batch, actor, today())
    context = {
        "batch": batch,
        "preview": preview,
        "lines": [{"line": line, "way": UNDO_WAYS[line.way]} for line in preview.requests],
        "moved": bool(preview.of("reverse") or preview.of("blocked") or preview.of("moving")),
        "may_ask": not preview.asked and bool(preview.of("reverse") or preview.of("moving")),
        "faults": faults,
        "typed": typed,
        "crumbs": [
            Item(_("Transfer forms"), url=reverse("batches")),
            Item(str(batch), url=reverse("batch_page", args=[pk])),
            Item(_("Undo")),
        ],
    }
    return render(request, "batches/undo.html", context, status=status)
