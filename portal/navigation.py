"""What every page knows: the product, the way around, and whose pages these are."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sites.queries import unread_count


@dataclass(frozen=True, slots=True)
class NavigationItem:
    label: str
    url: str
    active: bool


def shell(request: HttpRequest) -> dict[str, Any]:
    """`product`, whether this is the demonstration, and the actor."""
    return {"product": "Passage", "demo": settings.DEMO, "actor": getattr(request, "actor", None)}


def bell(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """`unread_notifications`: how many the reader hasn't put aside; asked for where a bell is shown, once."""
    actor = getattr(request, "actor", None)
    return {"unread_notifications": cache(lambda: unread_count(actor) if actor is not None else 0)}


def navigation(request: HttpRequest) -> dict[str, list[NavigationItem]]:
    """The side navigation of the actor's roles; empty for visitors."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {"navigation": []}
    items = [(_("Overview"), "home")]
    if actor.roles & {"customer", "partner"}:
        if "partner" in actor.roles:
            items.append((_("Customers"), "customers"))
        items += [
            (_("Sites"), "sites"),
            (_("Licenses"), "licenses"),
            (_("What if"), "what_if"),
            (_("Transfer requests"), "transfers"),
            (_("Transfer forms"), "batches"),
            (_("Enrollments"), "enrollments"),
            (_("Renewal quotes"), "quotes"),
            (_("Renewal calendar"), "renewal_calendar"),
            (_("Coverage radar"), "coverage_radar"),
            (_("Proofs"), "proofs"),
        ]
    elif actor.is_staff:
        items += [(_("Renewal calendar"), "renewal_calendar"), (_("Coverage radar"), "coverage_radar")]
    items.append((_("Rules"), "rules"))
    if actor.is_staff:
        items.append((_("Workplace"), "admin:index"))
    return {"navigation": [_item(request, label, reverse(name)) for label, name in items]}


def _item(request: HttpRequest, label: str, url: str) -> NavigationItem:
    return NavigationItem(label, url, request.path.startswith(url))
