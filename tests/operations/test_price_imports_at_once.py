"""Price lists when two act at once, and at the size that they come in."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from licenses.models import Part, Price, PriceImport
from licenses.operations.price_imports import put_prices_in_force
from portal.kernel.errors import Refused
from sites.clock import now
from tests.cast import acting, looking
from tests.pricing import SOON, checked, row, stands, uploaded, whole_list

LEVELS = ("BL", "D", "E", "F", "G", "H", "I", "J", "GV", "ED")


def put(who: str, case: PriceImport, today: Any) -> Any:
    def act() -> PriceImport:
        with acting(who) as actor:
            return put_prices_in_force(actor=actor, at=now(), on=today, import_id=case.pk)

    return act


def test_two_who_put_one_file_into_force_do_so_once(committed: str, at_once: Any, run_jobs: Any, today: Any) -> None:
    before = stands()
    part, level = before[0][:2]
    case = checked(acting, run_jobs, whole_list(**{f"{part}_{level}": "1,00"}))
    results = at_once(put("soren", case, today), put("admin", case, today))
    assert sorted(type(r).__name__ for r in results) == ["PriceImport", "Refused"]
    assert len(stands()) == len(before) + 1


def test_of_two_files_for_one_list_the_second_is_compared_again(
    committed: str, at_once: Any, run_jobs: Any, today: Any
) -> None:
    before = stands()
    (one, at_one), (two, at_two) = before[0][:2], before[-1][:2]
    first = checked(acting, run_jobs, whole_list(**{f"{one}_{at_one}": "1,00"}))
    second = checked(acting, run_jobs, whole_list(**{f"{two}_{at_two}": "2,00"}))
    results = at_once(put("soren", first, today), put("admin", second, today))
    assert sorted(type(r).__name__ for r in results) == ["PriceImport", "Refused"]
    (refusal,) = [r for r in results if isinstance(r, Refused)]
    assert refusal.code == "price_list_moved"
    assert len(stands()) == len(before) + 1


def test_the_same_file_twice_at_once_is_taken_in_once(committed: str, at_once: Callable[..., list[Any]]) -> None:
    rows = whole_list()[:5]
    results = at_once(lambda: uploaded(acting, rows), lambda: uploaded(acting, rows, who="soren"))
    assert sorted(type(r).__name__ for r in results) == ["PriceImport", "Refused"]
    with looking():
        assert PriceImport.objects.count() == 1


def test_ten_thousand_rows(committed: str, run_jobs: Any, today: Any) -> None:
    with acting("admin"):
        Part.objects.bulk_create(
            Part(part_number=f"Z{n:04d}LL", description="D", kind="OTHER", product="P") for n in range(1000)
        )
    rows = [row(f"Z{n:04d}LL", level, f"1.{n:03d},5{place}") for n in range(1000) for place, level in enumerate(LEVELS)]
    before = stands()
    case = checked(acting, run_jobs, rows)
    assert (case.status, case.rows_read, case.rows_invalid, case.rows_new) == ("checked", 10_000, 0, 10_000)
    assert case.rows_gone == len(before)
    put("soren", case, today)()
    with looking():
        assert Price.objects.filter(valid_from=SOON).count() == 10_000
        assert Price.objects.get(part_id="Z0999LL", level="ED").amount == Decimal("1999.59")
    assert stands(SOON) == [(*r[:5], None) for r in before]

    dearer = [r | {"price": f"2{r['price'][1:]}"} for r in rows]
    again = checked(acting, run_jobs, dearer)
    assert (again.rows_changed, again.rows_same, again.rows_gone, again.replaced) == (10_000, 0, 0, 10_000)
    put("soren", again, today)()
    with looking():
        assert Price.objects.filter(valid_from=SOON).count() == 10_000
        assert Price.objects.get(part_id="Z0999LL", level="ED").amount == Decimal("2999.59")
