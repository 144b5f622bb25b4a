"""The walk through the catalog: what an actor gets of rows that aren't theirs, table by table, behind the code's back.

Every probe is one transaction of the application's role with one actor in it, and is rolled back.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg2
from psycopg2 import extensions, sql
from psycopg2.errors import InsufficientPrivilege

from portal.tables import TABLES, TableKind

Row = dict[str, Any]
WALKED = sorted(name for name, kind in TABLES.items() if kind in (TableKind.TENANT, TableKind.MACHINERY))
COMMANDS = {"SELECT": "read", "INSERT": "add", "UPDATE": "change", "DELETE": "remove"}
# Anybody, visitors included, may leave a wish to be contacted; nobody but staff reads it.
OPEN_TO_ADD = frozenset({"portal_contactwish"})


@dataclass(frozen=True)
class Who:
    """An actor, and the customers whose rows are theirs to see."""

    name: str
    user: str = ""
    customers: frozenset[str] = frozenset()


NOBODY = Who("nobody")


@dataclass
class Answer:
    """What the database said to one statement."""

    rows: list[Any] = field(default_factory=list)
    count: int = 0
    error: psycopg2.Error | None = None

    @property
    def refused(self) -> bool:
        return isinstance(self.error, InsufficientPrivilege)


class Ground:
    """A database with rows of several tenants, the application's connection to it, and every row there is."""

    def __init__(self, app: extensions.connection, role: str, lookers: Iterable[str]):
        self.app = app
        self.role = role
        self.rows = {table: self._all_rows(table, list(lookers)) for table in WALKED}
        entitlements = self.rows["licenses_entitlement"]
        self.owner_of_line = {row["id"]: row["customer_id"] for row in entitlements}

    def _all_rows(self, table: str, lookers: list[str]) -> list[Row]:
        """What the portal itself and every member of the cast see together."""
        found = {}
        for looker in lookers:
            for (row,) in self.ask(Who(looker, looker), _all_of(table)).rows:
                found[str(row.get("id"))] = row
        return list(found.values())

    @contextmanager
    def turn(self, who: Who) -> Iterator[extensions.cursor]:
        """One transaction in which `who` acts; always rolled back."""
        self.app.rollback()
        with self.app.cursor() as cursor:
            if who.user:
                cursor.execute("SELECT act_as(%s)", [who.user])
            else:
                cursor.execute("SELECT set_config('passage.actor', '', true)")
            yield cursor
        self.app.rollback()

    def ask(self, who: Who, *statements: sql.Composable, **values: Any) -> Answer:
        """The answer to the last of `statements`, or the error of the first that is refused."""
        answer = Answer()
        with self.turn(who) as cursor:
            try:
                for statement in statements:
                    cursor.execute(statement, values)
                    answer = Answer(cursor.fetchall() if cursor.description else [], cursor.rowcount)
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            except psycopg2.Error as error:
                return Answer(error=error)
        return answer

    def theirs(self, who: Who, table: str) -> list[Row]:
        """The rows of `table` that `who` may see."""
        return [row for row in self.rows[table] if self.belongs(who, table, row)]

    def foreign(self, who: Who, table: str) -> list[Row]:
        """The rows of `table` that `who` may not see."""
        return [row for row in self.rows[table] if not self.belongs(who, table, row)]

    def belongs(self, who: Who, table: str, row: Row) -> bool:
        """Whether `row` is one that `who` may see: the rule of each table, told a second time."""
        rule = _RULES.get(table, _of_customer)
        return rule(self, who, row)

    def privileged(self, table: str, command: str) -> bool:
        """Whether the application holds the right to `command` on any column of `table`."""
        if command == "DELETE":
            question = "SELECT has_table_privilege(%(role)s, %(table)s, 'DELETE')"
        else:
            question = "SELECT has_any_column_privilege(%(role)s, %(table)s, %(command)s)"
        answer = self.ask(NOBODY, sql.SQL(question), role=self.role, table=table, command=command)
        return bool(answer.rows[0][0])


