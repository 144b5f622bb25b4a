"""Synthetic worlds: the same for the same seed, skewed, and sound by both ledgers' own proofs."""

import hashlib
from collections import Counter
from statistics import median

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count

from licenses.models import Entitlement, PointsMovement, QuantityMovement
from licenses.queries import standings
from portal.kernel.period import is_month_end
from portal.world import synthetic
from sites.clock import now, today
from sites.models import Agreement, Customer, Site, User
from sites.rules.identifiers import cvr_number, site_number
from tests.cast import World, looking

pytestmark = pytest.mark.django_db


class _Back(Exception):
    """Takes a world away again."""


def load(seed: int, customers: int = 6, entitlements: int = 60) -> synthetic.Loaded:
    steps = synthetic.load(customers=customers, entitlements=entitlements, seed=seed, today=today(), at=now())
    total = sum(steps, synthetic.Loaded())
    with connection.cursor() as cursor:
        # What the ledgers prove at commit is proved now.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return total


def fingerprint() -> str:
    """Changes with any customer, site, line, movement or point of the world."""
    with looking():
        facts = [
            *Customer.objects.order_by("id").values_list("id", "name", "registration_number", "customer_type"),
            *Site.objects.order_by("id").values_list("id", "site_number", "program"),
            *Entitlement.objects.order_by("id").values_list("id", "part_id", "acquired_on", "coverage_end"),
            *QuantityMovement.objects.order_by("id").values_list("id", "target_id", "quantity", "effective_on"),
            *PointsMovement.objects.order_by("id").values_list("id", "site_id", "amount", "effective_on"),
        ]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def of_a_world_with(seed: int) -> str:
    found = ""
    try:
        with transaction.atomic():
            load(seed)
            found = fingerprint()
            raise _Back
    except _Back:
        return found


def test_the_same_seed_is_the_same_world(world: World) -> None:
    assert of_a_world_with(5) == of_a_world_with(5)


def test_another_seed_is_another_world(world: World) -> None:
    assert of_a_world_with(5) != of_a_world_with(6)


def test_a_second_load_finds_everything_there(world: World) -> None:
    assert load(5) == synthetic.Loaded(customers=6, entitlements=60)
    before = fingerprint()
    assert load(5) == synthetic.Loaded(found=6)
    assert fingerprint() == before


def test_two_worlds_stand_side_by_side(world: World) -> None:
    load(5)
    load(6)
    with looking():
        assert Customer.objects.filter(ibm_customer_number__startswith="080").count() == 12
        assert User.objects.filter(email__startswith="contact@customer").count() == 12


def test_the_world_is_as_large_as_asked_for_and_skewed(world: World) -> None:
    with looking():
        before = Entitlement.objects.count()
    load(3, customers=40, entitlements=600)
    with looking():
        assert Entitlement.objects.count() - before == 600
        made_up = Customer.objects.filter(ibm_customer_number__startswith="080")
        sizes = [c.lines for c in made_up.annotate(lines=Count("entitlements"))]
    assert len(sizes) == 40 and min(sizes) >= 1
    assert max(sizes) > 5 * median(sizes)


def test_what_was_made_up_follows_the_rules(world: World) -> None:
    load(3, customers=30, entitlements=400)
    with looking():
        customers = Customer.objects.filter(ibm_customer_number__startswith="080")
        assert all(cvr_number(c.registration_number).ok for c in customers)
        assert all(site_number(s.site_number).ok for s in Site.objects.all())
        lines = Entitlement.objects.with_quantity()
        assert all(line.quantity > 0 for line in lines)
        assert all(line.coverage_end and is_month_end(line.coverage_end) for line in lines)
        agreements = list(Agreement.objects.all())
        # Raises for points that no Term holds.
        found = standings(agreements, today())
    assert len(found) == len(agreements) > 4
    assert len(Counter(standing.level for standing in found.values())) > 1


def test_a_load_that_was_interrupted_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "CHUNK_LINES", 20)
    whole = of_a_world_with(5)
    steps = synthetic.load(customers=6, entitlements=60, seed=5, today=today(), at=now())
    next(steps)
    steps.close()
    load(5)
    assert fingerprint() == whole


@pytest.mark.parametrize("size", [{"customers": 0}, {"entitlements": 0}])
def test_a_world_of_nothing_is_refused(size: dict[str, int], world: World) -> None:
    with pytest.raises(CommandError, match="at least one"):
        call_command("load_world", **size)


@pytest.mark.parametrize(("total", "heirs"), [(10_000, 100), (7, 7), (3, 9), (1_000_003, 997)])
def test_shares_add_up(total: int, heirs: int) -> None:
    shares = synthetic.shares(total, heirs)
    assert len(shares) == heirs and sum(shares) == total
    assert min(shares) >= (1 if total >= heirs else 0)
    assert shares[0] == max(shares)
