"""Every figure of a what-if explains itself: it reruns, a changed one is noticed, its sum in words comes to it."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.translation import override
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from licenses.rules.explaining import explain_cover, explain_next_level
from licenses.rules.levels import better, level_of
from licenses.rules.rerun import rerun
from licenses.rules.rulebook import CURRENT
from licenses.rules.terms import stub
from licenses.rules.whatif import run
from licenses.why import why, with_words
from portal.kernel.explanation import Explanation
from tests.rules.worlds import Drawn, worlds
from tests.why.explained import every_explanation, nodes, worked_out

CENT = Decimal("0.01")


def book_of(version: str):
    return CURRENT if version == CURRENT.version else None


def answered(drawn: Drawn):
    state = drawn.agreement
    # A drawn Agreement may have more points than its level says; a real one can't.
    assume(state.level is None or better(state.level, level_of(state.term_points, CURRENT), CURRENT) == state.level)
    return run(drawn.moved, drawn.agreement, drawn.effective_on, drawn.months, drawn.prices, CURRENT)


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_each_figure_is_the_result_of_its_explanation_and_reruns(drawn: Drawn) -> None:
    for name, figure, explanation in every_explanation(answered(drawn)):
        assert str(explanation.result) == str(figure), name
        stored = Explanation.from_json(explanation.as_json())
        assert rerun(stored, book_of) == (), name


@settings(max_examples=25, deadline=None)
@given(worlds(), st.sampled_from(["en", "da"]))
def test_the_sum_in_each_sentence_comes_to_its_figure(drawn: Drawn, lang: str) -> None:
    with override(lang):
        for name, _figure, explanation in every_explanation(answered(drawn)):
            for node in nodes(why(explanation, drawn.prices.currency)):
                assert node.sentence, name
                assert node.result, name
                if node.arithmetic:
                    assert node.arithmetic in node.sentence
                    holds(node.arithmetic, lang)


def holds(arithmetic: str, lang: str) -> None:
    exact, told, cut = worked_out(arithmetic, lang)
    if cut:
        assert abs(told) <= abs(exact) < abs(told) + Fraction(1, 10_000), arithmetic
    else:
        decimal = Decimal(exact.numerator) / exact.denominator
        assert Fraction(decimal.quantize(CENT, rounding=ROUND_HALF_UP)) == told or exact == told, arithmetic


@settings(max_examples=25, deadline=None)
@given(worlds(), st.data())
def test_a_changed_figure_is_noticed(drawn: Drawn, data: st.DataObject) -> None:
    explained = [(n, e) for n, _f, e in every_explanation(answered(drawn)) if isinstance(e.result, Decimal)]
    explained = [(n, e) for n, e in explained if e.rule not in ("4", "P7")]
    if explained:
        name, explanation = data.draw(st.sampled_from(explained))
        changed = replace(
            explanation, result=explanation.result + data.draw(st.sampled_from([CENT, -CENT, Decimal(7)]))
        )
        assert rerun(Explanation.from_json(changed.as_json()), book_of) != (), name


@settings(max_examples=10, deadline=None)
@given(worlds())
def test_the_json_with_words_has_them_at_each_node(drawn: Drawn) -> None:
    def check(told: dict) -> None:
        assert set(told["words"]) == {"title", "statement", "sentence", "result", "rounding", "inputs"}
        for part in told["parts"]:
            check(part)

    for _name, _figure, explanation in every_explanation(answered(drawn)):
        check(with_words(explanation))


def test_a_version_that_nobody_knows_is_told() -> None:
    stored = Explanation("P3", {}, "0.00", "1999.1")
    (broken,) = rerun(stored, book_of)
    assert (broken.figure, broken.stored, broken.recomputed) == ("version", "1999.1", None)


def test_inputs_that_cannot_be_read_are_told_and_nothing_is_raised() -> None:
    stored = Explanation(
        "T7", {"unit_price": "many", "quantity": "1", "months": "12", "currency": "DKK"}, "1", "2026.1"
    )
    assert [b.figure for b in rerun(stored, book_of)] == ["inputs"]
    assert [b.figure for b in rerun(replace(stored, rule="T99"), book_of)] == ["rule"]


def test_an_old_figure_follows_its_own_book_whatever_the_new_one_says() -> None:
    lower = tuple((level, Decimal(400) if level == "D" else points) for level, points in CURRENT.ladder)
    newer = replace(CURRENT, version="2027.1", ladder=lower, transition="long", reinstatement_factor=4)
    points, end = Decimal("450.00"), date(2026, 3, 31)
    old, new = explain_next_level(points, CURRENT), explain_next_level(points, newer)
    assert (old.result, new.result) == (Decimal("50.00"), Decimal("550.00"))
    for each in (old, new):
        assert rerun(each, {CURRENT.version: CURRENT, "2027.1": newer}.get) == ()
        assert rerun(each, {CURRENT.version: newer, "2027.1": CURRENT}.get) != ()
    anniversary = date(2026, 7, 1)
    short = explain_cover("T5", stub(end, anniversary), end, CURRENT.version, anniversary=anniversary)
    assert rerun(short, {CURRENT.version: CURRENT}.get) == ()
    assert rerun(short, {CURRENT.version: newer}.get) != ()
