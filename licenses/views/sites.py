"""Sites and Agreements as pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from licenses.api.statements import holdings_file
from licenses.forms import AsOf
from licenses.papers.render import Unprintable
from licenses.queries import standing
from licenses.readmodels import (
    SiteStanding,
    agreement_figures,
    agreement_why,
    expected_anniversary,
    expected_sentence,
    license_lines,
    moments,
    one,
    site_standings,
    visible_sites,
)
from licenses.readmodels.forecast import forecast_view
from licenses.rules.activity import Activity
from licenses.rules.explaining import explain_anniversary
from licenses.rules.levels import Standing
from licenses.views.paging import slice_of
from licenses.views.shared import Item, actor_of, line_rows
from licenses.why import Figure
from portal.kernel.explanation import Explanation
from portal.kernel.period import DAY
from sites.clock import now, today
from sites.models import Agreement, DeadAddress, Site, SiteContact
from sites.templatetags.formats import day
from sites.templatetags.formats import points as figure
from sites.words import fault_sentence

SITE_LINES = 20

Why = Mapping[str, Explanation | None]


def site_list(request: HttpRequest) -> HttpResponse:
    """A card for each site."""
    page = slice_of(visible_sites(actor_of(request)), ("site_number",), request)
    cards = [(row, _site_why(row)) for row in site_standings(page.rows, today())]
    context = {"sites": cards, "page": page}
    return render(request, "sites/site_list.html", context)


def _site_why(row: SiteStanding) -> tuple[Figure, ...]:
    """Why a site has its Anniversary and its level; nothing on Express, where the level is BL always (rule S4)."""
    if row.standing is None or row.site.agreement is None:
        return ()
    why = agreement_why(row.site.agreement, row.standing, today())
    return agreement_figures(why, "anniversary", "level")


def site_page(request: HttpRequest, site_number: str) -> HttpResponse:
    """A site: its facts, its contacts, and what is held there."""
    site = one(visible_sites(actor_of(request)), site_number=site_number)
    return render(request, "sites/site_page.html", _site_context(request, site))


def _site_context(request: HttpRequest, site: Site, faults: Sequence[str] = ()) -> dict[str, Any]:
    actor = actor_of(request)
    stands = site_standings([site], today())[0]
    held = license_lines(actor).filter(site=site, quantity__gt=0).order_by("part_id", "acquired_on", "pk")
    lines = list(held[: SITE_LINES + 1])
    return {
        "site": site,
        "stands": stands,
        "faults": faults,
        "silent": _silent(stands.activity),
        "facts": _site_facts(stands),
        "contacts": SiteContact.objects.filter(site=site).valid_on(today()).order_by("role"),
        "dead_addresses": set(
            DeadAddress.objects.unhandled().filter(customer=site.customer_id).values_list("email", flat=True)
        ),
        "lines": line_rows(lines[:SITE_LINES], today()),
        "more_lines": len(lines) > SITE_LINES,
        "may_move": actor.may_write(site.customer),
        "crumbs": [Item(_("Sites"), url=reverse("sites")), Item(f"{site.name} ({site.site_number})")],
    }


def _site_facts(stands: SiteStanding) -> list[Item]:
    site: Any = stands.site
    address = ", ".join(filter(None, [site.street, f"{site.postal_code} {site.city}".strip(), site.country.name]))
    facts = [
        Item(_("Site number"), site.site_number),
        Item(_("Customer"), site.customer.name),
        Item(_("Program"), site.get_program_display()),
        Item(_("Address"), address),
        _lives(stands.activity),
    ]
    if site.agreement and stands.standing:
        link = reverse("agreement_page", args=[site.agreement.number])
        role = _("Originating Site") if site.originating else _("Additional Site")
        why = agreement_why(site.agreement, stands.standing, today())
        facts += [
            Item(_("Agreement"), site.agreement.number, url=link, note=role),
            _anniversary(stands.standing, why["anniversary"]),
            Item(_("Price level"), stands.level, why=why["level"]),
        ]
    else:
        facts += [
            Item(_("Anniversary"), _("none: each purchase has its own renewal date")),
            Item(_("Price level"), stands.level, note=_("no points in Passport Advantage Express")),
        ]
    return facts


def _lives(lives: Activity) -> Item:
    """Since when, or until when at least, the site counts as active, with what tells it (rule S6)."""
    seen = [
        _("last order %(day)s") % {"day": day(lives.facts.last_order)} if lives.facts.last_order else "",
        _("S&S until %(day)s") % {"day": day(lives.facts.last_cover)} if lives.facts.last_cover else "",
        _("enrolled %(day)s") % {"day": day(lives.facts.enrolled_on)} if lives.facts.enrolled_on else "",
    ]
    note = ", ".join(filter(None, seen))
    if lives.inactive_from is None:
        return Item(_("Activity"), _("inactive, by record") if lives.inactive else _("no orders yet"))
    if lives.inactive:
        return Item(_("Activity"), _("inactive since %(day)s") % {"day": day(lives.inactive_from)}, note=note)
    return Item(_("Activity"), _("active at least until %(day)s") % {"day": day(lives.inactive_from - DAY)}, note=note)


def _silent(lives: Activity) -> str:
    """Why an inactive site is inactive, and what wakes it."""
    text = _(
        "After %(months)s months without orders and without running S&S a site must enroll again before it can "
        "receive licenses."
    ) % {"months": lives.months}
    if lives.last_active_on is None:
        return text
    told = _("The last order or day of S&S was %(day)s.") % {"day": day(lives.last_active_on)}
    return f"{text} {told}"


def _anniversary(stands: Standing, why: Explanation | None) -> Item:
    """The Anniversary; where no Term has begun yet the one to expect, with its reason (rule T1)."""
    if stands.anniversary:
        return Item(_("Anniversary"), day(stands.anniversary), why=why)
    expected = expected_anniversary(today())
    why = explain_anniversary(today(), today(), stands.book.version)
    return Item(_("Anniversary"), day(expected.anniversary), note=expected_sentence(expected), why=why)


def holdings_statement(request: HttpRequest, site_number: str, kind: str) -> HttpResponse:
    """The license overview of a site as a file; where question or name is at fault, the site's page says so."""
    actor = actor_of(request)
    site = one(visible_sites(actor), site_number=site_number)
    form = AsOf(request.GET.dict())
    if not form.is_valid():
        told = [str(error) for errors in form.errors.values() for error in errors]
        return render(request, "sites/site_page.html", _site_context(request, site, told), status=400)
    asked = moments(form.cleaned_data["as_of"], form.cleaned_data["known_at"], now())
    try:
        return holdings_file(actor, site, asked, kind)
    except Unprintable as refusal:
        told = [fault_sentence(fault) for fault in refusal.faults]
        return render(request, "sites/site_page.html", _site_context(request, site, told), status=409)


