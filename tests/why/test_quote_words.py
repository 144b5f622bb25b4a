"""What a new version changed, and what no longer follows, in both languages."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from licenses.rules.rerun import Broken
from renewals.rules.difference import Version, difference
from renewals.rules.rerun import QuoteBreak
from renewals.words import broken_words, difference_words
from tests.rules.test_difference import line, version

D = Decimal
SPACE = "\N{NO-BREAK SPACE}"
FIRST = version(1, line("a"), line("b", 2))
SECOND = version(
    2,
    line("a", quantity=2, amount=D("1204.00"), cover_end=date(2028, 5, 31), months=11, level="D"),
    line("c", 2),
    total=D("1806.00"),
    valid_until=date(2027, 5, 31),
    rsvp_level=None,
)


def test_a_new_version_in_english() -> None:
    with override("en"):
        told = difference_words(difference(FIRST, SECOND), "DKK")
    assert told.heading == "Version 2 instead of 1"
    assert told.summary == f"1 line added, 1 line gone, 1 line changed; the total is DKK{SPACE}1,204.00 higher."
    assert told.whole == (
        f"total without VAT: DKK{SPACE}1,806.00 instead of DKK{SPACE}602.00",
        "RSVP level: – instead of BL",
        "prices valid until: 31 May 2027 instead of 30 June 2027",
    )
    assert told.added == (f"line 2, D0AAALL: quantity 1, 1 July 2027 to 30 June 2028, DKK{SPACE}602.00, 7.82 points",)
    (changed,) = told.changed
    assert changed.title == "line 1, D0AAALL"
    assert changed.changes == (
        "quantity: 2 instead of 1",
        "cover end: 31 May 2028 instead of 30 June 2028",
        "months: 11 instead of 12",
        "level: D instead of BL",
        f"amount: DKK{SPACE}1,204.00 instead of DKK{SPACE}602.00",
    )


def test_the_same_backwards_in_danish() -> None:
    with override("da"):
        told = difference_words(difference(SECOND, FIRST), "DKK")
    assert told.heading == "Version 1 i stedet for 2"
    assert told.summary.endswith(f"totalen er 1.204,00{SPACE}DKK lavere.")
    assert told.whole[0] == f"i alt uden moms: 602,00{SPACE}DKK i stedet for 1.806,00{SPACE}DKK"


@pytest.mark.parametrize(
    ("after", "summary"),
    [
        (FIRST, "Both versions say the same."),
        (
            Version(1, {**FIRST.figures, "valid_until": date(2027, 5, 1)}, FIRST.lines),
            "the same lines; the total stays.",
        ),
    ],
)
def test_versions_of_the_same_total(after: Version, summary: str) -> None:
    with override("en"):
        assert difference_words(difference(FIRST, after), "DKK").summary == summary


@pytest.mark.parametrize(
    ("found", "english", "danish"),
    [
        (
            QuoteBreak(3, Broken("T7", "result", "1496.93", "1496.92")),
            "Line 3: Charge of a line is stored as 1,496.93, and computed again comes to 1,496.92 (rule T7).",
            "Linje 3: Linjens beløb er gemt som 1.496,93, men giver 1.496,92, når det beregnes igen (regel T7).",
        ),
        (
            QuoteBreak(None, Broken("T10", "result", "2027-06-30", "2027-05-31")),
            "How long prices hold is stored as 30 June 2027, and computed again comes to 31 May 2027 (rule T10).",
            "Hvor længe priserne gælder er gemt som 30.6.2027, men giver 31.5.2027, når det beregnes igen (regel T10).",
        ),
        (
            QuoteBreak(1, Broken("P3", "version", "1999.1", None)),
            "Line 1: Rule book version is stored as 1999.1, and can't be computed again (rule P3).",
            "Linje 1: Regelbogens version er gemt som 1999.1 og kan ikke beregnes igen (regel P3).",
        ),
    ],
)
def test_what_no_longer_follows(found: QuoteBreak, english: str, danish: str) -> None:
    with override("en"):
        assert broken_words(found) == english
    with override("da"):
        assert broken_words(found) == danish
