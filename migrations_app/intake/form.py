"""A transfer form as the rest of the product takes it: read in the child, headings understood, rows parsed."""

from pathlib import Path

from licenses.intake import opened
from licenses.intake.opened import OpenFile
from migrations_app.intake.headings import FORM
from migrations_app.intake.values import ParsedRow, parse_row


def open_form(path: Path, filename: str, folder: Path | None = None) -> OpenFile[ParsedRow]:
    """Read `path`, uploaded as `filename`. Raises Invalid as `licenses.intake.opened.open_form`."""
    return opened.open_form(path, filename, FORM, parse_row, folder)
