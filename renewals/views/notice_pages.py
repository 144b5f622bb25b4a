"""Who is told of a renewal, when and how, as pages."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from licenses.queries import rule_book
from licenses.readmodels import one, visible_sites
from licenses.views.shared import Item, actor_of
from portal.kernel.errors import DomainError, Forbidden
from renewals.forms import BounceForm
from renewals.models import Notice
from renewals.operations.bounces import mark_bounce
from renewals.operations.contact_check import good_until
from renewals.operations.letters import message_id
from renewals.policies import may_mark_bounce
from renewals.queries.proof import Renewal, dead_addresses, notices_seen, renewals_of
from renewals.words.notices import away, notice_words, rung_words
from sites.clock import now, today
from sites.models import Agreement, Customer, Site
from sites.refusals import refused
from sites.templatetags.formats import day, moment
from sites.words import fault_sentence


def agreement_notices(request: HttpRequest, number: str) -> HttpResponse:
    """Of an Agreement, for whoever sees its customer."""
    actor = actor_of(request)
    mine = Agreement.objects.visible_to(actor).filter(customer__in=Customer.objects.visible_to(actor))
    agreement = one(mine.select_related("customer"), number=number)
    crumbs = [
        Item(_("Sites"), url=reverse("sites")),
        Item(_("Agreement %(number)s") % {"number": number}, url=reverse("agreement_page", args=[number])),
        Item(_("Renewal notices")),
    ]
    return render(request, "renewals/notices.html", _context(request, agreement, crumbs))


def site_notices(request: HttpRequest, site_number: str) -> HttpResponse:
    """Of an Express site; a site under an Agreement is told with it."""
    site = one(visible_sites(actor_of(request)), site_number=site_number)
    if site.agreement is not None:
        return redirect("agreement_notices", number=site.agreement.number)
    crumbs = [
        Item(_("Sites"), url=reverse("sites")),
        Item(site.name, url=reverse("site_page", args=[site_number])),
        Item(_("Renewal notices")),
    ]
    return render(request, "renewals/notices.html", _context(request, site, crumbs))


def _context(request: HttpRequest, place: Agreement | Site, crumbs: list[Item]) -> dict[str, Any]:
    found = renewals_of(actor_of(request), place, today())
    check = rule_book(today()).contact_check_days
    dead = dead_addresses(place.customer_id, today())
    return {
        "place": place,
        "express": isinstance(place, Site),
        "renewals": [_renewal(each, check, dead) for each in found],
        "dead": sorted(dead),
        "crumbs": crumbs,
    }


def _renewal(renewal: Renewal, check: int, dead: frozenset[str]) -> dict[str, Any]:
    rows = [
        {
            "on": each.on,
            "rung": rung_words(each.rung),
            "what": _("Contact check") if each.rung == check else _("Reminder"),
            "who": each.recipient.name or _("nobody is named"),
            "email": each.recipient.email,
            "how": _how_planned(each.mailed, each.recipient.user_id is not None, bool(each.recipient.person)),
            "bad": each.dead or not each.recipient.person,
            "state": "planned",
            "label": _("planned"),
        }
        for each in renewal.planned
    ]
    rows += [told_row(notice, dead) for notice in renewal.told]
    return {
        "renewal": renewal,
        "away": away(renewal.ending.ends_on, today()),
        "rows": rows,
        "is_over": not renewal.planned,
    }


def _how_planned(mailed: bool, signs_in: bool, named: bool) -> str:
    if not named:
        return _("not at all")
    if mailed and signs_in:
        return _("by e-mail and in the portal")
    return _("by e-mail") if mailed else _("in the portal")


_KINDS = {"sent": "success", "due": "info", "refused": "error", "off": "quiet"}


def told_row(notice: Notice, dead: frozenset[str]) -> dict[str, Any]:
    """A notice that was told or passed over, as a row."""
    told = notice.outcome == Notice.Outcome.TOLD
    reasons = {"later_rung": _("a later one was due"), "too_late": _("too late to be news")}
    label = notice.get_mail_display() if told else notice.get_outcome_display()
    return {
        "on": notice.told_on,
        "rung": rung_words(notice.rung),
        "what": _("Contact check") if notice.data.get("check") else _("Reminder") if told else "",
        "who": notice.name or _("nobody is named"),
        "email": notice.email,
        "how": reasons.get(notice.reason, "") if not told else _how_told(notice),
        "bad": told and notice.email.lower() in dead,
        "state": _KINDS[notice.mail] if told else "error" if notice.outcome == Notice.Outcome.NOBODY else "quiet",
        "label": _("shown in the portal") if told and notice.mail == Notice.Mail.OFF else label,
        "url": reverse("notice_page", args=[notice.pk]),
    }


def _how_told(notice: Notice) -> str:
    if notice.mailed_at:
        return moment(notice.mailed_at)
    return notice.mail_reason


def notice_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One notice: what was said to whom, by which letter, and what became of it."""
    notice = one(notices_seen(actor_of(request)), pk=pk)
    return render(request, "renewals/notice_page.html", _notice_context(request, notice))


def _notice_context(request: HttpRequest, notice: Notice) -> dict[str, Any]:
    place: Any = notice.agreement or notice.site
    express = notice.site is not None
    number = place.site_number if express else place.number
    words = notice_words(notice.data, notice.told_on) if notice.data else None
    back = reverse("site_notices" if express else "agreement_notices", args=[number])
    marks = may_mark_bounce(actor_of(request), notice.customer) and notice.mail == Notice.Mail.SENT
    return {
        "notice": notice,
        "words": words,
        "facts": _facts(notice),
        "title": words.message if words else rung_words(notice.rung),
        "bounce_form": BounceForm() if marks else None,
        "crumbs": [Item(_("Renewal notices of %(number)s") % {"number": number}, url=back), Item(day(notice.told_on))],
    }


def _facts(notice: Notice) -> list[Item]:
    facts = [
        Item(_("Told on"), day(notice.told_on), note=rung_words(notice.rung)),
        Item(_("Told to"), notice.name or _("nobody is named"), note=notice.email),
        Item(_("Outcome"), notice.get_outcome_display()),
    ]
    if notice.outcome == Notice.Outcome.TOLD:
        sent = moment(notice.mailed_at) if notice.mailed_at else notice.mail_reason
        facts.append(Item(_("E-mail"), notice.get_mail_display(), note=sent))
        if notice.mail != Notice.Mail.OFF:
            facts += [
                Item(_("Message-ID"), message_id(notice)),
                Item(_("Attempts"), notice.mail_tries),
            ]
    if notice.answered_at:
        facts.append(Item(_("Answer"), notice.get_answer_display(), note=moment(notice.answered_at)))
    elif notice.data.get("check"):
        facts.append(Item(_("Answer"), _("none yet"), note=_("asked until %(day)s") % {"day": day(good_until(notice))}))
    return facts


@require_POST
def notice_bounce(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Staff say that the letter came back."""
    actor = actor_of(request)
    notice = one(notices_seen(actor), pk=pk)
    try:
        reason = request.POST.get("reason", "")
        mark_bounce(actor=actor, at=now(), on=today(), notice_id=pk, reason=reason)
    except DomainError as refusal:
        refused(request, refusal)
        context = _notice_context(request, notice)
        context["faults"] = [fault_sentence(fault) for fault in refusal.faults]
        status = 403 if isinstance(refusal, Forbidden) else 409
        return render(request, "renewals/notice_page.html", context, status=status)
    return redirect("notice_page", pk=pk)
