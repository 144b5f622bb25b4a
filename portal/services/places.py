"""Folders, ports and private files of one installation."""

import fcntl
import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path

from portal.services.problems import ServiceProblem

BASE_DIR = Path(__file__).resolve().parents[2]


def state_dir() -> Path:
    """STATE_DIR from the environment, or `var/` beside the code."""
    return Path(os.environ.get("STATE_DIR") or BASE_DIR / "var").resolve()


def run_dir(state: Path) -> Path:
    """`state`/run, made readable by its user alone."""
    folder = state / "run"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise ServiceProblem(
            f"{folder} can't be used ({error.strerror}). Set STATE_DIR to a folder that belongs to you."
        ) from error
    return folder


def log_file(state: Path, name: str) -> Path:
    """`state`/logs/`name`.log; one that grew over 5 MB is put aside first."""
    path = state / "logs" / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        if path.stat().st_size > 5_000_000:
            path.replace(path.with_suffix(".log.1"))
    return path


def write_private(path: Path, text: str) -> None:
    """Replaces `path` in one step by a file that only its user can read."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def kept_secret(state: Path, name: str) -> str:
    """The random secret kept in `state`/run/`name`, made on the first call."""
    path = run_dir(state) / name
    if not path.exists():
        fresh = path.with_name(f"{name}.{os.getpid()}")
        write_private(fresh, secrets.token_urlsafe(32))
        # A link fails where another process was faster: both then read the one that won.
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text()


def free_port(preferred: int | None = None) -> int:
    """A TCP port of 127.0.0.1 that nobody listens on: `preferred` if it is free."""
    if preferred and not port_is_taken(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_taken(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server on `host`:`port` would be refused."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
        return False


class Lock:
    """A lock that ends with its process, however that ends, so it can't go stale."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self, note: str = "") -> bool:
        """Takes the lock and leaves `note` in it for others to read; False where another process has it."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.truncate(descriptor, 0)
        os.write(descriptor, note.encode())
        self._descriptor = descriptor
        return True

    def note(self) -> str:
        """What its holder wrote into it."""
        with suppress(FileNotFoundError):
            return self.path.read_text()
        return ""

    def release(self) -> None:
        """Gives the lock back; nothing happens when it isn't held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
