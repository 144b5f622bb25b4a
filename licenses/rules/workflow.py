"""Who may take an import of prices or licenses, a rule book, or an adjustment of points from where to where."""

from portal.kernel.transition import Transition, Workflow

DESK, SECOND, SYSTEM, AUTHOR = "desk", "second", "system", "author"

_DESK = frozenset({DESK})
_SECOND = frozenset({SECOND})
_SYSTEM = frozenset({SYSTEM})
_AUTHOR = frozenset({AUTHOR})

PRICE_IMPORT = Workflow(
    "price_import",
    (
        Transition("start_checking", "uploaded", "checking", _SYSTEM),
        Transition("fail", "uploaded", "failed", _SYSTEM),
        Transition("finish_checking", "checking", "checked", _SYSTEM),
        Transition("fail", "checking", "failed", _SYSTEM),
        # Never by the one who uploaded the file.
        Transition("put_in_force", "checked", "in_force", _SECOND),
        # The list moved on since: the same rows, against what stands now.
        Transition("compare", "checked", "checking", _DESK),
        Transition("reject", "checked", "rejected", _DESK),
    ),
)

ENTITLEMENT_IMPORT = Workflow(
    "entitlement_import",
    (
        Transition("start_checking", "uploaded", "checking", _SYSTEM),
        Transition("fail", "uploaded", "failed", _SYSTEM),
        Transition("finish_checking", "checking", "checked", _SYSTEM),
        Transition("fail", "checking", "failed", _SYSTEM),
        # What the headings mean was mended: the file is read again.
        Transition("map", "checked", "checking", _AUTHOR),
        Transition("map", "failed", "checking", _AUTHOR),
        # The record moved on since: the same rows, against what is held now.
        Transition("compare", "checked", "checking", frozenset({AUTHOR, DESK})),
        # What a customer or partner declares counts when a rep accepts it; a rep's own file is the record at once.
        Transition("accept", "checked", "applying", _DESK),
        Transition("finish", "applying", "accepted", _SYSTEM),
        Transition("put_back", "applying", "checked", _SYSTEM),
        Transition("reject", "checked", "rejected", _DESK),
        # Its author handed in a newer list of the same site.
        Transition("supersede", "checked", "superseded", _SYSTEM),
        Transition("supersede", "failed", "superseded", _SYSTEM),
    ),
)

RULE_BOOK = Workflow(
    "rule_book",
    (
        # Never by its author.
        Transition("put_in_force", "proposed", "in_force", _SECOND),
        Transition("reject", "proposed", "rejected", _SECOND),
        Transition("withdraw", "proposed", "withdrawn", frozenset({AUTHOR})),
    ),
)

POINTS_ADJUSTMENT = Workflow(
    "points_adjustment",
    (
        # Never by its author: what is signed is posted (rules P3, P7).
        Transition("sign", "proposed", "signed", _SECOND),
        Transition("reject", "proposed", "rejected", _SECOND),
        Transition("withdraw", "proposed", "withdrawn", frozenset({AUTHOR})),
    ),
)
