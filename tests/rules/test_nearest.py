"""What a wrong number probably means: every slip finds its way back, and nothing far away is offered."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from licenses.rules.nearest import Nearest, nearest

PARTS = ("D0ABCLL", "E9XYZLL", "D1KHPZX")
SITES = ("0012345", "0099999", "7654321", "0704112")


@pytest.mark.parametrize(
    "slip",
    [
        "D0ABCL",
        "D0ABCLLL",
        "DOABCLL",
        "D0BACLL",
        "0ABCLL",
        "D0ABCLX",
        "d0abcll",
        "D0-ABC LL",
        "D0A8CLL",
        "D0ABCL\u200bL",
        "Ｄ０ＡＢＣＬＬ",
        "XXABCLL",
        "ABCLL",
        "dOab-cll",
    ],
)
def test_slips_in_part_numbers(slip):
    assert nearest(slip, PARTS) == ("D0ABCLL",)


@pytest.mark.parametrize(
    "slip",
    [
        "12345",
        "012345",
        "00012345",
        "0012354",
        "0012346",
        "001234",
        "00123455",
        "OO12345",
        "00I2345",
        "0012 345",
        "0-12345",
    ],
)
def test_slips_in_site_numbers(slip):
    assert nearest(slip, SITES) == ("0012345",)


def test_a_wrong_prefix():
    assert nearest("DK7654321", SITES) == ("7654321",)
    assert nearest("1112345", SITES) == ("0012345",)


@pytest.mark.parametrize(
    "word", ["", "XXXXXXX", "D0AB", "LLCBA0D", " - ", "0", "1", "LL", "D0XYCZX", "x" * 10_000, "�"]
)
def test_nothing_far_away(word):
    assert nearest(word, (*PARTS, *SITES)) == ()


def test_the_likeliest_comes_first():
    known = ("1234567", "0012345", "2134567", "1234576", "1234568", "123456")
    assert nearest("1234 567", known) == ("1234567", "1234576", "2134567")
    assert nearest("12345", known, most=1) == ("0012345",)
    assert nearest("0234567", ("9234567", "2034567", "234567")) == ("234567", "2034567", "9234567")
    assert nearest("O012345", ("0012345", "O012346", "O01234")) == ("0012345", "O012346", "O01234")


def test_never_itself_and_never_more_than_asked():
    assert nearest("0012345", SITES) == ()
    many = [f"001234{digit}" for digit in range(10)]
    assert nearest("001234X", many) == ("0012340", "0012341", "0012342")
    assert nearest("001234X", many, most=0) == ()


numbers = st.text("0123456789", min_size=5, max_size=10)
part_numbers = st.text(string.ascii_uppercase + string.digits, min_size=5, max_size=10)
words = st.one_of(numbers, part_numbers)


@st.composite
def slipped(draw) -> tuple[str, str]:
    """A word and what one slip made of it."""
    word = draw(words)
    at = draw(st.integers(0, len(word) - 2))
    letter = draw(st.sampled_from(string.ascii_uppercase + string.digits))
    kind = draw(st.sampled_from(["swap", "mistype", "leave out", "add", "case", "blank", "zeros"]))
    return word, {
        "swap": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        "mistype": word[:at] + letter + word[at + 1 :],
        "leave out": word[:at] + word[at + 1 :],
        "add": word[:at] + letter + word[at:],
        "case": word.lower(),
        "blank": f" {word[:at]} {word[at:]}",
        "zeros": f"00{word}",
    }[kind]


@given(slipped(), st.lists(words, max_size=20))
def test_every_slip_finds_its_way_back(pair, others):
    word, slip = pair
    assume(slip != word and word.strip("0"))
    assert word in Nearest([word, *others]).of(slip, most=99)


@given(st.text(max_size=12), st.frozensets(words, max_size=30), st.integers(0, 5))
def test_what_is_offered_is_known_and_ever_the_same(value, known, most):
    found = nearest(value, known, most)
    assert set(found) <= known - {value}
    assert len(found) == len(set(found)) <= most
    assert found == nearest(value, sorted(known, reverse=True), most) == Nearest(known).of(value, most)
    assert found == Nearest(known).of(value, 99)[:most]


def distance(one: str, other: str) -> int:
    """Levenshtein's, by the book."""
    above = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (a != b)))
        above = row
    return above[-1]


@given(numbers, st.frozensets(numbers, max_size=30))
def test_numbers_offered_are_near(value, known):
    for word in nearest(value, known, 99):
        assert distance(word, value) <= 2 or word.lstrip("0") == value.lstrip("0")
