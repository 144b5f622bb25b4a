"""The database's catalog: every relation is classified, every wall is whole, the application owns nothing."""

from typing import Any

import pytest
from psycopg2 import sql

from portal.tables import LIBRARY_GRANTS, TABLES, TableKind
from tests.tenancy.catalog import broken_walls
from tests.tenancy.walk import NOBODY, Ground

NOT_AN_EXTENSION = "NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = {oid} AND d.deptype = 'e')"
# Functions that run with the owner's rights: each is a door through the walls and has a test of its own.
DOORS = {
    "act_as(uuid)": "names the actor of a transaction and tells what they are",
    "current_actor()": None,
    "readable_customers()": "the policies' own question",
    "writable_customers()": "the policies' own question",
    "readable_agreements()": "the policies' own question",
    "staff_territories()": "the policies' own question",
    "is_staff(text[])": "the policies' own question",
    "licenses_lock_head(uuid,text)": "part of posting; the application may not call it",
    "licenses_post_quantity_entries(licenses_quantity_entry[])": "checks the actor's reach itself",
    "licenses_post_points(jsonb)": "checks the actor's reach itself",
    "licenses_points_at(uuid[],date,timestamp with time zone)": "leaves out Agreements beyond the actor's reach itself",
    "licenses_prove_quantities()": "trigger",
    "licenses_prove_holds()": "trigger",
    "migrations_app_request_lets_go()": "trigger: a request that was ended holds no units, whoever ended it",
    "migrations_app_request_target()": "trigger: what hangs on a request is seen from the target that it got",
    "migrations_app_batch_covered(uuid)": "tells a rep whether every request of a form lies in the rep's countries",
    "count_refusal(date,text,text,bigint)": "adds to a count of codes that names nobody",
    "public_proof(text)": "the public check of a proof, without anything of the customer",
}


def _ask(ground: Ground, question: str, **values: Any) -> list[tuple[Any, ...]]:
    return ground.ask(NOBODY, sql.SQL(question), **values).rows


def test_every_relation_is_classified(ground: Ground) -> None:
    relations = _ask(
        ground,
        "SELECT relname, relkind FROM pg_class c WHERE relnamespace NOT IN ('pg_catalog'::regnamespace,"
        " 'information_schema'::regnamespace, 'pg_toast'::regnamespace) AND relkind IN ('r','p','v','m','f')"
        " AND " + NOT_AN_EXTENSION.format(oid="c.oid"),
    )
    assert {name for name, _ in relations} == set(TABLES)
    assert {kind for _, kind in relations} == {"r"}, "views, partitions and foreign tables pass the walls by"


@pytest.mark.parametrize("table", [name for name, kind in TABLES.items() if kind.walled])
def test_walls_are_whole(ground: Ground, table: str) -> None:
    assert broken_walls(ground, table, TABLES[table]) == []


def test_tables_without_a_wall_hold_no_customers_rows(ground: Ground) -> None:
    open_tables = [name for name, kind in TABLES.items() if not kind.walled]
    rows = _ask(
        ground,
        "SELECT relname, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
        " WHERE relname = ANY (%(tables)s) AND attname LIKE '%%customer%%' AND attnum > 0",
        tables=open_tables,
    )
    assert rows == []


def test_the_application_is_nobody_special(ground: Ground) -> None:
    rows = _ask(
        ground,
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles"
        " WHERE rolname = %(role)s AND current_user = %(role)s",
        role=ground.role,
    )
    assert rows == [(False,) * 5]
    assert _ask(ground, "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = current_user::regrole") == []


def test_the_application_owns_and_creates_nothing(ground: Ground) -> None:
    owned = _ask(
        ground,
        "SELECT relname FROM pg_class WHERE relowner = current_user::regrole AND relpersistence <> 't'"
        " UNION ALL SELECT proname FROM pg_proc WHERE proowner = current_user::regrole"
        " UNION ALL SELECT nspname FROM pg_namespace WHERE nspowner = current_user::regrole",
    )
    creates = _ask(
        ground,
        "SELECT has_schema_privilege('public', 'CREATE'), has_database_privilege(current_database(), 'CREATE')",
    )
    assert (owned, creates) == ([], [(False, False)])


def test_the_application_truncates_references_and_triggers_nothing(ground: Ground) -> None:
    rows = _ask(
        ground,
        "SELECT relname, right_ FROM pg_class c, unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) AS right_"
        " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND has_table_privilege(c.oid, right_)",
    )
    assert rows == []


def test_the_application_sets_no_sequence(ground: Ground) -> None:
    rows = _ask(
        ground,
        "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
        " AND has_sequence_privilege(oid, 'UPDATE')",
    )
    assert rows == []


def test_grants_on_libraries_tables_are_those_of_the_list(ground: Ground) -> None:
    rows = _ask(
        ground,
        "SELECT relname, array_agg(right_ ORDER BY right_) FILTER (WHERE has_table_privilege(c.oid, right_))"
        "  FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS right_"
        " WHERE relname = ANY (%(tables)s) AND relkind = 'r' GROUP BY relname",
        tables=list(LIBRARY_GRANTS),
    )
    assert {name: set(rights or ()) for name, rights in rows} == {k: set(v) for k, v in LIBRARY_GRANTS.items()}


def test_ledgers_are_written_by_their_functions_alone(ground: Ground) -> None:
    rows = _ask(
        ground,
        "SELECT relname FROM pg_class c, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE']) AS right_"
        " WHERE relname IN ('licenses_quantitymovement', 'licenses_pointsmovement', 'licenses_ledgerhead')"
        " AND (has_table_privilege(c.oid, right_)"
        "  OR right_ <> 'DELETE' AND has_any_column_privilege(c.oid, nullif(right_, 'DELETE')))",
    )
    assert rows == []


def test_functions_with_the_owners_rights_are_known_and_keep_their_path(ground: Ground) -> None:
    rows = _ask(
        ground,
        "SELECT p.oid::regprocedure::text, coalesce(proconfig::text, '') FROM pg_proc p"
        " WHERE prosecdef AND " + NOT_AN_EXTENSION.format(oid="p.oid"),
    )
    unknown = {name for name, _ in rows} - set(DOORS)
    assert unknown == set()
    assert [name for name, settings in rows if "search_path=public, pg_temp" not in settings] == []


def test_the_application_calls_only_what_it_was_given(ground: Ground) -> None:
    rows = _ask(
        ground,
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE pronamespace = 'public'::regnamespace"
        " AND prosecdef AND prorettype <> 'trigger'::regtype AND has_function_privilege(p.oid, 'EXECUTE')",
    )
    may_not = {"licenses_lock_head(uuid,text)"}
    assert {name for (name,) in rows} & may_not == set()


def test_there_are_no_views_rules_or_foreign_servers(ground: Ground) -> None:
    for question in (
        "SELECT viewname FROM pg_views WHERE schemaname = 'public'",
        "SELECT matviewname FROM pg_matviews",
        "SELECT srvname FROM pg_foreign_server",
        "SELECT tablename FROM pg_rules WHERE schemaname = 'public'",
    ):
        assert _ask(ground, question) == []


def test_kinds_speak_for_themselves() -> None:
    assert {kind for kind in TableKind if kind.walled} == {TableKind.TENANT, TableKind.CATALOG, TableKind.MACHINERY}
