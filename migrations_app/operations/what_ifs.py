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
    by_source: dict[str, list[LineInput]] = {}
    for line in lines:
        by_source.setdefault(line.site.site_number, []).append(LineInput(line.pk, question.quantities[line.pk]))
    enrollment = question.enrollment
    return [
        create_request(
            actor=actor,
            at=at,
            on=on,
            source_site=source,
            target_site=question.target.site_number if question.target and not enrollment else None,
            enrollment=enrollment.pk if enrollment else None,
            effective_on=question.effective_on,
            reason=reason,
            lines=asked,
        )
        for source, asked in by_source.items()
    ]
