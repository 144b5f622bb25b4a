"""What is known at the desk where rows of one form are judged: asked for once a form, or once a chunk."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from licenses.models import Entitlement
from licenses.open_quotes import open_quotes
from licenses.queries import Held, ListedPrices, held_rows, price_book, rule_books
from licenses.rules.nearest import Nearest
from licenses.rules.rulebook import Shelf
from migrations_app.facts import ALONE, Around, declared, site_facts
from migrations_app.intake.values import FormRow, ParsedRow
from migrations_app.rules.checks import SiteFacts
from portal.kernel.blocker import Blocker
from sites.models import Customer, Site
from sites.tenancy.actor import Actor

# The lines of the orders that rows name, and all of the parts that rows name without an order.
_WANTED = """
SELECT e.id FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS w(site, part, reference)
 CROSS JOIN LATERAL (
    SELECT x.id FROM licenses_entitlement x
     WHERE (x.site_id, x.part_id, x.order_reference) = (w.site, w.part, w.reference)
    OFFSET 0) AS e
UNION
SELECT e.id FROM unnest(%s::uuid[], %s::text[]) AS w(site, part)
 CROSS JOIN LATERAL (
    SELECT x.id FROM licenses_entitlement x WHERE (x.site_id, x.part_id) = (w.site, w.part) OFFSET 0) AS e
