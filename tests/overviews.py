"""What tests of the renewal calendar and the coverage radar share: lines with cover of any shape."""

from datetime import date
from typing import Any

from licenses.models import Entitlement
from licenses.operations import acquire
from portal.kernel.period import Period
from renewals.queries.radar import Radar, radar
from renewals.queries.reach import Narrowed, reach_of
from renewals.queries.year import Calendar, Chosen, calendar
from sites.clock import now, today
from sites.models import Site
from tests import cast

PART, RENEWAL = "D9X24LL", "E9X24LL"


def line(
    world: cast.World,
    site: Site,
    *periods: tuple[date, date],
    order: str = "R-1",
    part: str = PART,
    follows: Entitlement | None = None,
) -> Entitlement:
    """A line of `site` with these periods of cover, written as records of an import are: as they come."""
    from licenses.models import CoverPeriod

    with cast.looking() as portal:
        last = Period(*periods[-1])
        found = acquire(
            actor=portal,
            at=now(),
            site=site,
            part=world.part(part),
            quantity=3,
            order_reference=order,
            acquired_on=periods[0][0],
            cover=last,
            follows=follows,
            issue=False,
        )
        for starts_on, ends_on in periods[:-1]:
            CoverPeriod.objects.create(
                customer_id=site.customer_id, entitlement=found, starts_on=starts_on, ends_on=ends_on, source=order,
                recorded_at=now(),
            )  # fmt: skip
        return found


def seen_calendar(who: str, chosen: Chosen | None = None, **narrowed: str) -> Calendar:
    """The calendar of a member of the cast."""
    with cast.acting(who) as actor:
        return calendar(actor, reach_of(actor, Narrowed(**narrowed), today()), today(), chosen)


def seen_radar(who: str, narrowed: Narrowed | None = None, **asked: Any) -> Radar:
    """The radar of a member of the cast."""
    with cast.acting(who) as actor:
        return radar(reach_of(actor, narrowed or Narrowed(), today()), today(), **asked)
