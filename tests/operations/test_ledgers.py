"""What the database refuses in both ledgers, whoever asks."""

import uuid
from decimal import Decimal

import psycopg2
import pytest
from django.db import DatabaseError, connection, transaction

from licenses.models import PointsMovement, QuantityMovement
from licenses.operations import PointsEntry, QuantityEntry, post_points, post_quantities
from licenses.queries import standing


def entry(source, target, quantity, today, **changes):
    asked = {
        "id": uuid.uuid4(),
        "source_id": source,
        "target_id": target,
        "quantity": quantity,
        "reason": "correction",
        "reference": "test",
        "effective_on": today,
    }
    return QuantityEntry(**(asked | changes))


def post_and_prove(posting):
    """Post, and prove now what the end of the transaction would."""
    post_quantities([posting])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_line_never_gives_more_than_it_holds(world, as_actor, today):
    line = world.lines(world.express_site)[0]
    as_actor("rikke")
    with pytest.raises(DatabaseError, match="would hold"), transaction.atomic():
        post_and_prove(entry(line.pk, None, line.quantity + 1, today))
    post_and_prove(entry(line.pk, None, line.quantity, today))


def test_units_move_only_between_lines_of_one_order(world, as_actor, today):
    one, other = world.lines(world.express_site)[:2]
    as_actor("rikke")
    with pytest.raises(DatabaseError, match="one order"), transaction.atomic():
        post_and_prove(entry(one.pk, other.pk, 1, today, reason="transfer"))


def test_a_repeat_is_no_second_booking_and_a_contradiction_is_refused(world, as_actor, today):
    line = world.lines(world.express_site)[0]
    as_actor("rikke")
    posting = entry(None, line.pk, 5, today)
    assert post_quantities([posting]) == 1
    assert post_quantities([posting]) == 0
    with pytest.raises(DatabaseError, match="otherwise"), transaction.atomic():
        post_quantities([entry(None, line.pk, 6, today, id=posting.id)])


def test_who_may_not_write_posts_nothing(world, as_actor, today):
    line = world.lines(world.express_site)[0]
    as_actor("anna")
    with pytest.raises(DatabaseError, match="out of reach"), transaction.atomic():
        post_quantities([entry(None, line.pk, 5, today)])
    with pytest.raises(DatabaseError, match="out of reach"), transaction.atomic():
        post_points([points(world, today, "100.00")])


def points(world, today, amount, **changes):
    asked = {
        "id": uuid.uuid4(),
        "agreement_id": world.agreement.pk,
        "site_id": world.originating_site.pk,
        "points": Decimal(amount),
        "kind": "adjustment",
        "reference": f"test {uuid.uuid4()}",
        "effective_on": today,
    }
    return PointsEntry(**(asked | changes))


def test_a_credit_lowers_points_but_no_level_within_its_term(world, as_actor, today):
    as_actor("rikke")
    before = standing(world.agreement, today)
    post_points([points(world, today, "20000.00")])
    top = standing(world.agreement, today)
    assert top.level == "H" and top.points == before.points + 20000
    post_points([points(world, today, "-20000.00", kind="credit")])
    after = standing(world.agreement, today)
    assert (after.level, after.points) == ("H", before.points)


def test_what_was_known_earlier_can_be_asked_later(world, as_actor, today):
    as_actor("rikke")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (then,) = cursor.fetchone()
    before = standing(world.agreement, today)
    post_points([points(world, today, "20000.00")])
    assert standing(world.agreement, today, known_at=then).points == before.points
    assert standing(world.agreement, today).points == before.points + 20000


@pytest.mark.parametrize("table", ["licenses_quantitymovement", "licenses_pointsmovement", "licenses_coverperiod"])
@pytest.mark.parametrize("statement", ["UPDATE {0} SET id = id", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
def test_not_even_the_owner_changes_a_ledger(owner, table, statement):
    with owner.cursor() as cursor, pytest.raises(psycopg2.Error, match="append-only"):
        cursor.execute(statement.format(table))


def test_the_application_writes_ledgers_through_their_functions_alone(world, as_actor):
    as_actor("rikke")
    for model in (QuantityMovement, PointsMovement):
        row = model.objects.first()
        row.pk = uuid.uuid4()
        row.sequence += 10**6
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            row.save(force_insert=True)
