"""The list of requests, one request, and its steps."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from licenses.readmodels import one
from licenses.views.paging import slice_of
from licenses.views.shared import Item, actor_of
from migrations_app import operations, queries
from migrations_app.forms import (
    RequestFilter,
    read_reason,
    read_version,
    read_waits,
    read_waivers,
    wait_name,
    waiver_name,
)
from migrations_app.models import TransferRequest
from migrations_app.models.ends import End
from migrations_app.operations.decisions import NEEDS_REASON
from migrations_app.queries import Ownership, RequestHead, RequestView
from migrations_app.rules.workflow import TRANSFER
from migrations_app.views.request_parts import part_of_case
from migrations_app.words.labels import DONE, SEVERITIES, STEPS, TURNS
from portal.kernel.errors import DomainError
from sites.clock import now, today
from sites.models import Enrollment, OwnershipDeclaration
from sites.refusals import refused
from sites.templatetags.formats import day
from sites.tenancy import Actor
from sites.words import fault_as_json, first_few

DANGER = frozenset({"refuse", "reject", "withdraw", "reverse"})
VERBS = frozenset(t.action for t in TRANSFER.transitions) - {"complete"}


@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """Requests that the actor sees, the newest first."""
    actor = actor_of(request)
    form = RequestFilter(request.GET or None)
    status = form.cleaned_data["status"] if form.is_valid() else ""
    rows = queries.light_requests(actor)
    page = slice_of(rows.filter(status=status) if status else rows, ("number",), request, descending=True, size=25)
    context = {
        "form": form,
        "page": page,
        "views": [with_turn(head) for head in queries.heads(page.rows)],
        "filtered": bool(status),
        "may_move": may_move(actor),
    }
    return render(request, "transfers/list.html", context)


def may_move(actor: Actor) -> bool:
    """Whether the actor may ask for anything at all."""
    return bool(actor.writer_of) or any(m.can_write for m in actor.mandates)


def with_turn(view: RequestView | RequestHead) -> dict[str, Any]:
    """A case with the words for whose turn it is."""
    return {"case": view, "turn": TURNS.get(view.whose_turn, view.whose_turn)}


@require_safe
def request_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One request with everything about it."""
    transfer = one(queries.requests_for(actor_of(request)), pk=pk)
    return render(request, "transfers/page.html", case_context(request, transfer))


