"""The work behind the portal at a glance: queues, files under way, workers and the broker."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis
from django.db.models import Count, Model
from django.urls import reverse
from django.utils import timezone

from licenses.models import EntitlementImport, EntitlementImportRow, PriceImport, PriceImportRow
from migrations_app.models import BatchRow, TransferBatch
from portal import heartbeat
from renewals.models import QuotePutAside, QuoteRun
from renewals.queries.breaks import Watch, watch
from sites.clock import today
from sites.models import Job
from sites.readmodels.jobs import Queue, must_operate, queues, stuck
from sites.tenancy import Actor

MOST_FILES = 50
MOST_STUCK = 50
MOST_RUNS = 7


@dataclass(frozen=True, slots=True)
class FileUnderWay:
    """A file that workers are at. `rows_done` and `rows` are those of its stage; `rate` is rows a second since then."""

    kind: str
    number: str
    url: str
    status: str
    status_label: str
    who: str
    rows: int
    rows_done: int
    since: datetime | None
    seconds: float
    rate: float | None


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that gave a sign of life within the hour, so many seconds ago."""

    name: str
    seconds: float
    alive: bool


@dataclass(frozen=True, slots=True)
class Broker:
    """Whether the broker answers, and how many rings nobody has heard yet."""

    answers: bool
    rings: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything an operator looks at first."""

    queues: list[Queue]
    files: list[FileUnderWay]
    stuck: list[Job]
    quote_runs: list[QuoteRun]
    put_aside: list[QuotePutAside]
    workers: list[Worker]
    broker: Broker
    notices: Watch


def overview(actor: Actor, at: datetime) -> Overview:
    """All of it, in a fixed number of statements. Raises Forbidden for everybody but operators."""
    must_operate(actor)
    midnight = timezone.localtime(at, timezone.get_default_timezone()).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    workers, broker = _machinery()
    return Overview(
        queues=queues(actor, midnight),
        files=files_under_way(at),
        stuck=stuck(actor, MOST_STUCK),
        quote_runs=list(QuoteRun.objects.order_by("-on")[:MOST_RUNS]),
        put_aside=list(QuotePutAside.objects.order_by("since", "id")[:MOST_STUCK]),
        workers=workers,
        broker=broker,
        notices=watch(today(), at),
    )


def _machinery() -> tuple[list[Worker], Broker]:
    try:
        seen = heartbeat.seen_lately()
        broker = Broker(answers=True, rings=heartbeat.unheard())
    except redis.RedisError:
        return [], Broker(answers=False)
    return [Worker(name, seconds, seconds <= heartbeat.PATIENCE) for name, seconds in seen], broker


def files_under_way(at: datetime) -> list[FileUnderWay]:
    """Transfer forms, price lists and files of holdings that workers are at, the oldest first."""
    return sorted(
        (*_forms(at), *_prices(at), *_holdings(at)), key=lambda file: (file.since is None, file.since, file.number)
    )[:MOST_FILES]


def _forms(at: datetime) -> Iterable[FileUnderWay]:
    forms = list(_first(TransferBatch.objects.filter(status__in=TransferBatch.WORKING)))
    asked = [form for form in forms if form.status in ("submitted", "applying")]
    judged = _counts(BatchRow, "batch", forms)
    settled = _counts(BatchRow, "batch", asked, outcome__in=("applied", "failed"))
    for form in forms:
        checking = form.status in (TransferBatch.Status.UPLOADED, TransferBatch.Status.CHECKING)
        rows = max(form.rows_read, judged.get(form.pk, 0)) if checking else form.rows_valid
        done = judged.get(form.pk, 0) if checking else settled.get(form.pk, 0)
        since = form.started_at or form.created_at
        yield _file(form, "batch", form.status, rows, done, since, at, timed=checking)


def _prices(at: datetime) -> Iterable[FileUnderWay]:
    working = (PriceImport.Status.UPLOADED, PriceImport.Status.CHECKING)
    files = list(_first(PriceImport.objects.filter(status__in=working)))
    judged = _counts(PriceImportRow, "price_import", files, number__isnull=False)
    for file in files:
        yield _file(file, "prices", file.status, file.rows_read, judged.get(file.pk, 0), file.created_at, at)


def _holdings(at: datetime) -> Iterable[FileUnderWay]:
    files = list(_first(EntitlementImport.objects.filter(status__in=EntitlementImport.WORKING)))
    judged = _counts(EntitlementImportRow, "file_import", files, number__isnull=False)
    for file in files:
        yield _file(file, "holdings", file.status, file.rows_read, judged.get(file.pk, 0), file.created_at, at)


def _first(rows: Any) -> Any:
    return rows.select_related("created_by").order_by("created_at", "id")[:MOST_FILES]


def _counts(model: type[Model], parent: str, files: list[Any], **only: Any) -> dict[Any, int]:
    if not files:
        return {}
    rows = model._default_manager.filter(**{f"{parent}__in": [file.pk for file in files]}, **only)
    return dict(rows.order_by().values_list(f"{parent}_id").annotate(n=Count("pk")))


def _file(
    file: Any, kind: str, status: str, rows: int, done: int, since: datetime, at: datetime, *, timed: bool = True
) -> FileUnderWay:
    seconds = max(0.0, (at - since).total_seconds())
    return FileUnderWay(
        kind=kind,
        number=str(file),
        url=reverse(f"admin:{file._meta.app_label}_{file._meta.model_name}_change", args=[file.pk]),
        status=status,
        status_label=file.get_status_display(),
        who=file.created_by.name,
        rows=rows,
        rows_done=done,
        since=since,
        seconds=seconds,
        rate=done / seconds if timed and seconds and done else None,
    )
