"""Every write to renewal quotes: making them, answering them, letting them run out."""

from renewals.operations.answer import accept, decline, restore
from renewals.operations.ask import ask_for_quotes
from renewals.operations.choose import Reading, Selection, foreseen, read_selection
from renewals.operations.hand_over import ask, hand_back, hand_over, propose, read_proposal, reply, take_over
from renewals.operations.issue import (
    ensure_current,
    expire_quotes,
    issue_all,
    issue_express_quotes,
    issue_quotes,
    refresh_agreement,
)
from renewals.operations.night import request_run, run_quotes
from renewals.operations.papers import keep_paper, request_paper

__all__ = [
    "Reading",
    "Selection",
    "accept",
    "ask",
    "ask_for_quotes",
    "decline",
    "ensure_current",
    "expire_quotes",
    "foreseen",
    "hand_back",
    "hand_over",
    "issue_all",
    "issue_express_quotes",
    "issue_quotes",
    "keep_paper",
    "propose",
    "read_proposal",
    "read_selection",
    "refresh_agreement",
    "reply",
    "request_paper",
    "request_run",
    "restore",
    "run_quotes",
    "take_over",
]
