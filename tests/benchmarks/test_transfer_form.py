"""Product and yardstick of the benchmark do the same work: what is compared is compared fairly."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings
from django.db import connections

from benchmarks.transfer_form_file import write_form
from benchmarks.transfer_form_yardstick import Yardstick
from benchmarks.transfer_world import Slot, load
from licenses.ledger_audit import audit
from portal.services import discovery
from tests import databases
from tests.cast import looking

pytestmark = pytest.mark.slow

# What tells rows of a table apart in kind, where it holds several kinds.
KINDS = {
    "sites_event": "subject_type || ' ' || kind",
    "sites_job": "kind || ' ' || status",
    "sites_notification": "kind",
    "licenses_proof": "status",
    "licenses_hold": "(released_at IS NULL)::text",
    "licenses_quantitymovement": "reason",
    "migrations_app_batchrow": "outcome || ' ' || (request_id IS NOT NULL)::text || ' ' || errors::text",
    "migrations_app_transferbatch": "status || ' ' || version || ' ' || rows_valid",
    "migrations_app_transferrequest": "status || ' ' || version || ' ' || jsonb_array_length(checks)",
    "migrations_app_transferline": "(arrived_as_id IS NOT NULL)::text",
    "migrations_app_waiver": "code",
    "migrations_app_consent": "side || ' ' || under_mandate",
}
PREFIXES = ("sites_", "licenses_", "migrations_app_", "renewals_")


def census() -> Counter:
    """How many rows of each kind every table of ours holds."""
    counted = Counter()
    with connections["owner"].cursor() as cursor:
        tables = [t for t in connections["owner"].introspection.table_names(cursor) if t.startswith(PREFIXES)]
        for table in tables:
            cursor.execute(f"SELECT {KINDS.get(table, repr(''))} AS kind, count(*) FROM {table} GROUP BY 1")
            counted.update({(table, _codes(kind)): count for kind, count in cursor.fetchall()})
    return counted


def _codes(kind: str) -> str:
    """Findings differ in figures and row; that there is one, and of which check, doesn't."""
    head, bracket, found = kind.partition("[")
    return head + ",".join(fault["code"] for fault in json.loads(bracket + found)) if bracket else kind


def by_product(form, database):
    owner, app = (discovery.with_database(url, database) for url in (settings.OWNER_URL, settings.APP_URL))
    state = {"DATABASE_URL": owner, "APP_DATABASE_URL": app, "STATE_DIR": str(form.parent), "DEBUG": "1"}
    command = [sys.executable, "-m", "benchmarks.transfer_form_product"]
    done = subprocess.run(
        command, env={**os.environ, **state}, input=f"{form}\n", stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def by_hand(form):
    yardstick = Yardstick(form)
    yardstick.upload()
    valid = yardstick.check()
    yardstick.apply()
    return valid


@pytest.fixture
def worlds(committed, tmp_path):
    """The world twice, with the same form."""
    slot = Slot("one", 400, rows_a_pair=150)
    load(1_500, [slot])
    form = write_form(slot, tmp_path)
    connections.close_all()
    twin = f"{committed}_twin"
    with databases.server() as connection, connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{twin}" TEMPLATE "{committed}"')
    yield form, committed, twin
    databases.drop(twin)


ROWS = """
SELECT number, outcome, "values", reference, allocation, customer_id, created_by_id,
       (SELECT jsonb_agg(e - 'message' ORDER BY e->>'code') FROM jsonb_array_elements(errors) AS e)
  FROM migrations_app_batchrow ORDER BY number
"""
PAPERS = "SELECT paper, quantity, language, issued_on, status FROM licenses_proof ORDER BY paper::text, status"
UNITS = """
SELECT e.site_id, e.part_id, e.order_reference, e.acquired_on, e.coverage_start, e.coverage_end, m.quantity, m.reason,
       m.source_id, m.effective_on, m.recorded_by_id,
       (SELECT array_agg((starts_on, ends_on, source)::text ORDER BY starts_on) FROM licenses_coverperiod c
         WHERE c.entitlement_id = e.id)
  FROM licenses_entitlement e JOIN licenses_quantitymovement m ON m.target_id = e.id ORDER BY 1, 2, 3, 8
"""


def facts(statement):
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_yardstick_and_product_write_the_same_rows(worlds, today):
    form, database, twin = worlds
    start = census()
    assert by_product(form, database)["rows"] == 400
    ours = census()
    written = [facts(statement) for statement in (ROWS, PAPERS, UNITS)]
    with databases.used(twin):
        assert by_hand(form) == 400
        assert census() == ours
        for statement, rows in zip((ROWS, PAPERS, UNITS), written, strict=True):
            assert facts(statement) == rows
        with looking():
            assert audit(today).breaks == []
    ours.subtract(start)
    assert ours["licenses_entitlement", ""] == ours["migrations_app_transferline", "true"] == 400
    assert ours["migrations_app_transferrequest", ""] == 0 and sum(ours.values()) > 3_000
