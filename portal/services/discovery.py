"""Where the database and the broker are: the environment first, then what the embedded ones left."""

import json
import os
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from portal.services import places
from portal.services.problems import ServiceProblem

# Nothing listens on port 1: a command that needs a service which was never started is refused at once.
NO_DATABASE = "postgres://nobody@127.0.0.1:1/passage"
NO_BROKER = "redis://127.0.0.1:1/0"


def facts_path(state: Path) -> Path:
    """The file in which the embedded services leave their addresses."""
    return state / "run" / "services.json"


def facts(state: Path) -> dict[str, str]:
    """`database_url` and `redis_url` of the embedded services, as they last ran; empty if they never did."""
    try:
        found = json.loads(facts_path(state).read_text())
    except (FileNotFoundError, PermissionError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()}


def database_urls(state: Path | None = None) -> tuple[str, str]:
    """The owner's address and the application's.

    DATABASE_URL (owner) and APP_DATABASE_URL (application) win. Without the second, the application's is the
    owner's with the login `<database>_app` and the password kept under STATE_DIR. Raises ServiceProblem for an
    address that names no database.
    """
    state = state or places.state_dir()
    owner = os.environ.get("DATABASE_URL") or facts(state).get("database_url") or NO_DATABASE
    app = os.environ.get("APP_DATABASE_URL")
    if not app:
        app = with_login(owner, f"{database_name(owner)}_app", places.kept_secret(state, "app_password"))
    return owner, app


def redis_url(state: Path | None = None) -> str:
    """REDIS_URL, or the embedded broker's address."""
    return os.environ.get("REDIS_URL") or facts(state or places.state_dir()).get("redis_url") or NO_BROKER


def database_name(url: str) -> str:
    """The database that `url` names; raises ServiceProblem when it names none."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ServiceProblem(
            "DATABASE_URL must look like postgres://user:password@host:5432/passage and name a database."
        )
    return unquote(parts.path.strip("/"))


def login_name(url: str) -> str:
    """The login that `url` carries, or an empty text."""
    return unquote(urlsplit(url).username or "")


def with_login(url: str, user: str, password: str) -> str:
    """`url` with another login."""
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{address}"))


def with_database(url: str, name: str) -> str:
    """`url` with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(name, safe='')}"))


def without_password(url: str) -> str:
    """`url` as it may be printed."""
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    return urlunsplit((parts.scheme, f"{user}{address}", parts.path, "", ""))
