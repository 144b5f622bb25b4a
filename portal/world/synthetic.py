"""Synthetic worlds of any size: skewed like real ones, and the same for the same seed and day.

Customers are made up chunk by chunk, each chunk from a random source of its own, and written set by set in one
transaction a chunk. A load that was interrupted goes on where it stopped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate
from random import Random
from uuid import UUID, uuid5

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import Max

from licenses.models import CoverPeriod, Entitlement, Part, PartKind
from licenses.operations import PointsEntry, QuantityEntry, post_points, post_quantities
from licenses.operations.proofs import Issue, issue_proofs
from portal.world.cast import create_customers
from portal.world.catalog import load_catalog
from portal.world.lines import LinePlan, SitePlan, plan_sites
from portal.world.names import synthetic_company
from sites.models import Agreement, Customer, Membership, ScheduleEntry, Site, SiteContact, User
from sites.tenancy import system_actor

CHUNK_LINES = 5_000
_POSTED_AT_ONCE = 2_000
_NUMBERS_FROM = 8_000_000
_NUMBERS = r"^08[0-8][0-9]{5}$"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load wrote; `found` customers were there already."""

    customers: int = 0
    entitlements: int = 0
    found: int = 0

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(
            self.customers + other.customers, self.entitlements + other.entitlements, self.found + other.found
        )


class Seeded(Random):
    """Numbers that look random and are the same for the same seed: worlds are made of them, secrets never."""


def shares(total: int, heirs: int) -> list[int]:
    """`total` things among `heirs`, each a share of 1/rank (Zipf), at least one each where there are enough."""
    least = 1 if total >= heirs else 0
    weights = [1 / rank for rank in range(1, heirs + 1)]
    rest, whole = total - least * heirs, sum(weights)
    # Differences of the rounded running sums add up to exactly `rest`.
    marks = [0, *(round(rest * running / whole) for running in accumulate(weights))]
    return [least + marks[i + 1] - marks[i] for i in range(heirs)]


def chunks(sizes: Sequence[int]) -> Iterator[range]:
    """Runs of customers that hold about CHUNK_LINES lines together."""
    start, held = 0, 0
    for index, size in enumerate(sizes):
        held += size
        if held >= CHUNK_LINES:
            yield range(start, index + 1)
            start, held = index + 1, 0
    if start < len(sizes):
        yield range(start, len(sizes))


def load(*, customers: int, entitlements: int, seed: int, today: date, at: datetime) -> Iterator[Loaded]:
    """Load the world of `seed`, one chunk a step; yields what each step wrote. Raises ValueError for sizes below 1."""
    if customers < 1 or entitlements < 1:
        raise ValueError("A world has at least one customer and one entitlement.")
    sizes = shares(entitlements, customers)
    # The largest customers come anywhere among the numbers, as they do in life.
    Seeded(f"{seed} order").shuffle(sizes)
    with transaction.atomic():
        system_actor()
        load_catalog()
        offset = _offset(seed)
    for chunk in chunks(sizes):
        with transaction.atomic():
            system_actor()
            yield _Chunk(seed, offset, today, at).write({i: sizes[i] for i in chunk})


def _customer_id(seed: int, index: int) -> UUID:
    return UUID(int=Seeded(f"{seed} customer {index}").getrandbits(128), version=4)


def _offset(seed: int) -> int:
    """Where this world's serial numbers begin: after those of other worlds, or where it began before."""
    mine = Customer.objects.filter(pk=_customer_id(seed, 0)).first()
    if mine is not None:
        return int(mine.ibm_customer_number) - _NUMBERS_FROM
    numbers = Customer.objects.filter(ibm_customer_number__regex=_NUMBERS)
    last = numbers.aggregate(last=Max("ibm_customer_number"))["last"]
    return int(last) + 1 - _NUMBERS_FROM if last else 0


