"""Files that are handed out: the empty form, and rows that come back. Pages and API give the same."""

from django.http import HttpResponse

from licenses.intake.sheets import JudgedRow
from migrations_app import queries
from migrations_app.intake import templates
from migrations_app.models import BatchRow, TransferBatch
from sites.words import retold

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {
    "xlsx": (templates.xlsx, XLSX),
    "csv": (templates.csv, "text/csv; charset=utf-8"),
    "pdf": (templates.pdf, "application/pdf"),
}
NAMES = {"da": "overfoersel", "en": "transfer-form"}


def template_file(kind: str, lang: str) -> HttpResponse:
    """The empty transfer form as xlsx, csv or pdf in the language `lang`."""
    make, content_type = KINDS[kind]
    name = NAMES["da" if lang.startswith("da") else "en"]
    return _download(make(lang), f"{name}.{kind}", content_type)


def failed_rows_file(batch: TransferBatch, lang: str) -> HttpResponse:
    """The rows of `batch` that didn't go through, with their reasons in the language `lang`."""
    rows = queries.batch_rows(batch).filter(outcome__in=["invalid", "failed"])
    content = templates.failed_rows((_failed(row) for row in rows.iterator(chunk_size=2000)), lang)
    return _download(content, f"{batch}.xlsx", XLSX)


def _failed(row: BatchRow) -> JudgedRow:
    reasons = [retold(error)["message"] for error in row.errors]
    return JudgedRow(row.number, {k: str(v) for k, v in row.values.items()}, reasons)


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
