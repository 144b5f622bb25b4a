"""Over whose renewals an overview goes: the customers that somebody sees and narrowed it to, and their sites."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from sites.models import Customer, Mandate, Partner, Site
from sites.tenancy import Actor

# More customers than these are not looked at together: one names them, a site or a partner first.
MOST_CUSTOMERS = 1000
MOST_PARTNERS = 200


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What an overview is narrowed to. `customer` is part of a name, or a number of its own; `partner` a number."""

    customer: str = ""
    site: str = ""
    program: str = ""
    partner: str = ""

    def __bool__(self) -> bool:
        return bool(self.customer or self.site or self.program or self.partner)


@dataclass(frozen=True, slots=True)
class Reach:
    """The customers by key, and their sites in the order of their numbers; none of them where it is `too_many`."""

    customers: dict[UUID, Customer] = field(default_factory=dict)
    sites: tuple[Site, ...] = ()
    too_many: bool = False


def reach_of(actor: Actor, asked: Narrowed, on: date) -> Reach:
    """Two queries, however many there are."""
    rows = Customer.objects.visible_to(actor)
    if asked.customer:
        named = Q(name__icontains=asked.customer) | Q(registration_number=asked.customer)
        rows = rows.filter(named | Q(ibm_customer_number=asked.customer))
    if asked.partner:
        mandates = Mandate.objects.valid_on(on).filter(partner__number=asked.partner)
        rows = rows.filter(pk__in=mandates.values("customer_id"))
    if asked.site:
        rows = rows.filter(pk__in=Site.objects.filter(site_number=asked.site).values("customer_id"))
    found = {customer.pk: customer for customer in rows.order_by("name", "pk")[: MOST_CUSTOMERS + 1]}
    if len(found) > MOST_CUSTOMERS:
        return Reach(too_many=True)
    sites = Site.objects.among("customer_id", found)
    if asked.site:
        sites = sites.filter(site_number=asked.site)
    if asked.program:
        sites = sites.filter(program=asked.program)
    return Reach(found, tuple(sites.order_by("site_number")))


def partners_in_sight(actor: Actor, on: date) -> QuerySet[Partner]:
    """The partners with a mandate of a customer that `actor` sees."""
    mandates = Mandate.objects.valid_on(on).visible_to(actor)
    return Partner.objects.filter(pk__in=mandates.values("partner_id")).order_by("name")[:MOST_PARTNERS]
