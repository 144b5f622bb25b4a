"""The demonstration world: loaded once, in one transaction, through the same operations that everybody uses.

Nordvind's figures are chosen so that moving counts: its agreement ends the Term 310 points short of level E, and the
renewal of its own lines with those that could move is just past it.
"""

from datetime import date, datetime

from django.db import connection, transaction

from portal.content import load_content
from portal.world.calendar import Calendar
from portal.world.cast import PEOPLE, set_up
from portal.world.catalog import load_catalog
from portal.world.holdings import Express, Own, Stock
from sites.models import User
from sites.tenancy import system_actor

_ONE_AT_A_TIME = 7_160_001


def load(*, today: date, at: datetime) -> bool:
    """Load the world as of `today`; returns False, and changes nothing, where it is there already."""
    with transaction.atomic():
        actor = system_actor()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        if User.objects.filter(email=PEOPLE["mette"][0]).exists():
            return False
        load_catalog()
        load_content()
        calendar = Calendar(today)
        stock = Stock(set_up(today), calendar, actor, at)
        _nordvind(stock, calendar)
        _fjordbyg(stock, calendar)
        _sydhavn(stock, calendar)
        _others(stock, calendar)
    return True


def _nordvind(stock: Stock, calendar: Calendar) -> None:
    after, month_end = calendar.after_anniversary, calendar.month_end
    stock.express(
        "nordvind-express",
        [
            # Cover ends before the Anniversary: V8, and a transition quote when it moves.
            Express("D9X24LL", 12, after(-1), 4),
            Express("D9X02LL", 50, after(4), 3),
            Express("D9X01LL", 15, after(5), 4),
            Express("D9X14LL", 8, after(6), 2, with_renewal_line=True),
            # The trade-up of this spring, and what it replaced.
            Express("D24XNLL", 6, after(7), 1),
            Express("D9X18LL", 140, after(8), 5, traded_up=True),
            Express("D9X26LL", 24, after(8), 2),
            # Lapsed a few months ago.
            Express("D9X32LL", 3, month_end(-3), 3),
        ],
    )
    stock.recent("nordvind-express", "D9X28LL", 5)
    bought_this_term = calendar.bought(after(6), 1)
    stock.agreement(
        "nordvind",
        3,
        [
            Own("aarhus", "D9X10LL", 16),
            Own("aarhus", "D9X18LL", 560),
            Own("aarhus", "D9X29LL", 12),
            Own("odense", "D9X25LL", 4),
            Own("odense", "D9X34LL", 34),
            Own("odense", "D9X16LL", 2, bought_this_term),
        ],
    )


def _fjordbyg(stock: Stock, calendar: Calendar) -> None:
    end = calendar.month_end
    stock.express(
        "fjordbyg-express",
        [
            Express("D9X10LL", 4, end(5), 2),
            Express("D9X23LL", 10, end(6), 3),
            Express("D9X30LL", 25, end(7), 1),
            Express("D9X39LL", 18, end(8), 4),
            Express("D9X12LL", 30, end(9), 2),
            Express("D9X19LL", 280, end(10), 3),
        ],
    )


def _sydhavn(stock: Stock, calendar: Calendar) -> None:
    end = calendar.month_end
    stock.express(
        "sydhavn-express",
        [
            Express("D9X27LL", 6, end(5), 2),
            Express("D9X37LL", 140, end(7), 3),
            Express("D9X05LL", 120, end(9), 4),
        ],
    )
    stock.agreement("sydhavn", 2, [Own("sydhavn", "D9X22LL", 210), Own("sydhavn", "D9X35LL", 350)])


def _others(stock: Stock, calendar: Calendar) -> None:
    end = calendar.month_end
    stock.agreement("municipality", 2, [Own("municipality", "D9X38LL", 60), Own("municipality", "D9X36LL", 900)])
    stock.express("university-express", [Express("D9X23LL", 40, end(6), 2), Express("D9X45LL", 20, end(8), 1)])
    stock.agreement("university", 3, [Own("university", "D9X24LL", 45)])
    stock.express("elbtal-express", [Express("D9X03LL", 5, end(5), 2), Express("D9X33LL", 8, end(9), 3)])
