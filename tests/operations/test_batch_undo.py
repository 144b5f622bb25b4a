"""A form is taken back: withdrawn by its sender, reversed by a rep who is asked for it, whole or in part (rule M7)."""

from datetime import timedelta

import pytest

from licenses.models import CoverPeriod, Entitlement
from migrations_app.models import TransferBatch, TransferRequest
from migrations_app.operations import ask_undo, retry_batch, reverse_batch, submit_batch, take, undo_batch
from migrations_app.queries import batch_view
from migrations_app.queries.batch_undo import undo_preview
from migrations_app.tasks import look_after
from portal.kernel.errors import Forbidden, NotFound, Refused
from sites.clock import now
from sites.events import history
from sites.models import Customer, Notification
from tests.cast import looking
from tests.moving import movable
from tests.tasks.test_batches import checked, form, row


@pytest.fixture
def lines(world):
    return movable(world)[:2]


@pytest.fixture
def asked(world, as_actor, run_jobs, lines):
    """Jonas's form with one request for each of two target sites, both waiting for the rep; one row is wrong."""
    second = next(s for s in world.sites(world.nordvind, "PA") if not s.originating)
    rows = [
        row(world, lines[0], quantity=1, reference="a"),
        row(world, lines[1], quantity=1, reference="b", target=second.site_number),
        row(world, lines[0], quantity=10**6, reference="c"),
    ]
    batch = checked(as_actor, run_jobs, form(*rows))
    submit_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, waive_warnings="Agreed with Mette")
    run_jobs()
    return batch


def requests(batch):
    with looking():
        return list(TransferRequest.objects.filter(batch_id=batch.pk).order_by("number"))


def approve(some, as_actor, run_jobs, today):
    for request in some:
        take("approve", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk)
    run_jobs()
    look_after()


@pytest.fixture
def completed(asked, as_actor, run_jobs, today):
    """The same form, all of it moved."""
    approve(requests(asked), as_actor, run_jobs, today)
    return asked


def fresh(batch):
    with looking():
        return TransferBatch.objects.get(pk=batch.pk)


def outcomes(batch):
    with looking():
        return [(r.outcome, [e["code"] for e in r.errors if e["code"] == "batch_undone"]) for r in
                batch.rows.order_by("number")]  # fmt: skip


def left_at_source(lines):
    with looking():
        return [Entitlement.objects.with_quantity().get(pk=line.pk).quantity for line in lines]


def statuses(batch):
    return [request.status for request in requests(batch)]


def told(batch, who):
    with looking(who):
        return {n.kind for n in Notification.objects.filter(subject_id=batch.pk)}


def reverse(batch, as_actor, today, who="rikke", **changes):
    given = {"reason": "Wrong portfolio"} | changes
    return reverse_batch(actor=as_actor(who), at=now(), on=today, batch_id=batch.pk, **given)


def test_what_is_open_is_withdrawn_by_its_sender(asked, as_actor, today):
    undo_batch(actor=as_actor("jonas"), at=now(), on=today, batch_id=asked.pk, reason="Too early")
    assert fresh(asked).status == "undone" and statuses(asked) == ["withdrawn", "withdrawn"]
    assert outcomes(asked) == [("failed", ["batch_undone"]), ("failed", ["batch_undone"]), ("invalid", [])]
    assert fresh(asked).summary["outcomes"] == {"failed": 2, "invalid": 1}


def test_what_moved_is_a_reps(completed, as_actor, today):
    with pytest.raises(Refused) as refusal:
        undo_batch(actor=as_actor("jonas"), at=now(), on=today, batch_id=completed.pk)
    assert {f.code for f in refusal.value.faults} == {"undo_needs_rep"} and len(refusal.value.faults) == 2
    assert statuses(completed) == ["completed", "completed"]


def test_the_sender_asks_and_the_rep_takes_all_of_it_back(completed, as_actor, run_jobs, today, lines, world):
    before = [line.quantity for line in lines]
    assert left_at_source(lines) == [units - 1 for units in before]
    ask_undo(actor=as_actor("jonas"), at=now(), on=today, batch_id=completed.pk, reason="Wrong portfolio")
    assert fresh(completed).undo_asked_at and fresh(completed).undo_reason == "Wrong portfolio"
    assert "batch_undo_asked" in told(completed, world.rikke)
    reverse(completed, as_actor, today)
    assert statuses(completed) == ["completed", "completed"], "a worker does it"
    run_jobs()
    assert statuses(completed) == ["reversed", "reversed"] and left_at_source(lines) == before
    batch = fresh(completed)
    assert (batch.status, batch.undo_asked_at, batch.undo_reason) == ("undone", None, "")
    assert outcomes(completed) == [("failed", ["batch_undone"]), ("failed", ["batch_undone"]), ("invalid", [])]
    assert "batch_undone" in told(completed, world.jonas) and "batch_undone" in told(completed, world.rikke)
    with looking():
        assert [e.kind for e in history(batch)][-2:] == ["undo_started", "undone"]


