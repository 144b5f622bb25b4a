"""Brings a PostgreSQL server to where migrations can start: database, application role, extension."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import errors, extensions, sql

from portal.services.discovery import database_name, login_name, with_database, without_password
from portal.services.problems import ServiceProblem

OLDEST = 15
_LOCK = 7_277_243  # Any number of our own: two that bootstrap the same server take turns.
_ATTRIBUTES = {
    "rolcanlogin": (True, "LOGIN"),
    "rolsuper": (False, "NOSUPERUSER"),
    "rolcreatedb": (False, "NOCREATEDB"),
    "rolcreaterole": (False, "NOCREATEROLE"),
    "rolbypassrls": (False, "NOBYPASSRLS"),
}


def bootstrap(owner_url: str, app_url: str) -> None:
    """Makes what is missing and leaves the rest: the database, the application's role, btree_gist.

    Idempotent. Raises ServiceProblem, in a sentence, when the server does not answer or the owner may not.
    """
    with _maintenance(owner_url) as connection:
        _check_version(connection)
        _ensure_role(connection, app_url)
        _ensure_database(connection, database_name(owner_url))
    with _connected(owner_url) as connection:
        ensure_extension(connection)
        _admit(connection, database_name(owner_url), login_name(app_url))


def ensure_application_role(owner_url: str, app_url: str) -> None:
    """Makes or corrects the role of `app_url`, and nothing else: for tests, whose databases come and go."""
    with _maintenance(owner_url) as connection:
        _check_version(connection)
        _ensure_role(connection, app_url)


def ensure_extension(connection: extensions.connection) -> None:
    """btree_gist in the database of `connection`; raises ServiceProblem if the server lacks it or refuses."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        except (errors.FeatureNotSupported, errors.UndefinedFile, errors.InsufficientPrivilege) as error:
            raise ServiceProblem(
                f"PostgreSQL refuses the extension btree_gist ({_first_line(error)}). Install its contrib package and, "
                "as a superuser in this database, run: CREATE EXTENSION btree_gist;"
            ) from error


def _check_version(connection: extensions.connection) -> None:
    if connection.server_version < OLDEST * 10_000:
        raise ServiceProblem(
            f"PostgreSQL {connection.server_version // 10_000} is too old: DATABASE_URL must lead to {OLDEST} or newer."
        )


def _ensure_role(connection: extensions.connection, app_url: str) -> None:
    name, password = login_name(app_url), unquote(urlsplit(app_url).password or "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        try:
            cursor.execute(
                "SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles"
                " WHERE rolname = %s",
                [name],
            )
            found = cursor.fetchone()
            if found is None:
                words = " ".join(word for _, word in _ATTRIBUTES.values())
                _change_role(connection, "CREATE", name, words, password)
                return
            wrong = [
                word for (wanted, word), held in zip(_ATTRIBUTES.values(), found, strict=True) if held is not wanted
            ]
            # A password that still opens is left alone: others may be using the role.
            if wrong or not _opens(with_database(app_url, connection.info.dbname)):
                _change_role(connection, "ALTER", name, " ".join(wrong), password)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _change_role(connection: extensions.connection, verb: str, name: str, words: str, password: str) -> None:
    statement = sql.SQL("{} ROLE {} {} PASSWORD {}").format(
        sql.SQL(verb), sql.Identifier(name), sql.SQL(words), sql.Literal(password)
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except errors.InsufficientPrivilege as error:
        raise ServiceProblem(
            f"The login {connection.info.user} may not {verb.lower()} the role {name} ({_first_line(error)}). "
            f"Let a superuser run: {verb} ROLE {name} {words} PASSWORD '…'; and set APP_DATABASE_URL to that login."
        ) from error


def _ensure_database(connection: extensions.connection, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone():
            return
        try:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
            )
        except errors.DuplicateDatabase:
            return
        except errors.InsufficientPrivilege as error:
            raise ServiceProblem(
                f"The login {connection.info.user} may not create the database {name}. Let a superuser run: "
                f"CREATE DATABASE {name} OWNER {connection.info.user};"
            ) from error


def _admit(connection: extensions.connection, database: str, role: str) -> None:
    """The role may connect, also where PUBLIC may not, and creates nothing in the public schema."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(%s, %s, 'CONNECT')", [role, database])
        if cursor.fetchone() == (False,):
            cursor.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), sql.Identifier(role))
            )
        cursor.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [role])
        if cursor.fetchone() == (True,):
            cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


@contextmanager
def _maintenance(owner_url: str) -> Iterator[extensions.connection]:
    """A connection of the owner to a database that exists on every server."""
    candidates = ("postgres", "template1", database_name(owner_url))
    for number, name in enumerate(candidates, start=1):
        try:
            connection = _connect(with_database(owner_url, name))
        except psycopg2.OperationalError as error:
            reason = _first_line(error)
            missing = "does not exist" in reason or "permission denied for database" in reason or "pg_hba" in reason
            if missing and number < len(candidates):
                continue
            raise ServiceProblem(
                f"PostgreSQL at {without_password(owner_url)} can't be used ({reason}). "
                "Start it or correct DATABASE_URL; without DATABASE_URL an embedded one is used."
            ) from error
        with closing(connection):
            yield connection
        return


@contextmanager
def _connected(url: str) -> Iterator[extensions.connection]:
    try:
        connection = _connect(url)
    except psycopg2.OperationalError as error:
        raise ServiceProblem(
            f"The database {without_password(url)} can't be opened ({_first_line(error)}). Correct DATABASE_URL."
        ) from error
    with closing(connection):
        yield connection


def _connect(url: str) -> extensions.connection:
    connection = psycopg2.connect(url, connect_timeout=5)
    connection.autocommit = True
    return connection


def _opens(url: str) -> bool:
    try:
        _connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
