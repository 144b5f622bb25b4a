"""Price lists as files: from the list as it stands, changed as a test wants, through upload and check."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from licenses.models import Price, PriceImport, PriceList
from licenses.operations.price_imports import upload_prices
from sites.clock import now, today
from tests.cast import looking

HEADINGS = ("part_number", "country", "currency", "level", "price", "list_price", "valid_from", "valid_to")
SOON = date(2027, 1, 1)
DAY = timedelta(days=1)
Row = dict[str, str]
Present = dict[tuple[str, str], tuple[Any, ...]]


def danish() -> PriceList:
    """The Danish list."""
    with looking():
        return PriceList.objects.get(country="DK", currency="DKK")


def stands(on: date | None = None) -> list[tuple[Any, ...]]:
    """Every price of the Danish list; with `on`, as it was on each day before that one."""
    with looking():
        rows = Price.objects.filter(price_list__currency="DKK").order_by("part_id", "level", "valid_from")
        told = list(rows.values_list("part_id", "level", "amount", "list_amount", "valid_from", "valid_to"))
    if on is None:
        return told
    return [(*row[:5], None if row[5] is None or row[5] >= on - DAY else row[5]) for row in told if row[4] < on]


def whole_list(**changes: str | None) -> list[Row]:
    """The list as it stands as rows of a file; `PART_LEVEL="price"` changes a price, None leaves it out."""
    with looking():
        present = list(Price.objects.filter(price_list__currency="DKK", valid_to=None).order_by("part_id", "level"))
    rows = []
    for price in present:
        amount = changes.get(f"{price.part_id}_{price.level}", str(price.amount))
        if amount is not None:
            rows.append(row(price.part_id, price.level, amount))
    return rows


def row(part_number: str, level: str, price: str, **more: str) -> Row:
    """One row for the Danish list."""
    return {
        "part_number": part_number, "country": "DK", "currency": "DKK", "level": level, "price": price, **more
    }  # fmt: skip


def file_of(rows: list[Row], name: str = "prices.csv") -> SimpleUploadedFile:
    """The rows as a CSV file."""
    lines = [";".join(HEADINGS), *(";".join(r.get(h, "") for h in HEADINGS) for r in rows)]
    return SimpleUploadedFile(name, "\n".join(lines).encode("utf-8-sig"))


def uploaded(acting: Any, rows: list[Row], who: str = "rikke", effective_on: date = SOON) -> PriceImport:
    """A file of these rows, taken in."""
    with acting(who) as actor:
        return upload_prices(
            actor=actor, at=now(), on=today(), price_list=danish().pk, effective_on=effective_on, upload=file_of(rows)
        )


def checked(acting: Any, run_jobs: Callable[[], Any], rows: list[Row], **more: Any) -> PriceImport:
    """A file of these rows, taken in and checked."""
    case = uploaded(acting, rows, **more)
    run_jobs()
    return fresh(case)


def fresh(case: PriceImport) -> PriceImport:
    """The import as it stands in the database."""
    with looking():
        return PriceImport.objects.select_related("price_list").get(pk=case.pk)


def rows_of(case: PriceImport) -> list[Any]:
    """The import's rows, by number, those of the list that the file doesn't name last."""
    with looking():
        return sorted(case.rows.all(), key=lambda r: (r.number is None, r.number or 0, r.part_number, r.level))
