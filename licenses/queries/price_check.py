"""Judges rows of a price list against the catalog, the list and the day: every fault of a row at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from licenses.intake.cells import in_row
from licenses.intake.price_list import ParsedPrice
from licenses.models import Part, PriceImport
from licenses.queries.books import rule_book
from licenses.rules.nearest import Nearest
from licenses.rules.price_rows import PriceLine, Series, Span, line_faults, priced_levels
from portal.kernel.errors import Fault


@dataclass(frozen=True, slots=True)
class PriceVerdict:
    """A row and what is wrong with it. `line` has its days filled in; it stands only where nothing is wrong."""

    number: int
    values: Mapping[str, str]
    faults: tuple[Fault, ...]
    line: PriceLine | None


class PriceDesk:
    """What rows of one import are held against; remembers which days they have priced."""

    def __init__(self, case: PriceImport, today: date, headings: Mapping[str, str]):
        self._case, self._today, self._headings = case, today, headings
        self._levels = priced_levels(rule_book())
        self._parts = frozenset(Part.objects.values_list("part_number", flat=True))
        self._series = Series()

    def resume(self, rows: Any) -> None:
        """Take in what earlier rows priced: tuples of part, level, row, first and last day."""
        for part_number, level, number, first, last in rows:
            self._series.add(part_number, level, Span(number, first, last))

    def judge(self, row: ParsedPrice) -> PriceVerdict:
        """Every fault of `row`, with the row and the heading as the file has it."""
        own = [*self._place(row), *self._price(row.line)]
        found = [*row.faults, *(self._told(fault, row) for fault in own)]
        line = replace(row.line, valid_from=row.line.valid_from or self._case.effective_on)
        if not found and (met := self._meets(row.number, line)):
            found.append(self._told(met, row))
        return PriceVerdict(row.number, row.values, tuple(found), None if found else line)

    def _place(self, row: ParsedPrice) -> list[Fault]:
        wanted = {"country": str(self._case.price_list.country), "currency": self._case.price_list.currency}
        said = {"country": row.country, "currency": row.currency}
        return [
            Fault(f"{field}_differs", field, params={"value": said[field], "expected": expected})
            for field, expected in wanted.items()
            if said[field] and said[field] != expected
        ]

    def _price(self, line: PriceLine) -> list[Fault]:
        faults = []
        if line.part_number and line.part_number not in self._parts:
            hints = self._near.of(line.part_number, most=1)
            near = {"hint": hints[0], "reason": "near"} if hints else {}
            faults.append(Fault("price_part_unknown", "part_number", params={"value": line.part_number, **near}))
        case = self._case
        return faults + line_faults(
            line,
            levels=self._levels,
            currency=case.price_list.currency,
            effective_on=case.effective_on,
            today=self._today,
        )

    def _meets(self, number: int, line: PriceLine) -> Fault | None:
        first = line.valid_from or self._case.effective_on
        return self._series.add(line.part_number, line.level, Span(number, first, line.valid_to))

    @cached_property
    def _near(self) -> Nearest:
        return Nearest(self._parts)

    def _told(self, fault: Fault, row: ParsedPrice) -> Fault:
        return in_row(fault, row.number, self._headings)


def percent(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    """By how many per cent a price rises, to one place half even; None where there was none, or nothing."""
    if not before or after is None:
        return None
    return ((after - before) * 100 / before).quantize(Decimal("0.1"))
