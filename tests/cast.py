"""The cast and its world, found by name: Mette, Lars, Anna, Jonas, Rikke, Søren and the operator."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from django.db import connection, transaction

from licenses.models import Entitlement, Part
from sites.models import Agreement, Customer, Membership, Partner, Site, User
from sites.tenancy import Actor, begin, system_actor

PASSWORD = "demo-demo-demo"
CAST = {
    "mette": "mette@nordvind.example",
    "lars": "lars@fjordbyg.example",
    "anna": "anna@sydhavn.example",
    "jonas": "jonas@partner.example",
    "rikke": "rikke@rep.example",
    "soren": "soren@rep.example",
    "admin": "admin@portal.example",
}


def address(who: str) -> str:
    """The e-mail address of a member of the cast, by first name or address."""
    return CAST.get(who, who)


def person(who: str) -> User:
    """The user behind a first name or an e-mail address."""
    return User.objects.get(email=address(who))


@contextmanager
def looking(who: User | None = None) -> Iterator[Actor]:
    """`who` looks, or the portal itself; afterwards whoever acted before acts again."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('passage.actor', true), '')")
        (before,) = cursor.fetchone()
        yield begin(who.pk) if who else system_actor()
        cursor.execute("SELECT set_config('passage.actor', %s, true)", [before])


@contextmanager
def acting(who: str) -> Iterator[Actor]:
    """One transaction (a savepoint where one is open) in which `who` acts."""
    user = person(who)
    with transaction.atomic():
        yield begin(user.pk, name=user.name)


class World:
    """Names → objects of the demonstration world, read by the portal itself when they are first asked for.

    `mette` … `admin` are users; `nordvind`, `fjordbyg`, `sydhavn` customers; `partner` is Jonas's company.
    """

    def __getattr__(self, name: str) -> User:
        if name not in CAST:
            raise AttributeError(f"the world knows no {name}")
        self.__dict__[name] = found = person(name)
        return found

    def customer_of(self, who: str) -> Customer:
        """The customer that a person belongs to."""
        with looking():
            return Membership.objects.select_related("customer").get(user__email=address(who)).customer

    @cached_property
    def nordvind(self) -> Customer:
        return self.customer_of("mette")

    @cached_property
    def fjordbyg(self) -> Customer:
        return self.customer_of("lars")

    @cached_property
    def sydhavn(self) -> Customer:
        return self.customer_of("anna")

    @cached_property
    def partner(self) -> Partner:
        with looking(self.jonas):
            return Membership.objects.select_related("partner").get(user=self.jonas).partner

    def sites(self, customer: Customer, program: str | None = None) -> list[Site]:
        """The sites of `customer`, by number; of one program where one is named."""
        with looking():
            rows = Site.objects.filter(customer=customer).select_related("customer", "agreement")
            return list((rows.filter(program=program) if program else rows).order_by("site_number"))

    def site(self, number: str) -> Site:
        """The site with this number."""
        with looking():
            return Site.objects.select_related("customer", "agreement").get(site_number=number)

    @cached_property
    def express_site(self) -> Site:
        """Mette's Express site."""
        return self.sites(self.nordvind, "PAE")[0]

    @cached_property
    def originating_site(self) -> Site:
        """The Originating Site of Mette's agreement."""
        return next(s for s in self.sites(self.nordvind, "PA") if s.originating)

    @cached_property
    def agreement(self) -> Agreement:
        """Mette's agreement."""
        return self.originating_site.agreement

    def lines(self, site: Site, *, available: int = 1) -> list[Entitlement]:
        """License lines of `site`, with `quantity` and `held`, of which at least `available` units are free."""
        with looking():
            rows = Entitlement.objects.filter(site=site).held_now().select_related("part", "customer", "site")
            return [row for row in rows.order_by("acquired_on", "id") if row.available_quantity >= available]

    def part(self, number: str) -> Part:
        """The part with this number."""
        with looking():
            return Part.objects.get(part_number=number)
