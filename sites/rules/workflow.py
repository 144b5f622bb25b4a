"""Who may take an enrollment from where to where."""

from portal.kernel.transition import Transition, Workflow

_REQUESTER = frozenset({"requester"})
_REP = frozenset({"rep"})

ENROLLMENT = Workflow(
    "enrollment",
    (
        Transition("submit", "draft", "submitted", _REQUESTER),
        Transition("withdraw", "draft", "withdrawn", _REQUESTER),
        Transition("accept", "submitted", "accepted", _REP),
        Transition("return", "submitted", "returned", _REP),
        Transition("reject", "submitted", "rejected", _REP),
        Transition("withdraw", "submitted", "withdrawn", _REQUESTER),
        Transition("submit", "returned", "submitted", _REQUESTER),
        Transition("withdraw", "returned", "withdrawn", _REQUESTER),
    ),
)
