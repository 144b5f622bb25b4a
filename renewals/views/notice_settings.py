"""What a person and a customer choose about notices, and the address of a calendar."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from licenses.queries import rule_book
from licenses.readmodels import one
from licenses.views.shared import Item, actor_of
from portal.kernel.errors import DomainError, Forbidden
from renewals.forms import LadderForm, MailsForm
from renewals.models import CalendarFeed, NoticeChoice
from renewals.operations.choices import choose_ladder, choose_mails, ladder_of
from renewals.operations.feeds import make_feed, owner_of_feed, revoke_feed
from renewals.policies import may_choose_ladder
from renewals.queries.calendar import calendar_of
from renewals.queries.endings import Subject, chosen_by
from renewals.rules.ladder import rungs_of
from renewals.words.notices import rung_words
from sites.clock import now, today
from sites.models import Customer
from sites.refusals import refused
from sites.tenancy import Actor, begin
from sites.words import fault_sentence

MOST_CUSTOMERS = 50
MOST_CHANGES = 20


def notice_settings(request: HttpRequest) -> HttpResponse:
    """The reader's own: for each of their customers the days at which they get e-mail; POST sets those of one."""
    actor = actor_of(request)
    faults: list[str] = []
    if request.method == "POST":
        asked = request.POST.get("customer", "")
        mine = {str(customer.pk): customer for customer in _own_customers(actor)}
        if asked not in mine:
            raise Http404
        form = MailsForm(request.POST, ladder=ladder_of(mine[asked].pk, today()))
        if form.is_valid():
            rungs = [int(rung) for rung in form.cleaned_data["rungs"]]
            choose_mails(actor=actor, at=now(), on=today(), customer_id=mine[asked].pk, rungs=rungs)
            messages.success(request, _("Your choice holds from today."))
            return redirect("notice_settings")
        faults = [str(error) for error in form.errors.get("rungs", [])]
    context = {**_settings_context(actor), "faults": faults}
    return render(request, "renewals/notice_settings.html", context, status=400 if faults else 200)


def _own_customers(actor: Actor) -> list[Customer]:
    rows = Customer.objects.visible_to(actor).filter(pk__in=actor.readable)
    return list(rows.order_by("name", "id")[:MOST_CUSTOMERS])


def _settings_context(actor: Actor) -> dict[str, Any]:
    on = today()
    cards = []
    for customer in _own_customers(actor):
        ladder, chosen = ladder_of(customer.pk, on), chosen_by(customer.pk, actor.user_id, on)
        initial = [str(rung) for rung in (chosen.rungs if chosen else ladder)]
        form = MailsForm(initial={"rungs": initial}, ladder=ladder, auto_id=f"id_{customer.pk}_%s")
        cards.append({"customer": customer, "form": form, "chosen": chosen})
    feed = CalendarFeed.objects.visible_to(actor).filter(revoked_at__isnull=True).first()
    return {
        "cards": cards,
        "feed": feed,
        "crumbs": [Item(_("Notifications"), url=reverse("notifications")), Item(_("What you are told, and how"))],
    }


def customer_ladder(request: HttpRequest, pk: UUID) -> HttpResponse:
    """At which days a customer's people are told; POST by its contacts and reps changes it."""
    actor = actor_of(request)
    customer = one(Customer.objects.visible_to(actor), pk=pk)
    status, faults, form = 200, [], None
    if request.method == "POST":
        back = "default" in request.POST
        form = None if back else LadderForm(request.POST)
        if form is None or form.is_valid():
            try:
                rungs = form.cleaned_data["rungs"] if form else None
                choose_ladder(actor=actor, at=now(), on=today(), customer_id=pk, rungs=rungs)
            except DomainError as refusal:
                refused(request, refusal)
                faults = [fault_sentence(fault) for fault in refusal.faults]
                status = 403 if isinstance(refusal, Forbidden) else 400
            else:
                messages.success(request, _("The choice holds from today."))
                return redirect("customer_ladder", pk=pk)
        else:
            status = 400
    context = _ladder_context(actor, customer) | {"faults": faults}
    context["form"] = form or context["form"]
    return render(request, "renewals/customer_ladder.html", context, status=status)


def _ladder_context(actor: Actor, customer: Customer) -> dict[str, Any]:
    on = today()
    ladder = ladder_of(customer.pk, on)
    rows = NoticeChoice.objects.visible_to(actor).filter(customer=customer).select_related("set_by", "user")
    changes = rows.order_by("-set_at", "-id")[:MOST_CHANGES]
    return {
        "customer": customer,
        "ladder": [rung_words(rung) for rung in ladder],
        "book": rungs_of(rule_book(on)),
        "own": chosen_by(customer.pk, None, on),
        "may_choose": may_choose_ladder(actor, customer, on),
        "form": LadderForm(initial={"rungs": ", ".join(str(rung) for rung in ladder)}),
        "changes": [
            {
                "at": each.set_at,
                "title": _("E-mail of %(name)s") % {"name": each.user} if each.user else _("Days of the customer"),
                "who": str(each.set_by),
                "text": ", ".join(str(rung) for rung in each.rungs) or _("none"),
            }
            for each in changes
        ],
        "crumbs": [
            Item(_("What you are told, and how"), url=reverse("notice_settings")),
            Item(customer.name),
        ],
    }


@require_POST
def calendar_address(request: HttpRequest) -> HttpResponse:
    """Make an address, or take it back; a new one is shown this once."""
    actor = actor_of(request)
    if "revoke" in request.POST:
        revoke_feed(actor=actor, at=now())
        messages.success(request, _("The address opens nothing any more."))
        return redirect("notice_settings")
    token = make_feed(actor=actor, at=now())
    url = settings.PUBLIC_URL + reverse("calendar_feed", args=[token])
    response = render(request, "renewals/notice_settings.html", {**_settings_context(actor), "feed_url": url})
    response["Cache-Control"] = "no-store"
    return response


@login_not_required
@never_cache
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of whoever the token belongs to, as that person sees it now."""
    user = owner_of_feed(actor=getattr(request, "actor", None), token=token)
    if user is None:
        raise Http404
    actor = begin(user.pk, name=user.name)
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]
    made = calendar_of(actor, today(), language=user.language, host=host, address=_address)
    response = HttpResponse(made, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="renewals.ics"'
    return response


def _address(subject: Subject) -> str:
    name = "agreement_notices" if subject.agreement_id else "site_notices"
    return settings.PUBLIC_URL + reverse(name, args=[subject.number])