"""


@dataclass
class Desk:
    """The facts of one form as of `today`; lines are those of the chunk at hand.

    `sites` by number (None: not to be seen), `whole` what was found on moves between two sites on a day.
    """

    today: date
    books: Shelf = field(default_factory=rule_books)
    sites: dict[str, Site | None] = field(default_factory=dict)
    facts: dict[UUID, SiteFacts] = field(default_factory=dict)
    declared: set[frozenset[UUID]] = field(default_factory=set)
    whole: dict[tuple[UUID, UUID, date | None], tuple[Blocker, ...]] = field(default_factory=dict)
    _prices: dict[tuple[str, str], ListedPrices] = field(default_factory=dict)
    _prices_of: dict[UUID, ListedPrices] = field(default_factory=dict)
    _by_part: dict[tuple[UUID, str], list[Held]] = field(default_factory=dict)
    _by_order: dict[tuple[UUID, str, str], list[Held]] = field(default_factory=dict)
    _taken: dict[UUID, int] = field(default_factory=dict)
    _used_up: dict[tuple[UUID, str, str], int] = field(default_factory=dict)
    _other_orders: set[tuple[UUID, str]] = field(default_factory=set)
    _quotes: dict[UUID, str] = field(default_factory=dict)
    _near_sites: Nearest | None = None
    _near_parts: dict[UUID, Nearest] = field(default_factory=dict)

    def learn_sites(self, rows: Iterable[ParsedRow], actor: Actor) -> None:
        """Look up the sites that no row before named: a fixed number of queries, none where all are known."""
        numbers = {n for row in _readable(rows) for n in (row.source_site_number, row.target_site_number) if n}
        unknown = numbers - self.sites.keys()
        if not unknown:
            return
        seen = Site.objects.visible_to(actor).select_related("customer", "agreement__customer")
        found = {site.site_number: site for site in seen.filter(site_number__in=unknown)}
        self.sites |= {number: found.get(number) for number in unknown}
        self.facts |= site_facts(list(found.values()), self.today)
        self.declared = declared([site for site in self.sites.values() if site], self.today)

    def load_lines(self, rows: Iterable[ParsedRow]) -> None:
        """The lines that rows may take units of, oldest first; a fixed number of queries."""
        ordered: set[tuple[UUID, str, str]] = set()
        whole: set[tuple[UUID, str]] = set()
        for row in _readable(rows):
            site = self.sites.get(row.source_site_number)
            if site is None or not row.part_number:
                continue
            if row.order_reference:
                ordered.add((site.pk, row.part_number, row.order_reference))
            else:
                whole.add((site.pk, row.part_number))
        self._by_part, self._by_order, self._taken, self._used_up = {}, {}, {}, {}
        lines = _named(ordered, whole).order_by("acquired_on", "order_reference", "pk")
        held = [x for x in held_rows(lines) if x.quantity > 0]
        for line in held:
            self._by_part.setdefault((line.site_id, line.part_id), []).append(line)
            self._by_order.setdefault((line.site_id, line.part_id, line.order_reference), []).append(line)
        self._quotes = open_quotes([line.pk for line in held])
        self._other_orders = self._held_otherwise({(site, part) for site, part, _ in ordered})

    def _held_otherwise(self, named: set[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
        """Sites and parts of which none of the named orders is held, but another is; asks only if there are some."""
        missing = named - self._by_part.keys()
        if not missing:
            return set()
        held: QuerySet[Any] = _named((), missing)
        held = held.filter(quantity__gt=0).order_by()
        return set(held.values_list("site_id", "part_id").distinct())

    def lines_of(self, site: Site, part: str, order: str) -> list[Held]:
        """What the site holds of a part, oldest first; of one order where it is named."""
        held = self._by_order.get((site.pk, part, order)) if order else self._by_part.get((site.pk, part))
        return held or []

    def free(self, site: Site, part: str, order: str) -> Iterator[tuple[Held, int]]:
        """The same with the units that nobody has spoken for, rows before this one included.

        Lines that are used up stay behind, so that many rows of one part go through them once.
        """
        held, key = self.lines_of(site, part, order), (site.pk, part, order)
        for at in range(self._used_up.get(key, 0), len(held)):
            line = held[at]
            units = line.available_quantity - self._taken.get(line.pk, 0)
            if units > 0:
                yield line, units
            elif self._used_up.get(key, 0) == at:
                self._used_up[key] = at + 1

    def take(self, line: Held, units: int) -> None:
        """A row that is valid takes so many units of a line."""
        self._taken[line.pk] = self._taken.get(line.pk, 0) + units

    def holds(self, site: Site, part: str) -> bool:
        """Whether the site holds anything of a part, whatever the order."""
        return (site.pk, part) in self._by_part or (site.pk, part) in self._other_orders

    def around(self, line: Held) -> Around:
        """What stands around a line; what stays behind of its product is known later."""
        quote = self._quotes.get(line.pk)
        return Around(0, 0, quote) if quote else ALONE

    def prices_of(self, customer: Customer) -> ListedPrices:
        """The customer's price list."""
        # By customer first: a country is a costly word to ask for, a hundred thousand times.
        known = self._prices_of.get(customer.pk)
        if known is None:
            key = str(customer.country), customer.currency
            if key not in self._prices:
                self._prices[key] = price_book(*key)
            known = self._prices_of[customer.pk] = self._prices[key]
        return known

    def meant_site(self, params: Mapping[str, Any], value: str, actor: Actor) -> dict[str, Any]:
        """The figures of the fault, with the sites that may have been meant."""
        if self._near_sites is None:
            self._near_sites = Nearest(Site.objects.visible_to(actor).values_list("site_number", flat=True))
        return _with_suggestions(params, self._near_sites.of(value))

    def meant_part(self, params: Mapping[str, Any], value: str, site: Site) -> dict[str, Any]:
        """The same with the parts at the site that may have been meant."""
        if site.pk not in self._near_parts:
            rows = Entitlement.objects.filter(site=site)
            self._near_parts[site.pk] = Nearest(rows.order_by().values_list("part_id", flat=True).distinct())
        return _with_suggestions(params, self._near_parts[site.pk].of(value))


def _named(ordered: Iterable[tuple[UUID, str, str]], whole: Iterable[tuple[UUID, str]]) -> QuerySet[Entitlement]:
    """Lines with quantities: of sites, parts and orders, and of sites and parts whatever the order."""
    wanted = RawSQL(_WANTED, [*_columns(ordered, 3), *_columns(whole, 2)])  # noqa: S611  # values are parameters
    return Entitlement.objects.with_quantity().filter(pk__one_of=wanted)


def _readable(rows: Iterable[ParsedRow]) -> list[FormRow]:
    return [row.readable for row in rows if row.readable is not None]


def _columns(rows: Iterable[tuple[Any, ...]], width: int) -> Sequence[list[str]]:
    """Rows as a list for each column."""
    return [[str(row[at]) for row in rows] for at in range(width)]


def _with_suggestions(params: Mapping[str, Any], meant: Sequence[str]) -> dict[str, Any]:
    return dict(params) | ({"suggestions": list(meant)} if meant else {})
