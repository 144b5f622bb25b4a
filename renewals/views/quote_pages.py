"""Renewal quotes as pages."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licenses.papers.render import Unprintable
from licenses.readmodels import one
from licenses.views.paging import slice_of
from licenses.views.shared import Item, actor_of
from portal.kernel.errors import DomainError
from portal.kernel.explanation import Explanation
from renewals import operations
from renewals.forms import AcceptForm, AskForm, AskRepForm, DeclineForm
from renewals.models import RenewalQuote
from renewals.policies import may_answer
from renewals.queries import (
    QuoteView,
    difference_of,
    quote_view,
    rerun_of,
    seen_quotes,
    settled_quotes,
    version_beside,
    waiting_quotes,
)
from renewals.views.answering import PAGE_TURNS, answer_context, turn_verb
from renewals.views.quote_files import paper_page, pdf_answer
from renewals.words import broken_words, difference_words
from sites.clock import now, today
from sites.events import history
from sites.refusals import refused
from sites.templatetags.formats import day, points
from sites.words import fault_sentence

MOST_WAITING = 200


def quotes(request: HttpRequest) -> HttpResponse:
    """What needs an answer first, then everything else; POST asks for the renewal quote of an Agreement or site."""
    actor = actor_of(request)
    faults: list[str] = []
    if request.method == "POST":
        kind, _sep, number = request.POST.get("subject", "").partition(":")
        asked = {
            "agreement_number": request.POST.get("agreement_number", "") or (number if kind == "agreement" else ""),
            "site_number": request.POST.get("site", "") or (number if kind == "site" else ""),
        }
        try:
            found = operations.ask_for_quotes(actor=actor, at=now(), on=today(), **asked)
        except DomainError as refusal:
            refused(request, refusal)
            faults = _sentences(refusal)
        else:
            return redirect("quote_page", pk=found[0].pk)
    context = {
        "form": AskForm(request.POST if faults and "subject" in request.POST else None, actor=actor),
        "faults": faults,
        "waiting": waiting_quotes(actor, today())[:MOST_WAITING],
        "page": slice_of(settled_quotes(actor, today()), ("issued_at", "id"), request, descending=True),
        "many_customers": len(actor.readable) > 1 or actor.is_staff,
    }
    return render(request, "renewals/quotes.html", context, status=409 if faults else 200)


def quote_page(request: HttpRequest, pk: str) -> HttpResponse:
    """One version of a quote, each figure with its derivation."""
    quote = one(seen_quotes(actor_of(request)).select_related("site__customer"), pk=pk)
    return render(request, "renewals/quote_page.html", _context(request, quote))


def quote_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    """The paper, in the language that the quote was made in; where it can't be printed, the page says why. A long one
    that wasn't made yet has a page that waits for it; POST has it made."""
    quote = one(seen_quotes(actor_of(request)).select_related("site__customer"), pk=pk)
    try:
        return (request.method != "POST" and _there(request, quote)) or paper_page(request, quote)
    except Unprintable as refusal:
        context = {**_context(request, quote), "faults": _sentences(refusal)}
        return render(request, "renewals/quote_page.html", context, status=409)


def _there(request: HttpRequest, quote: RenewalQuote) -> HttpResponse | None:
    """The paper, where it is to be had; a page that was waiting for it is sent to it."""
    answer = pdf_answer(quote)
    if answer is None or not request.headers.get("HX-Request"):
        return answer
    return HttpResponse(status=204, headers={"HX-Redirect": reverse("quote_pdf", args=[quote.pk])})


def quote_rerun(request: HttpRequest, pk: str) -> HttpResponse:
    """Every stored derivation of one version, computed again now: does each figure still follow?"""
    quote = one(seen_quotes(actor_of(request)), pk=pk)
    made = rerun_of(quote, list(quote.lines.all()))
    context = {
        "quote": quote,
        "derivations": made.derivations,
        "breaks": [broken_words(each) for each in made.breaks],
        "crumbs": [
            Item(_("Renewal quotes"), url=reverse("quotes")),
            Item(str(quote), url=reverse("quote_page", args=[quote.pk])),
            Item(_("Computed again")),
        ],
    }
    return render(request, "renewals/rerun_page.html", context)