def test_the_preview_names_the_last_day_and_what_would_go_back(completed, as_actor, today):
    preview = undo_preview(fresh(completed), as_actor("rikke"), today)
    assert preview.counts == {"reverse": 2, "withdraw": 0, "blocked": 0, "moving": 0, "none": 0}
    assert preview.whole and preview.units >= 2 and preview.lines >= 2
    assert {line.until for line in preview.requests} == {today + timedelta(days=30)}


def build_upon(request):
    """What the request brought was renewed since."""
    with looking():
        line = Entitlement.objects.get(pk=request.lines.first().arrived_as_id)
        CoverPeriod.objects.create(
            customer_id=line.customer_id, entitlement=line, starts_on=line.coverage_end + timedelta(days=1),
            ends_on=line.coverage_end + timedelta(days=365), source="quote Q-1", recorded_at=now(),
        )  # fmt: skip


def test_what_was_built_upon_blocks_the_whole_and_not_the_rest(completed, as_actor, run_jobs, today, world):
    build_upon(requests(completed)[0])
    preview = undo_preview(fresh(completed), as_actor("rikke"), today)
    assert [line.way for line in preview.requests] == ["blocked", "reverse"] and not preview.whole
    assert preview.requests[0].blockers[0]["code"] == "reversal_renewed"
    with pytest.raises(Refused, match="undo_blocked"):
        reverse(completed, as_actor, today)
    reverse(completed, as_actor, today, partly=True)
    run_jobs()
    assert statuses(completed) == ["completed", "reversed"]
    assert fresh(completed).status == "completed_with_errors"
    assert [outcome for outcome, _ in outcomes(completed)] == ["applied", "failed", "invalid"]
    assert "batch_undone_in_part" in told(completed, world.jonas)


def test_all_or_none_is_none_when_something_is_built_upon_meanwhile(completed, as_actor, run_jobs, today, world):
    reverse(completed, as_actor, today)
    build_upon(requests(completed)[1])
    run_jobs()
    assert statuses(completed) == ["completed", "completed"]
    assert [outcome for outcome, _ in outcomes(completed)] == ["applied", "applied", "invalid"]
    assert "batch_undo_refused" in told(completed, world.rikke) and fresh(completed).status == "completed_with_errors"


def test_the_time_for_it_ends(completed, as_actor, today):
    late = today + timedelta(days=31)
    preview = undo_preview(fresh(completed), as_actor("rikke"), late)
    assert {line.blockers[0]["code"] for line in preview.requests} == {"reversal_late"}
    for step in (
        lambda: reverse_batch(actor=as_actor("rikke"), at=now(), on=late, batch_id=completed.pk, reason="x"),
        lambda: ask_undo(actor=as_actor("jonas"), at=now(), on=late, batch_id=completed.pk, reason="x"),
    ):
        with pytest.raises(Refused, match="undo_nothing"):
            step()
    assert fresh(completed).undo_asked_at is None


def test_nobody_reverses_what_they_made(completed, as_actor, today, world):
    with looking():
        TransferRequest.objects.filter(batch_id=completed.pk).update(submitted_by=world.rikke, decided_by=world.soren)
    preview = undo_preview(fresh(completed), as_actor("rikke"), today)
    assert {line.blockers[0]["code"] for line in preview.requests} == {"own_case"}
    with pytest.raises(Refused):
        reverse(completed, as_actor, today, partly=True)
    assert undo_preview(fresh(completed), as_actor("soren"), today).whole


def test_only_a_rep_of_all_its_customers_sees_and_reverses_it(completed, as_actor, today, world):
    for who in ("anna", "mette", "lars"):
        with pytest.raises(NotFound):
            reverse(completed, as_actor, today, who=who)
    for who in ("jonas", "admin"):
        with pytest.raises(Forbidden):
            reverse(completed, as_actor, today, who=who)
    with looking():
        Customer.objects.filter(pk=world.nordvind.pk).update(country="SE")
    with pytest.raises(NotFound):
        reverse(completed, as_actor, today)
    as_actor("rikke")
    assert not TransferBatch.objects.filter(pk=completed.pk).exists(), "nor does the database show it"


def test_a_rep_sees_no_form_before_its_requests_are_decided(asked, as_actor):
    as_actor("rikke")
    assert not TransferBatch.objects.filter(pk=asked.pk).exists()


