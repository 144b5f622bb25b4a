"""Who may take a renewal quote from where to where."""

from portal.kernel.transition import Transition, Workflow

_CUSTOMER = frozenset({"customer"})
_SYSTEM = frozenset({"system"})

QUOTE = Workflow(
    "quote",
    (
        Transition("issue", "draft", "issued", frozenset({"system", "rep"})),
        Transition("supersede", "draft", "superseded", _SYSTEM),
        Transition("expire", "draft", "expired", _SYSTEM),
        Transition("accept", "issued", "accepted", _CUSTOMER),
        Transition("decline", "issued", "declined", _CUSTOMER),
        Transition("supersede", "issued", "superseded", _SYSTEM),
        Transition("expire", "issued", "expired", _SYSTEM),
    ),
)
