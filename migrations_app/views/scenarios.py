"""What-ifs that somebody keeps: three a customer, beside each other, computed anew each time."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from licenses.readmodels import one
from licenses.views.shared import Item, actor_of
from migrations_app import operations
from migrations_app.models import MOST_SCENARIOS, Scenario
from migrations_app.queries.scenarios import compare, scenario_view, scenarios_for
from migrations_app.queries.what_if import read_kept
from migrations_app.views.what_if import answer_context, answer_page, choose_customer, page_context, told
from migrations_app.views.what_if_doors import to_requests, valid_form
from migrations_app.views.what_if_form import WhatIfForm, chosen_customer, query_of
from portal.kernel.errors import DomainError
from sites.clock import now, today
from sites.refusals import refused


@require_http_methods(["GET", "HEAD", "POST"])
def scenarios(request: HttpRequest) -> HttpResponse:
    """GET compares what is kept about a customer; POST keeps the what-if that is asked."""
    return keep(request) if request.method == "POST" else compare_page(request)


def compare_page(request: HttpRequest) -> HttpResponse:
    """The kept scenarios in one table."""
    actor = actor_of(request)
    customer = chosen_customer(request.GET, actor)
    if customer is None:
        return choose_customer(request)
    views = [scenario_view(each, actor, today()) for each in scenarios_for(actor, customer)]
    context = {
        "crumbs": [Item(_("What if"), url=f"{reverse('what_if')}?customer={customer.pk}"), Item(_("Scenarios"))],
        "customer": customer,
        "scenarios": views,
        "shown": [each for each in views if each.view is not None],
        "rows": compare(views),
        "most": MOST_SCENARIOS,
    }
    return render(request, "what_if/scenarios.html", context)


def keep(request: HttpRequest) -> HttpResponse:
    """Keep the what-if; where that is refused, its page says why and nothing typed is lost."""
    form = valid_form(request)
    if isinstance(form, HttpResponse):
        return form
    name = request.POST.get("name", "")
    try:
        kept = operations.keep_scenario(
            actor=actor_of(request), at=now(), on=today(), question=form.question, name=name
        )
    except DomainError as refusal:
        refused(request, refusal)
        return answer_page(request, form, refusal=refusal, name=name)
    messages.success(request, _("“%(name)s” is kept.") % {"name": kept.name})
    return redirect(f"{reverse('scenarios')}?customer={kept.customer_id}")


@require_safe
def scenario_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One scenario with its whole answer of today."""
    return _page(request, _mine(request, pk))


@require_POST
def scenario_delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let it go."""
    scenario = _mine(request, pk)
    operations.drop_scenario(actor=actor_of(request), scenario_id=pk)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": scenario.name})
    return redirect(f"{reverse('scenarios')}?customer={scenario.customer_id}")


@require_POST
def scenario_request(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draft what the scenario asks; where that is refused, its page says why."""
    scenario, actor = _mine(request, pk), actor_of(request)
    question = read_kept(scenario.asked, scenario.customer, actor)
    try:
        made = operations.ask_for(actor=actor, at=now(), on=today(), question=question, reason=scenario.name)
    except DomainError as refusal:
        refused(request, refusal)
        return _page(request, scenario, refusal)
    return to_requests(request, made)


def _mine(request: HttpRequest, pk: UUID) -> Scenario:
    return one(Scenario.objects.visible_to(actor_of(request)).select_related("customer"), pk=pk)


def _page(request: HttpRequest, scenario: Scenario, refusal: DomainError | None = None) -> HttpResponse:
    actor = actor_of(request)
    shown = scenario_view(scenario, actor, today())
    question = shown.view.askable if shown.view else read_kept(scenario.asked, scenario.customer, actor)
    form = WhatIfForm(
        QueryDict(query_of(question)), customer=scenario.customer, actor=actor, today=today(), asked=False
    )  # fmt: skip
    context = page_context(request, form) | {"faults": told(refusal), "scenario": scenario, "moved": shown.moved}
    if shown.view:
        context |= answer_context(shown.view, actor)
    crumbs = [
        Item(_("What if"), url=f"{reverse('what_if')}?customer={scenario.customer_id}"),
        Item(_("Scenarios"), url=f"{reverse('scenarios')}?customer={scenario.customer_id}"),
        Item(scenario.name),
    ]
    status = refusal.status if refusal else 200
    return render(request, "what_if/page.html", context | {"crumbs": crumbs}, status=status)
