"""Enrollments as pages: the list, the form, and one with its steps."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.kernel.errors import DomainError, NotFound
from sites.clock import now, today
from sites.forms import EnrollmentForm, from_customer, from_enrollment, from_site
from sites.models import Enrollment, Site
from sites.operations import amend_enrollment, create_enrollment, take
from sites.queries import EnrollmentCase, cases_of, customers_to_ask_for, enrollment_case, enrollments_of
from sites.refusals import refused
from sites.tenancy import Actor
from sites.views import shown
from sites.views.asked import actor_of
from sites.words import ENROLLMENT_STEPS, ENROLLMENT_TURNS, fault_sentence

PAGE = 50


def enrollment_list(request: HttpRequest) -> HttpResponse:
    """What the actor has under way, newest first; `before` is the last enrollment of the page before."""
    actor = actor_of(request)
    rows = enrollments_of(actor)
    status = request.GET.get("status", "")
    if status in Enrollment.Status.values:
        rows = rows.filter(status=status)
    if last := _pivot(actor, request.GET.get("before", "")):
        rows = rows.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, id__gt=last.pk))
    found = list(rows[: PAGE + 1])
    cases = cases_of(actor, found[:PAGE], today())
    context = {
        "rows": [(case, ENROLLMENT_TURNS[case.whose_turn]) for case in cases],
        "next_url": f"?status={status}&before={found[PAGE - 1].pk}" if len(found) > PAGE else None,
        "statuses": [("", _("All")), *Enrollment.Status.choices],
        "status": status,
    }
    return render(request, "sites/enrollment_list.html", context)


def enrollment_new(request: HttpRequest) -> HttpResponse:
    """Write a draft, or write and submit in one go."""
    actor = actor_of(request)
    kind = request.POST.get("kind") or request.GET.get("kind") or Enrollment.Kind.ORIGINATING.value
    if kind not in Enrollment.Kind.values:
        raise Http404
    if request.method != "POST":
        form = EnrollmentForm(actor=actor, kind=kind, initial=_known(actor, kind, request))
        return _form_page(request, actor, form)
    form = EnrollmentForm(request.POST, actor=actor, kind=kind)
    if form.is_valid():
        try:
            enrollment = _write(request, actor, form, None)
        except DomainError as error:
            refused(request, error)
            form.tell(error)
        else:
            return redirect("enrollment_page", pk=enrollment.pk)
    return _form_page(request, actor, form, status=422)


def enrollment_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Amend a draft or one that came back."""
    actor = actor_of(request)
    case = enrollment_case(actor, pk, today())
    enrollment = case.enrollment
    if not case.may_amend:
        messages.error(request, _("This enrollment can't be changed now."))
        return redirect("enrollment_page", pk=pk)
    if request.method != "POST":
        form = EnrollmentForm(actor=actor, kind=enrollment.kind, initial=from_enrollment(enrollment))
        return _form_page(request, actor, form, enrollment=enrollment)
    form = EnrollmentForm(request.POST, actor=actor, kind=enrollment.kind)
    if form.is_valid():
        try:
            _write(request, actor, form, enrollment)
        except NotFound:
            raise
        except DomainError as error:
            refused(request, error)
            form.tell(error)
        else:
            return redirect("enrollment_page", pk=pk)
    return _form_page(request, actor, form, enrollment=enrollment, status=422)


def enrollment_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One enrollment: where it stands, what it says, what happened, what the actor may do."""
    return _page(request, enrollment_case(actor_of(request), pk, today()))


@require_POST
def enrollment_verb(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step, or show the page again with what stands in the way and what was typed."""
    actor = actor_of(request)
    if verb not in ENROLLMENT_STEPS:
        raise Http404
    typed = {name: request.POST.get(name, "") for name in ("reason", "agreement_number")}
    try:
        take(
            actor=actor,
            at=now(),
            on=today(),
            enrollment_id=pk,
            action=verb,
            version=_version(request),
            **typed,
        )
    except NotFound:
        raise
    except DomainError as error:
        refused(request, error)
        faults = [fault_sentence(fault) for fault in error.faults]
        case = enrollment_case(actor, pk, today())
        return _page(request, case, faults=faults, typed=typed, status=error.status)
    messages.success(request, done(verb))
    return redirect("enrollment_page", pk=pk)


