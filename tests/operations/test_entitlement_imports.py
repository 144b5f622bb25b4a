"""What customers hold comes in by files: declared or recorded at once, by difference, nothing vanishes."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from licenses.ledger_audit import audit
from licenses.models import (
    CoverPeriod,
    Entitlement,
    EntitlementImport,
    EntitlementImportRow,
    Part,
    Proof,
    QuantityMovement,
)
from licenses.operations import hold
from licenses.operations.entitlement_imports import (
    accept_holdings,
    compare_holdings,
    map_holdings,
    reject_holdings,
    upload_holdings,
)
from licenses.queries.entitlement_imports import reasons_of
from portal.kernel.errors import DomainError, Forbidden, Invalid, NotFound, Refused
from sites.clock import now
from tests.cast import looking
from tests.holding_files import checked, file_of, fresh, handed_in, row, rows_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(world):
    return world.express_site


@pytest.fixture
def accept(acting, today):
    def by(case, who="rikke", **more):
        with acting(who) as actor:
            return accept_holdings(actor=actor, at=now(), on=today, import_id=case.pk, **more)

    return by


def codes(kind: type[DomainError], act) -> list[str]:
    with pytest.raises(kind) as caught:
        act()
    return [fault.code for fault in caught.value.faults]


def held(site, order):
    with looking():
        rows = Entitlement.objects.filter(site=site, order_reference=order).with_quantity()
        return {line.part_id: line.quantity for line in rows}


def agrees(today):
    with looking():
        assert audit(today).breaks == []


def outcomes(case):
    return {r.number: r.outcome for r in rows_in(case)}


def found(case):
    return {r.number: {e["code"] for e in [*r.errors, *r.against]} for r in rows_in(case)}


def test_a_customers_file_is_declared_and_counts_when_a_rep_accepts_it(acting, run_jobs, accept, site, today):
    case = checked(acting, run_jobs, "mette", site, [row(), row("D2BBBLL", "3")])
    assert (case.status, case.declared, case.rows_new, case.rows_read) == ("checked", True, 2, 2)
    assert held(site, "O-1") == {}
    assert accept(case, version=case.version).status == "accepted"
    assert held(site, "O-1") == {"D1AAALL": 10, "D2BBBLL": 3}
    with looking():
        line = Entitlement.objects.get(part_id="D1AAALL")
        assert (line.acquired_on, line.coverage_end) == (date(2024, 3, 15), date(2027, 3, 31))
        assert CoverPeriod.objects.get(entitlement=line).starts_on == date(2026, 4, 1)
        assert Proof.objects.get(entitlement=line).quantity == 10
        assert Part.objects.get(pk="D1AAALL").kind == "LICENSE_PLUS_S&S"
    agrees(today)


@pytest.mark.parametrize("who", ["rikke", "admin"])
def test_a_file_of_the_desk_is_the_record_at_once(acting, run_jobs, site, who, today):
    case = checked(acting, run_jobs, who, site, [row(), row("D2BBBLL", "0")])
    assert (case.status, case.declared, case.rows_new, case.rows_rejected) == ("accepted", False, 1, 1)
    assert held(site, "O-1") == {"D1AAALL": 10}
    agrees(today)


def test_a_newer_export_updates_by_difference_and_changes_no_entry(acting, run_jobs, accept, site, today):
    checked(acting, run_jobs, "rikke", site, [row(), row("D2BBBLL", "3"), row("D3CCCLL", "5"), row("D4DDDLL", "7")])
    with looking():
        before = list(QuantityMovement.objects.order_by("sequence", "id").values())
    newer = checked(acting, run_jobs, "mette", site, [
        row(), row("D2BBBLL", "8"), row("D5EEELL", "1"),
        row("D3CCCLL", "2", coverage_start="2027-04-01", coverage_end="2028-03-31"),
    ])  # fmt: skip
    assert outcomes(newer) == {2: "same", 3: "changed", 4: "new", 5: "changed", None: "gone"}
    assert (newer.rows_new, newer.rows_changed, newer.rows_gone, newer.rows_same) == (1, 2, 1, 1)
    assert held(site, "O-1") == {"D1AAALL": 10, "D2BBBLL": 3, "D3CCCLL": 5, "D4DDDLL": 7}
    accept(newer)
    assert held(site, "O-1") == {"D1AAALL": 10, "D2BBBLL": 8, "D3CCCLL": 2, "D4DDDLL": 0, "D5EEELL": 1}
    with looking():
        keys = [m["id"] for m in before]
        assert list(QuantityMovement.objects.filter(id__in=keys).order_by("sequence", "id").values()) == before
        added = QuantityMovement.objects.exclude(id__in=keys)
        assert sorted(m.reason for m in added) == ["acquisition", "correction", "correction", "correction"]
        assert {m.reference for m in added if m.reason == "correction"} == {str(newer)}
        assert CoverPeriod.objects.filter(entitlement__part_id="D3CCCLL").count() == 2
        assert Entitlement.objects.get(part_id="D3CCCLL").coverage_end == date(2028, 3, 31)
        assert Proof.objects.filter(entitlement__part_id="D4DDDLL", status="valid").count() == 0
    agrees(today)


def test_the_same_export_again_changes_nothing(acting, run_jobs, site, today):
    checked(acting, run_jobs, "rikke", site, [row(), row("D2BBBLL", "3")])
    again = checked(acting, run_jobs, "rikke", site, [row(), row("D2BBBLL", "3")])
    assert (again.status, again.rows_same, again.rows_new) == ("accepted", 2, 0)
    agrees(today)


def test_lines_that_no_import_knew_are_never_gone(acting, run_jobs, world, site):
    assert world.lines(site)
    assert checked(acting, run_jobs, "mette", site, [row()]).rows_gone == 0


def test_a_rejected_row_keeps_the_lines_of_its_part(acting, run_jobs, site):
    checked(acting, run_jobs, "rikke", site, [row(), row("D2BBBLL", "3")])
    one = checked(acting, run_jobs, "mette", site, [row(), row("D2BBBLL", "three")])
    assert (one.rows_gone, one.rows_rejected) == (0, 1)
    none = checked(acting, run_jobs, "mette", site, [row("D3CCCLL"), row("D?", "1")])
    assert (none.rows_gone, none.rows_rejected) == (0, 1)


def test_every_fault_of_every_row_is_told(acting, run_jobs, site):
    case = checked(acting, run_jobs, "mette", site, [
        row("D1AAALL", "0", acquired_on="31.2.2024"),
        row("D1AAALL", "1,5", site_number="9999999", coverage_end="2026-01-31"),
        row("D9ZZZLL", description="", acquired_on="2030-01-01"),
        row("D2BBBLL", order="O-2"), row("D2BBBLL", order="O-2"),
        row("D2BBBLL", order="O-3", coverage_end=""),
        row("AB1", order="O-4", coverage_end="2027-03-15", points="1.234"),
        row("D2BBBLL", order="O-5", acquired_on="", coverage_start="", coverage_end=""),
    ])  # fmt: skip
    assert found(case) == {
        2: {"row_quantity_range", "date_unknown_day"},
        3: {"row_quantity_not_whole", "import_site_unknown", "import_cover_order"},
        4: {"import_part_unknown", "import_day_late"},
        5: set(),
        6: {"import_row_twice"},
        7: {"import_cover_half"},
        8: {"import_part_unusual", "import_cover_odd_end", "amount_ambiguous"},
        9: {"value_missing"},
    }
    assert outcomes(case)[8] == "new"
    assert (case.rows_read, case.rows_rejected, case.rows_new) == (8, 6, 2)
    told = [e["message"] for r in rows_in(case) for e in r.errors]
    assert all(text and "%(" not in text and "import_" not in text for text in told)


def test_passage_online_headings_are_read_and_the_mapping_is_shown(acting, run_jobs, site):
    text = (
        "Order type\tSale order date\tPart number\tPart description\tCoverage dates\tQty.\tIBM order reference no.\n"
        "New\t05 Mar 2011\tD1AAALL\tIBM X License + SW Subscription & Support 12 Months\t"
        "Start date 05 Mar 2011 End date 31 Mar 2012\t12\tP-1\n"
        "New\t5. maj 2012\tD2BBBLL\tIBM X Annual SW Subscription & Support Renewal\t1.5.2012 - 31.5.2013\t12\tP-2\n"
    )
    case = checked(acting, run_jobs, "mette", site, SimpleUploadedFile("export.csv", text.encode("utf-16")))
    assert (case.status, case.rows_new) == ("checked", 2), found(case)
    assert case.mapping == {
        "Order type": None, "Sale order date": "acquired_on", "Part number": "part_number",
        "Part description": "description", "Coverage dates": "coverage", "Qty.": "quantity",
        "IBM order reference no.": "order_reference",
    }  # fmt: skip
    first, second = rows_in(case)
    assert (first.acquired_on, first.coverage_start, first.coverage_end) == (
        date(2011, 3, 5), date(2011, 3, 5), date(2012, 3, 31),
    )  # fmt: skip
    assert (first.kind, second.kind) == ("LICENSE_PLUS_S&S", "S&S_RENEWAL")


def test_headings_that_are_not_known_are_mended_and_remembered(acting, run_jobs, site):
    text = "Reference;Nummer X;Stück;Tag;description\nO-1;D1AAALL;4;2024-03-15;Something\n"
    case = checked(acting, run_jobs, "mette", site, SimpleUploadedFile("odd.csv", text.encode("cp1252")))
    assert case.status == "failed"
    assert {f["code"] for f in case.faults} >= {"file_heading_missing"}
    said = {"Nummer X": "part_number", "Stück": "quantity", "Tag": "acquired_on", "Reference": "order_reference"}
    with acting("mette") as actor:
        bad = {"Nummer X": "nothing", "Tag": "quantity", "Stück": "quantity"}
        assert codes(Invalid, lambda: map_holdings(actor=actor, at=now(), import_id=case.pk, mapping=bad)) == [
            "mapping_field_unknown", "mapping_field_twice",
        ]  # fmt: skip
        map_holdings(actor=actor, at=now(), import_id=case.pk, mapping=said)
    run_jobs()
    mended = fresh(case)
    assert (mended.status, mended.rows_new, mended.mapping["Nummer X"]) == ("checked", 1, "part_number")
    later = text.replace("O-1", "O-2")
    again = checked(acting, run_jobs, "jonas", site, SimpleUploadedFile("odd.csv", later.encode("cp1252")))
    assert (again.status, again.rows_new) == ("checked", 1)


def test_a_promise_and_a_move_keep_a_line_from_a_file(acting, run_jobs, world, site, accept):
    checked(acting, run_jobs, "rikke", site, [row(), row("D2BBBLL", "3")])
    with looking(), acting("rikke") as actor:
        lines = {line.part_id: line for line in Entitlement.objects.filter(order_reference="O-1")}
        hold(actor=actor, at=now(), reference=lines["D1AAALL"].pk, lines={lines["D1AAALL"].pk: 6})
        hold(actor=actor, at=now(), reference=lines["D2BBBLL"].pk, lines={lines["D2BBBLL"].pk: 1})
    case = checked(acting, run_jobs, "mette", site, [row(quantity="5"), row("D3CCCLL", order="O-9")])
    assert found(case) == {2: {"import_line_promised"}, 3: set(), None: {"import_line_promised"}}
    assert (case.rows_rejected, case.rows_gone) == (1, 0)
    accept(case)
    assert held(site, "O-1") == {"D1AAALL": 10, "D2BBBLL": 3}


def test_another_day_of_purchase_is_told_not_doubled(acting, run_jobs, site):
    checked(acting, run_jobs, "rikke", site, [row()])
    case = checked(acting, run_jobs, "mette", site, [row(acquired_on="2024-03-16")])
    assert found(case)[2] == {"import_day_differs"}


def test_a_difference_that_moved_on_is_compared_again_first(acting, run_jobs, site, accept):
    case = checked(acting, run_jobs, "mette", site, [row(), row("D2BBBLL")])
    checked(acting, run_jobs, "rikke", site, [row()])
    assert codes(Refused, lambda: accept(case)) == ["import_record_moved"]
    assert fresh(case).status == "checked"
    with acting("rikke") as actor:
        compare_holdings(actor=actor, at=now(), import_id=case.pk)
    run_jobs()
    assert (fresh(case).rows_same, fresh(case).rows_new) == (1, 1)
    assert accept(fresh(case)).status == "accepted"
    assert held(site, "O-1") == {"D1AAALL": 10, "D2BBBLL": 10}


def test_a_large_import_is_recorded_by_a_worker(acting, run_jobs, site, accept, monkeypatch, today):
    monkeypatch.setattr("licenses.operations.entitlement_imports.AT_ONCE", 1)
    case = checked(acting, run_jobs, "mette", site, [row(), row("D2BBBLL")])
    assert accept(case).status == "applying"
    run_jobs()
    assert fresh(case).status == "accepted"
    agrees(today)


def test_a_large_import_goes_back_where_the_record_moved_on_meanwhile(acting, run_jobs, site, accept, monkeypatch):
    case = checked(acting, run_jobs, "mette", site, [row(), row("D2BBBLL")])
    first = handed_in(acting, "rikke", site, [row()])  # waits in front of the recording
    monkeypatch.setattr("licenses.operations.entitlement_imports.AT_ONCE", 1)
    assert accept(case).status == "applying"
    run_jobs()
    back = fresh(case)
    assert (fresh(first).status, back.status, back.decided_by_id) == ("accepted", "checked", None)
    assert [f["code"] for f in back.faults] == ["import_record_moved"]
    assert held(site, "O-1") == {"D1AAALL": 10}


def test_only_the_desk_decides_and_a_rejection_needs_a_reason(acting, run_jobs, site, accept, today):
    case = checked(acting, run_jobs, "mette", site, [row()])
    for who in ("mette", "jonas"):
        assert codes(Forbidden, lambda who=who: accept(case, who)) == ["not_yours"]
    with pytest.raises(NotFound):
        accept(case, "anna")
    assert codes(Refused, lambda: accept(case, version=1)) == ["stale"]
    with acting("rikke") as actor:
        assert codes(Invalid, lambda: reject_holdings(actor=actor, at=now(), import_id=case.pk, reason=" ")) == [
            "reason_required"
        ]
        reject_holdings(actor=actor, at=now(), import_id=case.pk, reason="Not ours")
    assert codes(Refused, lambda: accept(case)) == ["not_from_here"]
    assert held(site, "O-1") == {}


def test_a_file_is_refused_before_it_is_read(acting, site, world):
    assert codes(Invalid, lambda: handed_in(acting, "mette", site, SimpleUploadedFile("x.xls", b""),
                                            mapping={"a": "b"})) == [
        "mapping_field_unknown", "file_empty", "file_old_xls",
    ]  # fmt: skip
    handed_in(acting, "mette", site, file_of([row()]))
    assert codes(Refused, lambda: handed_in(acting, "mette", site, file_of([row()]))) == ["import_file_twice"]
    with acting("lars") as actor:
        refused = lambda: upload_holdings(actor=actor, at=now(), site=site, upload=file_of([row("D2BBBLL")]))  # noqa: E731
        assert codes(Forbidden, refused) == ["not_yours"]


def test_the_database_lets_only_the_desk_decide_and_keeps_what_is_decided(acting, run_jobs, site, accept):
    case = checked(acting, run_jobs, "mette", site, [row()])

    def straight(who: str, status: str) -> None:
        with acting(who):
            EntitlementImport.objects.filter(pk=case.pk).update(status=status, version=case.version + 1)

    for status in ("applying", "rejected"):
        with pytest.raises(DatabaseError):
            straight("mette", status)
    with pytest.raises(DatabaseError):
        straight("rikke", "accepted")
    with pytest.raises(DatabaseError), acting("rikke"):
        EntitlementImportRow.objects.filter(file_import=case).update(outcome="same")
    accept(case)
    with pytest.raises(DatabaseError):
        straight("rikke", "checked")


def test_the_recording_asks_as_often_for_many_rows_as_for_few(acting, run_jobs, site, accept):
    asked = []
    for name, count in (("one", 1), ("few", 20), ("many", 60)):
        case = checked(acting, run_jobs, "mette", site, [row(order=f"{name}-{n}") for n in range(count)])
        with CaptureQueriesContext(connection) as queries:
            accept(case)
        asked.append(len(queries))
    assert asked[1] == asked[2]


def test_a_row_of_another_customer_or_agreement_is_rejected_with_a_sentence(world, acting, run_jobs):
    site = world.originating_site
    with looking():
        number, agreement = site.customer.ibm_customer_number, site.agreement.number
    assert number
    rows = [
        row(order="O-1", customer_number=number.lower().lstrip("0"), agreement_number=f"00{agreement}"),
        row(order="O-2", customer_number="9999999", agreement_number=agreement),
        row(order="O-3", customer_number="8888888", agreement_number="123"),
        row(order="O-4"),
        row(order="O-5", site_number=world.express_site.site_number, agreement_number="123"),
    ]
    case = checked(acting, run_jobs, "mette", site, file_of(rows))
    found = [(r.outcome, sorted(e["code"] for e in r.errors if e["severity"] == "error")) for r in rows_in(case)]
    other, both = ["import_customer_other"], ["import_agreement_other", "import_customer_other"]
    kept = ("new", [])
    assert [f for f in found if f[0] != "gone"] == [kept, ("rejected", other), ("rejected", both), kept, kept]
    with looking():
        reasons = [(r.code, r.rows, r.first) for r in reasons_of(case)]
    assert reasons == [("import_customer_other", 2, 3), ("import_agreement_other", 1, 4)]
    with looking():
        type(site.customer).objects.filter(pk=site.customer_id).update(ibm_customer_number="")
    again = checked(acting, run_jobs, "mette", site, file_of(rows[:2], name="other.csv"))
    assert again.rows_rejected == 0, "what the record lacks says nothing"
