"""Foreign keys and unique values reach no foreign row: Anna hangs nothing on another tenant's, nor asks by them."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from psycopg2 import sql

from portal.tables import TABLES
from tests.tenancy.walk import (
    NOBODY,
    WALKED,
    Ground,
    Row,
    Who,
    assignment,
    columns_to_update,
    fresh_id,
    insertion,
)

# What a second row of the same parents needs to be let in; "spare:table" is an own row of that table not used yet.
RECIPES: dict[str, Row] = {
    # The last of a person's three places.
    "migrations_app_scenario": {"slot": 3},
    "licenses_proof": {"status": "superseded"},
    "licenses_coverperiod": {"starts_on": "2001-01-01", "ends_on": "2001-12-31"},
    "migrations_app_consent": {"side": "target"},
    "migrations_app_waiver": {"code": "V99"},
    "migrations_app_transferline": {"entitlement_id": "spare:licenses_entitlement"},
    "renewals_quoteline": {"entitlement_id": "spare:licenses_entitlement"},
    "renewals_linechoice": {"due_on": "2001-01-01"},
    "renewals_handover": {"number": "Q-W-2"},
    "sites_sitecontact": {"valid_from": "2001-01-01", "valid_to": "2001-12-31"},
}
# Ids that nobody can guess and that may cross tenants; whoever follows one does so through the walls.
LOOSE: dict[tuple[str, str], str] = {
    ("licenses_entitlement", "moved_from_id"): "a line may come from another customer of the Enterprise",
    ("licenses_proof", "supersedes_id"): "so may the proof that it supersedes",
    ("migrations_app_batchrow", "customer_id"): "a form names sites of several customers; its rows stay its sender's",
    ("migrations_app_batchrow", "request_id"): "written back by its sender's own job",
    ("migrations_app_transferrequest", "batch_id"): "a form counts the requests that its sender sees",
    (
        "renewals_linechoice",
        "entitlement_id",
    ): "the same of what is chosen of it; it counts in the chooser's quotes alone",
    ("renewals_quoteline", "entitlement_id"): "an agreement has sites of several customers; a line is a frozen text",
}

# Columns of unique indexes that need no new value, because another column of the index gets one.
PLAIN = {("migrations_app_waiver", "code"), ("sites_customer", "country")}

# Of these Anna has none: only reps and operators do, or nobody reads them.
NONE_OF_HERS = {
    "portal_contactwish",
    "renewals_noticerun",
    "sites_refusalcount",
    "sites_staffrole",
    "licenses_pointsadjustment",
    "licenses_priceimport",
    "licenses_priceimportrow",
    "renewals_quoterun",
    "renewals_quoteputaside",
}


def _models() -> dict[str, Any]:
    return {model._meta.db_table: model for model in apps.get_models()}


def _links() -> list[tuple[str, str, str]]:
    """(table, column, table it leads to) of every reference between rows that have walls, as the models tell it."""
    return [
        (table, field.column, field.related_model._meta.db_table)
        for table, model in sorted(_models().items())
        if table in WALKED and table not in NONE_OF_HERS
        for field in model._meta.concrete_fields
        if field.related_model is not None and field.related_model._meta.db_table in WALKED
    ]


def _second(ground: Ground, who: Who, table: str) -> Row:
    """A row like the last of `who`'s own in `table` that could stand beside it."""
    own = ground.theirs(who, table)[-1]
    return own | {"id": fresh_id(own)} | _unused(ground, table, own) | _recipe(ground, who, table)


def _recipe(ground: Ground, who: Who, table: str) -> Row:
    made = dict(RECIPES.get(table, {}))
    for column, value in made.items():
        if str(value).startswith("spare:"):
            used = {row[column] for row in ground.rows[table]}
            own = ground.theirs(who, value.removeprefix("spare:"))
            made[column] = next(row["id"] for row in own if row["id"] not in used)
    return made


_UNIQUE = """
SELECT i.indexrelid::regclass::text, array_agg(a.attname::text), array_agg(a.atttypid::regtype::text)
  FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int[])
 WHERE i.indrelid = %(table)s::regclass AND i.indisunique AND NOT i.indisprimary
 GROUP BY 1
"""