def agreement_page(request: HttpRequest, number: str) -> HttpResponse:
    """An Agreement: its sites, its Anniversary and Term, its points and what they make of the level."""
    actor = actor_of(request)
    agreement = one(Agreement.objects.visible_to(actor).select_related("customer"), number=number)
    stands = standing(agreement, today())
    sites: list[Site] = list(visible_sites(actor).filter(agreement=agreement))
    why = agreement_why(agreement, stands, today())
    context = {
        "agreement": agreement,
        "stands": stands,
        "sites": sites,
        "facts": _agreement_facts(agreement, stands, why),
        "why": agreement_figures(why, "level", "points", "missing"),
        "ladder": stands.book.ladder,
        "forecast": forecast_view(agreement, actor, today(), stands),
        "outside": stands.level in stands.book.outside_levels,
        "crumbs": [
            Item(_("Sites"), url=reverse("sites")),
            Item(_("Agreement %(number)s") % {"number": agreement.number}),
        ],
    }
    return render(request, "sites/agreement_page.html", context)


def _agreement_facts(agreement: Agreement, stands: Standing, why: Why) -> list[Item]:
    term = _("begins with the first order or move")
    if stands.term:
        term = f"{day(stands.term.starts_on)} – {day(stands.term.ends_on)}"
    return [
        Item(_("Agreement number"), agreement.number),
        Item(_("Customer"), agreement.customer.name),
        _anniversary(stands, why["anniversary"]),
        Item(_("Term"), term, why=why["term"]),
        Item(_("Price level"), stands.level, why=why["level"]),
        Item(_("Points in this Term"), figure(stands.points), why=why["points"]),
    ]
