"""A request from draft to completion and back: happy path, each refusal and that nothing else changed, two at once."""

import uuid
from datetime import timedelta

import pytest

from licenses.models import Entitlement, Hold, Proof, QuantityMovement
from migrations_app.models import TransferRequest
from migrations_app.operations import LineInput, WaiverInput, create_request, take
from portal.kernel.errors import Forbidden, Invalid, NotFound, Refused, Stale
from sites.clock import now
from sites.events import history


def clean_lines(world, count=2):
    """Mette's Express lines that no check speaks against, whole."""
    return [
        line
        for line in world.lines(world.express_site)
        if line.part.kind == "LICENSE_PLUS_S&S" and not line.traded_up and line.coverage_end
    ][:count]


def draft(world, actor, today, held, *, quantity=None, **changes):
    asked = {
        "source_site": world.express_site.site_number,
        "target_site": world.originating_site.site_number,
        "enrollment": None,
        "effective_on": None,
        "reason": "One renewal instead of many",
        "lines": [LineInput(line.pk, quantity or line.quantity) for line in held],
    }
    return create_request(actor=actor, at=now(), on=today, **(asked | changes))


def waive_all(request):
    return [WaiverInput(c["code"], c["line"], "Understood") for c in request.checks if c["waivable"]]


def submit(request, actor, today):
    return take("submit", actor=actor, at=now(), on=today, request_id=request.pk, waivers=waive_all(request))


def in_all(world):
    """Units of every line of an order, wherever they lie."""
    totals = {}
    for site in (world.express_site, *world.sites(world.nordvind, "PA")):
        for line in world.lines(site, available=-(10**9)):
            key = (line.part_id, line.order_reference)
            totals[key] = totals.get(key, 0) + line.quantity
    return totals


def approved(world, as_actor, today, lines, **changes):
    request = draft(world, as_actor("mette"), today, lines, **changes)
    submit(request, as_actor("mette"), today)
    take("approve", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk)
    return request


def test_units_move_whole_and_nothing_is_created_or_lost(world, as_actor, today, run_jobs):
    lines = clean_lines(world)
    before = in_all(world)
    request = approved(world, as_actor, today, lines)
    run_jobs()
    actor = as_actor("mette")
    request.refresh_from_db()
    assert request.status == "completed" and request.completed_on == today
    assert in_all(world) == before
    as_actor("mette")
    for line in request.lines.select_related("arrived_as", "entitlement"):
        arrived = Entitlement.objects.with_quantity().get(pk=line.arrived_as_id)
        assert arrived.quantity == line.quantity
        assert arrived.site == world.originating_site
        was = line.entitlement
        assert (arrived.order_reference, arrived.acquired_on, arrived.coverage_end) == (
            was.order_reference,
            was.acquired_on,
            was.coverage_end,
        )
        proof = Proof.objects.get(entitlement=arrived, status="valid")
        assert proof.supersedes.status == "superseded" and proof.quantity == line.quantity
    assert not Hold.objects.filter(reference=request.pk, released_at__isnull=True).exists()
    kinds = [event.kind for event in history(request)]
    assert kinds == [
        "drafted", "submitted", "consented", "consented", "sent_to_rep", "approved", "completed",
    ]  # fmt: skip
    assert actor.readable


def test_a_part_of_the_quantity_leaves_the_rest_where_it_was(world, as_actor, today, run_jobs):
    line = next(x for x in clean_lines(world, 20) if x.quantity > 1)
    request = approved(world, as_actor, today, [line], quantity=1)
    run_jobs()
    as_actor("mette")
    assert Entitlement.objects.with_quantity().get(pk=line.pk).quantity == line.quantity - 1
    assert Proof.objects.get(entitlement=line, status="valid").quantity == line.quantity - 1
    assert Entitlement.objects.with_quantity().get(pk=request.lines.get().arrived_as_id).quantity == 1


def test_asking_for_more_than_is_owned_is_told_and_never_submitted(world, as_actor, today):
    line = clean_lines(world)[0]
    actor = as_actor("mette")
    request = draft(world, actor, today, [line], quantity=line.quantity + 1)
    assert "V3" in {check["code"] for check in request.checks}
    with pytest.raises(Refused) as refusal:
        submit(request, actor, today)
    fault = next(f for f in refusal.value.faults if f.code == "V3")
    assert (fault.field, fault.line) == ("quantity", str(line.pk))
    request.refresh_from_db()
    assert request.status == "draft"
    assert not Hold.objects.filter(reference=request.pk).exists()


def test_every_fault_of_the_input_is_told_at_once(world, as_actor, today):
    line = clean_lines(world)[0]
    with pytest.raises(Invalid) as refusal:
        draft(
            world,
            as_actor("mette"),
            today,
            [],
            target_site="9999999",
            effective_on=today - timedelta(days=1),
            lines=[LineInput(line.pk, 0), LineInput(line.pk, 10**12), LineInput(uuid.uuid4(), 1)],
        )
    told = {(f.code, f.field) for f in refusal.value.faults}
    assert told == {
        ("site_unknown", "target_site"),
        ("date_past", "effective_on"),
        ("quantity_range", "lines[0].quantity"),
        ("line_twice", "lines[1].entitlement"),
        ("quantity_range", "lines[1].quantity"),
        ("line_unknown", "lines[2].entitlement"),
    }
    assert not TransferRequest.objects.exists()


def test_a_foreign_site_is_as_unknown_as_one_that_does_not_exist(world, as_actor, today):
    foreign = world.sites(world.sydhavn, "PA")[0].site_number
    for number in (foreign, "9999999"):
        with pytest.raises(Invalid) as refusal:
            draft(world, as_actor("mette"), today, clean_lines(world), target_site=number)
        assert [(f.code, f.field) for f in refusal.value.faults] == [("site_unknown", "target_site")]


