"""What an accepted enrollment brings about: customer, Agreement, site and its contacts (rules S1 to S5, S8)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from portal.kernel.errors import Fault, Invalid, Refused
from sites.models import Agreement, Customer, Enrollment, Enterprise, Mandate, Membership, Site, SiteContact, User
from sites.models.site import Program
from sites.numbers import next_number
from sites.operations.writing import same_enterprise, type_differs
from sites.queries import stands_on_schedule
from sites.rules import identifiers
from sites.rules.enrolling import ADDITIONAL, UPDATE
from sites.tenancy import Actor

SITE_DIGITS = 7
NUMBERS_TRIED = 100
DAY = timedelta(days=1)
Made = TypeVar("Made", Agreement, Site)


def accept(*, actor: Actor, on: date, enrollment: Enrollment, number: str) -> dict[str, Any]:
    """Bring about what `enrollment` asks for, as of `on`; the caller saves it. Returns what its event tells.

    Raises Refused (`schedule_missing`, `enterprise_differs`, `customer_type_differs`, `no_mandate`,
    `agreement_unknown`) and Invalid (`agreement_taken`, `number_digits`).
    """
    if enrollment.kind == UPDATE:
        site = _update(enrollment, on)
        enrollment.agreement = site.agreement
    elif enrollment.kind == ADDITIONAL:
        enrollment.agreement, site = _additional(actor, enrollment, on)
    else:
        enrollment.agreement, site = _originating(actor, enrollment, number.strip(), on)
    enrollment.site = site
    _set_contacts(site, enrollment.contacts, on)
    agreement = enrollment.agreement.number if enrollment.agreement else ""
    return {"site_number": site.site_number, "agreement_number": agreement}


def _originating(actor: Actor, enrollment: Enrollment, number: str, on: date) -> tuple[Agreement, Site]:
    customer = _customer(actor, enrollment, on)
    if type_differs(customer, enrollment.customer_type):
        raise Refused(Fault("customer_type_differs", "customer_type", params={"name": customer.name}))
    if customer.customer_type != enrollment.customer_type:
        customer.customer_type = enrollment.customer_type
        customer.save(update_fields=["customer_type"])
    agreement = _agreement(customer, number or enrollment.agreement_number)
    return agreement, _site(enrollment, customer, agreement, originating=True)


def _additional(actor: Actor, enrollment: Enrollment, on: date) -> tuple[Agreement, Site]:
    rows = Agreement.objects.visible_to(actor).select_related("customer")
    agreement = rows.filter(number=enrollment.agreement_number).first()
    if agreement is None:
        params = {"number": enrollment.agreement_number}
        raise Refused(Fault("agreement_unknown", "agreement_number", params=params))
    company = enrollment.company
    if not stands_on_schedule(agreement, company["registration_number"], on):
        raise Refused(
            Fault(
                "schedule_missing",
                "agreement_number",
                params={"name": company["name"], "number": agreement.number},
                severity="waits",
                mends="primary_contact",
            )
        )
    customer = _customer(actor, enrollment, on, enterprise=agreement.customer.enterprise)
    if not same_enterprise(customer, agreement):
        params = {"name": customer.name, "number": agreement.number}
        raise Refused(Fault("enterprise_differs", "agreement_number", params=params))
    if customer.enterprise_id is None and agreement.customer.enterprise_id is not None:
        customer.enterprise = agreement.customer.enterprise
        customer.save(update_fields=["enterprise"])
    return agreement, _site(enrollment, customer, agreement, originating=False)


def _update(enrollment: Enrollment, on: date) -> Site:
    site = Site.objects.select_for_update(of=("self",)).get(enrollments=enrollment)
    company = enrollment.company
    site.name, site.country = company["name"], company["country"]
    site.street, site.postal_code, site.city = company["street"], company["postal_code"], company["city"]
    site.save(update_fields=["name", "street", "postal_code", "city", "country"])
    return site


def _customer(actor: Actor, enrollment: Enrollment, on: date, *, enterprise: Enterprise | None = None) -> Customer:
    """The enrollment's customer: known, found by registration number, or made with an Enterprise of its own."""
    if enrollment.customer is not None:
        return enrollment.customer
    company = enrollment.company
    try:
        customer = _found(actor, enrollment, on) or _made(company, enrollment.customer_type, enterprise)
    except IntegrityError:
        # Somebody accepted the same newcomer a moment ago.
        found = _found(actor, enrollment, on)
        if found is None:
            raise
        customer = found
    enrollment.customer = customer
    return customer


