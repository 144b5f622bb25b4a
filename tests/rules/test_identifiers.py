"""Formats and check digits of numbers: rules S8 and S9."""

from collections.abc import Callable

import pytest

from sites.rules import identifiers
from sites.rules.identifiers import Checked


@pytest.mark.parametrize(
    ("check", "value", "kept", "verdict"),
    [
        (identifiers.agreement_number, "0012345", "0012345", "ok"),
        (identifiers.agreement_number, " 1234567890 ", "1234567890", "ok"),
        (identifiers.agreement_number, "12345678901", "12345678901", "error"),
        (identifiers.agreement_number, "12A", "12A", "error"),
        (identifiers.agreement_number, "", "", "error"),
        (identifiers.agreement_number, "١٢٣", "١٢٣", "error"),
        (identifiers.site_number, "0700001", "0700001", "ok"),
        (identifiers.site_number, "700001", "700001", "warning"),
        (identifiers.site_number, "7-00001", "7-00001", "error"),
        (identifiers.ibm_customer_number, "00a1", "00A1", "ok"),
        (identifiers.ibm_customer_number, "00 a1", "00 a1", "error"),
        (identifiers.ibm_customer_number, "12345678901", "12345678901", "error"),
        (identifiers.part_number, "e0dqtll", "E0DQTLL", "ok"),
        (identifiers.part_number, "D24XJZX", "D24XJZX", "ok"),
        (identifiers.part_number, "CC3P1ML", "CC3P1ML", "warning"),
        (identifiers.part_number, "1E0QBLL", "1E0QBLL", "warning"),
        (identifiers.part_number, " ", " ", "error"),
        (identifiers.cvr_number, "13 58 56 28", "13585628", "ok"),
        (identifiers.cvr_number, "13585627", "13585627", "error"),
        (identifiers.cvr_number, "01234567", "01234567", "error"),
        (identifiers.cvr_number, "", "", "error"),
        (identifiers.vat_number, "DK 13585628", "DK13585628", "ok"),
        (identifiers.vat_number, "SE556188840401", "SE556188840401", "ok"),
        (identifiers.vat_number, "DK13585627", "DK13585627", "error"),
        (identifiers.vat_number, "XX1", "XX1", "error"),
        (identifiers.gln, "5790000705603", "5790000705603", "ok"),
        (identifiers.gln, "5790000705604", "5790000705604", "error"),
        (identifiers.gln, "73513537", "73513537", "error"),
    ],
)
def test_numbers(check: Callable[[str], Checked], value: str, kept: str, verdict: str) -> None:
    found = check(value)
    assert (found.value, found.verdict) == (kept, verdict)
    assert found.ok is (verdict == "ok")
    assert bool(found.code) is not found.ok
