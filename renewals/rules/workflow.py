"""Who may take a renewal quote from where to where, and whose turn it is while it is open."""

from portal.kernel.transition import Transition, Workflow

CUSTOMER, PARTNER, REP, SYSTEM = "customer", "partner", "rep", "system"

_CUSTOMER = frozenset({CUSTOMER})
_PARTNER = frozenset({PARTNER})
_REP = frozenset({REP})
_SYSTEM = frozenset({SYSTEM})

QUOTE = Workflow(
    "quote",
    (
        Transition("issue", "draft", "issued", frozenset({SYSTEM, REP})),
        Transition("supersede", "draft", "superseded", _SYSTEM),
        Transition("expire", "draft", "expired", _SYSTEM),
        Transition("accept", "issued", "accepted", _CUSTOMER),
        Transition("decline", "issued", "declined", _CUSTOMER),
        # Other lines or quantities are another price (rule T10): the next version has it.
        Transition("choose", "issued", "superseded", _CUSTOMER),
        Transition("supersede", "issued", "superseded", _SYSTEM),
        Transition("expire", "issued", "expired", _SYSTEM),
    ),
)

# Whose turn it is, while the quote is issued: of its number, so that a new version changes nothing.
TURN = Workflow(
    "turn",
    (
        Transition("hand_over", "customer", "partner", _CUSTOMER),
        Transition("ask", "customer", "rep", _CUSTOMER),
        Transition("propose", "customer", "proposed", _PARTNER),
        Transition("propose", "partner", "proposed", _PARTNER),
        Transition("recall", "partner", "customer", _CUSTOMER),
        Transition("reply", "rep", "replied", _REP),
        Transition("recall", "rep", "customer", _CUSTOMER),
        Transition("take_over", "proposed", "customer", _CUSTOMER),
        Transition("set_aside", "proposed", "customer", _CUSTOMER),
        Transition("hand_over", "proposed", "partner", _CUSTOMER),
        Transition("ask", "proposed", "rep", _CUSTOMER),
        Transition("withdraw", "proposed", "partner", _PARTNER),
        Transition("hand_over", "replied", "partner", _CUSTOMER),
        Transition("ask", "replied", "rep", _CUSTOMER),
        Transition("propose", "replied", "proposed", _PARTNER),
        Transition("set_aside", "replied", "customer", _CUSTOMER),
    ),
)

_TURNS = {"partner": PARTNER, "rep": REP}


def whose_turn(status: str, turn: str) -> str:
    """The role that an issued quote waits for: customer, partner or rep. One that is settled waits for nobody."""
    return _TURNS.get(turn, CUSTOMER) if status == "issued" else "nobody"
