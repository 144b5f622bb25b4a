"""The assistant: where from and to, which licenses, what it does, and then a request. Nothing is kept before that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from licenses.models import Entitlement
from licenses.readmodels import one
from licenses.views.shared import Item, actor_of, line_rows
from migrations_app import operations, queries
from migrations_app.forms import (
    ENROLLMENT,
    MOST_LINES,
    QUANTITY,
    LinesForm,
    RouteForm,
    movable_lines,
    read_named,
    read_waits,
    read_waivers,
)
from migrations_app.queries.plan import plan_page
from migrations_app.views.requests import waiving
from migrations_app.words.labels import DONE
from portal.kernel.errors import DomainError, Fault
from sites.clock import now, today
from sites.refusals import refused
from sites.tenancy import Actor
from sites.words import fault_as_json, fault_sentence


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the assistant, for the row of steps."""

    label: str
    state: str
    url: str | None = None


def new_request(request: HttpRequest) -> HttpResponse:
    """GET asks for sites and licenses; POST shows what the move does, and makes the request when told to."""
    actor = actor_of(request)
    like = _like(request, actor)
    route = RouteForm(like or request.GET or None, actor=actor)
    asked = bool(request.GET.get("source") and request.GET.get("target")) or bool(like)
    if not asked or not route.is_valid():
        return _choose_route(request, route, asked)
    source = route.sources[route.cleaned_data["source"]]
    search = request.GET.get("q", "").strip().replace("\0", "")[:60]
    lines = movable_lines(source, actor, _wanted(request, like), search)
    if request.method != "POST" or request.POST.get("action") == "lines":
        form = LinesForm(request.POST if request.method == "POST" else None, lines=lines, initial=like)
        if request.method == "POST":
            form.is_valid()
        return _choose_lines(request, route, form, lines, search, back=request.method == "POST")
    form = LinesForm(request.POST, lines=lines)
    if not form.is_valid():
        return _choose_lines(request, route, form, lines, search)
    action = request.POST.get("action")
    if action in ("save", "submit"):
        return _make(request, actor, route, form, submit=action == "submit")
    return _compare(request, actor, route, form)


def _like(request: HttpRequest, actor: Actor) -> dict[str, Any] | None:
    """The choices of an earlier request, to begin a new one from."""
    earlier = request.GET.get("like", "")
    if not earlier or request.GET.get("source"):
        return None
    transfer = one(queries.requests_for(actor), pk=earlier)
    target = transfer.target_end.number if transfer.target_end else f"{ENROLLMENT}{transfer.enrollment_id}"
    quantities = {f"{QUANTITY}{line.entitlement_id}": line.quantity for line in transfer.lines.all()}
    return {"source": transfer.source_end.number, "target": target, "reason": transfer.reason, **quantities}


def _wanted(request: HttpRequest, like: dict[str, Any] | None) -> list[UUID]:
    """The lines that have a quantity already, whatever is searched for."""
    found, _garbled = read_named(name for name, value in (like or request.POST).items() if value)
    return found[:MOST_LINES]


def _steps(current: int, route_url: str | None = None) -> list[Step]:
    labels = (_("Sites"), _("Licenses"), _("Compare and check"))
    states = ["done" if i < current else "current" if i == current else "next" for i in range(len(labels))]
    urls = [route_url if i == 0 and current > 0 else None for i in range(len(labels))]
    return [Step(*parts) for parts in zip(labels, states, urls, strict=True)]


def _context(current: int, route: RouteForm) -> dict[str, Any]:
    chosen = route.data if route.is_bound else {}
    query = f"?source={chosen.get('source', '')}" if chosen.get("source") else ""
    return {
        "crumbs": [Item(_("Transfer requests"), url=reverse("transfers")), Item(_("Move licenses"))],
        "steps": _steps(current, f"{reverse('transfer_new')}{query}"),
        "route": route,
    }


