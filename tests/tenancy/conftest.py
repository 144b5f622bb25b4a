"""A database with rows of three tenants, kept for the whole module; its walk rolls everything back."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.conf import settings

from portal.services import discovery
from sites.models import Customer, StaffRole
from sites.tenancy import SYSTEM_USER_ID
from tests import cast, databases
from tests.tenancy.ground import plant
from tests.tenancy.walk import Ground, Who


@pytest.fixture(scope="module")
def walled(run_name: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The name of a database with rows of every kind for Nordvind, Sydhavn and a Swedish company."""
    name = databases.clone(run_name)
    with django_db_blocker.unblock():
        with databases.used(name):
            world = cast.World()
            with cast.acting("admin"):
                abroad = Customer.objects.create(name="Utlandet AB", country="SE", currency="SEK", language="sv")
            for number, (customer, user) in enumerate(
                [(world.nordvind, world.mette), (world.sydhavn, world.anna), (abroad, world.admin)], start=11
            ):
                plant(customer, user, world.partner, number)
        yield name
        databases.drop(name)


@pytest.fixture(scope="module")
def ground(walled: str, django_db_blocker: Any) -> Iterator[Ground]:
    """The walk's view of `walled`."""
    with django_db_blocker.unblock(), databases.used(walled):
        world = cast.World()
        lookers = [SYSTEM_USER_ID, *(getattr(world, name).pk for name in cast.CAST)]
    with closing(psycopg2.connect(discovery.with_database(settings.APP_URL, walled))) as app:
        yield Ground(app, settings.APP_ROLE, [str(looker) for looker in lookers])


@pytest.fixture(scope="module")
def people(walled: str, django_db_blocker: Any) -> dict[str, Who]:
    """Everybody bound to customers, with the customers that are theirs by the story of the demonstration."""
    with django_db_blocker.unblock(), databases.used(walled):
        world = cast.World()
        nordvind, fjordbyg, sydhavn = (str(c.pk) for c in (world.nordvind, world.fjordbyg, world.sydhavn))
        reach = {
            "mette": {nordvind},
            "lars": {fjordbyg},
            "anna": {sydhavn},
            "jonas": {nordvind, fjordbyg},
        }
        return {
            name: Who(name, str(getattr(world, name).pk), frozenset(customers)) for name, customers in reach.items()
        }


@pytest.fixture(scope="module")
def reps(walled: str, django_db_blocker: Any) -> list[Who]:
    """Reps, whose territory is Denmark."""
    with django_db_blocker.unblock(), databases.used(walled), cast.looking():
        rows = StaffRole.objects.filter(role="rep", country="DK").select_related("user")
        return [Who(row.user.name, str(row.user_id)) for row in rows]
