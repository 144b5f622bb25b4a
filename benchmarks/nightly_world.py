"""Agreements whose quote window is open, each with one site and as many license lines.

Loaded beside what is there already, so that a second measurement meets a larger world.
"""

from datetime import date

from dateutil.relativedelta import relativedelta
from django.db import transaction

from benchmarks.transfer_world import World, big_tables, earned_points, small_tables
from portal.world.catalog import load_catalog
from sites.clock import today
from sites.models import Agreement
from sites.tenancy import system_actor

NUMBERS = "77"


def load(agreements: int, lines_each: int) -> None:
    """As many Agreements more, of as many customers, in their second Term, which ends within two months."""
    with transaction.atomic():
        system_actor()
        load_catalog()
    world = World(today(), first=_loaded())
    for n in range(agreements):
        customer = world.customer(f"Night {world.first + n}")
        world.site(customer, f"Night {n}", world.agreement(customer, "own", _term_start(world.day)), lines_each)
    small_tables(world)
    big_tables(world)
    earned_points(world)


def _loaded() -> int:
    return Agreement.objects.using("owner").filter(number__startswith=NUMBERS).count()


def _term_start(day: date) -> date:
    return day.replace(day=1) + relativedelta(months=2, years=-2)
