"""Moves for tests: a draft of Mette's, one that waits for the rep, and where a request stands."""

from datetime import date

from licenses.models import Entitlement
from migrations_app import operations
from migrations_app.models import TransferRequest
from migrations_app.reading import LineInput, WaiverInput
from sites.clock import now
from tests.cast import World, acting, looking


def movable(world: World) -> list[Entitlement]:
    """Mette's Express licenses that can move."""
    rows = world.lines(world.express_site)
    return [x for x in rows if x.part.kind.startswith("LICENSE") and not x.traded_up]


def drafted(world: World, today: date) -> TransferRequest:
    """One unit of each of Mette's first two Express licenses, to her Originating Site."""
    with acting("mette") as actor:
        return operations.create_request(
            actor=actor,
            at=now(),
            on=today,
            source_site=world.express_site.site_number,
            target_site=world.originating_site.site_number,
            enrollment=None,
            effective_on=None,
            reason="Merge agreements",
            lines=[LineInput(line.pk, 1) for line in movable(world)[:2]],
            waivers=[],
        )


def submitted(draft: TransferRequest, today: date) -> TransferRequest:
    """The draft sent on its way, every warning taken note of."""
    waivers = [WaiverInput(c["code"], c["line"], "We know") for c in draft.checks if c["waivable"]]
    with acting("mette") as actor:
        return operations.take("submit", actor=actor, at=now(), on=today, request_id=draft.pk, waivers=waivers)


def status(request: TransferRequest) -> str:
    """Where the request stands in the database."""
    with looking():
        return TransferRequest.objects.get(pk=request.pk).status
