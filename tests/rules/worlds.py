"""Random small worlds for the property tests: prices, held lines, an Agreement, a date."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st

from licenses.rules.pricing import PriceBook, PriceRow
from licenses.rules.rulebook import CURRENT, RuleBook
from licenses.rules.whatif import AgreementState, HeldLine, WhatIf, run
from portal.kernel.period import DAY

LEVELS = ("BL", "D", "E", "F", "G", "H")
PARTS = ("E0AAALL", "E0BBBLL", "E0CCCLL")
UNLISTED = "E0ZZZLL"


@dataclass(frozen=True)
class Drawn:
    """All inputs of one what-if."""

    moved: tuple[HeldLine, ...]
    agreement: AgreementState
    effective_on: date
    months: int
    prices: PriceBook


def computed(drawn: Drawn, book: RuleBook = CURRENT) -> WhatIf:
    """The what-if of a drawn world."""
    return run(drawn.moved, drawn.agreement, drawn.effective_on, drawn.months, drawn.prices, book)


def money(cents: int) -> Decimal:
    return Decimal(cents) / 100


def month_end(day: date, months: int) -> date:
    """The last day of the month `months` after that of `day`."""
    return day.replace(day=1) + relativedelta(months=months + 1) - DAY


def held(key: str = "1", **changes: object) -> HeldLine:
    """A line of one unit with cover over 2025, one of whose fields may be `changes`."""
    line = HeldLine(key, "D0AAALL", PARTS[0], 1, date(2025, 12, 31), Decimal("1.00"), None, date(2025, 1, 1))
    return replace(line, **changes)


def flat_prices(*, amount: str = "1200.00", step: str = "48.00", parts: tuple[str, ...] = PARTS) -> PriceBook:
    """One list for ever: BL at `amount`, each level above `step` less, GV at half."""
    rows = [
        PriceRow(part, level, Decimal(amount) - rung * Decimal(step), date(2000, 1, 1))
        for part in parts
        for rung, level in enumerate(LEVELS)
    ]
    rows += [PriceRow(part, "GV", Decimal(amount) / 2, date(2000, 1, 1)) for part in parts]
    return PriceBook("DKK", tuple(rows), "flat")


@st.composite
def price_books(draw: st.DrawFn) -> PriceBook:
    """Every part at every level and GV from before any order; a newer list for some; some end without a successor."""
    rows = []
    for part in PARTS:
        for starts_on in (date(2015, 1, 1), date(2027, draw(st.integers(1, 12)), 1)):
            ends_on = draw(st.sampled_from((None, date(2026, 12, 31), date(2028, 6, 30))))
            base = draw(st.integers(1, 9_999_999))
            for rung, level in enumerate((*LEVELS, "GV")):
                amount = money(base * (100 - 4 * rung) // 100)
                rows.append(
                    PriceRow(part, level, amount, starts_on, ends_on if ends_on and ends_on > starts_on else None)
                )
    return PriceBook("DKK", tuple(draw(st.permutations(rows))), "drawn")


@st.composite
def held_lines(draw: st.DrawFn, effective_on: date, prefix: str, most: int) -> tuple[HeldLine, ...]:
    """Lines whose cover ends on month ends from four months before the date to 26 after."""
    lines = []
    for number in range(draw(st.integers(0, most))):
        end = month_end(effective_on, draw(st.integers(-4, 26)))
        points = money(draw(st.one_of(st.integers(0, 1000), st.integers(10_000, 400_000))))
        started = end - timedelta(days=draw(st.integers(0, 800)))
        part = draw(st.sampled_from(PARTS))
        quantity = draw(st.integers(1, 40))
        lines.append(HeldLine(f"{prefix}{number}", "D0AAALL", part, quantity, end, points, None, started))
    return tuple(lines)


@st.composite
def worlds(draw: st.DrawFn) -> Drawn:
    """A whole what-if: dates on firsts, on Anniversaries and anywhere; Agreements new, old, and outside the ladder."""
    effective_on = draw(st.dates(date(2026, 1, 1), date(2028, 12, 31)))
    if draw(st.booleans()):
        effective_on = effective_on.replace(day=1)
    started = draw(st.one_of(st.none(), st.integers(0, 2000).map(lambda days: effective_on - timedelta(days=days))))
    if started and draw(st.booleans()):
        started = started.replace(day=1)
    outside = draw(st.sampled_from((None, None, None, "GV")))
    new = started is None
    agreement = AgreementState(
        initial_start=started,
        rsvp=outside or (None if new else draw(st.sampled_from(LEVELS))),
        term_points=money(0 if new else draw(st.integers(0, 1_200_000))),
        own=draw(held_lines(effective_on, "own", 4)),
        outside_level=outside,
    )
    return Drawn(
        draw(held_lines(effective_on, "moved", 5)),
        agreement,
        effective_on,
        draw(st.integers(12, 60)),
        draw(price_books()),
    )


@st.composite
def odd_lines(draw: st.DrawFn, effective_on: date, prefix: str, most: int) -> tuple[HeldLine, ...]:
    """Lines of which some can't take part: no renewal part, no month end, no price, cover of long ago or far ahead."""
    lines = []
    for line in draw(held_lines(effective_on, prefix, most)):
        how = draw(st.sampled_from(("plain", "plain", "no part", "no month end", "no price", "old", "far")))
        changes: dict[str, object] = {
            "plain": {},
            "no part": {"renewal_part": None},
            "no month end": {"cover_end": line.cover_end - draw(st.integers(1, 27)) * DAY},
            "no price": {"renewal_part": UNLISTED},
            "old": {"cover_end": month_end(effective_on, -30), "cover_start": month_end(effective_on, -42) + DAY},
            "far": {"cover_end": month_end(effective_on, draw(st.integers(27, 90)))},
        }[how]
        lines.append(replace(line, **changes))
    return tuple(lines)


@st.composite
def torn_prices(draw: st.DrawFn) -> PriceBook:
    """Price books with holes: single levels missing, lists that begin within the horizon."""
    book = draw(price_books())
    rows = [row for row in book.rows if draw(st.integers(0, 9))]
    late = draw(st.sampled_from(PARTS))
    begins = date(draw(st.integers(2026, 2031)), draw(st.integers(1, 12)), 1)
    if draw(st.booleans()):
        rows = [row for row in rows if row.part_number != late or row.valid_from >= begins]
    return PriceBook("DKK", tuple(rows), "torn")


@st.composite
def odd_worlds(draw: st.DrawFn) -> Drawn:
    """Worlds at the edges: odd lines, torn prices, dates on Anniversaries and 29 February, the day cover ends."""
    drawn = draw(worlds())
    on = draw(st.sampled_from((drawn.effective_on, date(2028, 2, 29), date(2027, 1, 31), date(2026, 12, 31))))
    agreement = drawn.agreement
    if agreement.initial_start and draw(st.booleans()):
        # So that the effective date is an Anniversary, where it is the first of a month.
        on = on.replace(day=1)
        start = on.replace(year=on.year - draw(st.integers(1, 3)))
        agreement = replace(agreement, initial_start=start)
    if agreement.initial_start and agreement.initial_start > on:
        agreement = replace(agreement, initial_start=on - DAY)
    return replace(
        drawn,
        moved=draw(odd_lines(on, "moved", 5)),
        agreement=replace(agreement, own=draw(odd_lines(on, "own", 4))),
        effective_on=on,
        months=draw(st.sampled_from((12, 13, 35, 36, 60))),
        prices=draw(st.one_of(st.just(drawn.prices), torn_prices())),
    )
