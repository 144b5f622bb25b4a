"""How an enrollment is put in words, for its page and for the desk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_countries import countries

from sites.models import Enrollment, Event
from sites.models.organization import CustomerType
from sites.models.site import SiteContact
from sites.queries import EnrollmentCase
from sites.rules.enrolling import CONTACT_ROLES, signatures_needed
from sites.words import ENROLLMENT_EVENTS, ENROLLMENT_TURNS, blocker_as_json


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a list of facts."""

    label: str
    value: object
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of a timeline."""

    at: datetime
    title: str
    who: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification on top of the page; `kind` is its color, `items` sentences or checks."""

    kind: str
    title: str
    text: str = ""
    items: Sequence[object] = ()


def notices(case: EnrollmentCase, faults: Sequence[str]) -> list[Notice]:
    """What the reader has to know first: why a step failed, what is waited for, how it was decided."""
    enrollment, told = case.enrollment, []
    if faults:
        told.append(Notice("error", _("That can't be done now; nothing was changed."), items=faults))
    if case.waiting:
        items = [blocker_as_json(blocker) for blocker in case.blockers]
        told.append(Notice("warning", _("The enrollment waits"), items=items))
    if enrollment.status == Enrollment.Status.RETURNED:
        told.append(Notice("warning", _("Returned for correction"), enrollment.decision_reason))
    elif enrollment.status == Enrollment.Status.REJECTED:
        told.append(Notice("error", _("Rejected"), enrollment.decision_reason))
    elif enrollment.status == Enrollment.Status.ACCEPTED and enrollment.kind == Enrollment.Kind.ORIGINATING:
        told.append(
            Notice(
                "success",
                _("The site can receive licenses"),
                _(
                    "The first Term of the Agreement begins with its first order or its first completed transfer,"
                    " whichever comes first. The Anniversary is the day after that Term ends, so the first of a month"
                    " about a year later."
                ),
            )
        )
    elif enrollment.status == Enrollment.Status.ACCEPTED and enrollment.kind == Enrollment.Kind.ADDITIONAL:
        shared = _("It shares the Anniversary, the points and the price level of its Agreement.")
        told.append(Notice("success", _("The site can receive licenses"), shared))
    return told


def facts(case: EnrollmentCase, on: date) -> list[Fact]:
    """What the enrollment is about and where it stands."""
    enrollment = case.enrollment
    told = [
        Fact(_("Kind"), enrollment.get_kind_display()),
        Fact(_("Whose turn"), ENROLLMENT_TURNS[case.whose_turn]),
        Fact(_("Written by"), enrollment.created_by.name),
    ]
    if enrollment.partner:
        told.append(Fact(_("Business Partner"), f"{enrollment.partner.name} ({enrollment.partner.number})"))
    if enrollment.customer_type:
        told.append(Fact(_("Customer type"), CustomerType(enrollment.customer_type).label))
    told += _numbers(enrollment)
    if enrollment.kind != Enrollment.Kind.UPDATE:
        told.append(_signatures(str(enrollment.country), on))
    return told


def company(enrollment: Enrollment) -> list[Fact]:
    """The company, or the site that an update is about."""
    written = enrollment.company
    place = ", ".join(p for p in (written["street"], f"{written['postal_code']} {written['city']}".strip()) if p)
    return [
        Fact(_("Name"), written["name"]),
        Fact(_("Registration number"), written["registration_number"] or "–"),
        Fact(_("VAT number"), written["vat_number"] or "–"),
        Fact(_("Address"), place),
        Fact(_("Country"), countries.name(str(enrollment.country))),
    ]


def contacts(enrollment: Enrollment) -> list[Fact]:
    """Who answers for the site; roles that are left out fall to the Primary Contact (rule S5)."""
    told = []
    for role in CONTACT_ROLES:
        person = enrollment.contacts.get(role)
        label = SiteContact.Role(role).label
        if person:
            told.append(
                Fact(str(label), person["name"], note=" · ".join(p for p in (person["email"], person["phone"]) if p))
            )
        elif enrollment.kind != Enrollment.Kind.UPDATE:
            told.append(Fact(str(label), _("the Primary Contact")))
    return told


def happenings(case: EnrollmentCase) -> list[Happening]:
    """What happened, newest first."""
    return happened(case.events, ENROLLMENT_EVENTS)


def happened(events: Sequence[Event], names: Mapping[str, str | Promise]) -> list[Happening]:
    """Events by their names and with the reasons that were given, newest first."""
    return [
        Happening(e.at, str(names.get(e.kind, e.kind)), str(e.actor), str(e.data.get("reason", "")))
        for e in reversed(events)
    ]


def waits_since(enrollment: Enrollment, moment: datetime) -> int | None:
    """Whole days since it was submitted, while a rep has to decide."""
    if enrollment.status != Enrollment.Status.SUBMITTED or enrollment.submitted_at is None:
        return None
    return max((moment - enrollment.submitted_at).days, 0)


def _numbers(enrollment: Enrollment) -> Iterable[Fact]:
    accepted = enrollment.status == Enrollment.Status.ACCEPTED
    if enrollment.agreement:
        number = enrollment.agreement.number
        yield Fact(_("Agreement"), number, url=reverse("agreement_page", args=[number]) if accepted else "")
    elif enrollment.agreement_number:
        yield Fact(_("Agreement number asked for"), enrollment.agreement_number)
    if enrollment.kind == Enrollment.Kind.ADDITIONAL:
        number = enrollment.agreement.number if enrollment.agreement else enrollment.agreement_number
        yield Fact(
            _("Schedule"), _("Authorized Additional Site Schedule"), url=reverse("agreement_schedule", args=[number])
        )
    if enrollment.site:
        number = enrollment.site.site_number
        yield Fact(_("Site"), number, url=reverse("site_page", args=[number]), note=enrollment.site.name)


def _signatures(country: str, on: date) -> Fact:
    needed = signatures_needed(country, on)
    if needed is None:
        return Fact(_("Signatures"), _("not known for this country"), note=_("Your IBM rep tells."))
    return Fact(_("Signatures"), str(needed), note=_("Assumption: set by country and date."))
