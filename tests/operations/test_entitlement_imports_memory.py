"""Files of holdings: what was said about headings is remembered, newer files take the place of older ones."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError

from licenses.models import Entitlement, EntitlementImport, Part
from licenses.operations.entitlement_imports import accept_holdings, map_holdings, reject_holdings
from licenses.queries.entitlement_imports import changes_of, headings_of, newer_accepted
from portal.kernel.errors import Refused
from sites.clock import now
from tests.cast import looking
from tests.holding_files import checked, file_of, fresh, row, rows_in

pytestmark = pytest.mark.django_db
ODD = "Reference;Nummer;Stück;Tag;Text;\nO-1;D1AAALL;4;2024-03-15;Something;x\nO-2;D2BBBLL;4;2024-03-15;Else;\n"
SAID = {"Nummer": "part_number", "Stück": "quantity", "Tag": "acquired_on", "Text": "description", "Reference": None}


@pytest.fixture
def site(world):
    return world.express_site


def odd(text: str = ODD) -> SimpleUploadedFile:
    return SimpleUploadedFile("odd.csv", text.encode("utf-16"))


def mapped(acting, run_jobs, case, said):
    with acting("mette") as actor:
        map_holdings(actor=actor, at=now(), import_id=case.pk, mapping=said)
    run_jobs()
    return fresh(case)


def how(case):
    return {h.heading: (h.field, h.how, h.number) for h in headings_of(case)}


def test_headings_come_with_their_first_values_and_how_they_are_known(acting, run_jobs, site):
    case = checked(acting, run_jobs, "mette", site, odd())
    assert case.status == "failed"
    assert [(h.heading, h.samples, h.how) for h in headings_of(case)] == [
        ("Reference", ["O-1", "O-2"], "unknown"), ("Nummer", ["D1AAALL", "D2BBBLL"], "unknown"),
        ("Stück", ["4"], "unknown"), ("Tag", ["2024-03-15"], "unknown"), ("Text", ["Something", "Else"], "unknown"),
    ]  # fmt: skip
    case = mapped(acting, run_jobs, case, SAID)
    assert (case.status, how(case)["Nummer"]) == ("checked", ("part_number", "said", ""))
    assert how(case)["Reference"] == ("", "said", "")


def test_what_was_said_is_remembered_visibly_and_for_the_same_headings_first(acting, run_jobs, site):
    first = mapped(acting, run_jobs, checked(acting, run_jobs, "mette", site, odd()), SAID)
    again = checked(acting, run_jobs, "jonas", site, odd(ODD.replace("O-", "P-")))
    assert again.status == "checked"
    assert how(again)["Tag"] == ("acquired_on", "remembered", str(first))
    assert how(again)["Reference"] == ("", "remembered", str(first))
    # Another set of headings in which a word means something else leaves the first set's meaning alone.
    other = "Tag;Nummer;Stück;Kauf;Text\n1;D1AAALL;4;2024-03-15;Something\n"
    case = checked(acting, run_jobs, "mette", site, odd(other))
    assert how(case)["Nummer"] == ("part_number", "remembered", str(first))
    mapped(acting, run_jobs, case, {"Tag": None, "Kauf": "acquired_on"})
    last = checked(acting, run_jobs, "mette", site, odd(ODD.replace("O-", "R-")))
    assert how(last)["Tag"] == ("acquired_on", "remembered", str(first))


def test_what_is_said_now_goes_before_what_was_remembered(acting, run_jobs, site):
    mapped(acting, run_jobs, checked(acting, run_jobs, "mette", site, odd()), SAID)
    text = ODD.replace("O-", "P-")
    case = checked(acting, run_jobs, "mette", site, odd(text), mapping={"Reference": "order_reference"})
    assert how(case)["Reference"] == ("order_reference", "said", "")
    assert how(case)["Tag"][1] == "remembered"
    case = mapped(acting, run_jobs, case, {"Tag": "coverage_start", "Text": "acquired_on"})
    assert (how(case)["Tag"][:2], how(case)["Nummer"][1]) == (("coverage_start", "said"), "remembered")


def test_another_customers_words_are_not_remembered(acting, run_jobs, world, site):
    mapped(acting, run_jobs, checked(acting, run_jobs, "mette", site, odd()), SAID)
    theirs = checked(acting, run_jobs, "rikke", world.sites(world.customer_of("anna"))[0], odd())
    assert (theirs.status, {h.how for h in headings_of(theirs)}) == ("failed", {"unknown"})


def test_headings_that_stand_there_twice_are_told_apart_and_can_be_mended(acting, run_jobs, site):
    text = "Part number;Quantity;Quantity;;Order date;;\nD1AAALL;1;2;blank;2024-03-15;;\n"
    case = checked(acting, run_jobs, "mette", site, SimpleUploadedFile("a.csv", text.encode()))
    assert [h.heading for h in headings_of(case)] == ["Part number", "Quantity", "Quantity (2)", "(D)", "Order date"]
    assert case.faults[0]["code"] == "file_heading_twice"
    case = mapped(acting, run_jobs, case, {"Quantity": None, "Quantity (2)": "quantity", "(D)": "description"})
    assert (case.status, [(r.quantity, r.description) for r in rows_in(case)]) == ("checked", [(2, "blank")])


def test_sums_and_titles_vanish_nowhere_and_keep_no_line(acting, run_jobs, site):
    checked(acting, run_jobs, "rikke", site, [row(), row("D2BBBLL", "3")])
    text = "Report of licenses;;;;\n" + file_of([row()]).read().decode("utf-8-sig") + "\n;;Total;13;;;;;\n"
    case = checked(acting, run_jobs, "mette", site, SimpleUploadedFile("a.csv", text.encode()))
    assert [f["code"] for f in case.faults] == ["file_row_above"]
    assert {r.number: (r.outcome, [e["code"] for e in r.errors]) for r in rows_in(case)} == {
        3: ("same", []), 4: ("rejected", ["import_row_sum"]), None: ("gone", []),
    }  # fmt: skip


def test_wrong_numbers_find_what_was_meant(acting, run_jobs, world, site):
    with looking():
        known = Part.objects.order_by("pk").first().pk
    wrong = known[:3] + ("X" if known[3] != "X" else "Y") + known[4:]
    number = site.site_number[:-1] + ("1" if site.site_number[-1] != "1" else "2")
    rows = [row(wrong, description=""), row(site_number=number)]
    case = checked(acting, run_jobs, "mette", site, rows)
    told = {e["code"]: e for r in rows_in(case) for e in r.errors}
    assert known in told["import_part_unknown"]["params"]["suggestions"]
    assert site.site_number in told["import_site_unknown"]["params"]["suggestions"]
    assert "Did you mean" in told["import_part_unknown"]["message"]


def test_changes_are_told_field_by_field(acting, run_jobs, site):
    checked(acting, run_jobs, "rikke", site, [row(), row("D2BBBLL", "3"), row("D3CCCLL", "5")])
    later = {"coverage_start": "2027-04-01", "coverage_end": "2028-03-31"}
    earlier = {"coverage_end": "2026-09-30"}
    case = checked(acting, run_jobs, "mette", site, [row(quantity="4", **later), row("D3CCCLL", "5", **earlier)])
    first, same, gone = rows_in(case)
    assert [(c.field, c.before, c.after) for c in changes_of(first)] == [
        ("quantity", 10, 4),
        ("coverage_start", date(2026, 4, 1), date(2027, 4, 1)),
        ("coverage_end", date(2027, 3, 31), date(2028, 3, 31)),
    ]
    assert (changes_of(same), same.outcome, [e["code"] for e in same.against]) == ([], "same", ["import_cover_shorter"])
    assert same.against[0]["severity"] == "warning"
    assert [(c.field, c.before, c.after) for c in changes_of(gone)] == [("quantity", 3, 0)]
    assert case.parts_new == 0


def test_a_newer_list_takes_the_place_of_its_authors_older_one_only(acting, run_jobs, site, today):
    by_jonas = checked(acting, run_jobs, "jonas", site, [row("D9ZZZLL")])
    failed = checked(acting, run_jobs, "mette", site, odd())
    old = checked(acting, run_jobs, "mette", site, [row()])
    new = checked(acting, run_jobs, "mette", site, [row(), row("D2BBBLL")])
    assert [fresh(c).status for c in (by_jonas, failed, old, new)] == [
        "checked", "superseded", "superseded", "checked",
    ]  # fmt: skip
    assert fresh(old).superseded_by_id == new.pk
    for act in (
        lambda actor: accept_holdings(actor=actor, at=now(), on=today, import_id=old.pk),
        lambda actor: reject_holdings(actor=actor, at=now(), import_id=old.pk, reason="old"),
        lambda actor: map_holdings(actor=actor, at=now(), import_id=old.pk, mapping={}),
    ):
        with pytest.raises(Refused), acting("rikke") as actor:
            act(actor)
    with pytest.raises(DatabaseError), acting("rikke"):
        EntitlementImport.objects.filter(pk=old.pk).update(status="checked", version=old.version + 2)
    with acting("rikke") as actor:
        accept_holdings(actor=actor, at=now(), on=today, import_id=new.pk)
    with looking():
        assert newer_accepted(fresh(by_jonas)) == new
    assert [r.outcome for r in rows_in(new)] == ["new", "new"]


def test_a_file_that_cannot_be_read_takes_no_place(acting, run_jobs, site):
    old = checked(acting, run_jobs, "mette", site, [row()])
    failed = checked(acting, run_jobs, "mette", site, odd())
    assert (fresh(old).status, failed.status) == ("checked", "failed")
    mapped(acting, run_jobs, failed, SAID)
    assert (fresh(old).status, fresh(failed).status) == ("superseded", "checked")


def test_a_difference_that_moved_on_is_shown_anew_without_a_hand(acting, run_jobs, site, today):
    case = checked(acting, run_jobs, "mette", site, [row(), row("D2BBBLL")])
    checked(acting, run_jobs, "rikke", site, [row()])
    with acting("soren") as actor, pytest.raises(Refused):
        accept_holdings(actor=actor, at=now(), on=today, import_id=case.pk, version=case.version)
    seen = fresh(case)
    assert (seen.status, seen.rows_same, seen.rows_new, seen.version) == ("checked", 1, 1, case.version + 2)
    with acting("soren") as actor:
        assert accept_holdings(actor=actor, at=now(), on=today, import_id=case.pk, version=seen.version).status == (
            "accepted"
        )


@pytest.mark.parametrize("first", ["license", "renewal"])
def test_a_renewal_follows_the_license_that_its_part_renews(acting, run_jobs, site, first):
    with looking():
        part = Part.objects.filter(renewal_part__isnull=False).order_by("pk").first()
        held = Entitlement.objects.filter(site=site, part_id__in=[part.pk, part.renewal_part_id]).count()
    assert held == 0
    rows = {"license": row(part.pk, order="L-1"), "renewal": row(part.renewal_part_id, order="R-1")}
    checked(acting, run_jobs, "rikke", site, [rows.pop(first)])
    checked(acting, run_jobs, "rikke", site, [*rows.values(), row("D7XXXLL")])
    with looking():
        renewal = Entitlement.objects.get(site=site, part_id=part.renewal_part_id)
        assert renewal.follows.part_id == part.pk


def test_the_same_heading_read_again_after_a_crash_keeps_what_was_remembered(acting, run_jobs, site, monkeypatch):
    first = mapped(acting, run_jobs, checked(acting, run_jobs, "mette", site, odd()), SAID)
    from licenses.operations import entitlement_imports as operations

    case = checked(acting, run_jobs, "mette", site, odd(ODD.replace("O-", "P-")))
    with acting("mette"):
        loaded = operations.load_holdings(case.pk)
        operations.remember_headings(loaded, list(loaded.headings))
    assert how(fresh(case))["Tag"] == ("acquired_on", "remembered", str(first))
