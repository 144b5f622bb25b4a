"""One question over everything that has a number or a name, as far as the actor may see it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from licenses.models import Part, Proof
from migrations_app.models import TransferBatch, TransferRequest
from renewals.models import RenewalQuote
from sites.models import Agreement, Customer, Site
from sites.tenancy import Actor

Row = TypeVar("Row", bound=Model)
SHORTEST, LONGEST = 2, 60
MOST = 10
"""Of one kind; whoever finds more says more."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: what it is called, what tells it from others, and where it is."""

    label: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; `more` where there is more of it."""

    title: str
    hits: tuple[Hit, ...]
    more: bool = False


def asked_for(text: str) -> str:
    """What is looked for, without the blanks around and between; empty where it is too short to mean something."""
    said = " ".join(text.replace("\0", "").split())[:LONGEST]
    return said if len(said) >= SHORTEST else ""


def find(actor: Actor, said: str) -> tuple[Group, ...]:
    """Everything that `said` names, by kind: one query a kind, whatever there is.

    Names and descriptions by any part of them; numbers as they are written, with or without letters and zeros in front.
    """
    kinds: tuple[tuple[str, Callable[[Actor, str], Iterable[Hit]]], ...] = (
        (_("Companies"), _companies),
        (_("Agreements"), _agreements),
        (_("Sites"), _sites),
        (_("Transfer requests"), _requests),
        (_("Transfer forms"), _forms),
        (_("Renewal quotes"), _quotes),
        (_("Proofs"), _proofs),
        (_("Parts"), _parts),
    )
    found = ((title, list(look(actor, said))) for title, look in kinds)
    return tuple(Group(title, tuple(hits[:MOST]), len(hits) > MOST) for title, hits in found if hits)


def numbered(said: str, letters: str) -> int | None:
    """The running number in `T-000123`, `t123` or `123`; None where `said` isn't one."""
    found = re.fullmatch(rf"(?:{letters}-?)?0*([0-9]{{1,9}})", said, re.IGNORECASE)
    return int(found[1]) if found else None


def _companies(actor: Actor, said: str) -> Iterable[Hit]:
    """A page of their own is what companies have at the desk; elsewhere their sites stand for them."""
    if not actor.is_staff:
        return ()
    rows = Customer.objects.visible_to(actor).filter(_of_company(said, "")).order_by("name")
    return (
        Hit(customer.name, customer.ibm_customer_number, reverse("admin:sites_customer_change", args=[customer.pk]))
        for customer in _few(rows)
    )


def _agreements(actor: Actor, said: str) -> Iterable[Hit]:
    rows = Agreement.objects.visible_to(actor).filter(number__startswith=said).select_related("customer")
    return (
        Hit(each.number, each.customer.name, reverse("agreement_page", args=[each.number]))
        for each in _few(rows.order_by("number"))
    )


def _sites(actor: Actor, said: str) -> Iterable[Hit]:
    named = Q(site_number__startswith=said) | Q(name__icontains=said) | _of_company(said, "customer__")
    rows = Site.objects.visible_to(actor).filter(named).select_related("customer").order_by("site_number")
    return (
        Hit(
            f"{site.site_number} {site.name}", site.get_program_display(), reverse("site_page", args=[site.site_number])
        )
        for site in _few(rows)
    )


def _of_company(said: str, of: str) -> Q:
    """By name, and by the numbers that companies go by."""
    numbers = Q(**{f"{of}registration_number": said}) | Q(**{f"{of}ibm_customer_number__iexact": said})
    return Q(**{f"{of}name__icontains": said}) | numbers


def _requests(actor: Actor, said: str) -> Iterable[Hit]:
    number = numbered(said, "T")
    if number is None:
        return ()
    rows = TransferRequest.objects.visible_to(actor).filter(number=number)
    return (Hit(str(each), each.get_status_display(), reverse("transfer_page", args=[each.pk])) for each in rows)


def _forms(actor: Actor, said: str) -> Iterable[Hit]:
    rows = TransferBatch.objects.visible_to(actor)
    rows = rows.filter(Q(number=numbered(said, "B")) | Q(filename__icontains=said)).order_by("-number")
    return (
        Hit(f"{each} {each.filename}", each.get_status_display(), reverse("batch_page", args=[each.pk]))
        for each in _few(rows)
    )


def _quotes(actor: Actor, said: str) -> Iterable[Hit]:
    number = numbered(said, "RQ")
    if number is None:
        return ()
    rows = RenewalQuote.objects.visible_to(actor).filter(number=f"RQ-{number:06d}").order_by("-version")
    return (Hit(str(each), each.get_status_display(), reverse("quote_page", args=[each.pk])) for each in _few(rows))


def _proofs(actor: Actor, said: str) -> Iterable[Hit]:
    rows = Proof.objects.visible_to(actor).filter(number=said.upper())
    return (Hit(each.number, each.get_status_display(), reverse("proof_page", args=[each.number])) for each in rows)


def _parts(actor: Actor, said: str) -> Iterable[Hit]:
    """Parts of the catalog; each leads to the licenses of it."""
    rows = Part.objects.filter(Q(part_number__istartswith=said) | Q(description__icontains=said))
    return (
        Hit(part.part_number, part.description, f"{reverse('licenses')}?{urlencode({'part': part.part_number})}")
        for part in _few(rows.order_by("part_number"))
    )


def _few(rows: "QuerySet[Row]") -> list[Row]:
    return list(rows[: MOST + 1])