def _of_customer(ground: Ground, who: Who, row: Row) -> bool:
    return row["customer_id"] in who.customers or row.get("target_customer_id") in who.customers


def _agreements(ground: Ground, who: Who) -> set[str]:
    rows = [*ground.rows["sites_agreement"], *ground.rows["sites_site"]]
    return {row.get("agreement_id", row["id"]) for row in rows if row["customer_id"] in who.customers}


def _enterprises(ground: Ground, who: Who) -> set[str | None]:
    return {row["enterprise_id"] for row in ground.rows["sites_customer"] if row["id"] in who.customers}


def _either(column: str) -> Any:
    """Of the customer, or, where the row has none, of the person in `column`."""

    def rule(ground: Ground, who: Who, row: Row) -> bool:
        return row["customer_id"] in who.customers or (row["customer_id"] is None and row[column] == who.user)

    return rule


_RULES: dict[str, Any] = {
    "sites_customer": lambda ground, who, row: row["id"] in who.customers,
    "sites_enterprise": lambda ground, who, row: row["id"] in _enterprises(ground, who),
    "sites_membership": lambda ground, who, row: row["user_id"] == who.user or row["customer_id"] in who.customers,
    "sites_staffrole": lambda ground, who, row: row["user_id"] == who.user,
    "sites_agreement": lambda ground, who, row: row["id"] in _agreements(ground, who),
    "sites_enrollment": _either("created_by_id"),
    "sites_event": _either("actor_id"),
    "sites_notification": lambda ground, who, row: row["user_id"] == who.user,
    "sites_ownershipdeclaration": lambda ground, who, row: (
        row["customer_id"] in who.customers or row["other_customer_id"] in who.customers
    ),
    "renewals_noticerun": lambda ground, who, row: False,
    "renewals_calendarfeed": lambda ground, who, row: row["user_id"] == who.user,
    "sites_refusalcount": lambda ground, who, row: False,
    "renewals_quoterun": lambda ground, who, row: False,
    "renewals_quoteputaside": lambda ground, who, row: False,
    "sites_job": lambda ground, who, row: row["actor_id"] == who.user,
    "licenses_quantitymovement": lambda ground, who, row: (
        row["customer_id"] in who.customers
        or ground.owner_of_line.get(row["source_id"]) in who.customers
        or ground.owner_of_line.get(row["target_id"]) in who.customers
    ),
    "licenses_pointsmovement": lambda ground, who, row: row["agreement_id"] in _agreements(ground, who),
    "migrations_app_transferbatch": lambda ground, who, row: row["created_by_id"] == who.user,
    "migrations_app_batchrow": lambda ground, who, row: row["created_by_id"] == who.user,
    "migrations_app_scenario": lambda ground, who, row: (
        row["created_by_id"] == who.user and row["customer_id"] in who.customers
    ),
    "portal_idempotencykey": lambda ground, who, row: row["user_id"] == who.user,
    "portal_contactwish": lambda ground, who, row: False,
    "licenses_pointsadjustment": lambda ground, who, row: False,
    "licenses_priceimport": lambda ground, who, row: False,
    "licenses_priceimportrow": lambda ground, who, row: False,
}


def _all_of(table: str) -> sql.Composable:
    return sql.SQL("SELECT to_jsonb(t) FROM {} t").format(sql.Identifier(table))


def insertion(table: str) -> sql.Composable:
    """Inserts the row in the parameter `row`, a JSON object."""
    name = sql.Identifier(table)
    return sql.SQL("INSERT INTO {} SELECT (jsonb_populate_record(NULL::{}, %(row)s)).*").format(name, name)


def assignment(table: str, column: str, *, where: str = "") -> sql.Composable:
    """Sets `column` to that of the parameter `row` everywhere, or where `where` says, without reading any column."""
    name = sql.Identifier(table)
    text = "UPDATE {} SET {} = (jsonb_populate_record(NULL::{}, %(row)s)).{}" + where
    return sql.SQL(text).format(name, sql.Identifier(column), name, sql.Identifier(column))


