"""Judges rows of a transfer form, a chunk at a time: SQL gathers the facts of all rows, the rules decide each.

Rows of one source site and one product are judged together: units are taken from one another's reach, and what stays
behind of a product shows only where all of its rows are seen (check V9).
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from licenses.intake.headings import HeadingMap
from licenses.intake.reader import RawRow
from licenses.models import Part
from licenses.queries import Held
from licenses.rules.parts import PERPETUAL_KINDS
from migrations_app.batch_desk import Desk
from migrations_app.facts import one_line, owned_by_product, same_enterprise
from migrations_app.intake.values import FormRow, ParsedRow, text_of
from migrations_app.rules.allocation import Shortfall, allocate
from migrations_app.rules.checks import LineFacts, RequestFacts, on_a_line, on_the_whole, part_of_product
from portal.kernel.blocker import Blocker
from portal.kernel.errors import Fault
from sites.models import Site
from sites.policies import asks_for
from sites.tenancy.actor import Actor

Group = tuple[UUID | None, UUID | None, date | None]
"""Source, target and day."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a row is worth: the units it takes of which lines, and every fault.

    `source`, `target` and `effective_on` are what it names, as far as the sender sees it. It is `valid` where nothing
    but warnings, reviews and hints stands in the way.
    """

    number: int
    values: dict[str, str]
    faults: tuple[Fault, ...]
    allocation: tuple[tuple[str, int], ...] = ()
    source: Site | None = None
    target: Site | None = None
    effective_on: date | None = None
    reference: str = ""
    valid: bool = False

    @property
    def group(self) -> Group:
        """Rows of one group become one request."""
        return self.source.pk if self.source else None, self.target.pk if self.target else None, self.effective_on


@dataclass(frozen=True, slots=True)
class _Judged:
    verdict: Verdict
    lines: tuple[LineFacts, ...]
    products: tuple[str, ...]


def unit_key() -> Callable[[RawRow, HeadingMap], Hashable | None]:
    """By what rows are judged together: source site and product; None for a row that doesn't say so."""
    products = dict(Part.objects.values_list("part_number", "product"))

    def key(row: RawRow, headings: HeadingMap) -> tuple[str, str] | None:
        site, part = text_of(row, headings, "source_site_number"), text_of(row, headings, "part_number")
        return (site, products.get(part, part)) if site and part else None

    return key


def judge_rows(rows: Sequence[ParsedRow], *, actor: Actor, desk: Desk) -> list[Verdict]:
    """A verdict for each row, in order. Rows of one unit must come whole; the desk keeps what is asked once a form."""
    desk.learn_sites(rows, actor)
    desk.load_lines(rows)
    return _told_what_stays([_judge(row, desk, actor) for row in rows], desk)


def _judge(parsed: ParsedRow, desk: Desk, actor: Actor) -> _Judged:
    """Everything that is wrong with a row: what can't be read, and what is wrong with the rest of it all the same."""
    row = parsed.readable
    if row is None:
        values = dict(parsed.values)
        return _Judged(Verdict(parsed.number, values, parsed.faults, reference=values.get("reference", "")), (), ())
    values = row.kept() if parsed.row is not None else dict(parsed.values)
    source, target = desk.sites.get(row.source_site_number), desk.sites.get(row.target_site_number)
    faults = [*parsed.faults, *_about_sites(row, source, target, desk, actor)]
    chosen: list[tuple[Held, int]] = []
    lines: tuple[LineFacts, ...] = ()
    if source is not None:
        unread = {fault.field for fault in parsed.faults}
        chosen, lacking = _choose(row, source, desk, unread)
        faults += lacking
        if target is not None:
            lines, found = _findings(row, source, target, chosen, desk)
            faults += found
    verdict = Verdict(
        row.number,
        values,
        tuple(faults),
        tuple((str(held.pk), units) for held, units in chosen),
        source,
        target,
        row.effective_on,
        row.reference,
        bool(chosen) and not any(fault.severity == "error" for fault in faults),
    )
    if verdict.valid:
        for held, units in chosen:
            desk.take(held, units)
    return _Judged(verdict, lines, tuple(held.part.product for held, _ in chosen))


def _about_sites(row: FormRow, source: Site | None, target: Site | None, desk: Desk, actor: Actor) -> list[Fault]:
    line = str(row.number)
    faults = [
        Fault("site_unknown", name, line, params=desk.meant_site({"value": value}, value, actor))
        for name, value, site in (
            ("source_site_number", row.source_site_number, source),
            ("target_site_number", row.target_site_number, target),
        )
        if site is None and value
    ]
    if source is not None and not asks_for(actor, source.customer_id):
        faults.append(Fault("mandate_missing", "source_site_number", line, params={"value": row.source_site_number}))
    if row.effective_on is not None and row.effective_on < desk.today:
        params = {"date": row.effective_on, "today": desk.today}
        faults.append(Fault("date_past", "effective_on", line, params=params))
    return faults


