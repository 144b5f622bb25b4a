"""The page on which a request's customers are declared to be of one Enterprise."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from licenses.readmodels import one
from licenses.views.shared import Item, actor_of
from migrations_app import operations, queries
from portal.kernel.errors import DomainError, NotFound
from sites.clock import now, today
from sites.refusals import refused
from sites.words import fault_sentence


def declare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The statement with the fields of its signature; or where it isn't needed, back to the request."""
    actor = actor_of(request)
    transfer = one(queries.requests_for(actor), pk=pk)
    ownership = queries.ownership_of(transfer, actor, today())
    if ownership is None or not ownership.may_declare:
        return redirect("transfer_page", pk)
    typed = {name: request.POST.get(name, "").replace("\0", "") for name in ("signed_by", "position")}
    faults: list[str] = []
    status = 200
    if request.method == "POST":
        try:
            operations.declare(actor=actor, at=now(), on=today(), request_id=pk, **typed)
        except NotFound:
            raise
        except DomainError as refusal:
            refused(request, refusal)
            faults, status = [fault_sentence(f) for f in refusal.faults], refusal.status
        else:
            messages.success(request, _("The declaration is signed. The checks were looked at anew."))
            return redirect("transfer_page", pk)
    context = {
        "case": transfer,
        "ownership": ownership,
        "typed": typed,
        "faults": faults,
        "crumbs": [
            Item(_("Transfer requests"), url=reverse("transfers")),
            Item(str(transfer), url=reverse("transfer_page", args=[pk])),
            Item(_("Declare ownership")),
        ],
    }
    return render(request, "transfers/declare.html", context, status=status)
