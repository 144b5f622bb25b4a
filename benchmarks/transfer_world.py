"""A world of a million license lines, and in it the portfolio of one Business Partner that forms are about to move.

    python -m benchmarks.transfer_world

loads it into the database of DATABASE_URL, which must be migrated (`python -m scripts.prepare_database`); nothing
happens where it is loaded. PASSAGE_BENCH_ENTITLEMENTS sets how many lines there are. Each measurement has a `Slot` of
its own: sites and lines that no other measurement touches.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import django
from django.conf import settings
from django.db import connection, connections, transaction

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()

from django.utils import translation
from django_countries.fields import Country

from benchmarks import transfer_world_sql as sql
from licenses.models import Part, PartKind
from licenses.operations import PointsEntry, post_points
from portal.world.catalog import load_catalog
from portal.world.synthetic import shares
from sites.clock import today
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
from sites.tenancy import SYSTEM_USER_ID, system_actor

ENTITLEMENTS = int(os.environ.get("PASSAGE_BENCH_ENTITLEMENTS", 1_000_000))
SENDER, REP = "portfolio@bench.example", "desk@bench.example"
PORTFOLIO = 5
LINES_A_CUSTOMER = 250
OWN_LINES = 50
# Of ten that move, one stays.
STAYING = 0.1
_NAMES = UUID("6f0f7a5e-8a53-4b7a-9a52-0d5a0b1f4a11")


@dataclass(frozen=True, slots=True)
class Slot:
    """What one measurement moves: `rows` lines from Express sites to as many Passport Advantage sites."""

    name: str
    rows: int
    rows_a_pair: int = 2_500

    @property
    def pairs(self) -> int:
        """A source and a target for every `rows_a_pair`, at most 20."""
        return min(max(self.rows // self.rows_a_pair, 1), 20)

    def moving(self, pair: int) -> int:
        """How many of the lines of the source of `pair` move."""
        return self.rows // self.pairs + (pair < self.rows % self.pairs)


def slots_for(sizes: Sequence[int], sides: Sequence[str], times: int = 1) -> Iterator[Slot]:
    """A slot for each side, size and repetition."""
    for rows in sizes:
        for again in range(times):
            for side in sides:
                yield Slot(f"{side} {rows} {again}", rows)


SIDES = ("product", "yardstick")
SLOTS = (
    *slots_for([1_000], (*SIDES, "library", "library in bulk"), times=3),
    *slots_for([10_000], SIDES, times=2),
    *slots_for([100_000], SIDES),
)


@dataclass
class World:
    """The small tables on their way into the database, and what each site will hold; numbers begin after `first`."""

    day: date
    first: int = 0
    customers: list[Customer] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    holds: list[tuple[int, int]] = field(default_factory=list)

    @property
    def lines(self) -> int:
        """License lines so far."""
        return sum(lines for lines, _ in self.holds)

    def customer(self, name: str) -> Customer:
        """A company in Denmark, an Enterprise of its own."""
        n = self.first + len(self.customers) + 1
        pk = uuid5(_NAMES, name)
        self.customers.append(
            Customer(
                id=pk,
                enterprise=Enterprise(id=pk, name=name),
                name=name,
                registration_number=f"BENCH{n:06d}",
                ibm_customer_number=f"9{n:06d}",
                street=f"Havnevej {n}",
                postal_code="8000",
                city="Aarhus C",
            )
        )
        return self.customers[-1]

    def agreement(self, customer: Customer, name: str, start: date | None = None) -> Agreement:
        """One whose first Term began on `start`; a good year ago, where none is given."""
        number = f"77{self.first + len(self.agreements) + 1:06d}"
        start = start or self.day.replace(day=1) - timedelta(days=400)
        self.agreements.append(
            Agreement(id=uuid5(customer.pk, f"agreement {name}"), number=number, customer=customer, term_start=start)
        )
        return self.agreements[-1]

    def site(self, customer: Customer, name: str, agreement: Agreement | None, lines: int, moving: int = 0) -> None:
        """A site with `lines` lines, the first `moving` of which a form will name."""
        number = f"3{self.first + len(self.sites) + 1:06d}"
        originating = agreement is not None and all(s.agreement_id != agreement.pk for s in self.sites[-50:])
        self.sites.append(
            Site(
                id=uuid5(customer.pk, f"site {number}"),
                customer=customer,
                agreement=agreement,
                site_number=number,
                name=name,
                program="PA" if agreement else "PAE",
                originating=originating,
                street=customer.street,
                postal_code=customer.postal_code,
                city=customer.city,
                country="DK",
            )
        )
        self.holds.append((lines, moving))


def is_loaded() -> bool:
    """Whether the world is there."""
    return User.objects.using("owner").filter(email=SENDER).exists()


def load(entitlements: int = ENTITLEMENTS, slots: Sequence[Slot] = SLOTS) -> None:
    """Write the world. Raises ValueError where the portfolio alone is larger."""
    with transaction.atomic():
        system_actor()
        load_catalog()
    world = World(today())
    portfolio = [world.customer(f"Bench Portfolio {n}") for n in range(PORTFOLIO)]
    for slot in slots:
        _slot(world, slot, portfolio)
    _others(world, entitlements - world.lines)
    small_tables(world, portfolio)
    big_tables(world)
    earned_points(world)


def _slot(world: World, slot: Slot, portfolio: Sequence[Customer]) -> None:
    """Sources and targets, by turns of the portfolio's customers; one Agreement a customer, with lines of its own."""
    pairs: dict[int, list[int]] = {}
    for pair in range(slot.pairs):
        pairs.setdefault(pair % PORTFOLIO, []).append(pair)
    for of, numbers in pairs.items():
        agreement = world.agreement(portfolio[of], slot.name)
        for pair in numbers:
            moving = slot.moving(pair)
            world.site(portfolio[of], f"{slot.name}/{pair}", None, moving + int(moving * STAYING), moving)
        for pair in numbers:
            world.site(portfolio[of], f"{slot.name}/{pair}", agreement, OWN_LINES)


