"""Judges rows of a transfer form, a chunk at a time: SQL gathers the facts of all rows, the rules decide each."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from licenses.models import Entitlement
from licenses.queries import ListedPrices, price_book, rule_book
from licenses.rules.rulebook import RuleBook
from migrations_app.facts import declared, one_line, same_enterprise, site_facts
from migrations_app.intake.values import FormRow, ParsedRow
from migrations_app.rules.allocation import Shortfall, allocate
from migrations_app.rules.checks import RequestFacts, SiteFacts, check
from portal.kernel.blocker import Blocker
from portal.kernel.errors import Fault
from sites.models import Site
from sites.policies import asks_for
from sites.tenancy.actor import Actor

Taken = dict[UUID, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row is worth: the units it takes of which lines, and every fault. Errors make it invalid."""

    number: int
    values: dict[str, str]
    faults: tuple[Fault, ...]
    allocation: tuple[tuple[str, int], ...] = ()
    customer_id: UUID | None = None
    reference: str = ""

    @property
    def valid(self) -> bool:
        """Whether nothing but warnings, reviews and hints stands in the way."""
        return bool(self.allocation) and not any(f.severity == "error" for f in self.faults)


@dataclass
class Desk:
    """The facts of one chunk of rows, and what earlier rows of the form took already."""

    today: date
    actor: Actor
    taken: Taken
    book: RuleBook
    sites: dict[str, Site] = field(default_factory=dict)
    facts: dict[UUID, SiteFacts] = field(default_factory=dict)
    declared: set[frozenset[UUID]] = field(default_factory=set)
    held: dict[tuple[UUID, str], list[Entitlement]] = field(default_factory=dict)
    prices: dict[UUID, ListedPrices] = field(default_factory=dict)


def judge_rows(rows: Sequence[ParsedRow], *, actor: Actor, today: date, taken: Taken) -> list[Verdict]:
    """A verdict for each row, in order. `taken` is what earlier rows took, and is added to."""
    desk = _gather(rows, actor, today, taken)
    return [_judge(row, desk) for row in rows]


def _gather(rows: Sequence[ParsedRow], actor: Actor, today: date, taken: Taken) -> Desk:
    desk = Desk(today, actor, taken, rule_book(today))
    asked = [row.readable for row in rows if row.readable is not None]
    numbers = {n for row in asked for n in (row.source_site_number, row.target_site_number) if n}
    seen = Site.objects.visible_to(actor).select_related("customer", "agreement")
    desk.sites = {site.site_number: site for site in seen.filter(site_number__in=numbers)}
    desk.facts = site_facts(list(desk.sites.values()), today)
    desk.declared = declared(desk.sites.values(), today)
    wanted = Q(pk__isnull=True)
    for site in {desk.sites[r.source_site_number] for r in asked if r.source_site_number in desk.sites}:
        parts = {r.part_number for r in asked if r.source_site_number == site.site_number}
        wanted |= Q(site=site, part_id__in=parts)
    lines = Entitlement.objects.held_now().filter(wanted).select_related("part__renewal_part")
    for line in lines.order_by("acquired_on", "order_reference", "pk"):
        desk.held.setdefault((line.site_id, line.part_id), []).append(line)
    for site in desk.sites.values():
        if site.customer_id not in desk.prices:
            customer = site.customer
            desk.prices[customer.pk] = price_book(str(customer.country), customer.currency)
    return desk


