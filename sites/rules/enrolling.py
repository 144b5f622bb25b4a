"""What an enrollment says, read from plain data and checked all at once (rules S7 to S10). Pure."""

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from stdnum.eu import vat as eu_vat

from portal.kernel.errors import Fault
from sites.rules import identifiers
from sites.rules.identifiers import Checked, Verdict

ORIGINATING, ADDITIONAL, UPDATE = "originating", "additional", "update"
KINDS = (ORIGINATING, ADDITIONAL, UPDATE)
TYPES = ("commercial", "government", "academic")
CONTACT_ROLES = ("primary", "administrative", "technical")
ADDRESS = ("street", "postal_code", "city")

_LONGEST = {
    "name": 200,
    "registration_number": 20,
    "vat_number": 20,
    "street": 200,
    "postal_code": 12,
    "city": 100,
    "country": 2,
}
_CONTACT_LONGEST = {"name": 120, "email": 254, "phone": 40}
_EU = frozenset(code.upper() for code in eu_vat.MEMBER_STATES)
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s.,;<>]+")
# Rule S10, a policy: signatures under an enrollment, by country, each from a day on.
_SIGNATURES: Mapping[str, tuple[tuple[date, int], ...]] = {"DK": ((date(2000, 1, 1), 0),)}


@dataclass(frozen=True, slots=True)
class Company:
    """The legal entity, or for an update the site's name and address."""

    name: str = ""
    registration_number: str = ""
    vat_number: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""


NEWCOMER = Company(country="DK")


@dataclass(frozen=True, slots=True)
class Contact:
    """A person who answers for a site (rule S5)."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that an enrollment says. Numbers are text; `contacts` by role."""

    kind: str
    company: Company = Company()
    customer_type: str = ""
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    agreement_number: str = ""
    site_number: str = ""
    partner: str = ""

    def filled_from(self, known: Company, customer_type: str) -> "Application":
        """The same with what was left out taken from what is known already: a customer, a site, or `NEWCOMER`."""
        gaps = {name: getattr(known, name) for name in _LONGEST if not getattr(self.company, name)}
        return replace(self, company=replace(self.company, **gaps), customer_type=self.customer_type or customer_type)


def signatures_needed(country: str, on: date) -> int | None:
    """How many signatures an enrollment needs in `country` on that day (rule S10); None where it isn't known."""
    dated = [count for since, count in _SIGNATURES.get(country, ()) if since <= on]
    return dated[-1] if dated else None


def read(data: Mapping[str, Any]) -> tuple[Application, list[Fault]]:
    """The application in plain JSON-like `data`, and a fault for each value of a wrong kind.

    The address may stand in `customer` itself or in its `address`; contacts are an object by role, or a list of
    objects with `role`.
    """
    faults: list[Fault] = []
    company = _object(data.get("customer"), "customer", faults)
    address = company.get("address")
    if isinstance(address, Mapping):
        company = {**address, **{k: v for k, v in company.items() if k != "address"}}
    elif address not in (None, ""):
        faults.append(Fault("object_expected", "customer.address"))
    texts = {name: _text(company.get(name), f"customer.{name}", faults) for name in _LONGEST}
    texts["country"] = texts["country"].upper()
    if texts["country"] in ("", NEWCOMER.country):
        texts["registration_number"] = identifiers.cvr_number(texts["registration_number"]).value
    application = Application(
        kind=_text(data.get("kind"), "kind", faults),
        company=Company(**texts),
        customer_type=_text(data.get("customer_type"), "customer_type", faults),
        contacts=_contacts(data.get("contacts"), faults),
        agreement_number=_text(data.get("agreement_number"), "agreement_number", faults),
        site_number=_text(data.get("site_number"), "site_number", faults),
        partner=_text(data.get("partner"), "partner", faults),
    )
    return application, faults


def check(application: Application, *, countries: Container[str]) -> list[Fault]:
    """Everything that is wrong with `application` by itself, whoever asks and whatever else is known."""
    if application.kind not in KINDS:
        return [_unknown("kind", application.kind, KINDS)]
    return [
        *_check_company(application, countries),
        *_check_type(application),
        *_check_numbers(application),
        *_check_contacts(application),
    ]


