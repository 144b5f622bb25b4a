"""Stored quotes computed again: an honest one holds, and each figure that somebody changed is named."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override
from psycopg2 import extensions

from renewals.operations import issue_express_quotes
from renewals.queries import rerun_of
from renewals.words import broken_words
from sites.clock import now, today
from tests import cast
from tests.renewing import EARLY, LAPSED, LATE, issue, lines_of, move


@pytest.mark.django_db
def test_every_kind_of_quote_holds(world: cast.World) -> None:
    move(world, EARLY, LATE, LAPSED)
    transition, anniversary = issue(world)
    with cast.looking() as portal:
        express = issue_express_quotes(actor=portal, at=now(), on=today(), site=world.express_site)
    for quote in (transition, anniversary, *express):
        made = rerun_of(quote, lines_of(quote))
        assert made.breaks == ()
        assert made.derivations >= 5 * len(lines_of(quote))


# What is changed in a line or in what was kept with it, and a word of the sentence that tells it.
CHANGED: dict[str, tuple[Callable[[Any], None], str]] = {
    "amount": (lambda line: setattr(line, "amount", line.amount + 1), "Amount is stored as"),
    "unit price": (lambda line: setattr(line, "unit_price", line.unit_price + 1), "Unit price"),
    "points": (lambda line: setattr(line, "points", line.points + 1), "Points"),
    "cover": (lambda line: setattr(line, "cover_end", line.cover_start), "Cover is stored as"),
    "quantity": (lambda line: setattr(line, "quantity", line.quantity + 1), "Quantity is stored as"),
    "kept amount": (lambda line: line.why["amount"].update(result="1.00"), "Charge of a line is stored as 1.00"),
    "kept months": (lambda line: line.why["amount"]["inputs"].update(months=1), "Charge of a line"),
    "kept cover": (lambda line: line.why["cover"]["inputs"].update(paid_until="2027-01-31"), "Renewal at the"),
    "kept level": (lambda line: line.why["level"].update(result="H"), "Level of an order"),
    "kept points": (lambda line: line.why["points"]["inputs"].update(points_each="99.00"), "Points of a line"),
    "kept opening": (lambda line: line.why["level"]["parts"][0].update(result="G"), "Level at the Anniversary"),
    "version": (lambda line: line.why["points"].update(version="1999.1"), "can't be computed again"),
    "gone": (lambda line: line.why.pop("cover"), "can't be computed again"),
    "unreadable": (lambda line: line.why["amount"]["inputs"].update(unit_price="much"), "can't be computed again"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_figure_is_named(world: cast.World, name: str) -> None:
    (quote,) = issue(world)
    lines = lines_of(quote)
    change, said = CHANGED[name]
    change(lines[0])
    with override("en"):
        told = [broken_words(each) for each in rerun_of(quote, lines).breaks]
    assert any(said in each for each in told), told
    assert any(each.startswith("Line 1: ") for each in told)


@pytest.mark.django_db
def test_a_total_that_is_not_the_sum_is_named(world: cast.World) -> None:
    (quote,) = issue(world)
    quote.total += 1
    with override("en"):
        told = [broken_words(each) for each in rerun_of(quote, lines_of(quote)).breaks]
    assert any("Total without VAT is stored as" in each for each in told)


def verify() -> tuple[str, bool]:
    """What the command says, and whether every figure followed."""
    out = io.StringIO()
    try:
        call_command("verify_quotes", stdout=out)
    except CommandError as told:
        return f"{out.getvalue()}{told}", False
    return out.getvalue(), True


def test_the_command_ends_well_or_names_each_break(
    committed: str, world: cast.World, owner: extensions.connection
) -> None:
    (quote,) = issue(world)
    said, holds = verify()
    assert holds, said
    line = lines_of(quote)[0]
    why = json.dumps({**line.why, "amount": {**line.why["amount"], "result": "1.00"}})
    with owner.cursor() as cursor:
        cursor.execute("ALTER TABLE renewals_quoteline DISABLE TRIGGER USER")
        cursor.execute("UPDATE renewals_quoteline SET why = %s WHERE id = %s", [why, str(line.pk)])
        cursor.execute("ALTER TABLE renewals_quoteline ENABLE TRIGGER USER")
    owner.commit()
    said, holds = verify()
    assert not holds
    assert str(quote) in said
    assert "1.00" in said