def _judge(parsed: ParsedRow, desk: Desk) -> Verdict:
    """Everything that is wrong with a row: what can't be read, and what is wrong with the rest of it all the same."""
    row = parsed.readable
    if row is None:
        return Verdict(parsed.number, dict(parsed.values), parsed.faults, reference=parsed.values.get("reference", ""))
    values = _clean(row) if parsed.row is not None else dict(parsed.values)
    source, target = desk.sites.get(row.source_site_number), desk.sites.get(row.target_site_number)
    line = str(row.number)
    faults = list(parsed.faults)
    faults += [
        Fault("site_unknown", name, line, params={"value": value})
        for name, value, site in (
            ("source_site_number", row.source_site_number, source),
            ("target_site_number", row.target_site_number, target),
        )
        if site is None and value
    ]
    if source is not None and not asks_for(desk.actor, source.customer_id):
        faults.append(Fault("mandate_missing", "source_site_number", line, params={"value": row.source_site_number}))
    if row.effective_on is not None and row.effective_on < desk.today:
        params = {"date": row.effective_on, "today": desk.today}
        faults.append(Fault("date_past", "effective_on", line, params=params))
    taken: tuple[tuple[str, int], ...] = ()
    if source is not None:
        chosen, lacking = _choose(row, source, desk, unread={fault.field for fault in parsed.faults})
        faults += lacking
        taken = tuple((str(held.pk), units) for held, units in chosen)
        if target is not None:
            faults += _findings(row, source, target, chosen, desk)
    customer_id = source.customer_id if source is not None else None
    verdict = Verdict(row.number, values, tuple(faults), taken, customer_id, row.reference)
    if verdict.valid:
        for key, units in taken:
            desk.taken[UUID(key)] = desk.taken.get(UUID(key), 0) + units
    return verdict


def _clean(row: FormRow) -> dict[str, str]:
    """The row as it was understood: site numbers with their zeros, ISO dates, plain quantities."""
    return {
        "source_site_number": row.source_site_number,
        "part_number": row.part_number,
        "quantity": str(row.quantity),
        "target_site_number": row.target_site_number,
        "order_reference": row.order_reference,
        "effective_on": row.effective_on.isoformat() if row.effective_on else "",
        "reference": row.reference,
        "reason": row.reason,
    }


def _choose(
    row: FormRow, source: Site, desk: Desk, unread: Set[str | None]
) -> tuple[list[tuple[Entitlement, int]], list[Fault]]:
    """The lines that a row takes its units of: those of its order, or the oldest first.

    Of the fields that are `unread` nothing is said here: they have their own fault.
    """
    line = str(row.number)
    if not row.part_number:
        return [], []
    held = desk.held.get((source.pk, row.part_number), [])
    if not held:
        params = {"part_number": row.part_number, "site": source.site_number}
        return [], [Fault("part_not_held", "part_number", line, params=params)]
    if row.order_reference:
        held = [x for x in held if x.order_reference == row.order_reference]
        if not held:
            params = {"order": row.order_reference, "part_number": row.part_number}
            return [], [Fault("order_not_held", "order_reference", line, params=params)]
    if unread & {"quantity", "order_reference"}:
        return [], []
    by_key = {str(x.pk): x for x in held}
    free = [(key, x.available_quantity - desk.taken.get(x.pk, 0)) for key, x in by_key.items()]
    found = allocate(row.quantity, free)
    if isinstance(found, Shortfall):
        owned = sum(x.quantity for x in held)
        figures = {
            "quantity": row.quantity,
            "owned": owned,
            "held": owned - found.available,
            "available": found.available,
        }
        return [], [Fault("V3", "quantity", line, params=figures, mends="customer")]
    return [(by_key[key], units) for key, units in found], []


def _findings(
    row: FormRow, source: Site, target: Site, chosen: Sequence[tuple[Entitlement, int]], desk: Desk
) -> list[Fault]:
    prices = desk.prices[target.customer_id]
    on = max(row.effective_on or desk.today, desk.today)
    request = RequestFacts(
        today=desk.today,
        source=desk.facts[source.pk],
        target=desk.facts[target.pk],
        lines=tuple(one_line(held, units, on, prices, desk.book) for held, units in chosen),
        effective_on=row.effective_on,
        same_enterprise=same_enterprise(source.customer, target.customer, desk.declared),
    )
    return [as_fault(blocker, row.number) for blocker in check(request, desk.book)]


def as_fault(blocker: Blocker, number: int) -> Fault:
    """A finding as the fault of the row `number`."""
    told: dict[str, Any] = {
        "severity": str(blocker.severity),
        "mends": blocker.mends,
        "heals_on": blocker.heals_on,
    }
    return Fault(blocker.code, blocker.field, str(number), params=blocker.params, **told)
