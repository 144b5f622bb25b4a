"""Rows of a form are mended where they stand, one or many; a form is stopped. Each refusal changes nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest

from migrations_app.models import BatchRow, TransferBatch
from migrations_app.operations import AVAILABLE, Rows, amend_row, cancel_batch, fix_group, submit_batch
from migrations_app.queries import batch_view
from portal.kernel.errors import DomainError, Invalid, NotFound, Refused
from sites.clock import now
from sites.events import history
from sites.models import Job
from tests.cast import acting, looking
from tests.tasks.test_batches import checked, form, movable, row

WRONG = "9999999"


@pytest.fixture
def batch(world, as_actor, run_jobs):
    """Mette's form: a good row, one that asks for too much, two with a target that nobody knows, one with no part."""
    line = movable(world)[0]
    return checked(
        as_actor,
        run_jobs,
        form(
            row(world, line, quantity=1, reference="a"),
            row(world, line, quantity=10**6, reference="b"),
            row(world, line, quantity=1, target=WRONG, reference="c"),
            row(world, line, quantity=1, target=WRONG, reference="d", order="nowhere"),
            f"{line.site.site_number};XXXXXLL;1;{world.originating_site.site_number};;e",
        ),
        who="mette",
    )


@pytest.fixture
def mette(as_actor, batch):
    return as_actor("mette")


def rows(batch):
    return {row.number: row for row in batch.rows.order_by("number")}


def told(batch):
    return [(event.kind, event.data) for event in history(batch)]


def test_a_row_is_changed_and_judged_anew(batch, mette, world):
    amend_row(
        actor=mette, at=now(), batch_id=batch.pk, number=4, values={"target_site_number": "7004620", "reason": "x"}
    )
    batch.refresh_from_db()
    found = rows(batch)
    assert (found[4].values["target_site_number"], found[4].values["reason"]) == ("7004620", "x")
    assert [number for number, row in found.items() if row.stale] == [4]
    assert batch.status == "checking" and told(batch)[-1][0] == "amended"
    with looking():
        assert Job.objects.filter(kind="batch.check", subject_id=batch.pk, status="due").count() == 1


def test_what_a_row_says_is_kept_as_files_keep_it(batch, mette):
    values = {"part_number": "d9x26ll", "quantity": "1.000", "effective_on": "31.1.2027", "reference": "R" * 100}
    amend_row(actor=mette, at=now(), batch_id=batch.pk, number=6, values=values)
    row = batch.rows.get(number=6)
    assert row.values["part_number"] == "D9X26LL" and row.values["quantity"] == "1000"
    assert row.values["effective_on"] == "2027-01-31" and row.reference == "R" * 100


def test_a_row_that_says_the_same_needs_no_check(batch, mette):
    same = dict(batch.rows.get(number=2).values)
    amend_row(actor=mette, at=now(), batch_id=batch.pk, number=2, values=same)
    batch.refresh_from_db()
    assert batch.status == "checked" and not batch.rows.filter(stale=True).exists()


def test_one_site_for_all_that_name_one_nobody_knows(batch, mette):
    fix_group(
        actor=mette, at=now(), batch_id=batch.pk, rows=Rows("site_unknown"), values={"target_site_number": "7004620"}
    )
    found = rows(batch)
    assert [n for n, row in found.items() if row.stale] == [4, 5]
    assert {found[n].values["target_site_number"] for n in (4, 5)} == {"7004620"}
    assert told(batch)[-1][1]["rows"] == 2


def test_only_the_rows_that_say_so(batch, mette):
    values = {"order_reference": ""}
    fix_group(actor=mette, at=now(), batch_id=batch.pk, rows=Rows("site_unknown", was="nowhere"), values=values)
    assert [n for n, row in rows(batch).items() if row.stale] == [5]
    assert rows(batch)[5].values["order_reference"] == ""


def test_as_many_as_can_move(batch, mette):
    can = next(e["params"]["available"] for e in rows(batch)[3].errors if e["code"] == "V3")
    fix_group(actor=mette, at=now(), batch_id=batch.pk, rows=Rows("V3"), values={"quantity": AVAILABLE})
    assert rows(batch)[3].values["quantity"] == str(can) and [n for n, r in rows(batch).items() if r.stale] == [3]


def test_all_rows_of_an_outcome(batch, mette):
    values = {"reason": "Merged", "effective_on": "2027-02-01"}
    fix_group(actor=mette, at=now(), batch_id=batch.pk, rows=Rows(outcome="invalid"), values=values)
    assert {n for n, row in rows(batch).items() if row.values["reason"] == "Merged"} == {3, 4, 5, 6}
    assert not rows(batch)[2].stale


REFUSED = [
    (Rows("V3"), {"quantity": "many"}, Invalid, "row_quantity_not_whole"),
    (Rows("V3"), {"color": "red"}, Invalid, "choice_unknown"),
    (Rows("V3"), {"target_site_number": "abc"}, Invalid, "site_number_shape"),
    (Rows("V3"), {"target_site_number": ""}, Invalid, "value_missing"),
    (Rows("V3"), {"reason": "x" * 1001}, Invalid, "value_too_long"),
    (Rows("V3"), {}, Invalid, "field_required"),
    (Rows(), {"reason": "x"}, Invalid, "field_required"),
    (Rows(outcome="odd"), {"reason": "x"}, Invalid, "choice_unknown"),
    (Rows("V2"), {"reason": "x"}, Refused, "batch_fix_none"),
    (Rows("site_unknown"), {"target_site_number": WRONG}, Refused, "batch_fix_none"),
]


