"""What a request asks for, as the rules take it, and findings as they are kept with it."""

from datetime import date
from typing import Any

from migrations_app.facts import Move, judge
from migrations_app.models import TransferRequest
from sites.words import stored_blocker

UNDECIDED = (TransferRequest.Status.DRAFT, TransferRequest.Status.RETURNED)


def move_of(request: TransferRequest) -> Move:
    """The move that a request asks for."""
    lines = list(request.lines.values_list("entitlement_id", "quantity").order_by("pk"))
    return Move(
        request.source_site,
        request.target_site,
        request.enrollment,
        request.effective_on,
        dict(lines),
        reference=request.pk,
    )


def checks_of(request: TransferRequest, on: date) -> list[dict[str, Any]]:
    """The findings on a request: as of `on` while nobody is asked to decide on it, as kept from then on.

    What has healed since a draft was written is gone from its page on the very day; who reads one end alone is told the
    findings as they were kept.
    """
    if request.status not in UNDECIDED or not request.both_ends_seen:
        return list(request.checks)
    return [stored_blocker(b) for b in judge(move_of(request), on).blockers]