def request_verb(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; what stands in the way is told on the request's page, with what was typed."""
    actor = actor_of(request)
    transfer = one(queries.requests_for(actor), pk=pk)
    if request.method != "POST" or verb not in VERBS:
        return redirect(f"{reverse('transfer_page', args=[pk])}?{request.GET.urlencode()}")
    asked = request.POST
    checks = queries.findings(transfer, today()) if verb == "submit" else ()
    try:
        operations.take(
            verb,
            actor=actor,
            at=now(),
            on=today(),
            request_id=pk,
            reason=read_reason(asked),
            waivers=read_waivers(asked, checks),
            wait_for=read_waits(asked, checks),
            version=read_version(asked),
        )
    except DomainError as refusal:
        refused(request, refusal)
        transfer = one(queries.requests_for(actor), pk=pk)
        context = case_context(request, transfer, refusal=refusal, verb=verb, typed=request.POST)
        return render(request, "transfers/page.html", context, status=refusal.status)
    messages.success(request, str(DONE[verb]) % {"number": str(transfer)})
    return redirect("transfer_page", pk)


def case_context(
    request: HttpRequest,
    transfer: TransferRequest,
    *,
    refusal: DomainError | None = None,
    verb: str = "",
    typed: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What the page of a request shows; `typed` is kept in the form of `verb`."""
    actor = actor_of(request)
    part = part_of_case(request, transfer)
    view = part.view
    ownership = queries.ownership_of(transfer, actor, today())
    kept = typed or {}
    return {
        **with_turn(view),
        "part": part,
        "crumbs": [Item(_("Transfer requests"), url=reverse("transfers")), Item(view.number)],
        "facts": facts(transfer, view, ownership),
        **waiving(view.checks, kept, "submit" in view.actions, view.waivers),
        "open_warnings": part.open_warnings if "submit" in view.actions else 0,
        "plan": part.plan,
        "sides": consent_rows(view),
        "events": events(view.timeline),
        "actions": [action(name, verb, kept) for name in view.actions],
        "stops": first_few(view.stopped_by),
        "faults": first_few([fault_as_json(f) for f in refusal.faults]) if refusal else [],
        "ownership": ownership,
        "can_copy": view.status in ("returned", "rejected", "withdrawn")
        and transfer.both_ends_seen
        and may_move(actor),
    }


def action(name: str, verb: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """A button with what was typed beside it."""
    return {
        "verb": name,
        "label": STEPS[name],
        "needs_reason": name in NEEDS_REASON,
        "danger": name in DANGER,
        "reason": typed.get("reason", "") if name == verb else "",
        "open": name == verb,
    }


def waiving(
    checks: Sequence[Mapping[str, Any]],
    typed: Mapping[str, str],
    asking: bool,
    waivers: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The findings for a page, how many warnings wait for a reason, and the one reason for all of them."""
    rows = check_rows(checks, waivers=waivers, typed=typed, asking=asking)
    return {
        "checks": rows,
        "open_warnings": sum(bool(row["input"]) for row in rows),
        "rest": typed.get("waive-rest", ""),
    }


def check_rows(
    checks: Sequence[Mapping[str, Any]],
    *,
    waivers: Sequence[Mapping[str, Any]] = (),
    typed: Mapping[str, str] | None = None,
    asking: bool = False,
) -> list[dict[str, Any]]:
    """Findings with their words, and who took note of them; open warnings take a reason where the actor is asking."""
    rows = []
    answered = {(w["code"], w["line"]): w for w in reversed(waivers)}
    for check in checks:
        name = waiver_name(check)
        open_warning = asking and check["waivable"] and not check.get("waived")
        rows.append(
            {
                **check,
                "severity_label": SEVERITIES.get(check["severity"], check["severity"]),
                "waiver": answered.get((check["code"], check["line"])) or answered.get((check["code"], None)),
                "input": name if open_warning else "",
                "wait": wait_name(check) if asking and check.get("may_wait") and not check.get("waived") else "",
                "waits": bool((typed or {}).get(wait_name(check))),
                "typed": (typed or {}).get(name, ""),
            }
        )
    return rows


def facts(transfer: TransferRequest, view: RequestView, ownership: Ownership | None = None) -> list[Item]:
    """The request's own data for a definition list; with the declaration that it stands on, if there is one."""
    found = [
        Item(_("Customer"), view.customer),
        _end(_("From site"), transfer.source_end, transfer),
        _target(transfer),
        Item(_("Effective on"), day(view.effective_on) if view.effective_on else _("the day of approval")),
        Item(_("Reason"), view.reason or "–"),
    ]
    if view.waiting_for:
        until = _("until %(day)s") % {"day": day(view.waiting_until)} if view.waiting_until else ""
        found.append(Item(_("Waits for"), _("check %(code)s") % {"code": view.waiting_for}, note=until))
    if ownership is not None and ownership.declaration is not None:
        found.append(_declared(ownership.declaration))
    if view.decision_reason:
        found.append(Item(_("Decision"), view.decision_reason))
    if transfer.batch_id:
        found.append(Item(_("Came by"), _("a transfer form"), url=reverse("batch_page", args=[transfer.batch_id])))
    return found


def _declared(declaration: OwnershipDeclaration) -> Item:
    """By whom, when, and for which of the two customers the ownership was declared."""
    told = _("%(who)s, %(position)s of %(customer)s, %(day)s") % {
        "who": declaration.signed_by,
        "position": declaration.position,
        "customer": declaration.customer.name,
        "day": day(declaration.declared_on),
    }
    return Item(_("Ownership declared by"), told, url=reverse("declarations"))


def _end(label: str, end: End, transfer: TransferRequest) -> Item:
    """A site of the request; with its customer where the two ends have different ones, and a link where it can be
    opened."""
    several = transfer.target_customer_id not in (None, transfer.customer_id)
    note = f"{end.customer} ({end.country})" if several else ""
    return Item(label, str(end), url=reverse("site_page", args=[end.number]) if end.seen else None, note=note)


def _target(transfer: TransferRequest) -> Item:
    if transfer.target_end is not None:
        return _end(_("To site"), transfer.target_end, transfer)
    waiting: Enrollment | None = transfer.enrollment
    url = reverse("enrollment_page", args=[waiting.pk]) if waiting else None
    return Item(_("To site"), str(waiting) if waiting else "–", url=url, note=_("enrollment under way"))


def consent_rows(view: RequestView) -> list[Item]:
    """Who consented for which side, and who hasn't yet."""
    given = {consent["side"]: consent for consent in view.consents}
    found = []
    for side, label in (("source", _("Source site")), ("target", _("Target site"))):
        consent = given.get(side)
        note = _("under a mandate") if consent and consent["under_mandate"] else ""
        if consent:
            value = _("%(who)s, %(day)s") % {"who": consent["by"], "day": day(consent["at"].date())}
        else:
            value = _("not yet")
        found.append(Item(label, value, note=note))
    return found


def events(timeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What happened, the newest first, for the timeline."""
    return [
        {"at": e["at"], "title": e["label"], "who": e["actor"], "text": e["data"].get("reason", "")}
        for e in reversed(timeline)
    ]
