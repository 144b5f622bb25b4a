"""Who may take a transfer request, or a batch of them, from where to where."""

from collections.abc import Sequence

from portal.kernel.transition import Transition, Workflow

REQUESTER, SOURCE_CONTACT, TARGET_CONTACT = "requester", "source_contact", "target_contact"
REP, SYSTEM, NOBODY = "rep", "system", "nobody"

_REQUESTER = frozenset({REQUESTER})
_CONTACTS = frozenset({SOURCE_CONTACT, TARGET_CONTACT})
_WITHDRAWERS = frozenset({REQUESTER, SOURCE_CONTACT})
_REP = frozenset({REP})
_SYSTEM = frozenset({SYSTEM})

TRANSFER = Workflow(
    "transfer",
    (
        Transition("submit", "draft", "submitted", _REQUESTER),
        Transition("withdraw", "draft", "withdrawn", _WITHDRAWERS),
        # A consent that isn't the last one leaves the request where it is: the operation decides.
        Transition("consent", "submitted", "in_review", _CONTACTS),
        Transition("refuse", "submitted", "rejected", _CONTACTS),
        Transition("withdraw", "submitted", "withdrawn", _WITHDRAWERS),
        Transition("approve", "in_review", "approved", _REP),
        Transition("return", "in_review", "returned", _REP),
        Transition("reject", "in_review", "rejected", _REP),
        Transition("withdraw", "in_review", "withdrawn", _WITHDRAWERS),
        Transition("submit", "returned", "submitted", _REQUESTER),
        Transition("withdraw", "returned", "withdrawn", _WITHDRAWERS),
        Transition("complete", "approved", "completed", _SYSTEM),
        Transition("reverse", "completed", "reversed", _REP),
    ),
)

BATCH = Workflow(
    "batch",
    (
        Transition("start_checking", "uploaded", "checking", _SYSTEM),
        Transition("fail", "uploaded", "failed", _SYSTEM),
        Transition("finish_checking", "checking", "checked", _SYSTEM),
        Transition("fail", "checking", "failed", _SYSTEM),
        Transition("amend", "checked", "checking", _REQUESTER),
        Transition("cancel", "uploaded", "undone", _REQUESTER),
        Transition("cancel", "checking", "undone", _REQUESTER),
        Transition("cancel", "checked", "undone", _REQUESTER),
        Transition("submit", "checked", "submitted", _REQUESTER),
        Transition("start_applying", "submitted", "applying", _SYSTEM),
        Transition("finish_applying", "applying", "completed", _SYSTEM),
        Transition("finish_with_errors", "applying", "completed_with_errors", _SYSTEM),
        Transition("fail", "applying", "failed", _SYSTEM),
        # Nothing has moved yet: the sender takes back what the form asked for.
        Transition("undo", "submitted", "undone", _REQUESTER),
        Transition("retry", "completed_with_errors", "submitted", _REQUESTER),
        # A failed batch is checked again from its file: rows that were applied are known by their reference.
        Transition("retry", "failed", "uploaded", _REQUESTER),
        Transition("undo", "completed", "undone", _REP),
        Transition("undo", "completed_with_errors", "undone", _REP),
        # What of it can't be taken back stays moved.
        Transition("undo_in_part", "completed", "completed_with_errors", _REP),
    ),
)

_TURNS = {
    "draft": REQUESTER,
    "submitted": SOURCE_CONTACT,
    "in_review": REP,
    "approved": SYSTEM,
    "returned": REQUESTER,
}
# While a request sleeps: by the check that it waits for.
_TURNS_ASLEEP = {
    "V3": "time", "V12": "time", "V13": "customer", "V17": "customer", "V18": REP, "V19": "primary_contact",
}  # fmt: skip


def whose_turn(status: str, missing_consents: Sequence[str] = (), waiting_for: str = "") -> str:
    """The role that a transfer request waits for: requester, source_contact, target_contact, rep or system.

    One that sleeps waits for whoever, or whatever, heals the check `waiting_for`: also customer, primary_contact or
    time. A submitted one waits for the first of `missing_consents`, in the order given; a closed one for nobody.
    """
    turn = _TURNS.get(status, NOBODY)
    if turn is NOBODY:
        return NOBODY
    if waiting_for in _TURNS_ASLEEP:
        return _TURNS_ASLEEP[waiting_for]
    return missing_consents[0] if status == "submitted" and missing_consents else turn
