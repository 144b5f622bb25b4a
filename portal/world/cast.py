"""Who plays in the demonstration: people with their roles, customers with their sites, agreements and contacts."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from dateutil.relativedelta import relativedelta
from django.contrib.auth.hashers import make_password

from portal.world import names
from portal.world.names import Company
from sites.models import (
    Agreement,
    Customer,
    Enterprise,
    Mandate,
    Membership,
    Partner,
    ScheduleEntry,
    Site,
    SiteContact,
    StaffRole,
    User,
)

EVERYBODYS_KEY = "demo-demo-demo"
PEOPLE = {
    "mette": ("mette@nordvind.example", "Mette Lund", "da"),
    "lars": ("lars@fjordbyg.example", "Lars Holm", "da"),
    "anna": ("anna@sydhavn.example", "Anna Berg", "da"),
    "jonas": ("jonas@partner.example", "Jonas Dahl", "da"),
    "rikke": ("rikke@rep.example", "Rikke Friis", "da"),
    "soren": ("soren@rep.example", "Søren Vad", "da"),
    "admin": ("admin@portal.example", "Operator", "en"),
}


@dataclass(slots=True)
class Cast:
    """The world as it is being set up: objects by short names. `since` is the day from which roles hold."""

    since: date
    people: dict[str, User] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)


def set_up(today: date) -> Cast:
    """Create everybody and everything that holds licenses, without the licenses."""
    cast = Cast(since=today - relativedelta(years=6))
    _people(cast)
    _customers(cast)
    _agreements_and_sites(cast)
    _contacts(cast)
    _partner(cast)
    return cast


def _people(cast: Cast) -> None:
    # Hashing is slow on purpose; everybody has the same password here, so once is enough.
    hashed = make_password(EVERYBODYS_KEY)
    for key, (email, name, language) in PEOPLE.items():
        cast.people[key] = User(email=email, name=name, language=language, password=hashed)
    User.objects.bulk_create(cast.people.values())
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, primary=True, verified=True) for user in cast.people.values()
    )
    roles = (("rikke", "rep", "DK"), ("soren", "rep", "DK"), ("admin", "operator", ""))
    StaffRole.objects.bulk_create(
        StaffRole(user=cast.people[who], role=role, country=country, valid_from=cast.since)
        for who, role, country in roles
    )


def create_customers(companies: dict[str, Company], ids: dict[str, UUID] | None = None) -> dict[str, Customer]:
    """A customer and an Enterprise of its own for each company, by the same keys; with `ids` where they are given."""
    customers, enterprises = {}, []
    for key, company in companies.items():
        pk = ids[key] if ids else uuid4()
        enterprises.append(Enterprise(id=pk, name=company.name))
        customers[key] = Customer(
            id=pk,
            enterprise=enterprises[-1],
            name=company.name,
            registration_number=company.registration_number,
            vat_number=company.vat_number,
            ibm_customer_number=company.ibm_customer_number,
            customer_type=company.customer_type,
            street=company.street,
            postal_code=company.postal_code,
            city=company.city,
            country=company.country,
            currency=company.currency,
            language=company.language,
        )
    Enterprise.objects.bulk_create(enterprises)
    Customer.objects.bulk_create(customers.values())
    return customers


def _customers(cast: Cast) -> None:
    cast.customers = create_customers(
        {
            "nordvind": names.NORDVIND,
            "fjordbyg": names.FJORDBYG,
            "sydhavn": names.SYDHAVN,
            "municipality": names.MUNICIPALITY,
            "university": names.UNIVERSITY,
            "elbtal": names.ELBTAL,
        }
    )
    members = (("mette", "nordvind"), ("lars", "fjordbyg"), ("anna", "sydhavn"))
    Membership.objects.bulk_create(
        Membership(user=cast.people[who], customer=cast.customers[where], valid_from=cast.since)
        for who, where in members
    )


_AGREEMENTS = (("nordvind", "61734"), ("sydhavn", "62905"), ("municipality", "0063118"), ("university", "64420"))

# key, customer, program, number, name, originating, address (the customer's own where it is None)
_SITES: tuple[tuple[str, str, str, str, str, bool, tuple[str, str, str] | None], ...] = (
    ("nordvind-express", "nordvind", "PAE", "7004511", "Nordvind A/S – Express", False, None),
    ("aarhus", "nordvind", "PA", "7004620", "Nordvind A/S – Aarhus", True, None),
    ("odense", "nordvind", "PA", "7004621", "Nordvind A/S – Odense", False, ("Kanalvej 5", "5000", "Odense C")),
    ("fjordbyg-express", "fjordbyg", "PAE", "7008840", "Fjordbyg ApS – Express", False, None),
    ("sydhavn-express", "sydhavn", "PAE", "7011306", "Sydhavn Logistik A/S – Express", False, None),
    ("sydhavn", "sydhavn", "PA", "7011377", "Sydhavn Logistik A/S – København", True, None),
    ("municipality", "municipality", "PA", "0702201", "Aaby Kommune – IT og Digitalisering", True, None),
    ("university-express", "university", "PAE", "7022054", "Vesterhavets Universitet – Institut for Data", False, None),
    ("university", "university", "PA", "7022055", "Vesterhavets Universitet – Campus IT", True, None),
    ("elbtal-express", "elbtal", "PAE", "7105090", "Elbtal Maschinenbau GmbH – Express", False, None),
)


def _agreements_and_sites(cast: Cast) -> None:
    for key, number in _AGREEMENTS:
        cast.agreements[key] = Agreement(number=number, customer=cast.customers[key])
    Agreement.objects.bulk_create(cast.agreements.values())
    for key, owner, program, number, name, originating, address in _SITES:
        customer = cast.customers[owner]
        street, postal_code, city = address or (customer.street, customer.postal_code, customer.city)
        cast.sites[key] = Site(
            customer=customer,
            agreement=cast.agreements[owner] if program == "PA" else None,
            site_number=number,
            name=name,
            program=program,
            originating=originating,
            street=street,
            postal_code=postal_code,
            city=city,
            country=customer.country,
        )
    Site.objects.bulk_create(cast.sites.values())
    nordvind = cast.customers["nordvind"]
    ScheduleEntry.objects.bulk_create(
        [
            ScheduleEntry(
                customer=nordvind,
                agreement=cast.agreements["nordvind"],
                registration_number=nordvind.registration_number,
                name=cast.sites["odense"].name,
                valid_from=cast.since,
            )
        ]
    )


_PRIMARY = {
    "nordvind": ("Mette Lund", "mette@nordvind.example", "mette"),
    "fjordbyg": ("Lars Holm", "lars@fjordbyg.example", "lars"),
    "sydhavn": ("Anna Berg", "anna@sydhavn.example", "anna"),
    "municipality": ("Hanne Toft", "hanne@aaby.example", None),
    "university": ("Peter Skou", "peter@vesterhavet.example", None),
    "elbtal": ("Katrin Vogel", "katrin@elbtal.example", None),
}


def _contacts(cast: Cast) -> None:
    owners = {key: owner for key, owner, *_ in _SITES}
    rows = []
    for key, site in cast.sites.items():
        name, email, who = _PRIMARY[owners[key]]
        rows.append(_contact(cast, site, SiteContact.Role.PRIMARY, name, email, cast.people[who] if who else None))
    technical = ("Ida Krogh", "ida@nordvind.example")
    rows.append(_contact(cast, cast.sites["odense"], SiteContact.Role.TECHNICAL, *technical, None))
    SiteContact.objects.bulk_create(rows)


def _contact(cast: Cast, site: Site, role: str, name: str, email: str, user: User | None) -> SiteContact:
    return SiteContact(
        customer=site.customer, site=site, role=role, user=user, name=name, email=email, valid_from=cast.since
    )


def _partner(cast: Cast) -> None:
    partner = Partner.objects.create(name="Dahl & Partnere A/S", number="BP-45120", country="DK")
    Membership.objects.bulk_create([Membership(user=cast.people["jonas"], partner=partner, valid_from=cast.since)])
    signatures = {"nordvind": "Mette Lund", "fjordbyg": "Lars Holm"}
    Mandate.objects.bulk_create(
        Mandate(
            customer=cast.customers[key],
            partner=partner,
            includes_consent=True,
            signed_by=name,
            valid_from=cast.since + relativedelta(years=4),
        )
        for key, name in signatures.items()
    )
