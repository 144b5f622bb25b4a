"""What tests of renewal quotes share: licenses moved from Mette's Express site to her agreement."""

from datetime import date
from uuid import UUID

from licenses.models import Entitlement
from licenses.operations import move_units
from renewals.models import QuoteLine, RenewalQuote
from renewals.operations import issue_quotes
from sites.clock import now, today
from sites.models import Event
from tests import cast

EARLY = "D9X24LL"  # its cover ends before the Anniversary
LATE = "D9X02LL"  # its cover ends after it
LAPSED = "D9X32LL"


def express_line(world: cast.World, part: str) -> Entitlement:
    """Mette's Express line of a part, lapsed ones included."""
    return next(line for line in world.lines(world.express_site) if line.part_id == part)


def move(world: cast.World, *parts: str, reference: str = "TR-000001", on: date | None = None) -> list[Entitlement]:
    """Moves the whole of these parts to Aarhus, as a completed request does; returns the lines that arrived."""
    lines = [express_line(world, part) for part in parts]
    with cast.looking() as portal:
        arrived = move_units(
            actor=portal,
            at=now(),
            on=on or today(),
            reference=reference,
            target_site=world.originating_site,
            lines={line.pk: line.quantity for line in lines},
        )
        found = Entitlement.objects.in_bulk(arrived.values())
    return [found[arrived[line.pk]] for line in lines]


def issue(world: cast.World, on: date | None = None) -> tuple[RenewalQuote, ...]:
    """The quotes of Mette's agreement, made by the portal."""
    with cast.looking() as portal:
        return issue_quotes(actor=portal, at=now(), on=on or today(), agreement=world.agreement)


def told(subject_id: UUID) -> list[str]:
    """The kinds of the events of one thing, oldest first."""
    with cast.looking():
        return list(Event.objects.filter(subject_id=subject_id).order_by("id").values_list("kind", flat=True))


def lines_of(quote: RenewalQuote) -> list[QuoteLine]:
    """The lines of a quote, in the order of print."""
    with cast.looking():
        return list(QuoteLine.objects.filter(quote=quote).order_by("item"))


def status_of(quote: RenewalQuote) -> str:
    """The status of a quote as it is in the database now."""
    with cast.looking():
        return RenewalQuote.objects.get(pk=quote.pk).status
