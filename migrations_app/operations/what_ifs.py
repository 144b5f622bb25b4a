"""From a what-if to a request: what was compared is drafted, one request for each site that licenses come from."""

from datetime import date, datetime

from django.db import transaction

from migrations_app.models import TransferRequest
from migrations_app.operations.requests import create_request
from migrations_app.queries.what_if import Question, lines_of
from migrations_app.reading import LineInput
from portal.kernel.errors import Fault, Refused
from sites.tenancy.actor import Actor


@transaction.atomic
def ask_for(*, actor: Actor, at: datetime, on: date, question: Question, reason: str) -> list[TransferRequest]:
    """Draft what `question` asks: a request for each source site, all of them or none.

    Raises Invalid with every fault of a request's input (a day that has passed, no target enrolled or under way),
    Forbidden where the actor may not request for a source, Refused (`what_if_lines_gone`) where a line isn't to be
    seen any more: what is asked for must be what was compared.
    """
    lines = lines_of(actor, question.quantities)
    if len(lines) < len(question.quantities):
        raise Refused(Fault("what_if_lines_gone", "lines"))
    return [
        create_request(
            actor=actor,
            at=at,
            on=on,
            source_site=move.source.site_number,
            target_site=question.target_site,
            enrollment=question.enrollment.pk if question.enrollment else None,
            effective_on=question.effective_on,
            reason=reason,
            lines=[LineInput(line, quantity) for line, quantity in move.quantities.items()],
        )
        for move in question.moves(lines)
    ]