def fresh_id(row: Row) -> Any:
    """A primary key that no row has, of the kind that `row` has."""
    return str(uuid4()) if isinstance(row["id"], str) else uuid4().int >> 70


def looks(ground: Ground, who: Who, table: str) -> list[str]:
    """What is wrong with what `who` reads, counts and locks."""
    found = []
    theirs = {str(row["id"]) for row in ground.theirs(who, table)}
    answer = ground.ask(who, _all_of(table))
    seen = {str(row["id"]) for (row,) in answer.rows}
    if seen - theirs:
        found.append(f"{who.name} reads {len(seen - theirs)} foreign rows of {table}")
    if theirs - seen and not answer.refused:
        found.append(f"{who.name} misses {len(theirs - seen)} own rows of {table}")
    counted = ground.ask(who, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
    if not counted.refused and counted.rows[0][0] > len(theirs):
        found.append(f"{who.name} counts {counted.rows[0][0]} rows of {table}")
    locked = ground.ask(who, sql.SQL("SELECT 1 FROM {} FOR UPDATE").format(sql.Identifier(table)))
    if not locked.refused and locked.count > len(theirs):
        found.append(f"{who.name} locks {locked.count} rows of {table}")
    return found


def writes(ground: Ground, who: Who, table: str) -> list[str]:
    """What is wrong with what `who` changes, moves, deletes and adds, never saying which rows."""
    theirs, foreign = len(ground.theirs(who, table)), ground.foreign(who, table)
    sample = json.dumps(foreign[0])
    attempts = {f"changes {column}": assignment(table, column) for column in _columns_to_change(ground, table)} | {
        "deletes": sql.SQL("DELETE FROM {}").format(sql.Identifier(table))
    }
    found = []
    for what, statement in attempts.items():
        answer = ground.ask(who, statement, row=sample)
        if answer.error is not None and not answer.refused:
            found.append(f"{who.name} {what} of {table}: {_line(answer.error)}")
        elif answer.count > theirs:
            found.append(f"{who.name} {what} of {answer.count - theirs} foreign rows of {table}")
    for row in [] if table in OPEN_TO_ADD else foreign:
        answer = ground.ask(who, insertion(table), row=json.dumps({**row, "id": fresh_id(row)}))
        if not answer.refused:
            said = _line(answer.error) if answer.error else "done"
            found.append(f"{who.name} adds a foreign row to {table}: {said}")
            break
    return found


def walk(ground: Ground, who: Who, table: str) -> list[str]:
    """Everything that is wrong between `who` and `table`; empty when the wall stands."""
    return looks(ground, who, table) + writes(ground, who, table)


def _line(error: psycopg2.Error) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0]}"


_COLUMNS = """
SELECT a.attname, EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conrelid = a.attrelid AND a.attnum = ANY (c.conkey))
              OR EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND a.attnum = ANY (i.indkey::int[]))
  FROM pg_attribute a
 WHERE a.attrelid = %(table)s::regclass AND a.attnum > 0 AND NOT a.attisdropped
   AND has_column_privilege(%(role)s, a.attrelid, a.attnum, 'UPDATE')
 ORDER BY 2, a.attnum
"""


def columns_to_update(ground: Ground, table: str) -> dict[str, bool]:
    """The columns that the application may update, and whether a constraint or an index stands on each."""
    return dict(ground.ask(NOBODY, sql.SQL(_COLUMNS), table=table, role=ground.role).rows)


def _columns_to_change(ground: Ground, table: str) -> list[str]:
    """A harmless column, and the tenant's own where that may be updated; `id` to be refused where nothing may."""
    columns = list(columns_to_update(ground, table))
    return [*columns[:1], *(name for name in columns if name in ("customer_id", "user_id"))] or ["id"]