def _others(world: World, lines: int) -> None:
    """Everybody else, skewed: most have an Express site, two of five an Agreement that holds a third of their lines."""
    if lines < 1:
        raise ValueError("The portfolio is larger than the world.")
    for n, held in enumerate(shares(lines, max(lines // LINES_A_CUSTOMER, 1))):
        customer = world.customer(f"Bench {n}")
        own = held // 3 if n % 5 < 2 else 0
        world.site(customer, f"Bench {n} – Express", None, held - own)
        if own:
            world.site(customer, f"Bench {n}", world.agreement(customer, "own"), own)


def small_tables(world: World, portfolio: Sequence[Customer] = ()) -> None:
    """Write them, with a contact a site; and who sends the forms of a `portfolio`, where there is one."""
    since = world.day - timedelta(days=2000)
    owner = transaction.atomic(using="owner")
    with owner:
        _write([c.enterprise for c in world.customers])
        _write(world.customers)
        _write(world.agreements)
        _write(world.sites)
        _write(
            SiteContact(
                customer=s.customer,
                site=s,
                role=SiteContact.Role.PRIMARY,
                name=f"Contact {s.site_number}",
                email=f"contact{s.site_number}@bench.example",
                valid_from=since,
            )
            for s in world.sites
        )
        _write(
            ScheduleEntry(
                customer=a.customer,
                agreement=a,
                registration_number=a.customer.registration_number,
                name=a.customer.name,
                valid_from=since,
            )
            for a in world.agreements
        )
        if portfolio:
            _people(portfolio, since)


def _people(portfolio: Sequence[Customer], since: date) -> None:
    """Who sends the forms, under mandates that include consent, and who decides on them."""
    sender, rep = User(email=SENDER, name="Bench Sender"), User(email=REP, name="Bench Rep")
    partner = Partner(name="Bench Partner", number="BP-BENCH", country="DK")
    _write([sender, rep])
    _write([partner])
    _write([Membership(user=sender, partner=partner, valid_from=since)])
    _write([StaffRole(user=rep, role="rep", country="DK", valid_from=since)])
    _write(
        Mandate(customer=c, partner=partner, includes_consent=True, signed_by="Bench", valid_from=since)
        for c in portfolio
    )


def _write(rows: Any) -> None:
    found = list(rows)
    type(found[0]).objects.using("owner").bulk_create(found, batch_size=5000)


def big_tables(world: World) -> None:
    """Lines with cover on one connection, movements and proofs on another."""
    licenses = Part.objects.using("owner").filter(kind=PartKind.LICENSE, renewal_part__prices__isnull=False)
    with translation.override("da"):
        country = Country("DK").name
    asked = {
        "today": world.day,
        "parts": list(licenses.order_by("part_number").distinct().values_list("part_number", flat=True)),
        "country": str(country),
        "system": str(SYSTEM_USER_ID),
    }
    rows = [
        (n, str(site.pk), str(site.customer_id), site.site_number, *holds)
        for n, (site, holds) in enumerate(zip(world.sites, world.holds, strict=True), start=1)
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_line, bench_site")
        cursor.execute(sql.SITES)
        cursor.execute(
            "INSERT INTO bench_site"
            " SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::uuid[], %s::text[], %s::int[], %s::int[])",
            columns,
        )
        cursor.execute(sql.LINES, asked)
        cursor.execute("ANALYZE bench_line, bench_site, sites_site, sites_customer, sites_agreement, licenses_part")
    _side_by_side(
        [(sql.ENTITLEMENTS, {}), (sql.COVER, {})],
        [(sql.CHAIN, {}), *((statement, asked) for statement in sql.MOVEMENTS), (sql.PROOFS, asked)],
    )
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP TABLE bench_line, bench_site")
        cursor.execute("VACUUM (ANALYZE)")


def _side_by_side(*scripts: list[tuple[str, dict[str, Any]]]) -> None:
    """Each script in a thread and a transaction of its own; raises what the first to fail raised."""
    faults: list[BaseException] = []

    def play(script: list[tuple[str, dict[str, Any]]]) -> None:
        try:
            with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
                cursor.execute("SET LOCAL work_mem = '256MB'")
                for statement, params in script:
                    cursor.execute(statement, params or None)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=play, args=[script]) for script in scripts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def earned_points(world: World) -> None:
    """Each Passport Advantage site earned something in the running Term, through the ledger's own door."""
    with transaction.atomic():
        system_actor()
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        entries = [
            PointsEntry(
                uuid5(site.pk, "points"),
                site.agreement_id,
                site.pk,
                Decimal(120),
                "order",
                f"{site.site_number}P",
                world.day - timedelta(days=20),
            )
            for site in world.sites
            if site.agreement_id
        ]
        for start in range(0, len(entries), 2000):
            post_points(entries[start : start + 2000])


if __name__ == "__main__":
    print("database", settings.DATABASES["default"]["NAME"])
    if is_loaded():
        print("The world is there already.")
    else:
        load()
        print("loaded")
