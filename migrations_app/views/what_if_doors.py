"""Where the answer to a what-if leads: other days, a paper for a meeting, a request."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from licenses.papers.render import Unprintable
from licenses.views.shared import Item, actor_of
from migrations_app import operations
from migrations_app.models import TransferRequest
from migrations_app.papers import what_if_pdf as printed
from migrations_app.queries.best_dates import best_dates
from migrations_app.queries.what_if import Question
from migrations_app.queries.what_if_view import target_label, view_of
from migrations_app.views.what_if import (
    address_of,
    answer_page,
    answered,
    asked_form,
    choose_customer,
    form_page,
)
from migrations_app.views.what_if_form import WhatIfForm, fields_of
from migrations_app.views.what_if_paper import paper_of
from portal.kernel.errors import DomainError, NotFound
from sites.clock import now, today
from sites.refusals import refused
from sites.views.files import file_answer

FALLBACK = "en"


def valid_form(request: HttpRequest) -> WhatIfForm | HttpResponse:
    """The form where it asks something that can be answered; otherwise the page that says what is missing."""
    form = asked_form(request)
    if form is None:
        return choose_customer(request)
    if not form.is_bound:
        return redirect("what_if")
    return form if form.is_valid() else form_page(request, form, status=400)


@require_http_methods(["GET", "HEAD", "POST"])
def dates(request: HttpRequest) -> HttpResponse:
    """The question for today and the coming twelve firsts of a month."""
    form = valid_form(request)
    if isinstance(form, HttpResponse):
        return form
    question = form.question
    address = address_of("what_if_dates", question)
    if request.method == "POST" and address:
        return redirect(address)
    found = best_dates(question, actor_of(request), today())
    if found is None:
        raise NotFound()
    context = {
        "crumbs": [Item(_("What if"), url=back_to(question)), Item(_("Which day?"))],
        "found": found,
        "target": target_label(question),
        "fields": [pair for pair in fields_of(question) if pair[0] != "effective_on"],
    }
    return render(request, "what_if/dates.html", context)


def back_to(question: Question) -> str:
    """The address of the answer; of the customer's empty form where the question is too long for one."""
    return address_of("what_if", question) or f"{reverse('what_if')}?customer={question.customer.pk}"


@require_http_methods(["GET", "HEAD", "POST"])
def pdf(request: HttpRequest) -> HttpResponse:
    """The answer as a paper in the reader's language; where it can't be printed, the page says why."""
    form = valid_form(request)
    if isinstance(form, HttpResponse):
        return form
    actor, language = actor_of(request), get_language() or FALLBACK
    view = view_of(answered(form.question, actor))
    try:
        content = printed(paper_of(view, today()), language)
    except Unprintable as refusal:
        return answer_page(request, form, refusal=refusal)
    return file_answer(content, f"what-if-{view.on.isoformat()}.pdf", language=language)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """POST drafts the move as a request, one for each site that licenses come from: all of them or none."""
    form = valid_form(request)
    if isinstance(form, HttpResponse):
        return form
    if request.method != "POST":
        return redirect(back_to(form.question))
    actor = actor_of(request)
    try:
        made = operations.ask_for(
            actor=actor, at=now(), on=today(), question=form.question, reason=_("Compared as a what-if.")
        )
    except DomainError as refusal:
        refused(request, refusal)
        return answer_page(request, form, refusal=refusal)
    return to_requests(request, made)


def to_requests(request: HttpRequest, made: list[TransferRequest]) -> HttpResponse:
    """To the draft that was made, or to the list where there are several."""
    numbers = ", ".join(str(each) for each in made)
    told = ngettext(
        "Request %(numbers)s is drafted. Look at it, then submit it.",
        "Requests %(numbers)s are drafted, one for each site. Look at them, then submit them.",
        len(made),
    )
    messages.success(request, told % {"numbers": numbers})
    return redirect("transfer_page", made[0].pk) if len(made) == 1 else redirect("transfers")
