"""From what somebody wrote to the fields of an enrollment: looked up among what they see, checked all at once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django_countries import countries

from portal.kernel.errors import Fault, Forbidden, Invalid
from sites.models import Agreement, Customer, Partner, Site
from sites.rules.enrolling import ADDITIONAL, NEWCOMER, ORIGINATING, UPDATE, Application, Company, check, read
from sites.tenancy import Actor


@dataclass(frozen=True, slots=True)
class _Known:
    """What the application speaks of, as far as the actor sees it."""

    customer: Customer | None = None
    site: Site | None = None
    agreement: Agreement | None = None

    @property
    def company(self) -> Company:
        if self.customer is None:
            return NEWCOMER
        place = self.site or self.customer
        return Company(
            name=place.name,
            registration_number=self.customer.registration_number,
            vat_number=self.customer.vat_number,
            street=place.street,
            postal_code=place.postal_code,
            city=place.city,
            country=str(place.country),
        )

    def customer_type(self, kind: str) -> str:
        """The type is chosen where an Originating Site enrolls (rule S7); every other site has it from there."""
        if kind == ORIGINATING:
            return ""
        owner = self.agreement.customer if self.agreement else self.customer
        return owner.customer_type if owner else ""


def written_fields(actor: Actor, data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an enrollment. Raises Invalid with every fault, Forbidden for a customer that is read-only."""
    application, faults = read(data)
    known = _look_up(actor, application, faults)
    if known.customer is not None and not actor.may_write(known.customer):
        raise Forbidden(Fault("not_yours"))
    if known.site is None and application.kind == UPDATE and application.site_number:
        # What was left out would come from the site: nothing else can be judged before that is right.
        raise Invalid(*_one_a_field(faults))
    faults += _contradictions(application, known)
    application = application.filled_from(known.company, known.customer_type(application.kind))
    faults += check(application, countries=countries)
    partner = _partner(actor, application, known.customer, faults)
    if faults:
        raise Invalid(*_one_a_field(faults))
    return {
        "kind": application.kind,
        "customer": known.customer,
        "partner": partner,
        "company": asdict(application.company),
        "country": application.company.country,
        "customer_type": application.customer_type,
        "contacts": {role: asdict(contact) for role, contact in application.contacts.items()},
        "agreement_number": application.agreement_number,
        "site_number": application.site_number,
        "site": known.site,
    }


def check_written(actor: Actor, data: Mapping[str, Any]) -> None:
    """Only look whether `data` could be written; writes nothing. Raises what `written_fields` raises."""
    written_fields(actor, data)


def _look_up(actor: Actor, application: Application, faults: list[Fault]) -> _Known:
    number = application.agreement_number
    agreements = Agreement.objects.visible_to(actor).select_related("customer")
    agreement = agreements.filter(number=number).first() if number else None
    if application.kind == UPDATE:
        sites = Site.objects.visible_to(actor).select_related("customer", "agreement__customer")
        site = sites.filter(site_number=application.site_number).first() if application.site_number else None
        if site is None:
            if application.site_number:
                faults.append(Fault("site_unknown", "site_number", params={"value": application.site_number}))
            return _Known()
        return _Known(site.customer, site, site.agreement)
    if application.kind == ADDITIONAL and number and agreement is None:
        faults.append(Fault("agreement_unknown", "agreement_number", params={"number": number}))
    if application.kind == ORIGINATING and agreement is not None:
        faults.append(Fault("agreement_taken", "agreement_number", params={"number": number}))
    return _Known(_customer(actor, application.company), None, agreement)


def _customer(actor: Actor, company: Company) -> Customer | None:
    if not company.registration_number:
        return None
    same = Customer.objects.visible_to(actor).filter(registration_number=company.registration_number)
    return same.filter(country=company.country or NEWCOMER.country).first()


def _contradictions(application: Application, known: _Known) -> list[Fault]:
    """What doesn't fit what is known (rules S2, S7)."""
    customer, agreement = known.customer, known.agreement
    if customer is None:
        return []
    own = {"name": customer.name}
    if known.site and application.company.registration_number not in ("", customer.registration_number):
        return [Fault("registration_differs", "customer.registration_number", params=own)]
    if application.kind == ADDITIONAL and agreement is not None and not same_enterprise(customer, agreement):
        return [Fault("enterprise_differs", "agreement_number", params={**own, "number": agreement.number})]
    if application.kind == ORIGINATING and type_differs(customer, application.customer_type):
        return [Fault("customer_type_differs", "customer_type", params=own)]
    return []


def same_enterprise(customer: Customer, agreement: Agreement) -> bool:
    """Whether `customer` may have a site on `agreement`: of the same Enterprise, or not yet said to be of any (S2)."""
    return (
        customer.pk == agreement.customer_id
        or customer.enterprise_id is None
        or customer.enterprise_id == agreement.customer.enterprise_id
    )


def type_differs(customer: Customer, chosen: str) -> bool:
    """Whether the customer already has an Agreement under another type than `chosen`."""
    return bool(chosen) and chosen != customer.customer_type and customer.agreements.exists()


def _partner(actor: Actor, application: Application, customer: Customer | None, faults: list[Fault]) -> Partner | None:
    """The Business Partner: the actor's own where a partner's person writes, else the one that is named."""
    number = application.partner
    member = customer is not None and customer.pk in actor.member_of
    if not actor.partner_ids or member:
        found = Partner.objects.filter(number=number).first() if number else None
        if number and found is None:
            faults.append(Fault("partner_unknown", "partner", params={"number": number}))
        return found
    mandate = actor.mandate_for(customer.pk) if customer else None
    own = Partner.objects.filter(pk__in=[mandate.partner_id] if mandate else actor.partner_ids)
    mine = list(own.filter(number=number) if number else own)
    if len(mine) == 1:
        return mine[0]
    faults.append(
        Fault("partner_unknown", "partner", params={"number": number}) if number else Fault("field_required", "partner")
    )
    return None


def _one_a_field(faults: Sequence[Fault]) -> list[Fault]:
    """The first fault of each field: what is no text is also missing, and need be said once."""
    first: dict[tuple[str | None, str], Fault] = {}
    for fault in faults:
        first.setdefault((fault.field, fault.code if fault.field is None else ""), fault)
    return list(first.values())