def test_a_reason_is_needed_and_one_asking_is_enough(completed, as_actor, today):
    for step in (
        lambda: reverse(completed, as_actor, today, reason=" "),
        lambda: ask_undo(actor=as_actor("jonas"), at=now(), on=today, batch_id=completed.pk, reason=""),
    ):
        with pytest.raises(Refused, match="reason_required"):
            step()
    ask_undo(actor=as_actor("jonas"), at=now(), on=today, batch_id=completed.pk, reason="Wrong")
    with pytest.raises(Refused, match="undo_asked_already"):
        ask_undo(actor=as_actor("jonas"), at=now(), on=today, batch_id=completed.pk, reason="Again")
    with pytest.raises(NotFound):
        ask_undo(actor=as_actor("rikke"), at=now(), on=today, batch_id=completed.pk, reason="Wrong")


def test_asking_withdraws_what_is_still_open(asked, as_actor, run_jobs, today):
    approve(requests(asked)[:1], as_actor, run_jobs, today)
    assert statuses(asked) == ["completed", "in_review"] and fresh(asked).status == "applying"
    ask_undo(actor=as_actor("jonas"), at=now(), on=today, batch_id=asked.pk, reason="Wrong")
    assert statuses(asked) == ["completed", "withdrawn"] and fresh(asked).status == "completed_with_errors"


def test_before_anything_moved_there_is_nobody_to_ask(asked, as_actor, today):
    with pytest.raises(Refused, match="not_from_here"):
        ask_undo(actor=as_actor("jonas"), at=now(), on=today, batch_id=asked.pk, reason="Wrong")
    assert statuses(asked) == ["in_review", "in_review"]


def test_what_was_undone_is_not_tried_again(completed, as_actor, run_jobs, today):
    build_upon(requests(completed)[0])
    reverse(completed, as_actor, today, partly=True)
    run_jobs()
    retry_batch(actor=as_actor("jonas"), at=now(), batch_id=completed.pk)
    run_jobs()
    assert [outcome for outcome, _ in outcomes(completed)] == ["applied", "failed", "invalid"]
    assert len(requests(completed)) == 2


def reversed_alone(request, as_actor, today):
    take("reverse", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk, reason="Wrong site")


def said(batch):
    with looking():
        return [(r.outcome, [e["code"] for e in r.errors if e["code"] in ("batch_undone", "row_reversed")])
                for r in batch.rows.order_by("number")]  # fmt: skip


def test_a_request_that_is_reversed_alone_is_told_on_its_rows(completed, as_actor, run_jobs, today):
    first, second = requests(completed)
    reversed_alone(first, as_actor, today)
    batch = fresh(completed)
    assert batch.status == "completed_with_errors" and statuses(completed) == ["reversed", "completed"]
    assert said(batch) == [("failed", ["row_reversed"]), ("applied", []), ("invalid", [])]
    assert batch.summary["outcomes"] == {"failed": 1, "applied": 1, "invalid": 1}
    counts = batch_view(batch, as_actor("jonas")).counts
    assert counts == {"rows": 3, "valid": 2, "invalid": 1, "applied": 1, "failed": 1}
    assert {group["code"] for group in batch.summary["groups"]} >= {"row_reversed"}
    reversed_alone(second, as_actor, today)
    batch = fresh(completed)
    assert batch.status == "undone" and said(batch)[:2] == [("failed", ["row_reversed"])] * 2


def test_what_was_reversed_alone_is_not_tried_again_and_the_rest_can_be_undone(completed, as_actor, run_jobs, today):
    reversed_alone(requests(completed)[0], as_actor, today)
    ask_undo(actor=as_actor("jonas"), at=now(), on=today, batch_id=completed.pk, reason="Wrong portfolio")
    reverse(completed, as_actor, today)
    run_jobs()
    batch = fresh(completed)
    assert (batch.status, batch.undo_asked_at) == ("undone", None)
    assert said(batch)[:2] == [("failed", ["row_reversed"]), ("failed", ["batch_undone"])]


def test_a_form_that_still_moves_ends_by_itself_after_a_reversal(asked, as_actor, run_jobs, today):
    first, second = requests(asked)
    approve([first], as_actor, run_jobs, today)
    reversed_alone(first, as_actor, today)
    assert fresh(asked).status == "applying"
    assert [outcome for outcome, _ in said(fresh(asked))] == ["failed", "valid", "invalid"]
    approve([second], as_actor, run_jobs, today)
    batch = fresh(asked)
    assert batch.status == "completed_with_errors" and said(batch)[1] == ("applied", [])
    retry_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk)
    assert said(fresh(batch))[0] == ("failed", ["row_reversed"])
