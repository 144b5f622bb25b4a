"""What only a whole form shows: units of a product that stay behind, and forms that come to nothing."""

from collections import defaultdict

import pytest

from migrations_app.models import TransferBatch, TransferRequest
from migrations_app.operations import submit_batch
from migrations_app.tasks import look_after
from portal.kernel.errors import Refused
from sites.clock import now
from tests.cast import looking
from tests.tasks.test_batches import checked, form, movable, row

pytestmark = pytest.mark.django_db


def codes(batch):
    return {r.number: {e["code"] for e in r.errors} for r in batch.rows.all()}


def test_part_of_a_product_is_told_while_it_can_be_answered(world, as_actor, run_jobs):
    line = max(movable(world, 99), key=lambda x: x.quantity)
    batch = checked(as_actor, run_jobs, form(row(world, line, 1)))
    assert (batch.status, batch.rows_valid) == ("checked", 1)
    assert "V9" in codes(batch)[2]
    with pytest.raises(Refused):
        submit_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk)
    submit_batch(actor=as_actor("jonas"), at=now(), batch_id=batch.pk, waive_warnings="The rest follows")
    run_jobs()
    with looking():
        assert TransferRequest.objects.get(batch=batch).status == "in_review"


def test_a_product_that_moves_whole_in_several_rows_leaves_nothing_behind(world, as_actor, run_jobs):
    by_product = defaultdict(list)
    for line in world.lines(world.express_site):
        if line.part.kind == "LICENSE_PLUS_S&S" and not line.traded_up:
            by_product[line.part.product].append(line)
    line = next(lines[0] for lines in by_product.values() if len(lines) == 1 and lines[0].quantity > 1)
    rows = [row(world, line, 1, reference="a"), row(world, line, line.quantity - 1, reference="b")]
    batch = checked(as_actor, run_jobs, form(*rows))
    assert batch.rows_valid == 2
    assert not any("V9" in told for told in codes(batch).values())


def test_checking_again_tells_nothing_twice(world, as_actor, run_jobs):
    line = max(movable(world, 99), key=lambda x: x.quantity)
    batch = checked(as_actor, run_jobs, form(row(world, line, 1)))
    told = [e["code"] for e in batch.rows.get().errors]
    assert len(told) == len(set(told))


def test_a_form_whose_rows_are_all_refused_is_ended(world, as_actor, run_jobs):
    """The units went elsewhere between check and submission."""
    line = movable(world, 1)[0]
    batch = checked(as_actor, run_jobs, form(row(world, line, order=line.order_reference)))
    other = checked(as_actor, run_jobs, form(row(world, line, order=line.order_reference), name="2.csv"), who="mette")
    for who, each in (("mette", other), ("jonas", batch)):
        submit_batch(actor=as_actor(who), at=now(), batch_id=each.pk, waive_warnings="Known")
        run_jobs()
    look_after()
    with looking():
        batch = TransferBatch.objects.get(pk=batch.pk)
        assert (batch.status, batch.rows.get().outcome) == ("completed_with_errors", "failed")
