"""Nobody gets at foreign rows, whatever the code asks for: the wall in the database, walked table by table."""

import pytest
from psycopg2 import sql

from tests.tenancy.walk import NOBODY, WALKED, Ground, Who, looks, walk

tables = pytest.mark.parametrize("table", WALKED)


@tables
def test_there_are_foreign_rows_to_be_kept_from(ground: Ground, people: dict[str, Who], table: str) -> None:
    assert ground.foreign(people["anna"], table)


@tables
def test_anna_gets_nothing_foreign(ground: Ground, people: dict[str, Who], table: str) -> None:
    assert walk(ground, people["anna"], table) == []


@tables
def test_nobody_gets_nothing(ground: Ground, table: str) -> None:
    assert walk(ground, NOBODY, table) == []


@tables
@pytest.mark.parametrize("name", ["mette", "lars", "jonas"])
def test_others_see_theirs_and_no_more(ground: Ground, people: dict[str, Who], table: str, name: str) -> None:
    assert looks(ground, people[name], table) == []


@tables
def test_reps_see_nothing_beyond_their_territory(ground: Ground, reps: list[Who], table: str) -> None:
    abroad = {row["id"] for row in ground.rows["sites_customer"] if row["country"] == "SE"}
    assert abroad and reps
    for rep in reps:
        rows = ground.ask(rep, sql.SQL("SELECT to_jsonb(t) FROM {} t").format(sql.Identifier(table))).rows
        assert not [row for (row,) in rows if abroad & {row["id"], row.get("customer_id")}]


@pytest.mark.parametrize("stamp", ["0", "", "1790000000.123456", "now"])
def test_a_stale_stamp_sees_nothing(ground: Ground, people: dict[str, Who], stamp: str) -> None:
    """What a pooled connection might still carry: the actor of an earlier transaction, set for the session."""
    mette = people["mette"]
    try:
        with ground.turn(NOBODY) as cursor:
            cursor.execute("SELECT set_config('passage.actor', %s, false)", [f"{mette.user}|{stamp}"])
            cursor.connection.commit()
            cursor.execute("SELECT count(*) FROM sites_site")
            assert cursor.fetchone() == (0,)
            cursor.execute("SELECT current_actor()")
            assert cursor.fetchone() == (None,)
    finally:
        with ground.turn(NOBODY) as cursor:
            cursor.execute("RESET passage.actor")
            cursor.connection.commit()


def test_an_actor_holds_for_one_transaction(ground: Ground, people: dict[str, Who]) -> None:
    with ground.turn(people["mette"]) as cursor:
        cursor.execute("SELECT count(*) FROM sites_site")
        assert cursor.fetchone() != (0,)
        cursor.connection.commit()
        cursor.execute("SELECT count(*) FROM sites_site")
        assert cursor.fetchone() == (0,)
