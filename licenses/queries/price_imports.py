"""Imports of prices as the desk shows them: who may do what, the difference in figures, and rows."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Func, Q, QuerySet

from licenses.models import Price, PriceImport, PriceImportRow, PriceList
from licenses.queries.books import rule_book
from licenses.queries.price_check import percent
from licenses.rules.workflow import DESK, SECOND
from sites.tenancy import Actor

LARGEST = 10
_SIZE = Func((F("amount") - F("before_amount")) / F("before_amount"), function="ABS")


def lists_for(actor: Actor) -> QuerySet[PriceList]:
    """The price lists that a rep of these countries, or an operator, works on."""
    rows = PriceList.objects.order_by("name")
    return rows if actor.sees_all_customers else rows.filter(country__in=actor.territories)


def roles_on(actor: Actor, case: PriceImport) -> frozenset[str]:
    """desk, second: what the actor is to this import. Nobody puts into force what they uploaded."""
    if not actor.is_staff or not (actor.sees_all_customers or str(case.price_list.country) in actor.territories):
        return frozenset()
    return frozenset({DESK}) if case.created_by_id == actor.user_id else frozenset({DESK, SECOND})


@dataclass(frozen=True, slots=True)
class Step:
    """How many prices change by more than `above` and at most `upto` per cent; None where there is no bound."""

    above: Decimal | None
    upto: Decimal | None
    count: int


# Bounds of the steps in per cent; what doesn't change at all has a step of its own.
BOUNDS = (-20, -10, -5, 0, 0, 5, 10, 20)
_STEPS = """
SELECT CASE WHEN amount = before_amount THEN 4 WHEN amount < before_amount
            THEN width_bucket((amount - before_amount) * 100 / before_amount, ARRAY[-20, -10, -5]::numeric[])
            ELSE 5 + width_bucket((amount - before_amount) * 100 / before_amount, ARRAY[5, 10, 20]::numeric[]) END,
       count(*)
  FROM licenses_priceimportrow
 WHERE price_import_id = %s AND change = 'changed' AND before_amount > 0
 GROUP BY 1
"""


def percent_steps(case: PriceImport) -> list[Step]:
    """How far prices that change do so, from the deepest cut to the steepest rise; empty steps included."""
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, [case.pk])
        counts = dict(cursor.fetchall())
    bounds: list[int | None] = [None, *BOUNDS, None]
    return [Step(_or_none(bounds[at]), _or_none(bounds[at + 1]), counts.get(at, 0)) for at in range(len(BOUNDS) + 1)]


def _or_none(bound: int | None) -> Decimal | None:
    return None if bound is None else Decimal(bound)


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A row with by how many per cent its price rises."""

    row: PriceImportRow
    percent: Decimal | None


def changes(rows: Sequence[PriceImportRow]) -> list[PriceChange]:
    """The rows with their percentage."""
    return [PriceChange(row, percent(row.before_amount, row.amount)) for row in rows]


def largest_changes(case: PriceImport) -> list[PriceChange]:
    """The prices that change most, up or down, in per cent."""
    rows = PriceImportRow.objects.filter(price_import=case, change="changed", before_amount__gt=0)
    by_size = rows.exclude(amount=F("before_amount")).order_by(_SIZE.desc(), "part_number", "level", "number")
    return changes(list(by_size[:LARGEST]))


def import_rows(case: PriceImport, shown: str = "") -> QuerySet[PriceImportRow]:
    """The rows of a kind: invalid, or one of the changes; every row of the file where none is named."""
    rows = PriceImportRow.objects.filter(price_import=case)
    if shown == "invalid":
        return rows.filter(outcome="invalid")
    return rows.filter(change=shown) if shown in PriceImportRow.Change.values else rows.filter(number__isnull=False)


_FINDINGS = """
SELECT fault->>'code', (array_agg(fault ORDER BY r.number))[1]::text, count(DISTINCT r.id)
  FROM licenses_priceimportrow r, jsonb_array_elements(r.errors) AS fault
 WHERE r.price_import_id = %s GROUP BY 1 ORDER BY 3 DESC, 1
"""


_OUT_OF_ORDER = """
SELECT count(DISTINCT part_number) FROM (
    SELECT part_number, amount > lag(amount) OVER (PARTITION BY part_number, valid_from
                                                   ORDER BY array_position(%s::text[], level::text)) AS dearer
      FROM licenses_priceimportrow
     WHERE price_import_id = %s AND number IS NOT NULL AND level = ANY (%s::text[]) AND amount IS NOT NULL) AS rungs
 WHERE dearer
"""


def findings(case: PriceImport) -> list[tuple[dict[str, Any], int]]:
    """Each kind of fault by a row that has it, as it was stored, with how many rows do; the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(_FINDINGS, [case.pk])
        return [(json.loads(example), count) for _code, example, count in cursor.fetchall()]


def levels_out_of_order(case: PriceImport) -> int:
    """How many parts have a price at a rung of the ladder above that at a lower one, on the same first day."""
    rungs = [level for level, _ in rule_book().ladder]
    with connection.cursor() as cursor:
        cursor.execute(_OUT_OF_ORDER, [rungs, case.pk, rungs])
        return int(cursor.fetchone()[0])


def present_rows(prices: PriceList, on: date) -> Iterator[tuple[str | Decimal | date | None, ...]]:
    """What stands on the list on `on` and later, as rows of a file: a price that holds already names no first day."""
    rows = Price.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), price_list=prices)
    country, currency = str(prices.country), prices.currency
    for price in rows.order_by("part_id", "level", "valid_from").iterator(chunk_size=2000):
        first = price.valid_from if price.valid_from > on else None
        listed = price.list_amount
        yield price.part_id, country, currency, price.level, price.amount, listed, first, price.valid_to
