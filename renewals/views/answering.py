"""The customer's answer as pages: choosing lines and quantities, and whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licenses.readmodels import one
from licenses.views.shared import Item, actor_of
from portal.kernel.errors import DomainError, Fault, Invalid, Refused
from renewals import operations
from renewals.forms import AskRepForm, HandOverForm
from renewals.models import HandOver, QuoteLine, RenewalQuote
from renewals.operations import Reading, Selection
from renewals.policies import may_answer, may_prepare, obstacles, require_unobstructed, turn_actions
from renewals.queries import (
    Hands,
    Offer,
    foresight,
    hands_of,
    is_stale,
    lapse_days,
    mandated_partners,
    moving_now,
    offers,
    past_hand_overs,
    seen_quotes,
)
from renewals.rules.choosing import Wish
from sites.clock import now, today
from sites.refusals import refused
from sites.words import fault_sentence

# More lines than this are chosen through the interface for programs, or with the rep.
MOST_CHOSEN = 1500
KEEP, QUANTITY, LESS, WHY = "keep", "quantity-", "less-", "why-"

_DONE: dict[str, str | Promise] = {
    "hand_over": gettext_lazy("The partner is asked to prepare this quote."),
    "ask": gettext_lazy("Your question waits in your IBM rep's queue."),
    "recall": gettext_lazy("It is your turn again."),
    "set_aside": gettext_lazy("It is your turn again."),
    "withdraw": gettext_lazy("Your proposal is taken back; you can make another."),
    "take_over": gettext_lazy("You took the proposal over. Look at this version, then accept it."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """An offer as the form shows it: what is typed, or what stands."""

    offer: Offer
    checked: bool
    quantity: str


def answer_context(request: HttpRequest, quote: RenewalQuote, lines: Sequence[QuoteLine]) -> dict[str, Any]:
    """What the quote's page needs for an answer; nothing of it once the quote is settled."""
    actor, hands = actor_of(request), hands_of(quote)
    past = past_hand_overs(quote)
    if hands.waits_for == "nobody":
        return {"hands": hands, "past_hands": past}
    found = offers(quote, lines) if len(lines) <= MOST_CHOSEN else []
    actions = turn_actions(actor, quote, hands.current)
    choosing = may_answer(actor, quote) or "propose" in actions
    return {
        "hands": hands,
        "past_hands": past,
        "turn_actions": actions,
        "may_prepare": may_prepare(actor, quote),
        "may_choose": choosing,
        "rows": [Row(each, each.kept > 0, str(each.kept or each.quantity)) for each in found] if choosing else [],
        "too_many": len(lines) > MOST_CHOSEN,
        "lapse_days": lapse_days(found),
        "question_form": AskRepForm(),
        "hand_over_form": _hand_over_form(quote) if "hand_over" in actions else None,
        "proposed": _proposed(request, quote, hands),
        "moving": moving_now(actor, quote, lines, today()) if quote.kind == RenewalQuote.Kind.EXPRESS else None,
    }


def _hand_over_form(quote: RenewalQuote) -> HandOverForm | None:
    partners = mandated_partners(quote.customer_id, today())
    return HandOverForm(partners=partners) if partners else None


def _proposed(request: HttpRequest, quote: RenewalQuote, hands: Hands) -> Any:
    """What an open proposal comes to."""
    if hands.turn != HandOver.Turn.PROPOSED or hands.current is None or is_stale(quote, today()):
        return None
    reading = operations.read_proposal(quote, hands.current)
    draft = operations.foreseen(actor=actor_of(request), on=today(), quote=quote, reading=reading)
    return foresight(quote, draft, today())


def quote_choose(request: HttpRequest, pk: str) -> HttpResponse:
    """What chosen lines would cost, earn and let lapse (POST); told to, the next version or a partner's proposal."""
    if request.method != "POST":
        return redirect(f"{reverse('quote_page', args=[pk])}#answer")
    actor = actor_of(request)
    quote = one(seen_quotes(actor).select_related("agreement__customer", "site__customer"), pk=pk)
    found = offers(quote, list(quote.lines.all()))
    wishes, faults = _wishes(request, found)
    proposes = not may_answer(actor, quote)
    if faults:
        return _choose_page(request, quote, found, faults=faults, status=400)
    selection = Selection("accept", wishes, request.POST.get("reason", ""))
    try:
        stale = is_stale(quote, today())
        require_unobstructed(obstacles(quote, action="choose", on=today(), stale=stale, open_transition=None))
        if request.POST.get("step") == "make":
            return _made(request, quote, selection, proposes)
        reading = operations.read_selection(quote, selection, reasons=False)
    except Invalid as refusal:
        reading = operations.read_selection(quote, selection, reasons=False)
        return _choose_page(request, quote, found, reading, list(refusal.faults), status=400)
    except DomainError as refusal:
        refused(request, refusal)
        return _choose_page(request, quote, found, faults=list(refusal.faults), status=refusal.status)
    return _choose_page(request, quote, found, reading)


