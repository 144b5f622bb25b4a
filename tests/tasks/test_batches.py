"""A transfer form from upload to completion: each row exactly once, each fault named."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from licenses.models import Entitlement
from migrations_app.models import TransferBatch, TransferRequest
from migrations_app.operations import submit_batch, take, undo_batch, upload
from migrations_app.queries import batch_rows, batch_view
from migrations_app.tasks import look_after
from portal.kernel.errors import Invalid, Refused
from sites.clock import now
from sites.models import Notification
from tests.cast import looking

HEADINGS = "Afgivende lokation;Varenummer;Antal;Modtagende lokation;Ordrereference;Reference"


def form(*rows, name="form.csv", headings=HEADINGS):
    return SimpleUploadedFile(name, "\n".join([headings, *rows]).encode("utf-8-sig"))


def row(world, line, quantity=None, target=None, reference="", order=""):
    target = target or world.originating_site.site_number
    return f"{line.site.site_number};{line.part_id};{quantity or line.quantity};{target};{order};{reference}"


def movable(world, count=2):
    lines = world.lines(world.express_site)
    return [x for x in lines if x.part.kind == "LICENSE_PLUS_S&S" and not x.traded_up][:count]


def checked(as_actor, run_jobs, file, who="jonas", mode="per_row"):
    batch = upload(actor=as_actor(who), at=now(), upload=file, mode=mode)
    run_jobs()
    as_actor(who)
    batch.refresh_from_db()
    return batch


def test_valid_rows_become_requests_and_move_when_approved(world, as_actor, run_jobs, today):
    lines = movable(world)
    rows = [row(world, x, order=x.order_reference, reference=f"R{i}") for i, x in enumerate(lines)]
    batch = checked(as_actor, run_jobs, form(*rows))
    assert (batch.status, batch.rows_valid, batch.rows_invalid) == ("checked", 2, 0), list(batch.rows.values())
    submit_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, waive_warnings="Agreed with Mette")
    run_jobs()
    jonas = as_actor("jonas")
    view = batch_view(TransferBatch.objects.get(pk=batch.pk), jonas)
    assert len(view.requests) == 1, view
    request = TransferRequest.objects.get(pk=view.requests[0])
    assert request.status == "in_review"
    take("approve", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk)
    run_jobs()
    look_after()
    jonas = as_actor("jonas")
    batch.refresh_from_db()
    assert batch.status == "completed"
    assert batch_view(batch, jonas).counts == {"rows": 2, "valid": 2, "invalid": 0, "applied": 2, "failed": 0}
    as_actor("mette")
    for line in lines:
        assert Entitlement.objects.with_quantity().get(pk=line.pk).quantity == 0


def test_every_row_tells_every_fault_with_its_field(world, as_actor, run_jobs):
    line = movable(world)[0]
    foreign = world.sites(world.sydhavn, "PAE")[0].site_number
    batch = checked(
        as_actor,
        run_jobs,
        form(
            row(world, line),
            row(world, line, quantity=10**6),
            f"{foreign};{line.part_id};1;9999999;;",
            f"{line.site.site_number};XXXXXLL;nul;{world.originating_site.site_number};;",
            f"{line.site.site_number};XXXXXLL;1;{world.originating_site.site_number};;",
        ),
    )
    rows = {r.number: r for r in batch_rows(batch)}
    told = {n: {(e["code"], e["field"]) for e in r.errors if e["severity"] == "error"} for n, r in rows.items()}
    assert told[2] == set() and rows[2].outcome == "valid"
    assert told[3] == {("V3", "quantity")}
    assert told[4] == {("site_unknown", "source_site_number"), ("site_unknown", "target_site_number")}
    assert told[5] == {("row_quantity_not_whole", "quantity"), ("part_not_held", "part_number")}
    assert told[6] == {("part_not_held", "part_number")}
    assert {e["line"] for r in rows.values() for e in r.errors} <= {str(n) for n in rows}
    assert all(e["message"] and e["message"] != e["code"] for r in rows.values() for e in r.errors)


def test_rows_of_one_form_never_take_the_same_units_twice(world, as_actor, run_jobs):
    line = movable(world)[0]
    batch = checked(as_actor, run_jobs, form(row(world, line, reference="a"), row(world, line, reference="b")))
    assert [r.outcome for r in batch_rows(batch)] == ["valid", "invalid"]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (form(name="form.txt"), "file_kind"),
        (form(name="form.xls"), "file_old_xls"),
        (SimpleUploadedFile("form.csv", b""), "file_empty"),
    ],
)
def test_a_file_of_another_kind_is_refused_before_it_is_kept(world, as_actor, file, code):
    with pytest.raises(Invalid) as refusal:
        upload(actor=as_actor("jonas"), at=now(), upload=file)
    assert refusal.value.code == code
    assert not TransferBatch.objects.exists()


@pytest.mark.parametrize(
    ("file", "codes"),
    [
        (form(), {"file_no_rows"}),
        (form("1;2;3", headings="Navn;Adresse;By"), {"file_headings_unknown"}),
    ],
)
def test_a_form_that_says_nothing_fails_with_a_sentence(world, as_actor, run_jobs, file, codes):
    batch = checked(as_actor, run_jobs, file)
    assert batch.status == "failed" and codes <= {f["code"] for f in batch.faults}, batch.faults
    assert not batch.rows.exists()


def test_the_same_form_twice_is_told_with_its_number(world, as_actor, run_jobs):
    line = movable(world)[0]
    first = checked(as_actor, run_jobs, form(row(world, line)))
    with pytest.raises(Refused) as refusal:
        upload(actor=as_actor("jonas"), at=now(), upload=form(row(world, line)))
    assert refusal.value.faults[0].params["number"] == str(first)


def test_all_or_nothing_needs_every_row_valid(world, as_actor, run_jobs):
    line = movable(world)[0]
    batch = checked(as_actor, run_jobs, form(row(world, line), row(world, line, quantity=10**6)), mode="atomic")
    with pytest.raises(Refused) as refusal:
        submit_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, waive_warnings="x")
    assert "batch_all_or_nothing" in {f.code for f in refusal.value.faults}
    assert not TransferRequest.objects.exists()


def test_what_was_asked_for_is_taken_back_until_a_rep_has_decided(world, as_actor, run_jobs, today):
    line = movable(world)[0]
    batch = checked(as_actor, run_jobs, form(row(world, line)))
    submit_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, waive_warnings="x")
    run_jobs()
    undo_batch(actor=as_actor("jonas"), at=now(), on=today, batch_id=batch.pk)
    assert TransferRequest.objects.get(batch_id=batch.pk).status == "withdrawn"
    batch.refresh_from_db()
    assert batch.status == "undone"


def test_rows_whose_warning_heals_wait_for_their_day_and_need_no_reason(world, as_actor, run_jobs, today, settings):
    line = next(x for x in world.lines(world.express_site) if 0 <= (today - x.acquired_on).days < 30)
    batch = checked(as_actor, run_jobs, form(row(world, line, quantity=line.quantity)), who="mette")
    with pytest.raises(Refused, match="batch_waiver_needed"):
        submit_batch(actor=as_actor("mette"), at=now(), batch_id=batch.pk)
    submit_batch(actor=as_actor("mette"), at=now(), batch_id=batch.pk, wait=True)
    run_jobs()
    with looking():
        (request,) = batch.requests.all()
        assert (request.waiting_for, request.waiting_until) == ("V12", line.acquired_on + timedelta(days=30))
    look_after()
    settings.CLOCK_TODAY = line.acquired_on + timedelta(days=30)
    look_after()
    with looking():
        request.refresh_from_db()
        assert (request.waiting_for, request.status) == ("", "in_review")


def test_the_sender_is_told_that_the_form_is_checked(world, as_actor, run_jobs):
    checked(as_actor, run_jobs, form(row(world, movable(world)[0])), who="mette")
    run_jobs()
    with looking(world.mette):
        assert [n.kind for n in Notification.objects.filter(subject_type="transferbatch")] == ["batch_checked"]
