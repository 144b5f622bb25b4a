"""A price list that changes makes open quotes stale, and the timetable's job makes them anew."""

from datetime import timedelta
from typing import Any

import pytest

from licenses.operations.price_imports import put_prices_in_force
from renewals.models import RenewalQuote
from renewals.operations import issue_express_quotes
from renewals.queries import is_stale
from renewals.tasks import refresh_quotes
from sites.clock import now
from tests.cast import World, looking
from tests.pricing import checked, stands, whole_list
from tests.renewing import LATE, issue, lines_of, move, told

pytestmark = pytest.mark.django_db


def stale(quote: RenewalQuote, today: Any) -> bool:
    with looking():
        rows = RenewalQuote.objects.select_related("agreement", "site__customer", "customer")
        return is_stale(rows.get(pk=quote.pk), today)


def dearer(acting: Any, run_jobs: Any, today: Any, part: str) -> None:
    """A hundred more for the part at every level, from today on."""
    more = {f"{p}_{level}": str(amount + 100) for p, level, amount, *_ in stands() if p == part}
    case = checked(acting, run_jobs, whole_list(**more), effective_on=today)
    with acting("soren") as actor:
        put_prices_in_force(actor=actor, at=now(), on=today, import_id=case.pk)


def test_an_agreements_quotes(world: World, acting: Any, run_jobs: Any, today: Any) -> None:
    move(world, LATE)
    (old,) = issue(world)
    refresh_quotes()
    run_jobs()
    assert not stale(old, today) and refresh_quotes() == 0
    line = lines_of(old)[0]
    dearer(acting, run_jobs, today, line.renewal_part)
    assert stale(old, today)
    # All who have prices of this list are looked at again; who renews something else keeps the quote.
    assert refresh_quotes() > 0
    run_jobs()
    with looking():
        fresh = RenewalQuote.objects.get(number=old.number, status="issued")
    assert fresh.version == 2
    was = {x.entitlement_id: x.unit_price for x in lines_of(old)}
    raised = [x for x in lines_of(fresh) if x.renewal_part == line.renewal_part]
    assert raised and all(x.unit_price == was[x.entitlement_id] + 100 for x in raised)
    assert not stale(fresh, today) and refresh_quotes() == 0


def test_an_express_sites_quotes(world: World, acting: Any, run_jobs: Any, today: Any) -> None:
    with looking() as portal:
        old = issue_express_quotes(actor=portal, at=now(), on=today, site=world.express_site)[0]
        issue_express_quotes(actor=portal, at=now() + timedelta(hours=1), on=today, site=world.express_site)
    assert told(world.express_site.pk).count("quotes_looked_at") == 1
    refresh_quotes()
    run_jobs()
    assert refresh_quotes() == 0
    dearer(acting, run_jobs, today, lines_of(old)[0].renewal_part)
    assert stale(old, today)
    assert refresh_quotes() > 0
    run_jobs()
    with looking():
        assert RenewalQuote.objects.get(number=old.number, status="issued").version == 2
    assert refresh_quotes() == 0
