"""The what-if over 1,000 moved and 1,000 own lines and 60 months, beside the bare arithmetic of rule book section 6."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from benchmarks.measure import Result, best_of
from benchmarks.what_if_bare import Bare, Line, bare_what_if
from licenses.rules.orders import HeldLine
from licenses.rules.pricing import PriceBook, PriceRow
from licenses.rules.rulebook import CURRENT
from licenses.rules.simulation import AgreementState
from licenses.rules.whatif import WhatIf
from licenses.rules.whatif import run as what_if

LINES = 1_000
MONTHS = 60
RUNS = 5
EFFECTIVE_ON = date(2026, 11, 24)
TERM_START = date(2024, 7, 1)
PARTS = tuple(f"E0{number:03}LL" for number in range(200))
FIRST_LIST = date(2020, 1, 1)


def run() -> Result:
    """Ours from held lines and price rows on; the yardstick gets the same as plain lines. Both must agree."""
    random = Random(6)
    prices = _prices(random)
    moved = _lines(random, "moved", -1, 24)
    own = _lines(random, "own", 7, 20)
    state = AgreementState(TERM_START, "D", Decimal("310.00"), own)
    bare_prices = {(row.part_number, row.level): row.amount for row in prices.rows}
    bare_moved, bare_own = _bare(moved), _bare(own)

    def ours() -> WhatIf:
        return what_if(moved, state, EFFECTIVE_ON, MONTHS, prices, CURRENT)

    def yardstick() -> Bare:
        return bare_what_if(bare_moved, bare_own, bare_prices, TERM_START, "D", Decimal("310.00"), EFFECTIVE_ON, MONTHS)

    answer, plain = ours(), yardstick()
    if _figures(answer) != _bare_figures(plain):
        raise AssertionError("the what-if and its yardstick disagree")
    seconds = best_of(RUNS, ours), best_of(RUNS, yardstick)
    return Result("what_if", 2 * LINES, seconds[0], "the same arithmetic in flat loops over dataclasses", seconds[1])


def _figures(answer: WhatIf) -> tuple[object, ...]:
    return (
        (answer.stay.total, answer.stay.accrued, answer.stay.by_year),
        (answer.migrate.total, answer.migrate.accrued),
        [(t.points_with, t.level_with, t.points_without, t.level_without) for t in answer.terms],
        {c.key: (c.gap_days, c.overlap_days) for c in answer.coverage},
    )


def _bare_figures(plain: Bare) -> tuple[object, ...]:
    terms = zip(plain.with_move.terms, plain.without.terms, strict=True)
    return (
        (plain.stay.total, plain.stay_accrued, plain.stay.by_year),
        (plain.migrate_total, plain.migrate_accrued),
        [(*with_move, *without) for with_move, without in terms],
        plain.coverage,
    )


def _prices(random: Random) -> PriceBook:
    rows = []
    for part in PARTS:
        base = Decimal(random.randint(10_000, 900_000)) / 100
        for rung, (level, _) in enumerate(CURRENT.ladder):
            amount = (base * (100 - 4 * rung) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
            rows.append(PriceRow(part, level, amount, FIRST_LIST))
    return PriceBook("DKK", tuple(rows), "benchmark")


def _lines(random: Random, name: str, soonest: int, latest: int) -> tuple[HeldLine, ...]:
    found = []
    for number in range(LINES):
        month = EFFECTIVE_ON.year * 12 + EFFECTIVE_ON.month - 1 + random.randint(soonest, latest) + 1
        end = date(month // 12, month % 12 + 1, 1) - timedelta(days=1)
        points = Decimal(random.randint(0, 900)) / 100
        found.append(
            HeldLine(
                key=f"{name}-{number:04}",
                part_number="D0AAALL",
                renewal_part=random.choice(PARTS),
                quantity=random.randint(1, 200),
                cover_end=end,
                points_each=points,
                reinstatement_part=None,
                cover_start=end - timedelta(days=364),
            )
        )
    return tuple(found)


def _bare(lines: tuple[HeldLine, ...]) -> list[Line]:
    return [
        Line(ln.key, ln.renewal_part or "", ln.quantity, ln.points_each, ln.cover_start, ln.cover_end) for ln in lines
    ]