def _wishes(request: HttpRequest, found: Sequence[Offer]) -> tuple[tuple[Wish, ...], list[Fault]]:
    """What is typed, line by line: by marks and quantities, or, from the page that looks ahead, by what is less."""
    faults: list[Fault] = []
    kept = set(request.POST.getlist(KEEP))
    looked = request.POST.get("step") == "make"
    wishes = []
    for offer in found:
        if looked:
            typed = request.POST.get(LESS + offer.key, str(offer.quantity))
        else:
            typed = request.POST.get(QUANTITY + offer.key, str(offer.quantity)) if offer.key in kept else "0"
        typed = typed.strip()
        reason = request.POST.get(WHY + offer.key, "") or ("" if looked else offer.reason)
        if typed.isascii() and typed.isdecimal() and len(typed) < 13 and int(typed) <= offer.quantity:
            wishes.append(Wish(offer.key, int(typed), reason))
        else:
            params = {"quantity": typed[:20], "least": 0, "most": offer.quantity}
            faults.append(Fault("quote_quantity", "quantity", offer.key, params=params))
    return tuple(wishes), faults


def _made(request: HttpRequest, quote: RenewalQuote, selection: Selection, proposes: bool) -> HttpResponse:
    version = request.POST.get("version", "")
    said: dict[str, Any] = {
        "actor": actor_of(request), "at": now(), "on": today(), "quote_id": quote.pk, "wishes": selection.wishes,
        "reason": selection.reason, "version": int(version) if version.isdecimal() and len(version) < 9 else None,
    }  # fmt: skip
    if proposes:
        operations.propose(**said, note=request.POST.get("note", ""))
        messages.success(request, _("Your proposal waits for the customer."))
        return redirect("quote_page", pk=quote.pk)
    if not any(wish.quantity for wish in selection.wishes):
        raise Refused(Fault("choice_renews_nothing", params={"number": quote.number}))
    if not operations.read_selection(quote, selection).changes:
        raise Refused(
            Fault("choice_changes_nothing", params={"number": quote.number, "version": quote.version})
        )  # fmt: skip
    fresh = operations.accept(**said)
    told = {"number": fresh.number, "version": fresh.version}
    messages.success(request, _("Version %(version)s of %(number)s is made. Look at it, then accept it.") % told)
    return redirect(f"{reverse('quote_page', args=[fresh.pk])}#answer")


def _choose_page(
    request: HttpRequest,
    quote: RenewalQuote,
    found: Sequence[Offer],
    reading: Reading | None = None,
    faults: Sequence[Fault] = (),
    status: int = 200,
) -> HttpResponse:
    labels = {offer.key: f"{offer.part_number} · {offer.order_reference}" for offer in found}
    context: dict[str, Any] = {
        "quote": quote,
        "faults": [_of_line(fault, labels) for fault in faults],
        "crumbs": [
            Item(_("Renewal quotes"), url=reverse("quotes")),
            Item(str(quote), url=reverse("quote_page", args=[quote.pk])),
            Item(_("Other lines and quantities")),
        ],
        "proposes": not may_answer(actor_of(request), quote),
        "typed": request.POST,
    }
    if reading is not None:
        draft = operations.foreseen(actor=actor_of(request), on=today(), quote=quote, reading=reading)
        context |= {
            "ahead": foresight(quote, draft, today()),
            "changes": reading.changes,
            "renews_nothing": reading.renews_nothing,
            "less": _less(request, found, reading),
            "next_version": quote.version + 1,
        }
    return render(request, "renewals/choose_page.html", context, status=status)


def _less(request: HttpRequest, found: Sequence[Offer], reading: Reading) -> list[dict[str, Any]]:
    """Each line that isn't renewed whole: what of it, what of that lapses when, and why."""
    rows = []
    for offer in found:
        choice = reading.choices[offer.key]
        if choice.quantity < offer.quantity:
            not_renewed = offer.quantity - choice.quantity
            estimate = offer.reinstatement
            rows.append(
                {
                    "offer": offer,
                    "kept": choice.quantity,
                    "declined": not_renewed,
                    "reinstatement": None if estimate is None else estimate * not_renewed / offer.quantity,
                    "reason": request.POST.get(WHY + offer.key, offer.reason),
                }
            )
    return rows


def _of_line(fault: Fault, labels: dict[str, str]) -> str:
    label = labels.get(fault.line or "")
    return f"{label}: {fault_sentence(fault)}" if label else fault_sentence(fault)


def turn_verb(request: HttpRequest, quote: RenewalQuote, verb: str) -> RenewalQuote:
    """Take the quote into other hands, or back. Returns the version to look at; raises DomainError."""
    said: dict[str, Any] = {"actor": actor_of(request), "at": now(), "on": today(), "quote_id": quote.pk}
    if verb == "hand_over":
        typed = request.POST
        operations.hand_over(**said, partner=typed.get("partner", ""), note=typed.get("note", ""))
    elif verb == "ask":
        operations.ask(**said, question=request.POST.get("question", ""))
    elif verb == "take_over":
        quote = operations.take_over(**said)
    else:
        operations.hand_back(**said, action=verb)
    messages.success(request, str(_DONE[verb]))
    return quote


PAGE_TURNS = tuple(_DONE)
