"""The tables of who takes a case from where to where: every status, action and role."""

from itertools import product

import pytest

from migrations_app.rules.workflow import BATCH, TRANSFER, whose_turn
from portal.kernel.errors import Refused
from portal.kernel.transition import Workflow
from renewals.rules.workflow import QUOTE, TURN
from sites.rules.workflow import ENROLLMENT

WORKFLOWS = [TRANSFER, BATCH, ENROLLMENT, QUOTE, TURN]
STATUSES = {
    "transfer": "draft submitted in_review approved completed returned rejected withdrawn reversed",
    "batch": "uploaded checking checked submitted applying completed completed_with_errors failed undone",
    "turn": "customer partner rep proposed replied",
    "enrollment": "draft submitted accepted returned rejected withdrawn",
    "quote": "draft issued accepted declined superseded expired",
}
TRANSFER_TABLE = {
    "draft": "submit:submitted:requester withdraw:withdrawn:requester,source_contact",
    "submitted": "consent:in_review:source_contact,target_contact refuse:rejected:source_contact,target_contact "
    "withdraw:withdrawn:requester,source_contact",
    "in_review": "approve:approved:rep return:returned:rep reject:rejected:rep "
    "withdraw:withdrawn:requester,source_contact",
    "returned": "submit:submitted:requester withdraw:withdrawn:requester,source_contact",
    "approved": "complete:completed:system",
    "completed": "reverse:reversed:rep",
}


@pytest.mark.parametrize("flow", WORKFLOWS, ids=lambda f: f.name)
def test_a_table_names_its_statuses_and_no_step_twice(flow: Workflow) -> None:
    assert set(flow.statuses) == set(STATUSES[flow.name].split())
    steps = [(t.action, t.source) for t in flow.transitions]
    assert len(steps) == len(set(steps))
    assert all(t.roles and t.source != t.target for t in flow.transitions)


@pytest.mark.parametrize("flow", WORKFLOWS, ids=lambda f: f.name)
def test_every_status_is_reached(flow: Workflow) -> None:
    reached, start = set(), [flow.statuses[0]]
    while start:
        status = start.pop()
        reached.add(status)
        start += [t.target for t in flow.transitions if t.source == status and t.target not in reached]
    assert reached == set(flow.statuses)


def test_the_transfer_table_in_full() -> None:
    roles = sorted({r for t in TRANSFER.transitions for r in t.roles})
    actions = sorted({t.action for t in TRANSFER.transitions})
    allowed = {
        (action, source, role, target)
        for source, steps in TRANSFER_TABLE.items()
        for action, target, who in (step.split(":") for step in steps.split())
        for role in who.split(",")
    }
    found = {
        (action, status, role, step.target)
        for action, status, role in product(actions, TRANSFER.statuses, roles)
        if action in TRANSFER.actions(status, [role]) and (step := TRANSFER.find(action, status))
    }
    assert found == allowed


def test_what_the_table_lacks_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        TRANSFER.require("approve", "draft")
    assert refused.value.faults[0].params == {"action": "approve", "status": "draft"}


@pytest.mark.parametrize(
    ("arguments", "turn"),
    [
        (("draft",), "requester"),
        (("returned",), "requester"),
        (("submitted",), "source_contact"),
        (("submitted", ["target_contact"]), "target_contact"),
        (("in_review",), "rep"),
        (("approved",), "system"),
        (("in_review", (), "V12"), "time"),
        (("submitted", ["source_contact"], "V19"), "primary_contact"),
        (("completed",), "nobody"),
        (("completed", (), "V12"), "nobody"),
        (("rejected",), "nobody"),
        (("withdrawn",), "nobody"),
        (("reversed",), "nobody"),
    ],
)
def test_whose_turn_it_is(arguments: tuple, turn: str) -> None:
    assert whose_turn(*arguments) == turn
