"""Days as exports write them, with the month in words, and periods in one field."""

import re
from datetime import date

from licenses.intake.cells import Unreadable, parse_date

# The first three letters tell the month in English and in Danish.
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "maj": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
    "okt": 10, "nov": 11, "dec": 12,
}  # fmt: skip
FULL = frozenset(
    (
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "sept", "october",
        "november", "december", "januar", "februar", "marts", "maj", "juni", "juli", "oktober",
    )
)  # fmt: skip
WORDED = re.compile(r"(\d{1,2})\.?[\s\-/]+([^\W\d_]{3,9})\.?,?[\s\-/]+(\d{4})")
PERIOD = re.compile(
    r"(?:start\s*date|startdato|starts?|from|fra)?\s*:?\s*(?P<first>.+?)"
    r"\s*(?:[,;]?\s*(?:end\s*date|slutdato|ends?|until|to|til)\s*:?\s+|\s+[-–—]\s+|\s*[–—]\s*|\s*\.\.\s*)(?P<last>.+)",
    re.IGNORECASE,
)


def parse_export_date(text: str) -> date:
    """A day as `05 Mar 2011` or `5. marts 2011`, or in any form that `parse_date` takes. Raises Unreadable as that."""
    worded = WORDED.fullmatch(text.strip())
    if worded is None:
        return parse_date(text)
    word = worded[2].casefold()
    month = MONTHS.get(word[:3]) if len(word) == 3 or word in FULL else None
    if month is None:
        raise Unreadable("date_shape")
    return parse_date(f"{worded[3]}-{month:02}-{int(worded[1]):02}")


def parse_period(text: str) -> tuple[date, date]:
    """First and last day of `Start date 01 Jan 2011 End date 31 Dec 2011`, `1.1.2027 - 31.12.2027` and the like.

    Raises Unreadable: `period_shape`, or what is wrong with one of the days.
    """
    found = PERIOD.fullmatch(" ".join(text.split()))
    if found is None:
        raise Unreadable("period_shape")
    return parse_export_date(found["first"]), parse_export_date(found["last"])
