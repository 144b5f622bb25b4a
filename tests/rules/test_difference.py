"""Two versions of a quote: lines added, gone and changed, sums; and the same backwards."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from renewals.rules.difference import LINE_FIGURES, Change, Version, VersionLine, difference, difference_json

D = Decimal


def line(key: str, item: int = 1, **changes: object) -> VersionLine:
    figures = {
        "quantity": 1,
        "cover_start": date(2027, 7, 1),
        "cover_end": date(2028, 6, 30),
        "months": 12,
        "level": "BL",
        "list_unit_price": D("602.00"),
        "unit_price": D("602.00"),
        "amount": D("602.00"),
        "points": D("7.82"),
        "site_number": "7004620",
        "renewal_part": "E0AAALL",
    }
    return VersionLine(key, item, "D0AAALL", {**figures, **changes})


def version(number: int, *lines: VersionLine, **changes: object) -> Version:
    figures = {"total": D("602.00"), "points": D("7.82"), "rsvp_level": "BL", "valid_until": date(2027, 6, 30)}
    return Version(number, {**figures, **changes}, lines)


def test_lines_are_compared_by_the_license_line_whatever_their_order() -> None:
    first, second = line("a"), line("b", 2)
    assert difference(version(1, first, second), version(2, line("b", 1), line("a", 2))).none


def test_added_gone_changed_and_sums() -> None:
    found = difference(
        version(1, line("a"), line("b", 2)),
        version(2, line("a", quantity=2, amount=D("1204.00")), line("c", 2), total=D("1806.00")),
    )
    assert [each.key for each in found.added] == ["c"]
    assert [each.key for each in found.gone] == ["b"]
    (changed,) = found.changed
    assert changed.changes == (Change("quantity", 1, 2), Change("amount", D("602.00"), D("1204.00")))
    assert found.whole == (Change("total", D("602.00"), D("1806.00")),)
    told = difference_json(found)
    assert (told["version"], told["instead_of"]) == (2, 1)
    assert told["changed"][0]["changes"][1] == {"figure": "amount", "before": "602.00", "after": "1204.00"}


KEYS = st.lists(st.sampled_from("abcdef"), unique=True)
FIGURE = st.sampled_from([name for name in LINE_FIGURES if name in ("quantity", "months", "level", "points")])


@given(KEYS, KEYS, st.dictionaries(st.sampled_from("abcdef"), FIGURE))
def test_backwards_added_and_gone_swap_and_changes_turn_round(old: list, new: list, changed: dict) -> None:
    before = version(1, *(line(key) for key in old))
    after = version(2, *(line(key, **({changed[key]: "other"} if key in changed else {})) for key in new))
    there, back = difference(before, after), difference(after, before)
    assert [x.key for x in there.added] == [x.key for x in back.gone]
    assert [x.key for x in there.gone] == [x.key for x in back.added]
    turned = {each.line.key: [(c.after, c.before) for c in each.changes] for each in back.changed}
    assert {each.line.key: [(c.before, c.after) for c in each.changes] for each in there.changed} == turned
    assert difference(before, before).none