def _check_company(application: Application, countries: Container[str]) -> list[Fault]:
    company = application.company
    faults = [
        Fault("text_too_long", f"customer.{name}", params={"limit": limit})
        for name, limit in _LONGEST.items()
        if name != "country" and len(getattr(company, name)) > limit
    ]
    required = ["name", *ADDRESS]
    if application.kind != UPDATE and company.country == "DK":
        required.insert(1, "registration_number")
    faults += [Fault("field_required", f"customer.{name}") for name in required if not getattr(company, name)]
    if company.country not in countries:
        faults.append(Fault("country_unknown", "customer.country", params={"value": company.country}))
    if company.registration_number and company.country == "DK":
        faults += _fault_of(
            identifiers.cvr_number, company.registration_number, "customer.registration_number",
            "registration_invalid", country=company.country,
        )  # fmt: skip
    if company.vat_number and company.country in _EU:
        faults += _fault_of(identifiers.vat_number, company.vat_number, "customer.vat_number", "vat_invalid")
    return faults


def _check_type(application: Application) -> list[Fault]:
    """Chosen for the Originating Site (rule S7); every other site has it from there."""
    chosen = application.customer_type
    if not chosen:
        return [Fault("field_required", "customer_type")] if application.kind == ORIGINATING else []
    return [] if chosen in TYPES else [_unknown("customer_type", chosen, TYPES)]


def _check_numbers(application: Application) -> list[Fault]:
    faults = []
    if application.agreement_number:
        faults += _fault_of(
            identifiers.agreement_number, application.agreement_number, "agreement_number", "number_digits",
            least=1, most=10,
        )  # fmt: skip
    elif application.kind == ADDITIONAL:
        faults.append(Fault("field_required", "agreement_number"))
    if application.kind == UPDATE:
        if not application.site_number:
            faults.append(Fault("field_required", "site_number"))
        elif identifiers.site_number(application.site_number).verdict is Verdict.ERROR:
            params = {"value": application.site_number, "least": 1, "most": 10}
            faults.append(Fault("number_digits", "site_number", params=params))
    return faults


def _check_contacts(application: Application) -> list[Fault]:
    faults = []
    for role, contact in application.contacts.items():
        where = f"contacts.{role}"
        if role not in CONTACT_ROLES:
            faults.append(_unknown("contacts", role, CONTACT_ROLES))
            continue
        faults += [
            Fault("text_too_long", f"{where}.{name}", params={"limit": limit})
            for name, limit in _CONTACT_LONGEST.items()
            if len(getattr(contact, name)) > limit
        ]
        if not contact.name:
            faults.append(Fault("field_required", f"{where}.name"))
        if not contact.email:
            faults.append(Fault("field_required", f"{where}.email"))
        elif not _EMAIL.fullmatch(contact.email):
            faults.append(Fault("email_invalid", f"{where}.email", params={"value": contact.email}))
    if application.kind != UPDATE and "primary" not in application.contacts:
        faults.append(Fault("contact_missing", "contacts.primary"))
    return faults


def _contacts(value: Any, faults: list[Fault]) -> dict[str, Contact]:
    if isinstance(value, list):
        listed = [_object(entry, "contacts", faults) for entry in value]
        value = {_text(entry.get("role"), "contacts.role", faults): entry for entry in listed}
    found = {}
    for role, entry in _object(value, "contacts", faults).items():
        given = _object(entry, f"contacts.{role}", faults)
        texts = {name: _text(given.get(name), f"contacts.{role}.{name}", faults) for name in _CONTACT_LONGEST}
        if any(texts.values()):
            found[str(role)] = Contact(**texts)
    return found


def _object(value: Any, where: str, faults: list[Fault]) -> Mapping[str, Any]:
    if value is None or value == "":
        return {}
    if isinstance(value, Mapping):
        return value
    faults.append(Fault("object_expected", where))
    return {}


def _text(value: Any, where: str, faults: list[Fault]) -> str:
    """Text without space around it; a number would have lost its leading zeros, so it isn't taken."""
    if value is None:
        return ""
    if isinstance(value, str) and "\x00" not in value:
        return value.strip()
    faults.append(Fault("text_expected", where))
    return ""


def _fault_of(examine: Callable[[str], Checked], value: str, where: str, code: str, **params: Any) -> list[Fault]:
    if examine(value).verdict is not Verdict.ERROR:
        return []
    return [Fault(code, where, params={"value": value, **params})]


def _unknown(where: str, value: str, choices: tuple[str, ...]) -> Fault:
    return Fault("choice_unknown", where, params={"value": value, "choices": ", ".join(choices)})
