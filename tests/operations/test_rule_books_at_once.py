"""Two people decide on one rule book at the same moment: one decision counts."""

from datetime import timedelta

from licenses.operations.rule_books import propose_rule_book, put_rule_book_in_force, reject_rule_book
from licenses.queries import rule_book
from portal.kernel.errors import Refused
from sites.clock import now

DAY = timedelta(days=1)


def test_of_two_decisions_at_once_one_counts(world, acting, at_once, today):
    with acting("rikke") as actor:
        asked = {"actor": actor, "at": now(), "on": today, "valid_from": today + DAY, "reason": "Longer"}
        case = propose_rule_book(**asked, figures={"reversal_days": "60"})

    def decide(how, who, **more):
        with acting(who) as second:
            return how(actor=second, at=now(), on=today, book_id=case.pk, **more)

    told = at_once(
        lambda: decide(put_rule_book_in_force, "soren"), lambda: decide(reject_rule_book, "admin", reason="Too long")
    )
    refused = [each for each in told if isinstance(each, Refused)]
    assert len(refused) == 1 and [f.code for f in refused[0].faults] == ["not_from_here"]
    with acting("mette"):
        case.refresh_from_db()
        assert case.status in ("in_force", "rejected")
        assert (rule_book(today + DAY).reversal_days == 60) is (case.status == "in_force")