def quote_verb(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """Accept or decline, hand over, ask and back (POST); a refusal shows the page again with reason and what was
    typed."""
    if verb not in ("accept", "decline", *PAGE_TURNS):
        raise Http404
    if request.method != "POST":
        return redirect("quote_page", pk=pk)
    actor = actor_of(request)
    quote = one(seen_quotes(actor).select_related("site__customer"), pk=pk)
    forms: dict[str, Any] = {"accept": AcceptForm, "decline": DeclineForm}
    form = forms[verb](request.POST) if verb in forms else None
    faults: list[str] = []
    status = 400
    if form is None or form.is_valid():
        try:
            answered = turn_verb(request, quote, verb) if form is None else _answer(request, quote, verb, form)
        except DomainError as refusal:
            refused(request, refusal)
            faults, status = _sentences(refusal), refusal.status if refusal.status in (400, 403) else 409
        else:
            return redirect("quote_page", pk=answered.pk)
    context = {**_context(request, quote), "faults": faults, "asked": verb}
    if form is not None:
        context[f"{verb}_form"] = form
    elif verb == "ask":
        context["question_form"] = AskRepForm(request.POST)
    return render(request, "renewals/quote_page.html", context, status=status)


def _answer(request: HttpRequest, quote: RenewalQuote, verb: str, form: Form) -> RenewalQuote:
    actor, typed = actor_of(request), form.cleaned_data
    version = typed["version"]
    if verb == "accept":
        operations.accept(actor=actor, at=now(), on=today(), quote_id=quote.pk, version=version)
        messages.success(request, _("Quote %(number)s is accepted.") % {"number": quote.number})
    else:
        reason = typed["reason"]
        operations.decline(actor=actor, at=now(), on=today(), quote_id=quote.pk, version=version, reason=reason)
        messages.success(request, _("Quote %(number)s is declined.") % {"number": quote.number})
    return quote


def _context(request: HttpRequest, quote: RenewalQuote) -> dict[str, Any]:
    view = quote_view(quote, today())
    first = {"version": quote.version}
    older = version_beside(quote, view.versions, request.GET.get("with", ""))
    return {
        **answer_context(request, quote, [each.line for site in view.sites for each in site.lines]),
        "difference": difference_words(difference_of(older, quote), quote.currency) if older else None,
        "view": view,
        "quote": quote,
        "facts": _facts(view),
        "may_answer": may_answer(actor_of(request), quote),
        "accept_form": AcceptForm(initial=first),
        "decline_form": DeclineForm(initial=first),
        "obstacles": [fault_sentence(f) for f in view.accept_obstacles],
        "events": [_event(e) for e in reversed(history(quote))],
        "crumbs": [Item(_("Renewal quotes"), url=reverse("quotes")), Item(str(quote))],
    }


def _facts(view: QuoteView) -> list[Item]:
    quote, why = view.quote, view.why
    facts = [Item(_("Customer"), quote.customer.name)]
    if quote.agreement:
        url = reverse("agreement_page", args=[quote.agreement.number])
        facts.append(Item(_("Agreement number"), quote.agreement.number, url=url))
    if quote.site:
        facts.append(Item(_("Site"), str(quote.site), url=reverse("site_page", args=[quote.site.site_number])))
    facts += [
        Item(_("RSVP level"), quote.rsvp_level, why=_opened(view)),
        Item(
            _("Level of this quote"),
            quote.quote_level,
            note=_("by its own %(points)s points") % _points(quote),
            why=why.get("level"),
        ),
        Item(_("Priced as of"), day(quote.ordered_on)),
        Item(_("Prices valid until"), day(quote.valid_until), why=why.get("valid_until")),
        Item(_("Price list"), quote.price_list, note=_("demonstration prices") if quote.demonstration_prices else ""),
        Item(_("Rule version"), quote.rule_version),
    ]
    return facts


def _opened(view: QuoteView) -> Explanation | None:
    """Why the Agreement has the RSVP level that the quote begins with, where that was kept with it."""
    level = view.why.get("level")
    return level.parts[0] if level and level.parts else None


def _points(quote: RenewalQuote) -> dict[str, str]:
    return {"points": points(quote.points)}


_TOLD = {
    "quote_issued": gettext_lazy("Issued"),
    "quote_superseded": gettext_lazy("Superseded"),
    "quote_expired": gettext_lazy("Expired"),
    "quote_accepted": gettext_lazy("Accepted"),
    "quote_declined": gettext_lazy("Declined"),
    "quote_lines_chosen": gettext_lazy("Lines chosen"),
    "quote_handed_over": gettext_lazy("Handed to the partner"),
    "quote_asked": gettext_lazy("Asked"),
    "quote_replied": gettext_lazy("Answered"),
    "quote_proposed": gettext_lazy("Proposed"),
    "quote_recall": gettext_lazy("Taken back"),
    "quote_withdraw": gettext_lazy("Proposal taken back"),
    "quote_set_aside": gettext_lazy("Set aside"),
}


def _event(event: Any) -> dict[str, Any]:
    return {
        "at": event.at,
        "title": str(_TOLD.get(event.kind, event.kind)),
        "who": str(event.actor),
        "text": event.data.get("reason", ""),
    }


def _sentences(refusal: DomainError) -> list[str]:
    return [fault_sentence(f) for f in refusal.faults]
