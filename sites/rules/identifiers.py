"""Numbers that outsiders bring (rules S8, S9): each is fine, doubtful (a warning), or wrong. Numbers are text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from stdnum import ean
from stdnum.dk import cvr as danish_cvr
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError


class Verdict(StrEnum):
    """What a format check says of a value."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Checked:
    """`value` as it should be kept (for an error: as given), the verdict, and the fault's code ("" when ok)."""

    value: str
    verdict: Verdict
    code: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is to be said about it."""
        return self.verdict is Verdict.OK


_AGREEMENT = re.compile(r"[0-9]{1,10}")
_DIGITS = re.compile(r"[0-9]+")
_SITE_LENGTH = 7
_CUSTOMER_NUMBER = re.compile(r"[A-Za-z0-9]{1,10}")
_PART = re.compile(r"[A-Z][A-Z0-9]{4}(LL|ZX)")
_GLN_LENGTH = 13


def agreement_number(value: str) -> Checked:
    """1 to 10 digits, leading zeros kept."""
    kept = value.strip()
    return _ok(kept) if _AGREEMENT.fullmatch(kept) else Checked(value, Verdict.ERROR, "agreement_number_format")


def site_number(value: str) -> Checked:
    """Digits, leading zeros kept; a length other than 7 is a warning."""
    kept = value.strip()
    if not _DIGITS.fullmatch(kept):
        return Checked(value, Verdict.ERROR, "site_number_format")
    return _ok(kept) if len(kept) == _SITE_LENGTH else Checked(kept, Verdict.WARNING, "site_number_length")


def ibm_customer_number(value: str) -> Checked:
    """1 to 10 letters or digits, leading zeros kept."""
    kept = value.strip()
    if not _CUSTOMER_NUMBER.fullmatch(kept):
        return Checked(value, Verdict.ERROR, "ibm_customer_number_format")
    return _ok(kept.upper())


def part_number(value: str) -> Checked:
    """A letter, four letters or digits, LL or ZX; other numbers exist and are a warning, an empty one an error."""
    kept = value.strip().upper()
    if not kept:
        return Checked(value, Verdict.ERROR, "part_number_missing")
    return _ok(kept) if _PART.fullmatch(kept) else Checked(kept, Verdict.WARNING, "part_number_format")


def cvr_number(value: str) -> Checked:
    """A Danish registration number: 8 digits with the check of rule S9."""
    return _by_library(danish_cvr.validate, value, "cvr_number_invalid")


def vat_number(value: str) -> Checked:
    """A VAT number of a member state of the EU, with its country's letters in front."""
    return _by_library(eu_vat.validate, value, "vat_number_invalid")


def gln(value: str) -> Checked:
    """A Global Location Number: 13 digits with the GS1 check digit."""
    checked = _by_library(ean.validate, value, "gln_invalid")
    if checked.ok and len(checked.value) != _GLN_LENGTH:
        return Checked(value, Verdict.ERROR, "gln_invalid")
    return checked


def _ok(value: str) -> Checked:
    return Checked(value, Verdict.OK)


def _by_library(validate: Callable[[str], str], value: str, code: str) -> Checked:
    try:
        return _ok(str(validate(value)))
    except ValidationError:
        return Checked(value, Verdict.ERROR, code)
