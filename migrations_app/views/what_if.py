"""What a move would do, before anybody asks for it: choose, compare, and only then ask."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from licenses.views.shared import actor_of, line_rows
from migrations_app.forms import MOST_LINES
from migrations_app.models import MOST_SCENARIOS
from migrations_app.queries.scenarios import scenarios_for
from migrations_app.queries.what_if import Answer, Question, answer
from migrations_app.queries.what_if_view import WhatIfView, view_of
from migrations_app.views.what_if_form import WhatIfForm, chosen_customer, fields_of, query_of
from migrations_app.words.labels import FAIR, NET
from portal.kernel.errors import DomainError, NotFound
from sites.clock import today
from sites.models import Customer
from sites.policies import asks_for
from sites.tenancy import Actor
from sites.words import fault_as_json

# What fits into the address of a page everywhere; longer questions are posted each time.
LONGEST_QUERY = 3500
MOST_CUSTOMERS = 50
FILLING = frozenset({"lines", "all"})


@require_http_methods(["GET", "HEAD", "POST"])
def what_if(request: HttpRequest) -> HttpResponse:
    """GET shows the form, or the answer to what the address asks; POST answers under an address of its own."""
    form = asked_form(request)
    if form is None:
        return choose_customer(request)
    if not form.is_bound:
        return form_page(request, form)
    if not form.is_valid():
        return form_page(request, form, status=400)
    address = address_of("what_if", form.question)
    if request.method == "POST" and address:
        return redirect(address)
    return answer_page(request, form)


def address_of(page: str, question: Question) -> str | None:
    """The address of a page that asks `question`; None for one too long to fit into an address."""
    query = query_of(question)
    return f"{reverse(page)}?{query}" if len(query) <= LONGEST_QUERY else None


def asked_form(request: HttpRequest) -> WhatIfForm | None:
    """The form as it was filled in, bound where an answer is asked for; None while no customer is chosen."""
    actor = actor_of(request)
    typed = request.POST if request.method == "POST" else request.GET
    customer = chosen_customer(typed, actor)
    if customer is None:
        return None
    action = typed.get("action", "")
    asked = "target" in typed and action not in FILLING
    return WhatIfForm(
        typed, customer=customer, actor=actor, today=today(), asked=asked, everything=action == "all"
    )  # fmt: skip


def choose_customer(request: HttpRequest) -> HttpResponse:
    """Whose licenses, for whoever reaches several customers."""
    search = request.GET.get("name", "").strip().replace("\0", "")[:60]
    rows = Customer.objects.visible_to(actor_of(request)).order_by("name")
    rows = rows.filter(name__icontains=search) if search else rows
    found = list(rows[: MOST_CUSTOMERS + 1])
    context = {
        "customers": found[:MOST_CUSTOMERS],
        "more": len(found) > MOST_CUSTOMERS,
        "search": search,
        "most": MOST_CUSTOMERS,
    }
    return render(request, "what_if/customers.html", context)


def form_page(
    request: HttpRequest, form: WhatIfForm, *, status: int = 200, refusal: DomainError | None = None
) -> HttpResponse:
    """The form alone, with what is wrong about it."""
    context = page_context(request, form) | {"faults": told(refusal)}
    return render(request, "what_if/page.html", context, status=status)


def answer_page(
    request: HttpRequest, form: WhatIfForm, *, refusal: DomainError | None = None, name: str = ""
) -> HttpResponse:
    """The answer, with the form to ask again; `name` is what was typed to keep it under."""
    actor = actor_of(request)
    view = view_of(answered(form.question, actor))
    context = page_context(request, form) | answer_context(view, actor) | {"faults": told(refusal), "name": name}
    return render(request, "what_if/page.html", context, status=refusal.status if refusal else 200)


def answered(question: Question, actor: Actor) -> Answer:
    """The answer of today. Raises NotFound where no line of the question is to be seen any more."""
    found = answer(question, actor, today())
    if found is None:
        raise NotFound()
    return found


def page_context(request: HttpRequest, form: WhatIfForm) -> dict[str, Any]:
    """What the form shows, and what is kept about the customer."""
    actor = actor_of(request)
    rows = line_rows(form.lines, today())
    kept = list(scenarios_for(actor, form.customer))
    return {
        "kept": kept,
        "full": len(kept) >= MOST_SCENARIOS,
        "customer": form.customer,
        "many_customers": len(actor.readable) > 1 or actor.is_staff,
        "form": form,
        "rows": [{"line": r.line, "cover": r.cover, "field": form.quantity_of(r.line)} for r in rows],
        "several_sites": len({line.site_id for line in form.lines}) > 1,
        "search": form.typed.get("q", ""),
        "more": len(form.lines) >= MOST_LINES,
        "most": MOST_LINES,
    }


def answer_context(view: WhatIfView, actor: Actor) -> dict[str, Any]:
    """What the answer shows, and what can be done with it."""
    return {
        "view": view,
        "plan": view.plan,
        "fields": fields_of(view.askable),
        "may_ask": asks_for(actor, view.question.customer.pk),
        "fair": FAIR,
        "net": NET,
        "new_site": view.question.target is None and view.question.enrollment is None,
    }


def told(refusal: DomainError | None) -> list[dict[str, Any]]:
    """The sentences of a refusal."""
    return [fault_as_json(fault) for fault in refusal.faults] if refusal else []
