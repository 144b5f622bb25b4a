"""What operators give up ends with their reason: forms, files and moves; its people are told once and can try again."""

from uuid import uuid4

import pytest
from django.urls import reverse

from licenses.models import EntitlementImport
from licenses.operations.entitlement_imports import upload_holdings
from migrations_app.models import TransferRequest
from migrations_app.operations import retry_batch, submit_batch, take, upload
from sites.clock import now
from sites.models import Job, Notification
from sites.operations.jobs import give_up_job
from tests.cast import acting, looking
from tests.holding_files import file_of
from tests.holding_files import row as holding
from tests.moving import drafted, submitted
from tests.tasks.test_batches import checked, form, movable, row

pytestmark = pytest.mark.django_db
REASON = "The disk is gone"


def given_up(kind, subject):
    """The operator gives up the job of that kind, as after its last try."""
    with looking():
        (job,) = Job.objects.filter(kind=kind, subject_id=subject.pk).exclude(status=Job.Status.DONE)
        Job.objects.filter(pk=job.pk).update(status=Job.Status.DEAD)
    with acting("admin") as actor:
        give_up_job(actor=actor, at=now(), job_id=job.pk, reason=REASON)
    with looking():
        subject.refresh_from_db()


def told(subject):
    with looking():
        rows = Notification.objects.filter(subject_id=subject.pk)
        return sorted((n.user.email.split("@")[0], n.kind) for n in rows.select_related("user"))


def test_a_form_that_nobody_checks_fails_and_is_tried_again(world, as_actor, run_jobs, client_of):
    batch = upload(actor=as_actor("jonas"), at=now(), upload=form(row(world, movable(world)[0])))
    given_up("batch.check", batch)
    assert (batch.status, [f["code"] for f in batch.faults]) == ("failed", ["batch_given_up"])
    assert told(batch) == [("jonas", "batch_given_up")]
    page = client_of("jonas").get(reverse("batch_page", args=[batch.pk])).content.decode()
    assert REASON in page and "Try the form again" in page
    retry_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk)
    run_jobs(failing=True)
    batch.refresh_from_db()
    assert (batch.status, batch.rows_valid, batch.faults) == ("checked", 1, [])


def test_rows_that_nobody_asks_for_fail_and_are_asked_for_again(world, as_actor, run_jobs):
    batch = checked(as_actor, run_jobs, form(row(world, movable(world)[0])))
    submit_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, waive_warnings="Known")
    given_up("batch.submit", batch)
    assert batch.status == "completed_with_errors" and batch.summary["outcomes"] == {"failed": 1}
    with looking():
        assert [e["code"] for e in batch.rows.get().errors] == ["batch_given_up"]
        assert not TransferRequest.objects.filter(batch_id=batch.pk).exists()
    assert told(batch) == [("jonas", "batch_checked"), ("jonas", "batch_given_up")]
    retry_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk)
    run_jobs(failing=True)
    with looking():
        assert TransferRequest.objects.get(batch_id=batch.pk).status == "in_review"


def test_a_plan_that_nobody_makes_is_waited_for_no_longer(world, as_actor, run_jobs, client_of):
    batch = checked(as_actor, run_jobs, form(row(world, movable(world)[0])))
    with looking():
        batch.summary = batch.summary | {"plan": None}
        batch.save(update_fields=["summary"])
        Job.objects.filter(kind="batch.plan", subject_id=batch.pk).update(status="dead")
    given_up("batch.plan", batch)
    page = client_of("jonas").get(reverse("batch_page", args=[batch.pk])).content.decode()
    assert batch.status == "checked" and "be worked out. You can submit" in page and "is being worked out" not in page
    assert told(batch) == [("jonas", "batch_checked")]


def test_a_move_that_nobody_makes_stays_approved_and_says_so(world, today, as_actor, client_of):
    request = submitted(drafted(world, today), today)
    take("approve", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk)
    given_up("transfer.complete", request)
    assert request.status == "approved"
    assert [who for who, kind in told(request) if kind == "transfer_given_up"] == ["mette", "rikke"]
    page = client_of("mette").get(reverse("transfer_page", args=[request.pk])).content.decode()
    assert "gave up the move" in page and REASON in page


def test_a_file_of_holdings_that_nobody_reads_fails_and_is_sent_again(world, as_actor, run_jobs, client_of):
    def send():
        file = file_of([holding()])
        return upload_holdings(actor=as_actor("mette"), at=now(), site=world.express_site, upload=file)

    case = send()
    given_up("entitlements.import", case)
    assert (case.status, [f["code"] for f in case.faults]) == ("failed", ["import_given_up"])
    assert told(case) == [("mette", "import_given_up")]
    page = client_of("mette").get(reverse("holdings_import", args=[case.pk])).content.decode()
    assert REASON in page and "Upload the file again" in page
    again = send()
    run_jobs(failing=True)
    with looking():
        again.refresh_from_db()
    assert again.status == "checked"


def test_a_file_that_was_accepted_waits_for_the_decision_again(world, as_actor, run_jobs):
    case = upload_holdings(actor=as_actor("mette"), at=now(), site=world.express_site, upload=file_of([holding()]))
    run_jobs()
    with looking():
        EntitlementImport.objects.filter(pk=case.pk).update(status="applying", decided_by=world.rikke, decided_at=now())
        Job.objects.create(
            kind="entitlements.import", subject_id=case.pk, actor=world.rikke, due_at=now(), created_at=now()
        )
    given_up("entitlements.import", case)
    assert (case.status, case.decided_by_id, case.faults[-1]["code"]) == ("checked", None, "import_record_given_up")
    assert ("rikke", "import_record_given_up") in told(case)


def test_what_is_over_meanwhile_stays_as_it_is(world, as_actor, run_jobs):
    batch = checked(as_actor, run_jobs, form(row(world, movable(world)[0])))
    with looking():
        for kind in ("batch.check", "batch.submit", "batch.undo"):
            Job.objects.create(kind=kind, subject_id=batch.pk, actor=world.jonas, due_at=now(), created_at=now())
    for kind in ("batch.check", "batch.submit", "batch.undo"):
        given_up(kind, batch)
    assert (batch.status, batch.faults, told(batch)) == ("checked", [], [("jonas", "batch_checked")])


def test_a_job_of_another_kind_is_given_up_as_before(world):
    with looking():
        job = Job.objects.create(
            kind="test.other", subject_id=uuid4(), actor=world.jonas, due_at=now(), created_at=now()
        )
    with acting("admin") as actor:
        assert give_up_job(actor=actor, at=now(), job_id=job.pk, reason=REASON).status == "dropped"
