"""Sites and Agreements as pages."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from licenses.forms import AsOf
from licenses.queries import rule_book, standing
from licenses.readmodels import SiteStanding, license_lines, one, points_entries, site_standings, visible_sites
from licenses.views.paging import slice_of
from licenses.views.shared import Item, actor_of, line_rows
from sites.clock import today
from sites.models import Agreement, Site, SiteContact
from sites.templatetags.formats import day
from sites.templatetags.formats import points as figure

SITE_LINES = 20


def site_list(request: HttpRequest) -> HttpResponse:
    """A card for each site."""
    page = slice_of(visible_sites(actor_of(request)), ("site_number",), request)
    context = {"sites": site_standings(page.rows, today()), "page": page}
    return render(request, "sites/site_list.html", context)


def site_page(request: HttpRequest, site_number: str) -> HttpResponse:
    """A site: its facts, its contacts, and what is held there."""
    actor = actor_of(request)
    site = one(visible_sites(actor), site_number=site_number)
    stands = site_standings([site], today())[0]
    held = license_lines(actor).filter(site=site, quantity__gt=0).order_by("part_id", "acquired_on", "pk")
    lines = list(held[: SITE_LINES + 1])
    context = {
        "site": site,
        "stands": stands,
        "facts": _site_facts(stands),
        "contacts": SiteContact.objects.filter(site=site).valid_on(today()).order_by("role"),
        "lines": line_rows(lines[:SITE_LINES], today()),
        "more_lines": len(lines) > SITE_LINES,
        "may_move": actor.may_write(site.customer),
        "crumbs": [Item(_("Sites"), url=reverse("sites")), Item(f"{site.name} ({site.site_number})")],
    }
    return render(request, "sites/site_page.html", context)


def _site_facts(stands: SiteStanding) -> list[Item]:
    site: Any = stands.site
    address = ", ".join(filter(None, [site.street, f"{site.postal_code} {site.city}".strip(), site.country.name]))
    facts = [
        Item(_("Site number"), site.site_number),
        Item(_("Customer"), site.customer.name),
        Item(_("Program"), site.get_program_display()),
        Item(_("Address"), address),
    ]
    if site.agreement:
        link = reverse("agreement_page", args=[site.agreement.number])
        role = _("Originating Site") if site.originating else _("Additional Site")
        facts += [
            Item(_("Agreement"), site.agreement.number, url=link, note=role),
            Item(_("Anniversary"), day(stands.anniversary) or _("set by the first order or move")),
            Item(_("Price level"), stands.level),
        ]
    else:
        facts += [
            Item(_("Anniversary"), _("none: each purchase has its own renewal date")),
            Item(_("Price level"), stands.level, note=_("no points in Passport Advantage Express")),
        ]
    return facts


def agreement_page(request: HttpRequest, number: str) -> HttpResponse:
    """An Agreement: its sites, its Anniversary and Term, its points and what they make of the level."""
    actor = actor_of(request)
    agreement = one(Agreement.objects.visible_to(actor).select_related("customer"), number=number)
    form = AsOf(request.GET or None)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    as_of, known_at = asked.get("as_of") or today(), _end_of(asked.get("known_on"))
    stands = standing(agreement, as_of, known_at)
    sites: list[Site] = list(visible_sites(actor).filter(agreement=agreement))
    entries = points_entries(agreement, as_of, known_at)
    context = {
        "agreement": agreement,
        "stands": stands,
        "as_of": as_of,
        "form": form,
        "sites": sites,
        "facts": _agreement_facts(agreement, sites, stands),
        "ladder": rule_book().ladder,
        "outside": stands.level in rule_book().outside_levels,
        "entries": slice_of(entries, ("effective_on", "sequence"), request, descending=True),
        "resets": stands.explanation.parts,
        "rule_version": stands.explanation.version,
        "crumbs": [
            Item(_("Sites"), url=reverse("sites")),
            Item(_("Agreement %(number)s") % {"number": agreement.number}),
        ],
    }
    return render(request, "sites/agreement_page.html", context)


def _end_of(on: date | None) -> datetime | None:
    """The last instant of a day in the portal's time zone."""
    if on is None:
        return None
    midnight = datetime.combine(on + timedelta(days=1), time(), tzinfo=timezone.get_default_timezone())
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def _agreement_facts(agreement: Agreement, sites: list[Site], stands: Any) -> list[Item]:
    term = _("begins with the first order or move")
    if stands.term:
        term = f"{day(stands.term.starts_on)} – {day(stands.term.ends_on)}"
    return [
        Item(_("Agreement number"), agreement.number),
        Item(_("Customer"), agreement.customer.name),
        Item(_("Anniversary"), day(stands.anniversary) or _("set by the first order or move")),
        Item(_("Term"), term),
        Item(_("Price level"), stands.level),
        Item(_("Points in this Term"), figure(stands.points)),
    ]
