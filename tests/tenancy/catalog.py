"""Questions to PostgreSQL's own catalog: what stands around a table."""

from psycopg2 import sql

from portal.tables import TableKind
from tests.tenancy.walk import COMMANDS, NOBODY, Ground

_FLAGS = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %(table)s::regclass"
_POLICIES = """
SELECT cmd, permissive, coalesce(qual, ''), coalesce(with_check, '') FROM pg_policies
 WHERE schemaname = 'public' AND tablename = %(table)s AND roles && ARRAY[%(role)s, 'public']::name[]
"""


def broken_walls(ground: Ground, table: str, kind: TableKind) -> list[str]:
    """What is missing of row-level security on `table`: enabled, forced, one policy a command, none open to all."""
    found = []
    enabled, forced = ground.ask(NOBODY, sql.SQL(_FLAGS), table=table).rows[0]
    if not enabled:
        found.append(f"{table}: row-level security is off")
    if not forced:
        found.append(f"{table}: row-level security does not bind its owner")
    policies = ground.ask(NOBODY, sql.SQL(_POLICIES), table=table, role=ground.role).rows
    if sorted(command for command, *_ in policies) != sorted(COMMANDS):
        found.append(f"{table}: policies for {sorted(command for command, *_ in policies)}")
    for command, permissive, using, check in policies:
        if permissive != "PERMISSIVE":
            found.append(f"{table}: the policy for {command} is {permissive.lower()}")
        if "true" in (using, check) and not _may_be_open(table, kind, command):
            found.append(f"{table}: the policy for {command} is open to everybody")
    return found


def _may_be_open(table: str, kind: TableKind, command: str) -> bool:
    """A catalog is read by all; a wish to be contacted is left by anybody."""
    return (kind is TableKind.CATALOG and command == "SELECT") or (table, command) == ("portal_contactwish", "INSERT")