def _choose_route(request: HttpRequest, route: RouteForm, asked: bool) -> HttpResponse:
    if not asked and route.is_bound:
        source = request.GET.get("source", "")
        route = RouteForm(actor=actor_of(request), initial={"source": source, "target": request.GET.get("target", "")})
    status = 400 if asked else 200
    return render(request, "transfers/route.html", _context(0, route), status=status)


def _choose_lines(
    request: HttpRequest,
    route: RouteForm,
    form: LinesForm,
    lines: Sequence[Entitlement],
    search: str,
    *,
    back: bool = False,
) -> HttpResponse:
    rows = line_rows(list(lines), today())
    context = _context(1, route) | {
        "form": form,
        "rows": [{"line": r.line, "cover": r.cover, "field": form.quantity_of(r.line)} for r in rows],
        "source": route.sources[route.cleaned_data["source"]],
        "target_label": route.target_label,
        "search": search,
        "more": len(lines) >= MOST_LINES,
        "most": MOST_LINES,
        "route_query": _query(route),
    }
    status = 400 if form.errors and not back else 200
    return render(request, "transfers/lines.html", context, status=status)


def _query(route: RouteForm) -> str:
    return urlencode({key: route.cleaned_data[key] for key in ("source", "target")})


def _compare(
    request: HttpRequest, actor: Actor, route: RouteForm, form: LinesForm, refusal: DomainError | None = None
) -> HttpResponse:
    """What the move would do, and what stands in its way."""
    asked = {"effective_on": form.cleaned_data["effective_on"], "lines": form.chosen}
    try:
        checks, plan = queries.preview(actor=actor, on=today(), **route.route, **asked)
    except DomainError as wrong:
        refused(request, wrong)
        for fault in wrong.faults:
            form.add_error("effective_on" if fault.field == "effective_on" else None, _told(fault))
        return _choose_lines(request, route, form, form.lines, "")
    by_key = {line.pk: line for line in form.lines}
    chosen = [{"line": by_key[x.entitlement], "quantity": x.quantity} for x in form.chosen]
    names = {str(x.entitlement): by_key[x.entitlement].label for x in form.chosen}
    context = _context(2, route) | {
        "form": form,
        "chosen": chosen,
        "source": route.sources[route.cleaned_data["source"]],
        "target_label": route.target_label,
        **waiving([c | {"line_label": names.get(c["line"] or "", "")} for c in checks], request.POST, True),
        "stopped": any(c["severity"] == "error" for c in checks),
        "plan": plan_page(plan, names),
        "faults": [fault_as_json(f) for f in refusal.faults] if refusal else [],
        "route_query": _query(route),
    }
    return render(request, "transfers/compare.html", context, status=refusal.status if refusal else 200)


def _told(fault: Fault) -> str:
    return fault_sentence(fault)


def _make(request: HttpRequest, actor: Actor, route: RouteForm, form: LinesForm, *, submit: bool) -> HttpResponse:
    """The draft, and its submission where that was asked for: both or neither."""
    at, on = now(), today()
    asked = route.route | {"effective_on": form.cleaned_data["effective_on"], "lines": form.chosen}
    try:
        with transaction.atomic():
            checks, _plan = queries.preview(actor=actor, on=on, **asked)
            waivers = read_waivers(request.POST, checks)
            reason = form.cleaned_data["reason"]
            made = operations.create_request(actor=actor, at=at, on=on, **asked, reason=reason, waivers=waivers)
            if submit:
                waits = read_waits(request.POST, checks)
                operations.take("submit", actor=actor, at=at, on=on, request_id=made.pk, wait_for=waits)
    except DomainError as refusal:
        refused(request, refusal)
        return _compare(request, actor, route, form, refusal)
    told = DONE["submit"] if submit else _("Request %(number)s is kept as a draft. Submit it when you are ready.")
    messages.success(request, str(told) % {"number": str(made)})
    return redirect("transfer_page", made.pk)
