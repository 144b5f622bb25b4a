"""Declarations that two customers are of one Enterprise: all that the reader sees, and their end."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.kernel.errors import DomainError, NotFound
from sites.clock import now
from sites.operations import withdraw_ownership
from sites.policies import may_withdraw_ownership
from sites.queries import declarations_of
from sites.refusals import refused
from sites.views.asked import actor_of
from sites.words import fault_sentence

MOST = 100


@require_safe
def declaration_list(request: HttpRequest) -> HttpResponse:
    """The newest hundred, those withdrawn included."""
    return _page(request)


@require_POST
def declaration_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End one, with a reason; or the list again with what stands in the way."""
    try:
        withdraw_ownership(
            actor=actor_of(request), at=now(), declaration_id=pk, reason=request.POST.get("reason", "")[:2000]
        )
    except NotFound:
        raise
    except DomainError as refusal:
        refused(request, refusal)
        told = [fault_sentence(fault) for fault in refusal.faults]
        return _page(request, faults=told, status=refusal.status)
    messages.success(request, _("The declaration is withdrawn. Requests that stood on it are checked anew."))
    return redirect("declarations")


def _page(request: HttpRequest, *, faults: list[str] | None = None, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    rows = [
        {"row": row, "may_withdraw": not row.is_withdrawn and may_withdraw_ownership(actor, row.customer)}
        for row in declarations_of(actor)[:MOST]
    ]
    return render(request, "sites/declarations.html", {"rows": rows, "faults": faults or []}, status=status)