def _found(actor: Actor, enrollment: Enrollment, on: date) -> Customer | None:
    company = enrollment.company
    if not company["registration_number"]:
        return None
    same = Customer.objects.visible_to(actor).filter(registration_number=company["registration_number"])
    customer = same.filter(country=company["country"]).first()
    if customer is not None:
        _must_speak_for(customer, enrollment, on)
    return customer


def _must_speak_for(customer: Customer, enrollment: Enrollment, on: date) -> None:
    """Whoever submitted must belong to a customer that exists, or hold its mandate (rule M4). Raises Refused."""
    if enrollment.partner_id is not None:
        mandated = Mandate.objects.valid_on(on).filter(customer=customer, partner_id=enrollment.partner_id)
        speaks = mandated.filter(can_write=True).exists()
    else:
        members = Membership.objects.valid_on(on).filter(customer=customer, can_write=True)
        speaks = members.filter(user=enrollment.submitted_by).exists()
    if not speaks:
        raise Refused(Fault("no_mandate", "customer.registration_number", params={"name": customer.name}))


@transaction.atomic
def _made(company: dict[str, str], customer_type: str, enterprise: Enterprise | None) -> Customer:
    customer = Customer(
        enterprise=enterprise or Enterprise.objects.create(name=company["name"]),
        customer_type=customer_type,
        language="da" if company["country"] == "DK" else "en",
        **company,
    )
    customer.save(force_insert=True)
    return customer


def _agreement(customer: Customer, number: str) -> Agreement:
    """The Agreement under the number that was asked for, or under the next free one."""
    if not number:
        return _numbered(lambda given: Agreement(customer=customer, number=given), "agreement")
    if not identifiers.agreement_number(number).ok:
        raise Invalid(Fault("number_digits", "agreement_number", params={"value": number, "least": 1, "most": 10}))
    agreement = Agreement(customer=customer, number=number)
    try:
        with transaction.atomic():
            agreement.save(force_insert=True)
    except IntegrityError:
        raise Invalid(Fault("agreement_taken", "agreement_number", params={"number": number})) from None
    return agreement


def _site(enrollment: Enrollment, customer: Customer, agreement: Agreement, *, originating: bool) -> Site:
    company = enrollment.company
    place = {name: company[name] for name in ("name", "street", "postal_code", "city", "country")}

    def make(number: str) -> Site:
        return Site(
            customer=customer,
            agreement=agreement,
            site_number=number.zfill(SITE_DIGITS),
            program=Program.PA,
            originating=originating,
            **place,
        )

    return _numbered(make, "site")


def _numbered(make: Callable[[str], Made], sequence: str) -> Made:
    """What `make` makes of the next number; numbers that somebody brought from elsewhere are passed over."""
    for _attempt in range(NUMBERS_TRIED):
        made = make(str(next_number(sequence)))
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            continue
        return made
    raise RuntimeError(f"{NUMBERS_TRIED} numbers of the sequence {sequence!r} in a row are taken")


def _set_contacts(site: Site, contacts: dict[str, dict[str, str]], on: date) -> None:
    """The contacts that are named answer from `on`; those they follow answered until the day before (rule S5)."""
    for role, person in contacts.items():
        user = User.objects.filter(email__iexact=person["email"], is_active=True).first()
        current = SiteContact.objects.filter(site=site, role=role).valid_on(on).first()
        if current is not None and current.valid_from >= on:
            current.user, current.name = user, person["name"]
            current.email, current.phone = person["email"], person["phone"]
            current.save(update_fields=["user", "name", "email", "phone"])
            continue
        later = SiteContact.objects.filter(site=site, role=role, valid_from__gt=on).order_by("valid_from").first()
        ends = later.valid_from - DAY if later else None
        if current is not None:
            ends, current.valid_to = current.valid_to, on - DAY
            current.save(update_fields=["valid_to"])
        SiteContact.objects.create(
            customer_id=site.customer_id, site=site, role=role, user=user, valid_from=on, valid_to=ends, **person
        )
