"""Prices come in by files: every fault told, two people, the past untouched, one transaction."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from licenses.models import Price, PriceImport, PriceImportRow, PriceList
from licenses.operations.price_imports import (
    compare_again,
    put_prices_in_force,
    reject_prices,
    upload_prices,
)
from licenses.queries import price_book
from licenses.queries.price_imports import findings, largest_changes, percent_steps
from portal.kernel.errors import DomainError, Forbidden, Invalid, NotFound, Refused
from sites.clock import now
from tests.cast import looking
from tests.pricing import SOON, checked, danish, fresh, row, rows_of, stands, uploaded, whole_list

pytestmark = pytest.mark.django_db
D = Decimal


def in_force(acting: Any, case: PriceImport, today: date, who: str = "soren", **more: Any) -> PriceImport:
    with acting(who) as actor:
        return put_prices_in_force(actor=actor, at=now(), on=today, import_id=case.pk, **more)


def refused(kind: type[DomainError], act: Any) -> list[str]:
    with pytest.raises(kind) as caught:
        act()
    return [fault.code for fault in caught.value.faults]


def codes(case: PriceImport) -> dict[int, set[tuple[str, str | None]]]:
    return {r.number: {(e["code"], e["field"]) for e in r.errors} for r in rows_of(case)}


@pytest.fixture
def parts(world: Any) -> tuple[str, str]:
    """Two parts that the Danish list prices."""
    with looking():
        found = Price.objects.filter(price_list__currency="DKK", level="BL").order_by("part_id")
        first, second = found.values_list("part_id", flat=True)[:2]
        return first, second


def test_the_difference_is_told_and_the_second_person_puts_it_into_force(acting, run_jobs, today, parts):
    one, two = parts
    before = stands()
    was = {(p, level): amount for p, level, amount, *_ in before}
    case = checked(acting, run_jobs, [
        *whole_list(**{f"{one}_BL": "99.999,50", f"{two}_D": None}),
        row(one, "I", "1234,50", list_price="2.000,00", valid_to="31.12.2027"),
    ])  # fmt: skip
    assert (case.status, case.rows_invalid, case.rows_read) == ("checked", 0, len(before))
    assert (case.rows_new, case.rows_changed, case.rows_gone, case.rows_same) == (1, 1, 1, len(before) - 2)
    assert stands() == before

    assert in_force(acting, case, today, version=case.version).status == "in_force"

    assert stands(SOON) == [(*r[:5], None) for r in before]
    after = {(p, level, first): (amount, listed, last) for p, level, amount, listed, first, last in stands()}
    first_day = before[0][4]
    assert after[(one, "BL", first_day)] == (was[one, "BL"], None, date(2026, 12, 31))
    assert after[(one, "BL", SOON)] == (D("99999.50"), None, None)
    assert after[(two, "D", first_day)][2] == date(2026, 12, 31)
    assert after[(one, "I", SOON)] == (D("1234.50"), D("2000.00"), date(2027, 12, 31))
    assert len(after) == len(before) + 2
    book = price_book("DK", "DKK", [one]).book
    assert book.find(one, "BL", SOON - timedelta(days=1)).amount == was[one, "BL"]
    assert book.find(one, "BL", SOON).amount == D("99999.50")
    assert book.find(one, "I", SOON).list_amount == D("2000.00")


def test_every_row_tells_every_fault_at_once(acting, run_jobs, parts):
    one, two = parts
    mistyped = one[:3] + one[4] + one[3] + one[5:] if one[3] != one[4] else one[1:]
    case = checked(acting, run_jobs, [
        row(mistyped, "ZZ", "1.234"),
        {**row("XXXXXXX", "BL", "-5"), "country": "SE", "currency": "EUR"},
        row(one, "BL", "12,345", valid_from="31.2.2027", valid_to="2027-13-01"),
        row(one, "BL", "12.34567", valid_from="1.1.2026"),
        row(one, "BL", "1", valid_from="1.12.2026"),
        row(one, "BL", "0,125", valid_from="1.3.2027", valid_to="1.2.2027"),
        row(two, "bl", "100", valid_from="1.1.2027", valid_to="30.6.2027"),
        row(two, "BL", "110", valid_from="30.6.2027"),
        row(two, "BL", "100", valid_from="2027-01-01", valid_to="2027-06-30"),
        row(two, "D", "100"),
    ])  # fmt: skip
    assert codes(case) == {
        2: {("amount_ambiguous", "price"), ("level_unknown", "level"), ("price_part_unknown", "part_number")},
        3: {
            ("amount_range", "price"), ("price_part_unknown", "part_number"), ("country_differs", "country"),
            ("currency_differs", "currency"),
        },
        4: {("amount_ambiguous", "price"), ("date_unknown_day", "valid_from"), ("date_unknown_day", "valid_to")},
        5: {("amount_shape", "price"), ("price_past", "valid_from")},
        6: {("price_early", "valid_from")},
        7: {("amount_decimals", "price"), ("price_days_order", "valid_to")},
        8: set(),
        9: {("price_overlap", "part_number")},
        10: {("price_twice", "part_number")},
        11: set(),
    }  # fmt: skip
    told = {e["code"]: e for r in rows_of(case) for e in r.errors}
    assert all(e["message"] and e["message"] != e["code"] and "%(" not in e["message"] for e in told.values())
    near = next(e for e in rows_of(case)[0].errors if e["code"] == "price_part_unknown")
    assert one in near["message"] or near["params"]["hint"]
    assert (case.rows_read, case.rows_invalid, case.compared_with) == (10, 8, None)
    with looking():
        assert {e["code"]: n for e, n in findings(case)}["price_part_unknown"] == 2


def test_a_list_with_a_faulty_row_never_goes_into_force(acting, run_jobs, today, parts):
    before = stands()
    case = checked(acting, run_jobs, [*whole_list(), row("XXXXXXX", "BL", "1")])
    assert refused(Refused, lambda: in_force(acting, case, today)) == ["price_import_faulty"]
    assert stands() == before and fresh(case).status == "checked"


def test_who_uploaded_the_file_may_not_put_it_into_force(acting, run_jobs, today, parts):
    before = stands()
    case = checked(acting, run_jobs, whole_list(**{f"{parts[0]}_BL": "1"}))
    assert refused(Forbidden, lambda: in_force(acting, case, today, who="rikke")) == ["own_case"]
    assert refused(NotFound, lambda: in_force(acting, case, today, who="mette")) == ["http_404"]
    assert stands() == before
    with acting("admin"), pytest.raises(DatabaseError), transaction.atomic():
        PriceImport.objects.filter(pk=case.pk).update(status="in_force", decided_by_id=case.created_by_id)


def test_a_day_that_has_passed_since_is_refused(acting, run_jobs, parts):
    before = stands()
    case = checked(acting, run_jobs, whole_list(**{f"{parts[0]}_BL": "1"}))
    assert refused(Refused, lambda: in_force(acting, case, SOON + timedelta(days=1))) == ["price_day_past"]
    assert stands() == before


def test_a_list_that_moved_on_is_compared_again_first(acting, run_jobs, today, parts):
    one, two = parts
    case = checked(acting, run_jobs, whole_list(**{f"{one}_BL": "1"}))
    other = checked(acting, run_jobs, whole_list(**{f"{two}_BL": "2"}))
    in_force(acting, other, today)
    between = stands()
    assert refused(Refused, lambda: in_force(acting, case, today, version=case.version)) == ["price_list_moved"]
    assert stands() == between
    with acting("rikke") as actor:
        compare_again(actor=actor, at=now(), import_id=case.pk)
    run_jobs()
    again = fresh(case)
    assert (again.status, again.rows_changed, again.replaced) == ("checked", 2, 1)
    assert refused(Refused, lambda: in_force(acting, case, today, version=case.version)) == ["stale"]
    in_force(acting, again, today, version=again.version)
    amounts = {(p, level): amount for p, level, amount, _, first, _last in stands() if first == SOON}
    # The file is the whole list: the other file's price was scheduled and never held.
    assert amounts == {(one, "BL"): D("1.00"), (two, "BL"): next(r[2] for r in between if r[:2] == (two, "BL"))}


def test_a_file_that_changes_nothing_is_not_put_into_force(acting, run_jobs, today):
    case = checked(acting, run_jobs, whole_list())
    assert (case.rows_changed, case.rows_new, case.rows_gone) == (0, 0, 0)
    assert refused(Refused, lambda: in_force(acting, case, today)) == ["price_nothing_changes"]


def test_a_rejected_file_says_why_and_stays(acting, run_jobs, today, parts):
    case = checked(acting, run_jobs, whole_list(**{f"{parts[0]}_BL": "1"}))

    def reject(who: str, reason: str) -> None:
        with acting(who) as actor:
            reject_prices(actor=actor, at=now(), import_id=case.pk, reason=reason)

    assert refused(Invalid, lambda: reject("soren", " ")) == ["reason_required"]
    assert refused(NotFound, lambda: reject("lars", "no")) == ["http_404"]
    reject("rikke", "A wrong column")
    assert fresh(case).decision_reason == "A wrong column"
    assert refused(Refused, lambda: in_force(acting, case, today)) == ["not_from_here"]
    with acting("admin"), pytest.raises(DatabaseError), transaction.atomic():
        PriceImportRow.objects.filter(price_import=case).update(change="new")


def test_the_desk_refuses_list_day_and_file_at_once(acting, today):
    bad = SimpleUploadedFile("prices.txt", b"x")

    def upload(who: str, **changes: Any) -> Any:
        with acting(who) as actor:
            asked = {"price_list": danish().pk, "effective_on": SOON, "upload": bad} | changes
            return upload_prices(actor=actor, at=now(), on=today, **asked)

    yesterday = today - timedelta(days=1)
    assert refused(Invalid, lambda: upload("rikke", price_list=None, effective_on=yesterday)) == [
        "price_list_unknown", "price_day_past", "file_kind",
    ]  # fmt: skip
    assert refused(Invalid, lambda: upload("rikke", effective_on=None)) == ["field_required", "file_kind"]
    assert refused(Forbidden, lambda: upload("mette")) == ["not_yours"]
    with looking():
        german = PriceList.objects.get(currency="EUR").pk
    assert refused(Invalid, lambda: upload("rikke", price_list=german)) == ["price_list_unknown", "file_kind"]
    with looking():
        assert not PriceImport.objects.exists()


def test_the_same_file_for_the_same_list_and_day_once(acting, run_jobs, today, parts):
    case = checked(acting, run_jobs, whole_list(**{f"{parts[0]}_BL": "1"}))
    again = lambda: uploaded(acting, whole_list(**{f"{parts[0]}_BL": "1"}), who="soren")  # noqa: E731
    assert refused(Refused, again) == ["price_file_twice"]
    with acting("soren") as actor:
        reject_prices(actor=actor, at=now(), import_id=case.pk, reason="Once more")
    assert again().pk


def test_steps_of_change_and_the_largest(acting, run_jobs, parts):
    one, two = parts
    was = {(p, level): amount for p, level, amount, *_ in stands()}
    wanted = {
        f"{one}_BL": was[one, "BL"] * D("0.7"), f"{one}_D": was[one, "D"] * D("0.97"), f"{two}_BL": was[two, "BL"] * 2,
        f"{two}_D": was[two, "D"] * D("1.05"),
    }  # fmt: skip
    case = checked(acting, run_jobs, whole_list(**{k: str(v.quantize(D("0.01"))) for k, v in wanted.items()}))
    with looking():
        steps = [(s.above, s.upto, s.count) for s in percent_steps(case)]
        largest = [(c.row.part_number, c.row.level, c.percent) for c in largest_changes(case)]
    assert sum(count for *_, count in steps) == 4
    assert (steps[0], steps[3], steps[-1]) == ((None, D(-20), 1), (D(-5), D(0), 1), (D(20), None, 1))
    assert largest[0] == (two, "BL", D("100.0")) and largest[1] == (one, "BL", D("-30.0"))


def test_a_price_that_was_written_only_ends(acting, today):
    with acting("admin"):
        price = Price.objects.filter(price_list__currency="DKK").first()
        for change in ({"amount": 1}, {"valid_from": today}, {"level": "D"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Price.objects.filter(pk=price.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            Price.objects.filter(pk=price.pk).delete()


def test_headings_in_danish_any_order_and_what_is_not_read(acting, run_jobs, today, parts):
    text = f"Pris;Farve;Niveau;Valuta;Land;Varenr.\n1.234,50;blå;BL;DKK;DK;{parts[0].lower()}\n"
    with acting("rikke") as actor:
        case = upload_prices(
            actor=actor, at=now(), on=today, price_list=danish().pk, effective_on=today,
            upload=SimpleUploadedFile("liste.csv", text.encode("cp1252")),
        )  # fmt: skip
    run_jobs()
    case = fresh(case)
    assert [f["code"] for f in case.faults] == ["file_heading_unknown"]
    assert (case.rows_invalid, case.rows_read, rows_of(case)[0].amount) == (0, 1, D("1234.50"))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 40, "file_zip_structure"),
        ("a.csv", b"%PDF-1.4", "file_not_what_it_says"),
        ("a.csv", b"part_number;country\n", "file_heading_missing"),
    ],
)
def test_a_hostile_or_foreign_file_is_refused_with_its_reason(acting, run_jobs, today, name, content, code):
    before = stands()
    with acting("rikke") as actor:
        case = upload_prices(
            actor=actor, at=now(), on=today, price_list=danish().pk, effective_on=SOON,
            upload=SimpleUploadedFile(name, content),
        )  # fmt: skip
    run_jobs()
    case = fresh(case)
    assert case.status == "failed" and code in [f["code"] for f in case.faults]
    assert stands() == before and not rows_of(case)
