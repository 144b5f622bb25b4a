"""verify_ledgers agrees with an honest book, and names each thing that somebody changed behind its back."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4, uuid5

import pytest
from django.core.management import CommandError, call_command
from psycopg2 import extensions

from licenses import operations
from licenses.ledger_audit import audit
from licenses.operations.closings import close_days, close_terms
from licenses.queries import standings
from sites.clock import now
from tests import cast
from tests.cast import World

TODAY = date(2026, 11, 24)


def verify() -> tuple[str, bool]:
    """What the command says, and whether everything agreed."""
    out = io.StringIO()
    try:
        call_command("verify_ledgers", stdout=out)
    except CommandError as told:
        return f"{out.getvalue()}{told}", False
    return out.getvalue(), True


@pytest.fixture
def busy(committed: str, world: World) -> World:
    """The world after a move, its reversal in part of the lines, a hold and a credit."""
    with cast.looking() as actor:
        lines = [x for x in world.lines(world.express_site, available=2) if not x.traded_up][:2]
        for number, line in enumerate(lines):
            operations.move_units(
                actor=actor,
                at=now(),
                on=TODAY,
                reference=f"T-00092{number}",
                target_site=world.originating_site,
                lines={line.pk: 1},
            )
        operations.move_units_back(actor=actor, at=now(), on=TODAY, reference="T-000921")
        operations.hold(actor=actor, at=now(), reference=uuid4(), lines={lines[0].pk: 1})
        _closed_ledgers(actor, world)
    return world


def _closed_ledgers(actor: Any, world: World) -> None:
    """Days closed, closed anew after an entry for an earlier day, and every ended Term closed."""
    agreement, site = world.agreement, world.originating_site
    for name, points, day in (("first", 30, TODAY), ("late", 5, TODAY - timedelta(days=3))):
        key = uuid5(agreement.pk, name)
        entry = operations.PointsEntry(key, agreement.pk, site.pk, Decimal(points), "adjustment", name, day)
        operations.post_points([entry])
        close_days(actor=actor, least=1)
    while close_terms(actor=actor, on=TODAY):
        pass


def test_an_honest_book_agrees_after_moves_and_reversals(busy: World) -> None:
    said, agrees = verify()
    assert agrees, said
    assert "Everything agrees." in said and "quantity movements" in said


TAMPERED: dict[str, tuple[str, str, set[str]]] = {
    "a bought quantity": (
        "licenses_quantitymovement",
        "UPDATE licenses_quantitymovement SET quantity = quantity + 1 WHERE reason = 'acquisition' AND sequence = 1",
        {"ledger_link", "ledger_proof"},
    ),
    "a reversal away": (
        "licenses_quantitymovement",
        "DELETE FROM licenses_quantitymovement WHERE reason = 'reversal'",
        {"ledger_head", "ledger_proof"},
    ),
    "a day": (
        "licenses_quantitymovement",
        "UPDATE licenses_quantitymovement SET effective_on = '2020-01-01' WHERE reason = 'transfer'",
        {"ledger_link", "ledger_negative_day"},
    ),
    "another line": (
        "licenses_quantitymovement",
        """UPDATE licenses_quantitymovement m SET target_id = (
               SELECT id FROM licenses_entitlement e WHERE e.customer_id = m.customer_id
                  AND e.id <> m.source_id AND e.moved_from_id IS NULL ORDER BY id LIMIT 1)
            WHERE reference = 'T-000920'""",
        {"ledger_conservation", "ledger_link", "ledger_proof"},
    ),
    "another customer": (
        "licenses_quantitymovement",
        """UPDATE licenses_quantitymovement m SET sequence = 1000000, customer_id = (
               SELECT o.customer_id FROM licenses_quantitymovement o WHERE o.customer_id <> m.customer_id LIMIT 1)
            WHERE reference = 'T-000920'""",
        {"ledger_owner", "ledger_gap", "ledger_head", "ledger_link"},
    ),
    "points": (
        "licenses_pointsmovement",
        "UPDATE licenses_pointsmovement SET amount = amount + 1 WHERE sequence = 1",
        {"ledger_link", "ledger_day_closing", "ledger_term_closing"},
    ),
    "the Term of points": (
        "licenses_pointsmovement",
        "UPDATE licenses_pointsmovement SET effective_on = '2000-01-01' WHERE sequence = 1",
        {"ledger_link", "ledger_points_early", "ledger_day_closing", "ledger_term_closing", "ledger_level"},
    ),
    "the head": (
        "licenses_ledgerhead",
        "UPDATE licenses_ledgerhead SET sequence = sequence + 1 WHERE ledger = 'points'",
        {"ledger_head"},
    ),
    "a closed day": (
        "licenses_pointsclosing",
        "UPDATE licenses_pointsclosing SET points = points + 1",
        {"ledger_day_closing", "ledger_level"},
    ),
    "a closed day that another took the place of": (
        "licenses_pointsclosing",
        """UPDATE licenses_pointsclosing c SET peak = peak + 1 WHERE EXISTS (
               SELECT 1 FROM licenses_pointsclosing n
                WHERE n.agreement_id = c.agreement_id AND n.day = c.day AND n.through > c.through)""",
        {"ledger_day_closing"},
    ),
    "a closed Term": (
        "licenses_termclosing",
        "UPDATE licenses_termclosing SET points = points + 1",
        {"ledger_term_closing"},
    ),
    "when a Term was closed": (
        "licenses_termclosing",
        "UPDATE licenses_termclosing SET recorded_at = '2000-01-01'",
        {"ledger_points_late", "ledger_term_closing"},
    ),
    "cover": (
        "licenses_entitlement",
        "UPDATE licenses_entitlement SET coverage_end = coverage_end + 1 WHERE coverage_end IS NOT NULL",
        {"ledger_cover"},
    ),
    "the order": (
        "licenses_entitlement",
        "UPDATE licenses_entitlement SET order_reference = 'other' WHERE moved_from_id IS NOT NULL",
        {"ledger_order_changed"},
    ),
    "proofs": (
        "licenses_proof",
        "UPDATE licenses_proof SET status = 'superseded' WHERE quantity > 3",
        {"ledger_proof"},
    ),
    "a promise": ("licenses_hold", "UPDATE licenses_hold SET quantity = 1000000", {"ledger_promised"}),
}


@pytest.mark.parametrize(("table", "change", "codes"), TAMPERED.values(), ids=TAMPERED)
def test_what_somebody_changed_is_named(
    busy: World, owner: extensions.connection, table: str, change: str, codes: set[str]
) -> None:
    with owner.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(change)
        assert cursor.rowcount > 0
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    owner.commit()
    with cast.looking():
        found = audit(TODAY).breaks
    assert {f.code for f in found} == codes
    said, agrees = verify()
    assert not agrees and all(code in said for code in codes)
    assert "%(" not in said and said.endswith("breaks")


@pytest.mark.django_db
def test_levels_are_folded_by_another_road(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with cast.looking():
        assert audit(TODAY).breaks == []
        monkeypatch.setattr(
            "licenses.ledger_audit.standings",
            lambda agreements, on: _one_better(agreements, on),
        )
        assert {f.code for f in audit(TODAY).breaks} == {"ledger_level"}


def _one_better(agreements: Any, on: date) -> Any:
    return {k: replace(v, points=v.points + 1) for k, v in standings(agreements, on).items()}


@pytest.mark.django_db
def test_nobody_else_can_recount(acting: Callable[[str], AbstractContextManager[Any]], world: World) -> None:
    with acting("anna"):
        counts = audit(TODAY).counts
    assert counts["customers"] == 1