@dataclass(slots=True)
class _Chunk:
    """A run of customers on its way into the database."""

    seed: int
    offset: int
    today: date
    at: datetime
    agreements: list[Agreement] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    entitlements: list[Entitlement] = field(default_factory=list)
    cover: list[CoverPeriod] = field(default_factory=list)
    quantities: list[QuantityEntry] = field(default_factory=list)
    points: list[PointsEntry] = field(default_factory=list)

    def write(self, sizes: dict[int, int]) -> Loaded:
        """Make up and write the customers of `sizes` (index → lines), unless they are there already."""
        ids = {str(index): _customer_id(self.seed, index) for index in sizes}
        found = Customer.objects.filter(pk__in=ids.values()).count()
        if found:
            return Loaded(found=found)
        sources = {index: Seeded(f"{self.seed} world {index}") for index in sizes}
        companies = {str(index): synthetic_company(self.offset + index, random) for index, random in sources.items()}
        customers = create_customers(companies, ids)
        parts = _licenses()
        for index, random in sources.items():
            self._customer(customers[str(index)], index, sizes[index], parts, random)
        self._save(sources, customers)
        return Loaded(len(sizes), len(self.entitlements))

    def _customer(self, customer: Customer, index: int, lines: int, parts: Sequence[Part], random: Random) -> None:
        serial = self.offset + index
        agreement: Agreement | None = None
        for number, plan in enumerate(plan_sites(lines, parts, self.today, random)):
            if plan.program == "PA" and agreement is None:
                agreement = Agreement(
                    id=_id(random), number=f"{90_000_000 + serial}", customer=customer, term_start=plan.began
                )
                self.agreements.append(agreement)
            site = Site(
                id=_id(random),
                customer=customer,
                agreement=agreement if plan.program == "PA" else None,
                site_number=f"{serial + 800_000}{number}",
                name=f"{customer.name} – {plan.town[1] if plan.program == 'PA' else 'Express'}",
                program=plan.program,
                originating=plan.originating,
                street=customer.street,
                postal_code=plan.town[0],
                city=plan.town[1],
                country=customer.country,
            )
            self.sites.append(site)
            for line in plan.lines:
                self._line(site, line, random)
            self._site_points(site, plan, random)

    def _line(self, site: Site, plan: LinePlan, random: Random) -> None:
        last = plan.cover[-1]
        line = Entitlement(
            id=_id(random),
            customer=site.customer,
            site=site,
            part=plan.part,
            order_reference=_order(site, plan.order),
            acquired_on=plan.bought_on,
            coverage_start=last.starts_on,
            coverage_end=last.ends_on,
        )
        self.entitlements.append(line)
        self.cover += [
            CoverPeriod(
                id=_id(random),
                customer=site.customer,
                entitlement=line,
                starts_on=period.starts_on,
                ends_on=period.ends_on,
                source=line.order_reference if period is plan.cover[0] else f"R{period.starts_on:%Y%m}",
                recorded_at=self.at,
            )
            for period in plan.cover
        ]
        self.quantities.append(
            QuantityEntry(
                _id(random), None, line.pk, plan.quantity, "acquisition", line.order_reference, plan.bought_on
            )
        )

    def _site_points(self, site: Site, plan: SitePlan, random: Random) -> None:
        if site.agreement is None:
            return
        for (kind, key, on), points in plan.points().items():
            reference = _order(site, key) if kind == "order" else f"{site.agreement.number}R{on:%Y}"
            entry = PointsEntry(_id(random), site.agreement.pk, site.pk, points, kind, reference, on)
            self.points.append(entry)

    def _save(self, sources: dict[int, Seeded], customers: dict[str, Customer]) -> None:
        """Everything set by set; units and points through the ledgers' own functions."""
        Agreement.objects.bulk_create(self.agreements)
        Site.objects.bulk_create(self.sites)
        ScheduleEntry.objects.bulk_create(self._schedule())
        self._people(sources, customers)
        Entitlement.objects.bulk_create(self.entitlements, batch_size=CHUNK_LINES)
        CoverPeriod.objects.bulk_create(self.cover, batch_size=CHUNK_LINES)
        for at in range(0, len(self.quantities), _POSTED_AT_ONCE):
            post_quantities(self.quantities[at : at + _POSTED_AT_ONCE])
        for at in range(0, len(self.points), _POSTED_AT_ONCE):
            post_points(self.points[at : at + _POSTED_AT_ONCE])
        issues = [Issue(e.target_id, e.effective_on, e.quantity) for e in self.quantities if e.target_id]
        for at in range(0, len(issues), CHUNK_LINES):
            issue_proofs(issues[at : at + CHUNK_LINES])

    def _schedule(self) -> Iterator[ScheduleEntry]:
        """Every company whose Additional Sites are there stands on its Agreement's schedule (rule S3)."""
        additional = {s.agreement_id: s for s in self.sites if s.agreement_id and not s.originating}
        for agreement, site in additional.items():
            yield ScheduleEntry(
                id=uuid5(site.pk, "schedule"),
                customer=site.customer,
                agreement_id=agreement,
                registration_number=site.customer.registration_number,
                name=site.customer.name,
                valid_from=date(self.today.year - 8, 1, 1),
            )

    def _people(self, sources: dict[int, Seeded], customers: dict[str, Customer]) -> None:
        """One person a customer, Primary Contact of all its sites; nobody signs in, but tokens can be made."""
        users: dict[UUID, User] = {}
        for index, random in sources.items():
            customer = customers[str(index)]
            email = f"contact@customer{self.offset + index}.example"
            name = f"{random.choice(_GIVEN)} {random.choice(_FAMILY)}"
            users[customer.pk] = User(id=_id(random), email=email, name=name, password=UNUSABLE_PASSWORD_PREFIX)
        User.objects.bulk_create(users.values())
        since = date(self.today.year - 8, 1, 1)
        Membership.objects.bulk_create(
            Membership(user=user, customer_id=pk, valid_from=since) for pk, user in users.items()
        )
        SiteContact.objects.bulk_create(
            SiteContact(
                customer=site.customer,
                site=site,
                role=SiteContact.Role.PRIMARY,
                user=users[site.customer_id],
                name=users[site.customer_id].name,
                email=users[site.customer_id].email,
                valid_from=since,
            )
            for site in self.sites
        )


_GIVEN = ("Maja", "Emil", "Freja", "Oskar", "Clara", "Viggo", "Ella", "Aksel", "Karen", "Bo", "Signe", "Thorkild")
_FAMILY = ("Krag", "Winther", "Bruun", "Skov", "Lindberg", "Thorsen", "Bagger", "Dam", "Eskildsen", "Hvid", "Juhl")


def _id(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128), version=4)


def _order(site: Site, order: int) -> str:
    return f"{site.site_number}{order:05d}"


def _licenses() -> list[Part]:
    """What is bought, the most common first: every license with a renewal part, in a fixed order."""
    rows = Part.objects.filter(kind=PartKind.LICENSE, renewal_part__isnull=False)
    return list(rows.select_related("renewal_part").order_by("part_number"))
