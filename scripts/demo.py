"""Runs everything in the foreground: database, broker, web, worker and beat, until Ctrl-C.

    python -m scripts.demo

Called by `make demo` with the project's own interpreter. Nothing is restarted: when one process dies, all end.
"""

import hashlib
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from portal.services import places
from portal.services.embedded import EmbeddedServices
from portal.services.problems import ServiceProblem
from scripts.compile_messages import compile_messages
from scripts.runner import ROOT, Runner, environment, main

READY_SECONDS = 45
SIGN_INS = (
    ("mette@nordvind.example", "customer, Primary Contact of an Express site and an agreement with two sites"),
    ("lars@fjordbyg.example", "customer with Express only"),
    ("anna@sydhavn.example", "customer of another tenant"),
    ("jonas@partner.example", "Business Partner with a mandate for the first two"),
    ("rikke@rep.example", "IBM rep for Denmark"),
    ("soren@rep.example", "IBM rep for Denmark"),
    ("admin@portal.example", "operator"),
)
PASSWORD = "demo-demo-demo"


class Steps:
    """Says what goes on, and how long it took."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def say(self, text: str) -> None:
        """One line with the seconds since the start."""
        print(f"{time.monotonic() - self._started:5.1f} s  {text}", flush=True)


def chosen_port() -> int:
    """PORT, found free; raises ServiceProblem otherwise."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise ServiceProblem(f"PORT is {text!r}, which is no port number. Use one from 1024 to 65535.")
    if places.port_is_taken(int(text)):
        raise ServiceProblem(
            f"Port {text} of this machine is taken or not allowed. Stop the program that uses it, or choose another: "
            f"PORT={int(text) + 1} make demo"
        )
    return int(text)


def static_fingerprint() -> str:
    """Changes when anything that collectstatic copies may have changed."""
    digest = hashlib.sha256()
    for path in (ROOT / "static_build" / ".hash", ROOT / "requirements.txt", ROOT / "portal" / "settings.py"):
        digest.update(path.read_bytes() if path.exists() else b"-")
    return digest.hexdigest()


def collect_static(runner: Runner, state: Path, env: dict[str, str]) -> None:
    """Gathers the static files under STATE_DIR where they changed."""
    stamp = places.run_dir(state) / "static"
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint and (state / "static").is_dir():
        return
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0"]
    runner.call("Collecting the static files", command, env)
    stamp.write_text(fingerprint)


def start_application(runner: Runner, state: Path, env: dict[str, str]) -> None:
    """Web, worker and beat, each with a log of its own."""
    celery = [sys.executable, "-m", "celery", "-A", "portal"]
    schedule = str(places.run_dir(state) / "schedule")
    commands = {
        "web": [sys.executable, "-m", "gunicorn", "-c", "portal/gunicorn_conf.py", "portal.asgi:application"],
        "worker": [*celery, "worker", "--loglevel=INFO", "--concurrency=2", "--without-mingle"],
        "beat": [*celery, "beat", "--loglevel=WARNING", f"--schedule={schedule}", "--pidfile="],
    }
    for name, command in commands.items():
        # When the runner is killed, nobody is left to wait for a worker's last job: it ends at once.
        stop_signal = signal.SIGQUIT if name == "worker" else signal.SIGTERM
        runner.start(name, command, log=places.log_file(state, name), env=env, stop_signal=stop_signal)


def what_is_missing(port: int) -> list[str]:
    """The names of what does not answer yet; empty when the demonstration is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=3):
            return []
    except urllib.error.HTTPError as error:
        try:
            return list(json.load(error)["missing"])
        except (ValueError, KeyError):
            return ["web"]
    except OSError:
        return ["web"]


def print_welcome(port: int, state: Path) -> None:
    """Where to go and who one can be."""
    width = max(len(name) for name, _ in SIGN_INS)
    print(f"\nPassage runs at http://127.0.0.1:{port}/\n\nSign in with the password {PASSWORD} as")
    for name, what in SIGN_INS:
        print(f"  {name:<{width}}  {what}")
    print(f"\nReps and the operator work under http://127.0.0.1:{port}/admin/")
    print(f"Logs are in {state / 'logs'}. Stop everything with Ctrl-C; what you did is kept.", flush=True)


def serve(runner: Runner, services: EmbeddedServices, state: Path) -> int:
    """Brings everything up in the order that it needs, then watches until somebody stops it."""
    steps = Steps()
    services.claim()
    port = chosen_port()
    env = environment(PORT=str(port), DEMO="1", STATE_DIR=str(state))
    quiet = {"LOG_LEVEL": "WARNING", **env}
    front_end = runner.start("The front-end build", [sys.executable, "scripts/build_frontend.py"], env=env)
    services.start()
    steps.say("Database and broker answer.")
    compile_messages()
    prepare = runner.start(
        "Preparing the database", [sys.executable, "-m", "scripts.prepare_database", "--demo"], env=env
    )
    runner.finish(front_end)
    collect_static(runner, state, quiet)
    steps.say("Pages and messages are built.")
    runner.finish(prepare)
    steps.say("Tables, grants and the demonstration world are in place.")
    start_application(runner, state, env)
    if not runner.wait_while(lambda: bool(what_is_missing(port)), READY_SECONDS):
        missing = ", ".join(what_is_missing(port)) or "nothing any more"
        raise ServiceProblem(
            f"After {READY_SECONDS} s, still missing: {missing}. The logs in {state / 'logs'} say why."
        )
    steps.say("Web, worker and beat are up.")
    print_welcome(port, state)
    while True:
        runner.check()
        runner.raise_for_dead()
        if name := services.dead():
            raise ServiceProblem(f"{name} ended by itself. Its log in {state / 'logs'} says why.")
        time.sleep(0.2)


def body(runner: Runner) -> int:
    """Everything, with the services as the last to end."""
    state = places.state_dir()
    services = EmbeddedServices(state)
    try:
        return serve(runner, services, state)
    finally:
        if runner.children:
            print("\nStopping …", flush=True)
        runner.stop()
        services.stop()


if __name__ == "__main__":
    sys.exit(main(body, runs_until_stopped=True))
