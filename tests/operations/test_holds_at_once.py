"""Requests that want units of the same lines at the same instant take turns; none is broken off by the other."""

from uuid import uuid4

from licenses.models import Hold
from licenses.operations import hold
from sites.clock import now
from tests.cast import acting, looking
from tests.moving import movable

# Every row takes its time, after the key of its line was looked at and before the whole is proved.
_SLOWLY = """
CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$;
CREATE TRIGGER zz_slowly AFTER INSERT ON licenses_hold FOR EACH ROW EXECUTE FUNCTION slowly();
"""


def test_two_hold_units_of_the_same_lines(committed, owner, world, at_once):
    with owner.cursor() as cursor:
        cursor.execute(_SLOWLY)
    owner.commit()
    lines = {line.pk: 1 for line in movable(world)}
    assert len(lines) > 3

    def one():
        with acting("mette") as actor:
            hold(actor=actor, at=now(), reference=uuid4(), lines=lines)

    assert at_once(one, one) == [None, None]
    with looking():
        assert Hold.objects.filter(entitlement__in=lines, released_at__isnull=True).count() == 2 * len(lines)
