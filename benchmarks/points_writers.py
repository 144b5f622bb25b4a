"""32 clients post points on one Agreement at once, beside the same clients inserting bare rows behind a row lock."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models import Max, Sum

from benchmarks.measure import Result
from licenses.models import LedgerHead, PointsMovement
from licenses.operations import PointsEntry, post_points
from sites.models import Agreement, Customer, Site
from sites.tenancy import SYSTEM_USER_ID, begin, system_actor

CLIENTS = 32
EACH = 100
# Every tenth posting repeats one of the client before, which must change nothing.
REPEATED = 10
DAY = date(2026, 11, 24)
POINTS = Decimal("0.01")

_BARE = """
DROP TABLE IF EXISTS bench_bare, bench_row;
CREATE TABLE bench_row (agreement uuid PRIMARY KEY);
CREATE TABLE bench_bare (id uuid PRIMARY KEY, agreement uuid NOT NULL, site uuid NOT NULL, amount numeric(14, 2),
    reference varchar(80), effective_on date, recorded_at timestamptz, recorded_by uuid, sequence bigint, chain bytea);
CREATE INDEX ON bench_bare (agreement, effective_on, sequence);
GRANT SELECT, INSERT ON bench_bare TO {app};
GRANT SELECT, INSERT, UPDATE ON bench_row TO {app};
"""
_LOCK = "SELECT 1 FROM bench_row WHERE agreement = %s FOR UPDATE"
_ROW = """
INSERT INTO bench_bare SELECT %s, %s, %s, %s, 'bench', %s, clock_timestamp(), %s, 1, sha256('bench')
"""


def run() -> Result:
    """Entries that both sides write in a transaction each; raises AssertionError for one lost or doubled."""
    agreement, site = _world()
    keys = [[uuid5(agreement.pk, f"{client} {turn}") for turn in range(EACH)] for client in range(CLIENTS)]

    def ours(client: int) -> None:
        for turn, key in enumerate(keys[client]):
            _post(key, agreement, site)
            if turn % REPEATED == 0:
                _post(keys[client - 1][turn], agreement, site)

    def bare(client: int) -> None:
        for _key in keys[client]:
            _insert(agreement.pk, site.pk)

    _bare_table(agreement)
    seconds, yardstick = _together(ours), _together(bare)
    _nothing_lost(agreement)
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP TABLE bench_bare, bench_row")
    return Result(
        "points_writers",
        CLIENTS * EACH,
        seconds,
        f"{CLIENTS} clients, each row by SELECT … FOR UPDATE and INSERT",
        yardstick,
    )


def _world() -> tuple[Agreement, Site]:
    with transaction.atomic():
        system_actor()
        customer = Customer.objects.create(name="Writers")
        number = f"{uuid4().int % 10**10:010}"
        agreement = Agreement.objects.create(number=number, customer=customer, term_start=DAY)
        site = Site.objects.create(
            customer=customer, site_number=number[:7], name="Writers", program="PA", agreement=agreement
        )
        post_points([PointsEntry(uuid4(), agreement.pk, site.pk, POINTS, "adjustment", "bench", DAY)])
        return agreement, site


def _bare_table(agreement: Agreement) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(_BARE.format(app=connections["owner"].ops.quote_name(settings.APP_ROLE)))
        cursor.execute("INSERT INTO bench_row VALUES (%s)", [agreement.pk])


def _together(work: Callable[[int], None]) -> float:
    """Seconds until all clients are done, each on its own connection, from the moment all of them are there."""
    ready = Barrier(CLIENTS + 1, timeout=60)

    def one(client: int) -> None:
        try:
            connection.ensure_connection()
            ready.wait()
            work(client)
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(one, client) for client in range(CLIENTS)]
        ready.wait()
        started = time.perf_counter()
        for client in clients:
            client.result()
        return time.perf_counter() - started


def _post(key: UUID, agreement: Agreement, site: Site) -> None:
    with transaction.atomic():
        begin(SYSTEM_USER_ID)
        post_points([PointsEntry(key, agreement.pk, site.pk, POINTS, "adjustment", "bench", DAY)])


def _insert(agreement: UUID, site: UUID) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK, [agreement])
        cursor.execute(_ROW, [uuid4(), agreement, site, POINTS, DAY, SYSTEM_USER_ID])


def _nothing_lost(agreement: Agreement) -> None:
    written = CLIENTS * EACH + 1
    with transaction.atomic():
        system_actor()
        rows = PointsMovement.objects.filter(agreement=agreement)
        found = (rows.count(), rows.aggregate(sum=Sum("amount"))["sum"], rows.aggregate(last=Max("sequence"))["last"])
        head = LedgerHead.objects.get(customer_id=agreement.customer_id, ledger="points").sequence
    if found != (written, written * POINTS, written) or head != written:
        raise AssertionError(f"{written} entries were posted, the ledger holds {found}, its head says {head}")
