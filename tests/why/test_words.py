"""Sentences of derivations, in both languages: rule, figures, rounding."""

from datetime import date
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils.translation import override

from licenses.rules.explaining import (
    explain_anniversary,
    explain_cover,
    explain_first_cover,
    explain_next_level,
    explain_standing,
    explain_term,
    explain_valid_until,
    no_points,
)
from licenses.rules.levels import TermPoints, standing
from licenses.rules.pricing import extend, line_points
from licenses.rules.rerun import RERUNS
from licenses.rules.rulebook import CURRENT
from licenses.rules.terms import anniversary_cover, stub
from licenses.why import RULES, why
from licenses.why.tree import SENTENCES
from portal.kernel.explanation import Explanation

D = Decimal
V = CURRENT.version
CHARGE = extend(D("1633.00"), 1, 11, "DKK", V).explanation


def test_the_charge_of_a_line() -> None:
    told = why(CHARGE)
    assert told.sentence == "1,633.00 × 1 × 11 ÷ 12 = 1,496.92, rounded half up to the øre"
    assert (told.rule, told.version, told.result) == ("T7", V, "1,496.92")
    assert [(g.label, g.value) for g in told.inputs][:3] == [
        ("Unit price for 12 months", "DKK\N{NO-BREAK SPACE}1,633.00"),
        ("Quantity", "1"),
        ("Months", "11"),
    ]
    assert why(CHARGE.as_json()) == told


def test_the_same_in_danish() -> None:
    with override("da"):
        told = why(CHARGE)
    assert told.arithmetic == "1.633,00 × 1 × 11 ÷ 12 = 1.496,92"


def test_what_needs_no_rounding_says_so() -> None:
    assert why(extend(D("602.00"), 1, 12, "DKK", V).explanation).rounding == "exact"
    assert why(line_points(D("20.00"), 1, 7, V)[1]).sentence == (
        "20.00 × 1 × 7 ÷ 12 = 11.67, rounded half up to two places"
    )
    assert why(extend(D("100.00"), 1, 1, "EUR", V).explanation).rounding == "rounded half up to the cent"
    assert why(extend(D(100), 1, 1, "JPY", V).explanation).rounding == "rounded half up to the currency's smallest unit"


@pytest.mark.parametrize(
    ("explanation", "sentence"),
    [
        (
            explain_first_cover(date(2024, 3, 15), V),
            "Bought on 15 March 2024, so covered to 31 March 2025, the end of that month a year later.",
        ),
        (
            explain_first_cover(date(2024, 3, 1), V),
            (
                "Bought on 1 March 2024, a first of the month, so covered to 28 February 2025, the day "
                "before that date a "
                "year later."
            ),
        ),
        (
            explain_term(date(2024, 7, 9), date(2026, 8, 1), V),
            "From the Anniversary 1 August 2026 to the day before the next: 31 July 2027.",
        ),
        (
            explain_anniversary(date(2024, 7, 9), date(2024, 12, 1), V),
            "The initial Term ends on 31 July 2025, so the Anniversary is the next day, 1 August 2025.",
        ),
        (
            explain_anniversary(date(2024, 7, 9), date(2026, 12, 1), V),
            (
                "The initial Term ended on 31 July 2025, so the day after it is the Anniversary of every year; from "
                "1 December 2026 on the next is 1 August 2027."
            ),
        ),
        (
            explain_cover(
                "T5", stub(date(2025, 3, 31), date(2025, 7, 1)), date(2025, 3, 31), V, anniversary=date(2025, 7, 1)
            ),
            (
                "Paid until 31 March 2025, so renewed from the next day, 1 April 2025, to 30 June 2025, "
                "the day before the "
                "Anniversary 1 July 2025."
            ),
        ),
        (
            explain_cover(
                "T4",
                anniversary_cover(date(2025, 7, 31), date(2025, 7, 1)),
                date(2025, 7, 31),
                V,
                anniversary=date(2025, 7, 1),
            ),
            (
                "Paid until 31 July 2025, so renewed from the next day, 1 August 2025, to 30 June 2026, "
                "the day before the "
                "Anniversary that follows the one of 1 July 2025."
            ),
        ),
        (
            explain_next_level(D("420.00"), CURRENT),
            "Level D begins at 500.00 points: 500.00 − 420.00 = 80.00",
        ),
        (no_points(V), "Express orders earn no points."),
        (
            explain_valid_until(date(2027, 3, 1), date(2026, 11, 24), date(2027, 2, 28), V),
            (
                "The earliest cover of this quote starts on 1 March 2027, so its prices hold until the day before, "
                "28 February 2027."
            ),
        ),
    ],
)
def test_sentences(explanation: Explanation, sentence: str) -> None:
    assert why(explanation).sentence == sentence


def test_the_standing_stands_on_its_resets() -> None:
    movements = [TermPoints(date(2024, 7, 1), D("2500.00"), D("2500.00"))]
    told = why(explain_standing(standing(date(2024, 7, 1), None, movements, date(2025, 8, 1), CURRENT), CURRENT))
    assert told.sentence == "The Term opened at level F; with 0.00 points in it the level is F."
    (reset,) = told.parts
    assert reset.rule == "P5"
    assert "ended with 2,500.00 points at level F, so the new one opened at F" in reset.sentence


def test_every_rule_that_has_a_sentence_has_its_words() -> None:
    assert set(SENTENCES) == set(RULES)


def test_the_component_is_a_native_disclosure_without_script() -> None:
    shown = Template("{% load why %}{% why what %}").render(Context({"what": CHARGE}))
    assert "<details" in shown
    assert "<summary>Why 1,496.92?</summary>" in shown
    assert "rounded half up to the øre" in shown
    assert "Rule T7" in shown
    assert "2026.1" in shown
    assert Template("{% load why %}{% why what %}").render(Context({"what": None})).strip() == ""


def test_a_long_sum_says_how_many_more_there_are() -> None:
    whole = Explanation("7", {"summed": "amount", "lines": 20}, "29938.40", V, parts=(CHARGE,) * 20)
    shown = Template("{% load why %}{% why what 'DKK' %}").render(Context({"what": whole}))
    assert "The sum of 20 lines: 29,938.40." in shown
    assert "And 8 more like these" in shown


def test_every_rule_that_is_told_can_be_computed_again() -> None:
    assert set(RERUNS) == set(RULES)