@pytest.mark.parametrize(("chosen", "values", "kind", "code"), REFUSED)
def test_what_is_refused_changes_nothing(batch, mette, chosen, values, kind, code):
    before = list(batch.rows.order_by("number").values())
    with pytest.raises(kind) as refusal:
        fix_group(actor=mette, at=now(), batch_id=batch.pk, rows=chosen, values=values)
    assert code in {fault.code for fault in refusal.value.faults}
    batch.refresh_from_db()
    assert batch.status == "checked" and list(batch.rows.order_by("number").values()) == before


def test_a_row_tells_every_fault_at_its_field(batch, mette):
    with pytest.raises(Invalid) as refusal:
        amend_row(
            actor=mette, at=now(), batch_id=batch.pk, number=2,
            values={"quantity": "0", "effective_on": "soon", "source_site_number": "x", "part_number": "A-B"},
        )  # fmt: skip
    assert {(f.field, f.line) for f in refusal.value.faults} == {
        ("quantity", None), ("effective_on", None), ("source_site_number", None), ("part_number", None),
    }  # fmt: skip
    assert not batch.rows.filter(stale=True).exists()


def test_unknown_rows_and_foreign_forms_are_not_there(batch, mette, as_actor):
    for number, key, who in (
        (99, batch.pk, "mette"),
        (2, uuid4(), "mette"),
        (2, batch.pk, "anna"),
        (2, batch.pk, "rikke"),
    ):
        with pytest.raises(NotFound):
            amend_row(actor=as_actor(who), at=now(), batch_id=key, number=number, values={"reason": "x"})
    for who in ("anna", "rikke"):
        with pytest.raises(NotFound):
            fix_group(actor=as_actor(who), at=now(), batch_id=batch.pk, rows=Rows("V3"), values={"reason": "x"})
        with pytest.raises(NotFound):
            cancel_batch(actor=as_actor(who), at=now(), batch_id=batch.pk)
    as_actor("mette")
    assert not batch.rows.filter(stale=True).exists()


def test_a_form_that_went_on_is_not_changed(batch, mette):
    submit_batch(actor=mette, at=now(), batch_id=batch.pk, waive_warnings="Known")
    for change in (
        lambda: amend_row(actor=mette, at=now(), batch_id=batch.pk, number=2, values={"reason": "x"}),
        lambda: fix_group(actor=mette, at=now(), batch_id=batch.pk, rows=Rows("V3"), values={"reason": "x"}),
    ):
        with pytest.raises(Refused, match="not_from_here"):
            change()


def test_a_checked_form_is_put_aside_at_once(batch, mette, run_jobs):
    cancel_batch(actor=mette, at=now(), batch_id=batch.pk)
    batch.refresh_from_db()
    assert batch.status == "undone" and batch.finished_at and told(batch)[-1][0] == "cancelled"
    with pytest.raises(Refused, match="not_from_here"):
        cancel_batch(actor=mette, at=now(), batch_id=batch.pk)
    run_jobs()
    with looking():
        assert TransferBatch.objects.get(pk=batch.pk).status == "undone"


@pytest.mark.parametrize("status", ["checking", "submitted"])
def test_a_form_that_is_worked_on_is_asked_to_stop_once(batch, mette, status):
    TransferBatch.objects.filter(pk=batch.pk).update(status=status)
    at = now()
    cancel_batch(actor=mette, at=at, batch_id=batch.pk)
    cancel_batch(actor=mette, at=at + timedelta(seconds=5), batch_id=batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.cancel_asked_at) == (status, at)
    assert [kind for kind, _ in told(batch)].count("cancel_asked") == 1
    assert "cancel" not in batch_view(batch, mette).actions


def test_a_form_whose_requests_are_made_can_only_be_undone(batch, mette, run_jobs):
    submit_batch(actor=mette, at=now(), batch_id=batch.pk, waive_warnings="Known")
    run_jobs()
    with acting("mette") as again, pytest.raises(Refused, match="batch_all_asked"):
        cancel_batch(actor=again, at=now(), batch_id=batch.pk)


def test_two_who_mend_at_once_take_turns(at_once, world):
    with acting("mette") as actor:
        batch = TransferBatch.objects.create(
            number=1, created_by_id=actor.user_id, filename="f.csv", fingerprint="0", created_at=now(), status="checked"
        )
        found = [{"code": "V3", "severity": "error", "field": "quantity", "params": {"available": 5}}]
        BatchRow.objects.create(
            batch=batch,
            created_by_id=actor.user_id,
            number=2,
            outcome="invalid",
            errors=found,
            values={"quantity": "9"},
        )

    def mend(quantity):
        with acting("mette") as one:
            fix_group(actor=one, at=now(), batch_id=batch.pk, rows=Rows("V3"), values={"quantity": quantity})

    answers = at_once(lambda: mend("3"), lambda: mend("4"))
    assert sorted(isinstance(answer, DomainError) for answer in answers) == [False, True]
    with acting("mette"):
        batch.refresh_from_db()
        assert (batch.version, batch.status) == (2, "checking")
