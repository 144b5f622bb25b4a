"""Files of 1,000, 10,000 and 100,000 holdings into a site, and again with every hundredth quantity changed.

Beside a world of 200,000 other lines (PASSAGE_BENCH_LINES). The yardstick is the same by hand: `COPY` into a staging
table and set-based SQL, as the application's role behind the same walls, with the same constraints, ledger and papers.
It leaves out what a file can have wrong, restarts, and the kinds of parts.
"""

import json
import os
import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction
from django.utils.module_loading import autodiscover_modules

from benchmarks import entitlement_import_sql as sql
from benchmarks.measure import Result, own_peak_mib
from licenses.models import Entitlement, EntitlementImport
from licenses.operations.entitlement_imports import upload_holdings
from licenses.paperwork import place_facts
from portal.world import synthetic
from sites import jobs
from sites.clock import now, today
from sites.models import Customer, Site, StaffRole, User
from sites.numbers import next_number
from sites.tenancy import begin, system_actor

SIZES = (1_000, 10_000, 100_000)
# One of so many lines has another quantity the second time.
CHANGED = 100
PARTS = 400
EACH_CUSTOMER = 1_000
OPERATOR = "operator@bench.example"
YARDSTICK = "the same file by hand: COPY into a staging table, set-based SQL, the same walls and constraints"
HEADINGS = "site_number;part_number;description;quantity;order_reference;acquired_on;coverage_start;coverage_end;points"


def run() -> Iterator[Result]:
    """Both files of every size, ours before the yardstick."""
    autodiscover_modules("tasks")
    _world(int(os.environ.get("PASSAGE_BENCH_LINES", "200000")))
    operator = _operator()
    for rows in SIZES:
        first, again = _file(rows, changed=False), _file(rows, changed=True)
        ours, bare = _site(), _site()
        for phase, content, counts in (
            ("first", first, {"new": rows}),
            ("again", again, {"changed": rows // CHANGED, "same": rows - rows // CHANGED}),
        ):
            _settle()
            seconds = _product(operator, ours, content, counts)
            peak = own_peak_mib()
            _settle()
            yardstick = _bare(operator, bare, content, counts)
            more: dict[str, object] = {"rows_per_second": round(rows / seconds)}
            yield Result(f"entitlement_import_{phase}", rows, seconds, YARDSTICK, yardstick, peak_mib=peak, more=more)


def _world(lines: int) -> None:
    with transaction.atomic():
        system_actor()
        held = Entitlement.objects.count()
    if held < lines:
        customers = max(1, lines // EACH_CUSTOMER)
        for _ in synthetic.load(customers=customers, entitlements=lines, seed=1, today=today(), at=now()):
            pass


def _operator() -> UUID:
    with transaction.atomic():
        system_actor()
        user, _ = User.objects.get_or_create(email=OPERATOR, defaults={"name": "Operator"})
        StaffRole.objects.get_or_create(user=user, role="operator", defaults={"valid_from": today()})
        return user.pk


def _site() -> Site:
    with transaction.atomic():
        system_actor()
        customer = Customer.objects.create(name="Holdings")
        return Site.objects.create(
            customer=customer, site_number=f"{uuid4().int % 10**7:07}", name="Holdings", program="PAE"
        )


def _file(rows: int, *, changed: bool) -> bytes:
    lines = [HEADINGS]
    for n in range(rows):
        quantity = n % 50 + 1 + (1 if changed and n % CHANGED == 0 else 0)
        part = f"D{n % PARTS:04}LL;IBM Product {n % PARTS} License + SW Subscription & Support 12 Months"
        lines.append(f";{part};{quantity};O-{n};05 Mar 2024;2026-04-01;2027-03-31;{quantity * 3 // 2},50")
    return "\n".join(lines).encode()


def _settle() -> None:
    """What was written before reaches the disk before the next measurement, not in it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("CHECKPOINT")


def _product(operator: UUID, site: Site, content: bytes, counts: dict[str, int]) -> float:
    """Seconds from the upload to the record, the worker's part in this process."""
    started = time.perf_counter()
    with transaction.atomic():
        upload = SimpleUploadedFile("holdings.csv", content)
        case = upload_holdings(actor=begin(operator), at=now(), site=site, upload=upload)
    jobs.run_due()
    seconds = time.perf_counter() - started
    with transaction.atomic():
        system_actor()
        case.refresh_from_db()
    _agrees({name: getattr(case, f"rows_{name}") for name in counts}, counts, case.status)
    return seconds


def _bare(operator: UUID, site: Site, content: bytes, counts: dict[str, int]) -> float:
    """Seconds for the same by hand."""
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        actor = begin(operator)
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL enable_nestloop = off; SET LOCAL jit = off")
        case = EntitlementImport.objects.create(
            number=next_number("holdings_import"), customer_id=site.customer_id, site=site, filename="bare.csv",
            created_by_id=actor.user_id, created_at=now(), fingerprint=str(uuid4()), status="checking", declared=False,
        )  # fmt: skip
        asked: dict[str, Any] = {
            "import": case.pk, "customer": site.customer_id, "site": site.pk,
            "facts": json.dumps(place_facts(Site.objects.select_related("customer", "agreement").get(pk=site.pk))),
        }  # fmt: skip
        cursor.execute(sql.STAGE)
        cursor.cursor.copy_expert(sql.COPY, BytesIO(content))
        for statement in (sql.ROWS, sql.HELD, "ANALYZE held", sql.COMPARE, sql.GONE, *sql.RECORD):
            cursor.execute(statement, asked)
        cursor.execute(
            "SELECT outcome, count(*) FROM licenses_entitlementimportrow WHERE file_import_id = %s GROUP BY 1",
            [case.pk],
        )
        found = dict(cursor.fetchall())
        for status in ("checked", "applying", "accepted"):
            EntitlementImport.objects.filter(pk=case.pk).update(status=status)
    seconds = time.perf_counter() - started
    _agrees(found, counts, "accepted")
    return seconds


def _agrees(found: dict[str, int], counts: dict[str, int], status: str) -> None:
    if found != counts or status != "accepted":
        raise AssertionError(f"expected {counts}, got {found} ({status})")