def _unique(ground: Ground, table: str) -> dict[str, dict[str, str]]:
    """Index → column → type, of every unique index but the primary key's."""
    rows = ground.ask(NOBODY, sql.SQL(_UNIQUE), table=table).rows
    return {name: dict(zip(columns, types, strict=True)) for name, columns, types in rows}


def _unused(ground: Ground, table: str, own: Row) -> Row:
    """New values for what must be unique and leads nowhere."""
    links = {column for name, column, _ in _links() if name == table}
    made: Row = {}
    for columns in _unique(ground, table).values():
        for column, kind in columns.items():
            if column in links or own[column] is None or column.endswith("_id"):
                continue
            if (table, column) in PLAIN:
                continue
            if kind == "uuid":
                made[column] = str(uuid4())
            elif kind.startswith("character"):
                made[column] = str(uuid4().int)[:9]
            elif kind in ("integer", "bigint"):
                made[column] = uuid4().int % 10**9
    return made


@pytest.mark.parametrize("table", [table for table in WALKED if table not in NONE_OF_HERS])
def test_own_rows_can_be_added(ground: Ground, people: dict[str, Who], table: str) -> None:
    """Where the application adds such rows at all. Without this, refusals below would prove nothing."""
    anna = people["anna"]
    answer = ground.ask(anna, insertion(table), row=json.dumps(_second(ground, anna, table)))
    if ground.privileged(table, "INSERT"):
        assert answer.error is None or answer.refused
    else:
        assert answer.refused


@pytest.mark.parametrize(("table", "column", "parent"), _links())
def test_no_row_hangs_on_a_foreign_one(
    ground: Ground, people: dict[str, Who], table: str, column: str, parent: str
) -> None:
    anna = people["anna"]
    attached = []
    for foreign in ground.foreign(anna, parent)[-3:]:
        if ground.privileged(table, "INSERT"):
            row = _second(ground, anna, table) | {column: foreign["id"]}
            if ground.ask(anna, insertion(table), row=json.dumps(row)).error is None:
                attached.append(f"added to {foreign['id']}")
        if column in columns_to_update(ground, table):
            own = ground.theirs(anna, table)[-1]
            answer = ground.ask(
                anna, assignment(table, column, where=" WHERE id = %(own)s"),
                row=json.dumps({column: foreign["id"]}), own=own["id"],
            )  # fmt: skip
            if answer.error is None and answer.count:
                attached.append(f"moved to {foreign['id']}")
    assert bool(attached) == ((table, column) in LOOSE), attached


# Numbers that people quote, given by a sequence: that one is taken says nothing that its neighbors don't.
NUMBERS = {
    "sites_agreement_number_key",
    "sites_site_site_number_key",
    "licenses_pointsadjustment_number_key",
    "licenses_entitlementimport_number_key",
    "licenses_proof_number_key",
    "migrations_app_transferrequest_number_key",
    "migrations_app_transferbatch_number_key",
    "quote_version_once",
    "one_live_version",
}
TENANT = {"customer_id", "created_by_id", "user_id", "actor_id"}


@pytest.mark.parametrize("table", WALKED)
def test_unique_values_are_no_oracle(ground: Ground, table: str) -> None:
    """A value of another tenant's that is refused for being taken tells that it is: unique within the tenant, then."""
    writable = set(columns_to_update(ground, table))
    told = [
        index
        for index, columns in _unique(ground, table).items()
        if not set(columns) & TENANT
        and "uuid" not in columns.values()  # nobody can guess one
        and (ground.privileged(table, "INSERT") or set(columns) & writable)
        and index not in NUMBERS
        and not _only_staff_adds(ground, table)
    ]
    assert told == []


def _only_staff_adds(ground: Ground, table: str) -> bool:
    rows = ground.ask(
        NOBODY, sql.SQL("SELECT with_check FROM pg_policies WHERE policyname = %(policy)s"), policy=f"{table}_add"
    ).rows
    return "is_staff" in rows[0][0] and "writable_customers" not in rows[0][0]


def test_every_walled_table_has_a_model() -> None:
    assert {name for name, kind in TABLES.items() if kind.walled} <= set(_models())