def _choose(
    row: FormRow, source: Site, desk: Desk, unread: Set[str | None]
) -> tuple[list[tuple[Held, int]], list[Fault]]:
    """The lines that a row takes its units of: those of its order, or the oldest first.

    Of the fields that are `unread` nothing is said here: they have their own fault.
    """
    line = str(row.number)
    if not row.part_number:
        return [], []
    held = desk.lines_of(source, row.part_number, row.order_reference)
    if not held:
        return [], [_not_held(row, source, desk)]
    if unread & {"quantity", "order_reference"}:
        return [], []
    found = allocate(row.quantity, desk.free(source, row.part_number, row.order_reference))
    if isinstance(found, Shortfall):
        owned = sum(x.quantity for x in held)
        figures = {
            "quantity": row.quantity,
            "owned": owned,
            "held": owned - found.available,
            "available": found.available,
        }
        return [], [Fault("V3", "quantity", line, params=figures, mends="customer")]
    return list(found), []


def _not_held(row: FormRow, source: Site, desk: Desk) -> Fault:
    line = str(row.number)
    if row.order_reference and desk.holds(source, row.part_number):
        params: dict[str, Any] = {"order": row.order_reference, "part_number": row.part_number}
        return Fault("order_not_held", "order_reference", line, params=params)
    params = {"part_number": row.part_number, "site": source.site_number}
    return Fault("part_not_held", "part_number", line, params=desk.meant_part(params, row.part_number, source))


def _findings(
    row: FormRow, source: Site, target: Site, chosen: Sequence[tuple[Held, int]], desk: Desk
) -> tuple[tuple[LineFacts, ...], list[Fault]]:
    prices = desk.prices_of(target.customer)
    on = max(row.effective_on or desk.today, desk.today)
    book = desk.books.on(on)
    lines = tuple(one_line(held, units, on, prices, book, desk.around(held)) for held, units in chosen)
    found = [*_on_the_whole(source, target, row.effective_on, desk)]
    for each in lines:
        found += on_a_line(each, on, book)
    return lines, [as_fault(blocker, row.number) for blocker in found]


def _on_the_whole(source: Site, target: Site, effective_on: date | None, desk: Desk) -> tuple[Blocker, ...]:
    key = source.pk, target.pk, effective_on
    if key not in desk.whole:
        request = RequestFacts(
            today=desk.today,
            source=desk.facts[source.pk],
            target=desk.facts[target.pk],
            lines=(),
            effective_on=effective_on,
            same_enterprise=same_enterprise(source.customer, target.customer, desk.declared),
        )
        desk.whole[key] = tuple(on_the_whole(request))
    return desk.whole[key]


def _told_what_stays(judged: Sequence[_Judged], desk: Desk) -> list[Verdict]:
    """The verdicts, with what stays behind of a product once every row is known that moves some of it (V9)."""
    moved: dict[tuple[Group, str], int] = {}
    for each in judged:
        if each.verdict.valid:
            for line, product in _counted(each):
                key = each.verdict.group, product
                moved[key] = moved.get(key, 0) + (0 if line.replaced_by_trade_up else line.quantity)
    owned = owned_by_product({group[0] for group, _ in moved if group[0]}, {product for _, product in moved})
    rest = {(group, product): _owned(owned, group, product) - units for (group, product), units in moved.items()}
    return [_with_rest(each, rest, desk) if each.verdict.valid else each.verdict for each in judged]


def _owned(owned: Mapping[tuple[UUID, str], int], group: Group, product: str) -> int:
    return owned.get((group[0], product), 0) if group[0] else 0


def _counted(judged: _Judged) -> Iterator[tuple[LineFacts, str]]:
    pairs = zip(judged.lines, judged.products, strict=True)
    return ((line, product) for line, product in pairs if line.kind in PERPETUAL_KINDS)


def _with_rest(judged: _Judged, rest: Mapping[tuple[Group, str], int], desk: Desk) -> Verdict:
    verdict, found = judged.verdict, list[Fault]()
    on = max(verdict.effective_on or desk.today, desk.today)
    for line, product in _counted(judged):
        stays = rest[verdict.group, product]
        if stays > 0 and (blocker := part_of_product(replace(line, rest=stays), on, desk.books.on(on))):
            found.append(as_fault(blocker, verdict.number))
    return replace(verdict, faults=(*verdict.faults, *found)) if found else verdict


def as_fault(blocker: Blocker, number: int) -> Fault:
    """A finding as the fault of the row `number`."""
    told: dict[str, Any] = {
        "severity": str(blocker.severity),
        "mends": blocker.mends,
        "heals_on": blocker.heals_on,
    }
    return Fault(blocker.code, blocker.field, str(number), params=blocker.params, **told)
