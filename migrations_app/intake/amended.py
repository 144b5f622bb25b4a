"""Values of a row that its sender typed anew: read as those of the file are."""

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import get_language

from licenses.intake.headings import HeadingMap
from licenses.intake.reader import RawRow
from migrations_app.intake.headings import FIELDS, FORM
from migrations_app.intake.values import ParsedRow, parse_row
from portal.kernel.errors import Fault, Invalid


def parse_kept(number: int, values: Mapping[str, str]) -> ParsedRow:
    """A row's values by field, read as a row of a file."""
    titles = {column.field: column.heading(get_language() or "en") for column in FORM.columns}
    headings = HeadingMap({field: at for at, field in enumerate(FIELDS)}, titles, len(FIELDS))
    return parse_row(RawRow(number, tuple(values.get(field, "") for field in FIELDS)), headings)


def read_amended(values: Mapping[str, str], number: int = 0) -> dict[str, str]:
    """The typed values by field as they are kept: plain quantities, ISO dates, part numbers in capitals.

    Only the fields that are given are read. Raises Invalid with every fault, each at its field; `choice_unknown` for
    one that the form doesn't have.
    """
    unknown = [
        Fault("choice_unknown", field, params={"value": field[:40], "choices": ", ".join(FIELDS)})
        for field in values
        if field not in FIELDS
    ]
    parsed = parse_kept(number, values)
    faults = [replace(fault, line=None) for fault in parsed.faults if fault.field in values]
    if unknown or faults:
        raise Invalid(*unknown, *faults)
    read = parsed.readable.kept() if parsed.readable else {}
    return {field: read[field] for field in FIELDS if field in values and field in read}