def test_what_one_request_holds_no_other_can_have(world, as_actor, today):
    line = clean_lines(world)[0]
    actor = as_actor("mette")
    first, second = (draft(world, actor, today, [line]) for _ in range(2))
    submit(first, actor, today)
    with pytest.raises(Refused) as refusal:
        submit(second, actor, today)
    assert {f.code for f in refusal.value.faults} >= {"V3"}
    take("withdraw", actor=actor, at=now(), on=today, request_id=first.pk)
    submit(second, actor, today)
    second.refresh_from_db()
    assert second.status == "in_review"


def test_a_warning_needs_a_waiver_with_a_reason(world, as_actor, today):
    actor = as_actor("mette")
    line = next(x for x in clean_lines(world, 20) if x.quantity > 1)
    request = draft(world, actor, today, [line], quantity=1)
    assert "V9" in {c["code"] for c in request.checks}
    with pytest.raises(Refused) as refusal:
        take("submit", actor=actor, at=now(), on=today, request_id=request.pk)
    assert "V9" in {f.code for f in refusal.value.faults}
    submit(request, actor, today)
    waiver = request.waivers.get(code="V9")
    assert waiver.reason == "Understood" and waiver.consequence


def test_nobody_decides_on_what_they_made(world, as_actor, today):
    rep = as_actor("rikke")
    request = draft(world, rep, today, clean_lines(world))
    submit(request, rep, today)
    take("consent", actor=as_actor("mette"), at=now(), on=today, request_id=request.pk)
    with pytest.raises(Forbidden) as refusal:
        take("approve", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk)
    assert refusal.value.code == "own_case"
    request.refresh_from_db()
    assert request.status == "in_review"
    take("approve", actor=as_actor("soren"), at=now(), on=today, request_id=request.pk)


def test_who_is_no_rep_can_not_approve_and_strangers_find_nothing(world, as_actor, today):
    actor = as_actor("mette")
    request = draft(world, actor, today, clean_lines(world))
    submit(request, actor, today)
    with pytest.raises(Forbidden):
        take("approve", actor=as_actor("mette"), at=now(), on=today, request_id=request.pk)
    with pytest.raises(NotFound):
        take("withdraw", actor=as_actor("anna"), at=now(), on=today, request_id=request.pk)
    with pytest.raises(NotFound):
        take("withdraw", actor=as_actor("anna"), at=now(), on=today, request_id=uuid.uuid4())


def test_an_older_version_is_stale_and_a_step_that_is_not_in_the_table_is_refused(world, as_actor, today):
    actor = as_actor("mette")
    request = draft(world, actor, today, clean_lines(world))
    with pytest.raises(Stale):
        take("withdraw", actor=actor, at=now(), on=today, request_id=request.pk, version=request.version + 1)
    take("withdraw", actor=actor, at=now(), on=today, request_id=request.pk, version=request.version)
    with pytest.raises(Refused) as refusal:
        submit(request, actor, today)
    assert refusal.value.code == "not_from_here"


def test_a_rep_says_why_when_sending_back(world, as_actor, today):
    actor = as_actor("mette")
    request = draft(world, actor, today, clean_lines(world))
    submit(request, actor, today)
    with pytest.raises(Refused):
        take("return", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk)
    take("return", actor=as_actor("rikke"), at=now(), on=today, request_id=request.pk, reason="Which order is this?")
    submit(request, as_actor("mette"), today)
    request.refresh_from_db()
    assert request.status == "in_review" and request.decided_by is None


def test_a_completed_move_is_reversed_by_counter_entries(world, as_actor, today, run_jobs):
    lines = clean_lines(world)
    before = in_all(world)
    request = approved(world, as_actor, today, lines)
    run_jobs()
    as_actor("soren")
    count = QuantityMovement.objects.filter(reference=str(request.pk)).count()
    take("reverse", actor=as_actor("soren"), at=now(), on=today, request_id=request.pk, reason="Wrong site")
    as_actor("mette")
    for line in lines:
        assert Entitlement.objects.with_quantity().get(pk=line.pk).quantity == line.quantity
    assert QuantityMovement.objects.filter(reference=str(request.pk)).count() == 2 * count
    assert in_all(world) == before


def test_after_the_window_nothing_is_reversed(world, as_actor, today, run_jobs):
    request = approved(world, as_actor, today, clean_lines(world))
    run_jobs()
    late = today + timedelta(days=31)
    with pytest.raises(Refused) as refusal:
        take("reverse", actor=as_actor("soren"), at=now(), on=late, request_id=request.pk, reason="Late")
    assert refusal.value.code == "reversal_late"


def test_a_mandate_that_includes_consent_brings_it_to_the_rep(world, as_actor, today):
    jonas = as_actor("jonas")
    request = draft(world, jonas, today, clean_lines(world))
    submit(request, jonas, today)
    request.refresh_from_db()
    assert request.status == "in_review"
    assert set(request.consents.values_list("under_mandate", flat=True)) == {True}


def test_two_requests_for_the_same_units_at_once(committed, at_once, acting, world, today):
    line = clean_lines(world)[0]
    with acting("mette") as actor:
        requests = [draft(world, actor, today, [line]) for _ in range(2)]

    def ask(request):
        with acting("mette") as actor:
            return submit(request, actor, today).status

    outcomes = at_once(*[lambda r=r: ask(r) for r in requests])
    assert sorted(isinstance(o, Refused) for o in outcomes) == [False, True], outcomes
