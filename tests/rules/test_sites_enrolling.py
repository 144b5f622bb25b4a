"""What an enrollment says, read from plain data and checked all at once (rules S7 to S10)."""

from datetime import date
from typing import Any

import pytest

from sites.rules.enrolling import NEWCOMER, Application, Contact, check, read, signatures_needed
from tests.enrolling import wish

COUNTRIES = {"DK", "DE", "NO"}


def faults_of(data: dict[str, Any]) -> list[tuple[str | None, str]]:
    application, faults = read(data)
    faults += check(application.filled_from(NEWCOMER, ""), countries=COUNTRIES)
    return [(fault.field, fault.code) for fault in faults]


def test_one_in_order_has_no_fault() -> None:
    assert faults_of(wish()) == []


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"kind": "moving"}, "kind", "choice_unknown"),
        ({"customer_type": ""}, "customer_type", "field_required"),
        ({"customer_type": "church"}, "customer_type", "choice_unknown"),
        ({"customer__name": ""}, "customer.name", "field_required"),
        ({"customer__name": "x" * 201}, "customer.name", "text_too_long"),
        ({"customer__registration_number": ""}, "customer.registration_number", "field_required"),
        ({"customer__registration_number": "12345678"}, "customer.registration_number", "registration_invalid"),
        ({"customer__registration_number": "01234567"}, "customer.registration_number", "registration_invalid"),
        ({"customer__registration_number": 13585628}, "customer.registration_number", "text_expected"),
        ({"customer__vat_number": "DK12345678"}, "customer.vat_number", "vat_invalid"),
        ({"customer__city": ""}, "customer.city", "field_required"),
        ({"customer__country": "XX"}, "customer.country", "country_unknown"),
        ({"customer": "Bakkevig"}, "customer", "object_expected"),
        ({"contacts": {}}, "contacts.primary", "contact_missing"),
        ({"contacts__primary__email": "lars"}, "contacts.primary.email", "email_invalid"),
        ({"contacts__primary__name": ""}, "contacts.primary.name", "field_required"),
        ({"contacts__technical": {"name": "Ida"}}, "contacts.technical.email", "field_required"),
        ({"contacts__boss": {"name": "Ida"}}, "contacts", "choice_unknown"),
        ({"contacts__primary__phone": "1" * 41}, "contacts.primary.phone", "text_too_long"),
        ({"agreement_number": "12345678901"}, "agreement_number", "number_digits"),
        ({"kind": "additional"}, "agreement_number", "field_required"),
        ({"kind": "update"}, "site_number", "field_required"),
        ({"kind": "update", "site_number": "A1"}, "site_number", "number_digits"),
    ],
)
def test_each_fault_names_its_field(changes: dict[str, Any], field: str, code: str) -> None:
    assert (field, code) in faults_of(wish(**changes))


def test_all_faults_are_told_at_once() -> None:
    found = faults_of(wish(customer__registration_number="12345678", customer__city="", customer_type="", contacts={}))
    assert {field for field, _code in found} == {
        "customer.registration_number",
        "customer.city",
        "customer_type",
        "contacts.primary",
    }


def test_numbers_are_kept_as_text_and_freed_of_their_trimmings() -> None:
    number = wish()["customer"]["registration_number"]
    application, _ = read(
        wish(customer__registration_number=f" DK {number[:2]} {number[2:]} ", agreement_number="0012")
    )
    assert application.company.registration_number == number
    assert application.agreement_number == "0012"


def test_the_address_may_be_an_object_of_its_own_and_contacts_a_list() -> None:
    data = wish(contacts=[{"role": "primary", "name": "Ida", "email": "ida@x.example"}])
    company = data["customer"]
    company["address"] = {name: company.pop(name) for name in ("street", "postal_code", "city", "country")}
    application, faults = read(data)
    assert faults == []
    assert application.company.city == "Esbjerg"
    assert application.contacts == {"primary": Contact("Ida", "ida@x.example")}


def test_abroad_other_numbers_are_taken_as_they_are() -> None:
    norwegian = wish(customer__country="no", customer__registration_number="NO-1", customer__vat_number="998877")
    assert faults_of(norwegian) == []
    assert ("customer.vat_number", "vat_invalid") in faults_of(wish(customer__country="DE", customer__vat_number="1"))


def test_an_update_needs_neither_type_nor_contacts() -> None:
    assert faults_of(wish(kind="update", site_number="7004620", customer_type="", contacts={})) == []


def test_what_is_known_fills_only_what_was_left_out() -> None:
    application, _ = read({"kind": "originating", "customer": {"name": "Mine"}})
    known = read(wish())[0].company
    filled = application.filled_from(known, "academic")
    assert (filled.company.name, filled.company.city, filled.customer_type) == ("Mine", "Esbjerg", "academic")


def test_signatures_by_country_and_date() -> None:
    assert signatures_needed("DK", date(2026, 1, 1)) == 0
    assert signatures_needed("DE", date(2026, 1, 1)) is None
    assert signatures_needed("DK", date(1999, 1, 1)) is None


@pytest.mark.parametrize("data", [{}, {"contacts": "x"}, {"contacts": [1]}, {"customer": {"address": 3}}, {"kind": []}])
def test_any_json_gets_faults_rather_than_a_crash(data: dict[str, Any]) -> None:
    application, _ = read(data)
    assert isinstance(application, Application)
    assert faults_of(data)
