"""Every write to renewal quotes: making them, answering them, letting them run out."""

from renewals.operations.answer import accept, decline
from renewals.operations.ask import ask_for_quotes
from renewals.operations.issue import (
    ensure_current,
    expire_quotes,
    issue_express_quotes,
    issue_quotes,
    refresh_agreement,
    request_refresh,
)

__all__ = [
    "accept",
    "ask_for_quotes",
    "decline",
    "ensure_current",
    "expire_quotes",
    "issue_express_quotes",
    "issue_quotes",
    "refresh_agreement",
    "request_refresh",
]
