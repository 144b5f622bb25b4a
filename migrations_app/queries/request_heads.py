"""Requests as lists show them: without their lines, findings and plans, of which there may be very many."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from migrations_app.models import Consent, TransferLine, TransferRequest
from migrations_app.policies import missing_sides
from migrations_app.queries.requests import CONTACT_OF, requests_for
from migrations_app.rules.workflow import whose_turn
from sites.tenancy.actor import Actor

# What grows with the lines of a request.
HEAVY = ("checks", "plan", "stopped_by")


@dataclass(frozen=True, slots=True)
class RequestHead:
    """A case in a list."""

    id: UUID
    number: str
    status: str
    status_label: str
    whose_turn: str
    source_site: str
    target_site: str | None
    customer: str
    line_count: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Sums:
    """The lines of a request, and their units together."""

    lines: int = 0
    units: int = 0


def light_requests(actor: Actor) -> QuerySet[TransferRequest]:
    """What the actor may see, for `heads`."""
    return requests_for(actor).defer(*HEAVY)


def heads(requests: Iterable[TransferRequest]) -> list[RequestHead]:
    """The cases of one page of a list: two queries, whatever the number of cases and lines."""
    cases = list(requests)
    sums = sums_of(case.pk for case in cases)
    given: dict[UUID, set[str]] = defaultdict(set)
    for request_id, side in Consent.objects.filter(request__in=cases).values_list("request_id", "side"):
        given[request_id].add(side)
    return [_head(case, sums.get(case.pk, Sums()), given[case.pk]) for case in cases]


def _head(case: TransferRequest, sums: Sums, given: set[str]) -> RequestHead:
    target = case.target_end
    missing = [CONTACT_OF[side] for side in missing_sides(case, given)]
    return RequestHead(
        id=case.pk,
        number=str(case),
        status=case.status,
        status_label=case.get_status_display(),
        whose_turn=whose_turn(case.status, missing, case.waiting_for),
        source_site=case.source_end.number,
        target_site=target.number if target else None,
        customer=case.source_end.customer,
        line_count=sums.lines,
        created_at=case.created_at,
    )


def sums_of(requests: Iterable[UUID]) -> dict[UUID, Sums]:
    """How many lines and units requests have, by request."""
    rows = TransferLine.objects.filter(request__in=list(requests)).order_by().values_list("request_id")
    return {key: Sums(lines, units) for key, lines, units in rows.annotate(Count("pk"), Sum("quantity"))}
