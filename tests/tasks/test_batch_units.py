"""Rows of one source site and product are judged together, and anew together; the database is asked by sets."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from migrations_app import facts
from migrations_app.facts import ALIKE, Move, judge, plan_json
from migrations_app.models import TransferRequest
from migrations_app.operations import amend_row, cancel_batch, create_request, retry_batch, submit_batch, take
from migrations_app.reading import LineInput, WaiverInput
from migrations_app.words.labels import ASSUMPTIONS
from sites.clock import now
from tests.cast import acting, looking
from tests.tasks.test_batches import HEADINGS, checked, form, movable, row

pytestmark = pytest.mark.django_db


def outcomes(batch):
    with looking():
        return {r.number: (r.outcome, sorted({e["code"] for e in r.errors if e["severity"] == "error"}), r.stale)
                for r in batch.rows.order_by("number")}  # fmt: skip


def promised(world, line, units, today):
    """Somebody else asks for units of a line."""
    with acting("mette") as mette:
        draft = create_request(
            actor=mette, at=now(), on=today, source_site=line.site.site_number,
            target_site=world.originating_site.site_number, enrollment=None, effective_on=None, reason="Faster",
            lines=[LineInput(line.pk, units)],
        )  # fmt: skip
        waivers = [WaiverInput(c["code"], c["line"], "Known") for c in draft.checks if c["waivable"]]
        take("submit", actor=mette, at=now(), on=today, request_id=draft.pk, waivers=waivers)


def test_a_row_that_lets_go_of_units_makes_its_neighbor_valid(world, as_actor, run_jobs):
    line = movable(world)[0]
    whole = {"order": line.order_reference}
    batch = checked(as_actor, run_jobs, form(row(world, line, **whole), row(world, line, quantity=1, **whole)))
    assert outcomes(batch) == {2: ("valid", [], False), 3: ("invalid", ["V3"], False)}
    amend_row(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, number=2,
              values={"quantity": str(line.quantity - 1)})  # fmt: skip
    run_jobs()
    batch.refresh_from_db()
    assert outcomes(batch) == {2: ("valid", [], False), 3: ("valid", [], False)}
    assert (batch.status, batch.rows_valid, batch.rows_invalid) == ("checked", 2, 0)


def test_a_row_that_goes_to_another_part_gives_its_units_back(world, as_actor, run_jobs):
    one, other = movable(world)[:2]
    batch = checked(as_actor, run_jobs, form(row(world, one), row(world, one, quantity=1)))
    assert outcomes(batch)[3] == ("invalid", ["V3"], False)
    amend_row(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, number=2,
              values={"part_number": other.part_id, "quantity": "1"})  # fmt: skip
    run_jobs()
    assert outcomes(batch) == {2: ("valid", [], False), 3: ("valid", [], False)}


def test_what_another_unit_says_stays_as_it_was_judged(world, as_actor, run_jobs):
    one, other = movable(world)[:2]
    batch = checked(as_actor, run_jobs, form(row(world, one, quantity=1), row(world, other, quantity=10**6)))
    with looking():
        batch.rows.filter(number=3).update(errors=[])
    amend_row(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, number=2, values={"reason": "Merged"})
    run_jobs()
    assert outcomes(batch)[3] == ("invalid", [], False), "it was judged although nothing near it changed"


def test_only_the_row_whose_units_are_gone_fails(world, as_actor, run_jobs, today):
    one, other = movable(world)[:2]
    batch = checked(as_actor, run_jobs, form(row(world, one), row(world, other)))
    promised(world, one, 1, today)
    submit_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, waive_warnings="Agreed")
    run_jobs()
    told = outcomes(batch)
    assert told[2][:2] == ("failed", ["V3"]) and told[3][0] == "valid"
    with looking():
        (request,) = TransferRequest.objects.filter(batch=batch)
        assert [line.entitlement_id for line in request.lines.all()] == [other.pk]


def test_requests_are_made_in_the_forms_order(world, as_actor, run_jobs):
    line = movable(world)[0]
    sites = [s.site_number for s in world.sites(world.nordvind, "PA")]
    rows = [row(world, line, quantity=1, target=target, reference=target) for target in reversed(sites)]
    batch = checked(as_actor, run_jobs, form(*rows))
    submit_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, waive_warnings="Agreed")
    run_jobs()
    with looking():
        made = TransferRequest.objects.filter(batch=batch).order_by("number")
        assert [request.target_site.site_number for request in made] == list(reversed(sites))


@pytest.mark.parametrize("kind", ["valid", "unknown part", "unknown order", "unknown site", "too many"])
def test_many_rows_ask_the_database_as_often_as_few(world, as_actor, run_jobs, kind):
    line = max(movable(world, 99), key=lambda x: x.quantity)
    made = {
        "valid": lambda i: row(world, line, quantity=1, reference=str(i)),
        "unknown part": lambda i: f"{line.site.site_number};D9X{i:02}XX;1;{world.originating_site.site_number};;",
        "unknown order": lambda i: row(world, line, quantity=1, order=f"N{i}"),
        "unknown site": lambda i: row(world, line, quantity=1, target=f"99{i:03}"),
        "too many": lambda i: row(world, line, quantity=10**6 + i),
    }[kind]

    def asked(count):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            checked(as_actor, run_jobs, form(*(made(i) for i in range(count)), name=f"{count}.csv"))
        return len(queries)

    asked(3)  # what is asked once a process is asked here
    assert asked(40) == asked(4)


def test_a_refusal_of_one_request_leaves_the_rows_of_others_alone(world, as_actor, run_jobs, today):
    """What is short for one target may well do for another, and a day of its own is a request of its own."""
    line = max(movable(world, 99), key=lambda x: x.quantity)
    first, second = [s.site_number for s in world.sites(world.nordvind, "PA")][:2]
    day = f"{today + timedelta(days=40):%d.%m.%Y}"
    headings = f"{HEADINGS};Virkningsdato"
    rows = [
        f"{line.site.site_number};{line.part_id};{line.quantity - 3};{first};{line.order_reference};a;",
        f"{line.site.site_number};{line.part_id};1;{second};{line.order_reference};b;",
        f"{line.site.site_number};{line.part_id};1;{first};{line.order_reference};c;{day}",
    ]
    batch = checked(as_actor, run_jobs, form(*rows, headings=headings))
    assert batch.rows_valid == 3, outcomes(batch)
    promised(world, line, 4, today)
    submit_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, waive_warnings="Agreed")
    run_jobs()
    assert {number: outcome for number, (outcome, *_) in outcomes(batch).items()} == {
        2: "failed", 3: "valid", 4: "valid",
    }  # fmt: skip


def test_what_was_stopped_is_asked_for_when_it_is_tried_again(world, as_actor, run_jobs):
    batch = checked(as_actor, run_jobs, form(row(world, movable(world)[0])))
    submit_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, waive_warnings="Agreed")
    cancel_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk)
    run_jobs()
    assert outcomes(batch)[2][:2] == ("failed", ["batch_cancelled"])
    with looking():
        assert not TransferRequest.objects.filter(batch=batch).exists()
    retry_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk)
    run_jobs()
    assert outcomes(batch)[2][0] == "valid"
    with looking():
        assert TransferRequest.objects.get(batch=batch).status == "in_review"


def test_a_form_of_all_or_none_is_stopped_before_it_begins(world, as_actor, run_jobs):
    batch = checked(as_actor, run_jobs, form(row(world, movable(world)[0])), mode="atomic")
    submit_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, waive_warnings="Agreed")
    cancel_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk)
    run_jobs()
    assert outcomes(batch)[2][:2] == ("failed", ["batch_cancelled"])
    with looking():
        assert not TransferRequest.objects.filter(batch=batch).exists()


def test_the_plan_of_very_many_lines_tells_sums_and_says_so(world, as_actor, today, monkeypatch):
    lines = movable(world)[:2]
    asked = {line.pk: 1 for line in lines}
    move = Move(world.express_site, world.originating_site, None, None, asked)
    as_actor("mette")
    whole = plan_json(judge(move, today))
    assert ALIKE not in whole["assumptions"] and whole["coverage"]
    assert len(whole["assumptions"]) == len(set(whole["assumptions"]))
    monkeypatch.setattr(facts, "TOLD_ONE_BY_ONE", 1)
    sums = plan_json(judge(move, today))
    assert ALIKE in sums["assumptions"] and sums["coverage"] == []
    assert not any(event["lines"] for side in ("stay", "migrate") for event in sums[side]["events"])
    assert sums["stay"]["total"] == whole["stay"]["total"] and ASSUMPTIONS[ALIKE]


def test_many_rows_of_one_part_use_up_its_lines_in_the_order_of_their_age(world, as_actor, run_jobs):
    line = max(movable(world, 99), key=lambda x: x.quantity)
    held = [x for x in world.lines(line.site) if x.part_id == line.part_id]
    units = sum(x.quantity for x in held)
    batch = checked(
        as_actor, run_jobs, form(*(row(world, line, quantity=1, reference=str(i)) for i in range(units + 1)))
    )
    with looking():
        told = list(batch.rows.order_by("number").values_list("outcome", "allocation"))
    assert [outcome for outcome, _ in told] == ["valid"] * units + ["invalid"]
    taken = [allocation[0][0] for _, allocation in told[:-1]]
    aged = sorted(held, key=lambda x: (x.acquired_on, x.order_reference, x.pk))
    assert taken == [str(x.pk) for x in aged for _ in range(x.quantity)]
