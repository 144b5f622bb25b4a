"""The yardstick of `transfer_form`: the same form by hand, `COPY` into a staging table and set-based SQL.

It runs as the application's role behind the same walls, on the same database, on other rows of as many sites. It
writes what the product writes: rows with their findings, requests with lines, waivers, holds and consents, arrivals
with cover, the ledger through `licenses_post_quantities`, papers, events, notifications and jobs. It leaves out: the
gate for files, the what-if of a request, leases and restarts, rows that name no order.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import python_calamine
from django.db import connection, transaction
from django.utils import translation
from django_countries.fields import Country

from benchmarks import transfer_form_moves_sql as moves
from benchmarks import transfer_form_sql as sql
from benchmarks.transfer_form_file import HEADINGS
from benchmarks.transfer_form_product import REASON
from benchmarks.transfer_world import REP, SENDER
from licenses.queries import rule_book
from sites.clock import today
from sites.models import User
from sites.tenancy import SYSTEM_USER_ID, begin

CHUNK = 10_000


class Yardstick:
    """One form by hand."""

    def __init__(self, form: Path):
        self.form = form
        people = dict(User.objects.filter(email__in=[SENDER, REP]).values_list("email", "pk"))
        self.sender, self.rep, self.batch = people[SENDER], people[REP], uuid4()
        with translation.override("da"):
            self.country = str(Country("DK").name)

    @contextmanager
    def _acting(self, who: UUID) -> Iterator[Any]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            begin(who)
            self._params = {
                "actor": str(who),
                "sender": str(self.sender),
                "batch": str(self.batch),
                "today": today(),
                "country": self.country,
                "waived": REASON,
            }
            yield cursor

    def _do(self, cursor: Any, *statements: str, **more: Any) -> None:
        for statement in statements:
            cursor.execute(statement, self._params | more)

    def upload(self) -> None:
        """The form as it lies there before it is checked."""
        with self._acting(self.sender) as cursor:
            self._do(
                cursor,
                "INSERT INTO migrations_app_transferbatch (id, number, created_by_id, partner_id, file, filename,"
                " fingerprint, mode, status, version, faults, rows_read, rows_valid, rows_invalid, created_at)"
                " SELECT %(batch)s, nextval('passage_batch_number'), %(sender)s, partner_id, %(name)s, %(name)s,"
                " md5(%(batch)s), 'per_row', 'uploaded', 1, '[]', 0, 0, 0, now() FROM sites_membership"
                " WHERE user_id = %(sender)s",
                self._batch_event("uploaded", "jsonb_build_object('filename', %(name)s::text)"),
                name=self.form.name,
            )  # fmt: skip

    def check(self) -> int:
        """From the file to verdicts; returns how many rows are valid."""
        book = rule_book(today())
        figures = {
            "soon": book.renewal_soon_days, "moneyback": book.moneyback_days, "inactive": book.inactive_months,
        }  # fmt: skip
        with self._acting(self.sender) as cursor:
            self._do(cursor, sql.STAGE)
            cursor.copy_expert(sql.COPY, self._read())
            self._do(cursor, "ANALYZE staged", sql.SITES, *sql.HELD, sql.JUDGED, sql.ROWS, **figures)
            cursor.execute(
                "SELECT count(*), count(*) FILTER (WHERE outcome = 'valid') FROM migrations_app_batchrow"
                " WHERE batch_id = %s",
                [self.batch],
            )
            rows, valid = cursor.fetchone()
            counts = {"rows": rows, "valid": valid, "name": self.form.name}
            self._do(
                cursor,
                "UPDATE migrations_app_transferbatch SET status = 'checked', version = version + 2,"
                " started_at = now(), rows_read = %(rows)s, rows_valid = %(valid)s,"
                " rows_invalid = %(rows)s - %(valid)s WHERE id = %(batch)s",
                self._batch_event(
                    "checked",
                    "jsonb_build_object('rows_read', %(rows)s, 'rows_valid', %(valid)s,"
                    " 'rows_invalid', %(rows)s - %(valid)s)",
                ),
                self._batch_note("batch_checked"),
                self._batch_job("batch.check"),
                self._batch_job("batch.plan"),
                **counts,
            )
        return int(valid)

    def apply(self) -> None:
        """Asked for by the sender, approved by the rep, moved chunk by chunk, settled."""
        self._ask()
        self._approve()
        for requests in self._chunks():
            self._move(requests)
        self._settle_form()

    def _read(self) -> StringIO:
        with python_calamine.CalamineWorkbook.from_path(self.form) as workbook:
            rows = workbook.get_sheet_by_index(0).iter_rows()
            first = next(rows)
            places = [first.index(heading) for heading in HEADINGS]
            text = StringIO()
            for number, cells in enumerate(rows, start=2):
                values = [cells[place] for place in places]
                values[2] = int(values[2])
                text.write("\t".join([str(number), *(str(v).replace("\\", "\\\\").replace("\t", " ") for v in values)]))
                text.write("\n")
        text.seek(0)
        return text

    def _ask(self) -> None:
        with self._acting(self.sender) as cursor:
            self._do(
                cursor,
                *moves.ASKED,
                "UPDATE migrations_app_transferbatch SET status = 'submitted', version = version + 1"
                " WHERE id = %(batch)s",
                self._batch_event("submitted", "jsonb_build_object('waived', %(waived)s::text, 'wait', false)"),
                self._batch_job("batch.submit"),
                moves.REQUESTS,
                moves.LINES,
                moves.WAIVERS,
                moves.HOLDS,
                moves.CONSENTS,
                moves.ROWS_ASKED,
                moves.STEP.format(status="submitted", more="", rows="asked"),
                moves.STEP.format(status="in_review", more="", rows="asked"),
                reason=self.form.name,
            )
            lines = "jsonb_build_object('lines', lines)"
            for kind, data in (
                ("drafted", lines),
                ("submitted", lines),
                ("consented", '\'{"side": "source"}\''),
                ("consented", '\'{"side": "target"}\''),
                ("sent_to_rep", "'{}'"),
            ):
                self._do(cursor, _request_event(kind, "asked", data))

    def _approve(self) -> None:
        with self._acting(self.rep) as cursor:
            self._do(
                cursor,
                "CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS SELECT id, customer_id, number,"
                " gen_random_uuid() AS note FROM migrations_app_transferrequest"
                " WHERE batch_id = %(batch)s AND status = 'in_review'",
                moves.STEP.format(
                    status="approved", more=", decided_by_id = %(actor)s, decided_at = now()", rows="wanted"
                ),
                _request_event("approved", "wanted", "'{}'"),
                _request_note("transfer_approved", "wanted", "'reason', ''"),
                moves.JOB.format(kind="transfer.complete", id="id", rows="wanted"),
            )

    def _chunks(self) -> Iterator[list[str]]:
        """Requests of 10,000 lines or more together, whole ones."""
        with self._acting(self.rep) as cursor:
            cursor.execute(
                "SELECT r.id::text, count(*) FROM migrations_app_transferrequest r"
                " JOIN migrations_app_transferline l ON l.request_id = r.id"
                " WHERE r.batch_id = %s GROUP BY 1, r.number ORDER BY r.number",
                [self.batch],
            )
            found = cursor.fetchall()
        chunk: list[str] = []
        held = 0
        for request, lines in found:
            chunk.append(request)
            held += lines
            if held >= CHUNK:
                yield chunk
                chunk, held = [], 0
        if chunk:
            yield chunk

    def _move(self, requests: list[str]) -> None:
        with self._acting(self.rep) as cursor:
            self._do(cursor, *moves.MOVING, requests=requests)
            self._do(cursor, moves.BARRED)
            if cursor.fetchone()[0]:
                raise RuntimeError("a rule bars what was approved")
            self._do(
                cursor, moves.RELEASE, moves.ARRIVE, moves.COVER, moves.POST, *moves.PROOFS, moves.ARRIVED, moves.TERMS,
                requests=requests,
            )  # fmt: skip
            self._do(
                cursor,
                moves.STEP.format(
                    status="completed", more=", completed_at = now(), completed_on = %(today)s", rows="moved"
                ),
                "CREATE TEMPORARY TABLE done ON COMMIT DROP AS SELECT m.id, m.customer_id, m.number, m.site_number,"
                " count(*) AS lines, sum(units) AS units, gen_random_uuid() AS note"
                " FROM moved m JOIN moving l ON l.request_id = m.id GROUP BY 1, 2, 3, 4",
                _request_event("completed", "done", "jsonb_build_object('lines', lines, 'units', units)"),
                _request_note("transfer_completed", "done", "'site', site_number, 'units', units"),
            )

    def _settle_form(self) -> None:
        with self._acting(self.sender) as cursor:
            self._do(cursor, moves.APPLIED)
        with self._acting(SYSTEM_USER_ID) as cursor:
            self._do(
                cursor,
                "UPDATE migrations_app_transferbatch SET status = 'completed', version = version + 2,"
                " finished_at = now() WHERE id = %(batch)s",
                self._batch_event("completed", "'{}'"),
                self._batch_note("batch_completed"),
                name=self.form.name,
            )

    def _batch_event(self, kind: str, data: str) -> str:
        rows = "(SELECT 1) AS one"
        return moves.EVENT.format(
            customer="NULL", subject="transferbatch", id="%(batch)s::uuid", kind=kind, data=data, rows=rows
        )

    def _batch_note(self, kind: str) -> str:
        return moves.NOTE.format(
            customer="NULL::uuid", subject="transferbatch", about="%(batch)s::uuid", kind=kind,
            event=_event_of("transferbatch", "%(batch)s::uuid"), rows=f"(SELECT '{uuid4()}'::uuid AS id) AS note",
            data="jsonb_build_object('filename', %(name)s::text)",
        )  # fmt: skip

    def _batch_job(self, kind: str) -> str:
        return moves.JOB.format(kind=kind, id="%(batch)s::uuid", rows="(SELECT 1) AS one")


def _event_of(subject: str, key: str) -> str:
    return f"(SELECT max(e.id) FROM sites_event e WHERE e.subject_type = '{subject}' AND e.subject_id = {key})"


def _request_event(kind: str, rows: str, data: str) -> str:
    return moves.EVENT.format(
        customer="customer_id", subject="transferrequest", id="id", kind=kind, data=f"{data}::jsonb", rows=rows
    )


def _request_note(kind: str, rows: str, data: str) -> str:
    return moves.NOTE.format(
        customer="customer_id", subject="transferrequest", about="request", kind=kind,
        event=_event_of("transferrequest", "request"),
        rows=f"(SELECT note AS id, id AS request, customer_id, number, {_columns(data)} FROM {rows}) AS told",
        data=f"jsonb_build_object('number', 'T-' || lpad(number::text, 6, '0'), {data})",
    )  # fmt: skip


def _columns(data: str) -> str:
    return "site_number, units" if "site_number" in data else "1 AS one"


def measured(form: Path) -> dict[str, float]:
    """Seconds of each phase. Raises RuntimeError where a row isn't valid."""
    yardstick = Yardstick(form)
    yardstick.upload()
    started = time.perf_counter()
    yardstick.check()
    checked = time.perf_counter()
    yardstick.apply()
    return {"check": checked - started, "apply": time.perf_counter() - checked}
