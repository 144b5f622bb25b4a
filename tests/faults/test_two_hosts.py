"""Workers on two hosts: one is cut off in the midst of its work, the other goes on, and nothing is lost or doubled."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.hosts import Farm, Host, farm, why_not

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "two hosts are possible"),
]
PATIENCE = 180
# A worker in the midst of a step that waits for a lock; where it calls from.
WAITING = """
SELECT host(client_addr) FROM pg_stat_activity
 WHERE wait_event_type = 'Lock' AND usename = 'passage_app' AND host(client_addr) = ANY (%s)
"""
OPEN = "SELECT count(*) FROM sites_job WHERE status IN ('due', 'running')"
HELD = "SELECT count(*) FROM sites_job WHERE kind = %s AND status = 'running' AND lease_until > clock_timestamp()"


def until(what: str, holds: Callable[[], object]) -> object:
    """What `holds` answers as soon as that is something; gives up after `PATIENCE` seconds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.05)
    pytest.fail(f"{PATIENCE} s have passed, and still not: {what}")


@pytest.fixture(scope="module")
def two() -> Iterator[Farm]:
    # Not among pytest's folders, which every run closes anew to other users: the server runs as one.
    with tempfile.TemporaryDirectory(prefix="passage-farm-") as name:
        state = Path(name)
        state.chmod(0o711)
        with farm(state) as made:
            for host in made.hosts:
                until(f"the worker on {host.name} is ready", lambda host=host: " ready." in made.log(host))
            yield made


def cut_off_in_the_midst(two: Farm, table: str, kind: str, begin: Callable[[], object]) -> Host:
    """Cut the host whose worker is about to write to `table` for a job of `kind`; returns it, cut off."""
    with two.connected() as connection, connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
        begin()

        def blocked() -> list[tuple[str]]:
            return two.sql(WAITING, [host.far for host in two.hosts])

        ((address,),) = until(f"a worker waits to write to {table}", blocked)[:1]
        host = next(host for host in two.hosts if host.far == address)
        assert two.sql(HELD, kind) == [(1,)], "it has the lease"
        host.cut()
    # The lock is gone: the server does what it was told, and can tell nobody.
    return host


def facts(two: Farm) -> dict[str, object]:
    """Everything that a worker writes for a form; what the clock starts beside it (quotes found stale) isn't of it."""
    tables = {
        "sites_job": "kind ~ '^(batch|transfer)'",
        "sites_event": "subject_type ~ '^transfer'",
        "migrations_app_batchrow": "true",
        "migrations_app_transferrequest": "true",
        "migrations_app_transferline": "true",
        "licenses_quantitymovement": "true",
        "licenses_pointsmovement": "true",
        "licenses_proof": "true",
    }
    return {
        name: two.sql(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)), count(*) FROM {name} t WHERE {which}")
        for name, which in tables.items()
    }


def status_of(two: Farm, batch: str) -> str:
    return str(two.sql("SELECT status FROM migrations_app_transferbatch WHERE id = %s", batch)[0][0])


def jobs_of(two: Farm, kind: str) -> list[tuple[object, ...]]:
    return two.sql("SELECT status, tries, crashes FROM sites_job WHERE kind = %s AND tries > 0", kind)


def notices_being_alone(two: Farm, host: Host, before: int) -> None:
    """libpq's own limits: nothing but they end a call to a server that doesn't answer."""
    until(
        f"the worker on {host.name} notices that the database is gone",
        lambda: any(word in two.log(host)[before:] for word in ("OperationalError", "InterfaceError")),
    )


def test_one_host_is_cut_off_and_nothing_is_lost(two: Farm) -> None:
    sent: dict[str, object] = {}
    read = {host.name: len(two.log(host)) for host in two.hosts}

    # While rows are judged.
    lost = cut_off_in_the_midst(
        two, "migrations_app_batchrow", "batch.check", lambda: sent.update(two.errand("upload"))
    )
    batch, rows, faulty = str(sent["batch"]), int(str(sent["rows"])), int(str(sent["faulty"]))
    until("the other host has judged the form", lambda: status_of(two, batch) == "checked")
    notices_being_alone(two, lost, read[lost.name])
    ((status, tries, crashes),) = jobs_of(two, "batch.check")
    assert (status, tries, crashes) == ("done", 2, 1), "taken over from a worker that was gone"
    judged = "SELECT count(*), count(DISTINCT number), count(*) FILTER (WHERE outcome = 'valid')"
    assert two.sql(f"{judged} FROM migrations_app_batchrow") == [(rows + faulty, rows + faulty, rows)]
    lost.mend()

    # While units are moved.
    two.errand("submit", batch)
    until("the form's requests are made", lambda: status_of(two, batch) in ("submitted", "applying"))
    until(
        "nothing more is due",
        lambda: two.sql("SELECT count(*) FROM sites_job WHERE status IN ('due','running')") == [(0,)],
    )
    read = {host.name: len(two.log(host)) for host in two.hosts}
    lost = cut_off_in_the_midst(
        two, "licenses_quantitymovement", "transfer.complete", lambda: two.errand("approve", batch)
    )
    until("the other host has moved everything", lambda: status_of(two, batch) == "completed_with_errors")
    notices_being_alone(two, lost, read[lost.name])
    assert {row[0] for row in jobs_of(two, "transfer.complete")} == {"done"}
    assert two.sql("SELECT count(*) FROM migrations_app_batchrow WHERE outcome = 'applied'") == [(rows,)]
    assert two.sql(
        "SELECT sum(quantity) FROM licenses_quantitymovement WHERE source_id = ANY (%s::uuid[])", sent["lines"]
    ) == [(rows,)], "each row's unit has left once"
    counted = two.manage("verify_ledgers")
    assert counted.returncode == 0, counted.stdout

    # Back on the net: it writes nothing more of what was taken over, and is a worker again.
    until(
        "nothing more is due",
        lambda: two.sql("SELECT count(*) FROM sites_job WHERE status IN ('due','running')") == [(0,)],
    )
    before = facts(two)
    seen = len(two.log(lost))
    lost.mend()
    until("it hears the broker again", lambda: "received" in two.log(lost)[seen:])
    assert facts(two) == before
    counted = two.manage("verify_ledgers")
    assert counted.returncode == 0, counted.stdout


def test_both_ends_let_go_of_a_dead_line(two: Farm) -> None:
    """The settings that it stands on are in force: libpq's at the worker, the server's for its sessions."""
    assert two.errand("limits") == {
        "client": {"tcp_user_timeout": "5000", "keepalives_idle": "3", "connect_timeout": "3"},
        "server": {"tcp_user_timeout": "15000", "tcp_keepalives_idle": "5"},
    }
