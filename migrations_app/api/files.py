"""Files that are handed out: the empty form, and rows that come back. Pages and API give the same."""

from django.http import HttpResponse

from licenses.intake.sheets import JudgedRow
from migrations_app import queries
from migrations_app.intake import templates
from migrations_app.models import BatchRow, TransferBatch
from sites.views.files import file_answer
from sites.words import retold

KINDS = {"xlsx": templates.xlsx, "csv": templates.csv, "pdf": templates.pdf}
NAMES = {"da": "overfoersel", "en": "transfer-form"}


def template_file(kind: str, lang: str) -> HttpResponse:
    """The empty transfer form as xlsx, csv or pdf in the language `lang`."""
    name = NAMES["da" if lang.startswith("da") else "en"]
    return file_answer(KINDS[kind](lang), f"{name}.{kind}")


def failed_rows_file(batch: TransferBatch, lang: str) -> HttpResponse:
    """The rows of `batch` that didn't go through, with their reasons in the language `lang`."""
    rows = queries.batch_rows(batch).filter(outcome__in=["invalid", "failed"])
    content = templates.failed_rows((_failed(row) for row in rows.iterator(chunk_size=2000)), lang)
    return file_answer(content, f"{batch}.xlsx")


def _failed(row: BatchRow) -> JudgedRow:
    reasons = [retold(error)["message"] for error in row.errors]
    return JudgedRow(row.number, {k: str(v) for k, v in row.values.items()}, reasons)
