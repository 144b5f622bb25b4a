"""The walk notices every wall that falls: one policy at a time is opened or taken away, and put back."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from psycopg2 import sql

from portal.tables import TABLES
from tests import databases
from tests.tenancy.catalog import broken_walls
from tests.tenancy.walk import COMMANDS, OPEN_TO_ADD, WALKED, Ground, Who, walk

CASES = [(table, command) for table in WALKED for command in COMMANDS if (table, command[:1]) not in
         {(name, "I") for name in OPEN_TO_ADD}]  # fmt: skip


@contextmanager
def _torn(database: str, role: str, table: str, command: str, *, opened: bool) -> Iterator[None]:
    """The policy of one command, opened to everybody or gone; the real one is back afterwards."""
    policy = f"{table}_{COMMANDS[command]}"
    names = {"policy": sql.Identifier(policy), "table": sql.Identifier(table), "role": sql.Identifier(role)}
    with databases.used(database), databases.owner() as owner, owner.cursor() as cursor:
        owner.autocommit = True
        cursor.execute("SELECT qual, with_check FROM pg_policies WHERE policyname = %s", [policy])
        using, check = cursor.fetchone()
        cursor.execute(sql.SQL("DROP POLICY {policy} ON {table}").format(**names))
        make = "CREATE POLICY {policy} ON {table} FOR " + command + " TO {role} "
        if opened:
            cursor.execute(
                sql.SQL(make + _conditions("true" if using else None, "true" if check else None)).format(**names)
            )
        try:
            yield
        finally:
            cursor.execute(sql.SQL("DROP POLICY IF EXISTS {policy} ON {table}").format(**names))
            cursor.execute(sql.SQL(make).format(**names) + sql.SQL(_conditions(using, check)))


def _conditions(using: str | None, check: str | None) -> str:
    return (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")


@pytest.mark.parametrize(("table", "command"), CASES)
def test_an_opened_policy_is_noticed(
    walled: str, ground: Ground, people: dict[str, Who], table: str, command: str
) -> None:
    with _torn(walled, ground.role, table, command, opened=True):
        noticed = walk(ground, people["anna"], table)
        structure = broken_walls(ground, table, TABLES[table])
    assert structure
    # Where the application holds no such right at all, the policy is the second lock on a door that is shut.
    assert noticed or not ground.privileged(table, command)


@pytest.mark.parametrize(("table", "command"), CASES)
def test_a_policy_that_is_gone_is_noticed(walled: str, ground: Ground, table: str, command: str) -> None:
    with _torn(walled, ground.role, table, command, opened=False):
        assert broken_walls(ground, table, TABLES[table])
    assert broken_walls(ground, table, TABLES[table]) == []


@pytest.mark.parametrize("table", WALKED)
@pytest.mark.parametrize("change", ["DISABLE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"])
def test_a_wall_that_is_switched_off_is_noticed(
    walled: str, ground: Ground, people: dict[str, Who], table: str, change: str
) -> None:
    back = {"DISABLE ROW LEVEL SECURITY": "ENABLE", "NO FORCE ROW LEVEL SECURITY": "FORCE"}[change]
    with databases.used(walled), databases.owner() as owner, owner.cursor() as cursor:
        owner.autocommit = True
        cursor.execute(sql.SQL("ALTER TABLE {} " + change).format(sql.Identifier(table)))
        try:
            assert broken_walls(ground, table, TABLES[table])
            assert walk(ground, people["anna"], table) or back == "FORCE"
        finally:
            cursor.execute(sql.SQL("ALTER TABLE {} " + back + " ROW LEVEL SECURITY").format(sql.Identifier(table)))
