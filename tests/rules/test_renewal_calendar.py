"""The renewal calendar's rules: months, risks, sums by month and currency."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renewals.rules.calendar import Offer, Risk, months_from, risks_of, sums_of, window_ends

TODAY = date(2026, 11, 24)
NEAR, FAR = TODAY + timedelta(days=30), TODAY + timedelta(days=31)
FRESH = Offer("issued", TODAY - timedelta(days=30), TODAY + timedelta(days=15))


def test_twelve_months_begin_with_the_current_one() -> None:
    months = months_from(TODAY)
    assert (len(months), months[0], months[-1]) == (12, date(2026, 11, 1), date(2027, 10, 1))
    assert window_ends(TODAY) == date(2027, 11, 1)


@pytest.mark.parametrize(
    ("ends_on", "offer", "facts", "risks"),
    [
        (FAR, None, {}, ()),
        (NEAR, None, {}, (Risk.LAPSING,)),
        (FAR, None, {"renewable": False}, (Risk.LAPSING,)),
        (FAR, FRESH, {}, ()),
        (FAR, Offer("issued", TODAY - timedelta(days=31), TODAY + timedelta(days=60)), {}, (Risk.UNANSWERED,)),
        (FAR, Offer("issued", TODAY, TODAY + timedelta(days=14)), {}, (Risk.UNANSWERED,)),
        (FAR, Offer("expired", TODAY - timedelta(days=90), TODAY - timedelta(days=1)), {}, ()),
        (NEAR, Offer("declined", TODAY, NEAR), {}, (Risk.LAPSING,)),
        (FAR, None, {"reachable": False}, (Risk.CONTACT,)),
        (NEAR, Offer("accepted", TODAY - timedelta(days=90), TODAY), {"reachable": False}, ()),
        (NEAR, Offer("issued", TODAY, TODAY), {"reachable": False}, tuple(Risk)),
    ],
)
def test_what_may_go_wrong(ends_on: date, offer: Offer | None, facts: dict[str, bool], risks: tuple[Risk, ...]) -> None:
    assert risks_of(ends_on, TODAY, offer, **{"reachable": True, **facts}) == risks


_entries = st.lists(
    st.tuples(
        st.dates(TODAY - timedelta(days=1), date(2027, 10, 31)),
        st.sampled_from(["DKK", "EUR", "SEK"]),
        st.one_of(st.none(), st.decimals(0, 10**6, places=2)),
        st.booleans(),
        st.lists(st.sampled_from(list(Risk)), unique=True),
    ),
    max_size=30,
)


@given(_entries)
def test_sums_keep_every_entry_and_no_currency_meets_another(
    entries: list[tuple[date, str, Decimal | None, bool, list[Risk]]],
) -> None:
    found = sums_of(months_from(TODAY), entries)
    assert {each.month for each in found} == set(months_from(TODAY))
    assert sum(each.entries for each in found) == len(entries)
    for currency in ("DKK", "EUR", "SEK"):
        amounts = [amount or Decimal(0) for _, each, amount, _, _ in entries if each == currency]
        at_risk = [amount or Decimal(0) for _, each, amount, _, risks in entries if each == currency and risks]
        mine = [each for each in found if each.currency == currency]
        assert sum(each.total for each in mine) == sum(amounts)
        assert sum(each.at_risk for each in mine) == sum(at_risk)
    assert [(each.month, each.currency) for each in found] == sorted((each.month, each.currency) for each in found)