def _write(request: HttpRequest, actor: Actor, form: EnrollmentForm, draft: Enrollment | None) -> Enrollment:
    """Both steps or neither: a form that can't be submitted leaves no draft behind."""
    with transaction.atomic():
        if draft is None:
            enrollment = create_enrollment(actor=actor, at=now(), data=form.as_data())
        else:
            enrollment = amend_enrollment(
                actor=actor, at=now(), enrollment_id=draft.pk, data=form.as_data(), version=_version(request)
            )
        if request.POST.get("then") != "submit":
            messages.success(request, _("The draft is kept. Submit it when it is ready."))
            return enrollment
        enrollment = take(actor=actor, at=now(), on=today(), enrollment_id=enrollment.pk, action="submit")
    messages.success(request, done("submit"))
    return enrollment


def _form_page(
    request: HttpRequest,
    actor: Actor,
    form: EnrollmentForm,
    *,
    enrollment: Enrollment | None = None,
    status: int = 200,
) -> HttpResponse:
    kinds = [(kind.value, kind.label, kind.value == form.kind) for kind in Enrollment.Kind]
    context = {
        "form": form,
        "kinds": kinds,
        "enrollment": enrollment,
        "customers": [] if enrollment or form.kind == Enrollment.Kind.UPDATE else customers_to_ask_for(actor),
        "sites": _sites(actor) if form.kind == Enrollment.Kind.UPDATE and not enrollment else [],
        "chosen": request.GET.get("customer") or request.GET.get("site") or "",
    }
    return render(request, "sites/enrollment_form.html", context, status=status)


def _page(
    request: HttpRequest,
    case: EnrollmentCase,
    *,
    faults: list[str] | None = None,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    enrollment = case.enrollment
    context = {
        "case": case,
        "enrollment": enrollment,
        "facts": shown.facts(case, today()),
        "company": shown.company(enrollment),
        "contacts": shown.contacts(enrollment),
        "events": shown.happenings(case),
        "notices": shown.notices(case, faults or []),
        "waits": case.waiting,
        "steps": [(verb, ENROLLMENT_STEPS[verb]) for verb in case.actions],
        "takes_reason": bool({"return", "reject", "withdraw"} & set(case.actions)),
        "needs_reason": "return" in case.actions,
        "typed": typed or {},
    }
    return render(request, "sites/enrollment_page.html", context, status=status)


def _known(actor: Actor, kind: str, request: HttpRequest) -> dict[str, Any]:
    """First values from the customer or the site that the address names, where the actor may ask for it."""
    if kind == Enrollment.Kind.UPDATE:
        site = _sites(actor).filter(site_number=request.GET.get("site", "")).prefetch_related("contacts").first()
        return from_site(site) if site else {}
    number = request.GET.get("customer", "")
    customers = list(customers_to_ask_for(actor)[:2])
    if not number and len(customers) == 1 and "partner" not in actor.roles:
        return from_customer(customers[0])
    chosen = customers_to_ask_for(actor).filter(registration_number=number).first() if number else None
    return from_customer(chosen) if chosen else {}


def _sites(actor: Actor) -> QuerySet[Site]:
    mine = customers_to_ask_for(actor).values("pk")
    return Site.objects.visible_to(actor).filter(customer_id__in=mine).order_by("site_number")


def _pivot(actor: Actor, text: str) -> Enrollment | None:
    try:
        return Enrollment.objects.visible_to(actor).filter(pk=UUID(text)).first()
    except ValueError:
        return None


def _version(request: HttpRequest) -> int | None:
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() else None


def done(verb: str) -> str:
    """The sentence that says that a step is taken."""
    return {
        "submit": _("The enrollment is submitted. An IBM rep decides on it."),
        "accept": _("The enrollment is accepted."),
        "return": _("The enrollment is returned for correction."),
        "reject": _("The enrollment is rejected."),
        "withdraw": _("The enrollment is withdrawn."),
    }[verb]
