"""What one version of a quote says, whatever it is written as (rule book section 7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.kernel.explanation import Explanation


@dataclass(frozen=True, slots=True)
class QuotePaperContact:
    """A contact of the quote: `role` in the quote's language."""

    role: str
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class QuotePaperSite:
    """A site that the quote holds lines of."""

    number: str
    name: str
    address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuotePaperLine:
    """One line: prices in the quote's currency for 12 months and one unit, `amount` for `months` and `quantity`.

    `amount_why`, `points_why` and, where it is known, `cover_why` are the derivations that the appendix prints.
    """

    item: int
    part_number: str
    renewal_part: str
    description: str
    quantity: int | Decimal
    order_reference: str
    site_number: str
    points: Decimal
    cover_start: date
    cover_end: date
    months: int
    list_unit_price: Decimal
    unit_price: Decimal
    amount: Decimal
    amount_why: Explanation
    points_why: Explanation
    cover_why: Explanation | None = None


@dataclass(frozen=True, slots=True)
class QuotePaper:
    """What one version of a quote says. Lines are printed by site in the order of `sites`; `whys` derive what all
    lines share, below the appendix.

    Raises ValueError when points or total aren't the sum of the lines, or a line's site isn't among `sites`:
    such a paper is never printed.
    """

    number: str
    version: int
    kind: str
    status: str
    issued_on: date
    valid_until: date
    customer_name: str
    customer_address: tuple[str, ...]
    customer_number: str
    sites: tuple[QuotePaperSite, ...]
    lines: tuple[QuotePaperLine, ...]
    points: Decimal
    total: Decimal
    currency: str
    quote_level: str
    rsvp_level: str = ""
    agreement_number: str = ""
    anniversary: date | None = None
    contacts: tuple[QuotePaperContact, ...] = ()
    demo_prices: bool = False
    registration_number: str = ""
    country: str = ""
    whys: tuple[Explanation, ...] = ()

    def __post_init__(self) -> None:
        named = {site.number for site in self.sites}
        stray = sorted({line.site_number for line in self.lines} - named)
        if stray:
            raise ValueError(f"quote {self.number}: lines stand at sites that it doesn't name: {', '.join(stray)}")
        if (amount := amount_of(self.lines)) != self.total:
            raise ValueError(f"quote {self.number}: total {self.total} isn't the sum of its lines, {amount}")
        if (points := points_of(self.lines)) != self.points:
            raise ValueError(f"quote {self.number}: points {self.points} aren't the sum of its lines, {points}")


def by_site(paper: QuotePaper) -> list[tuple[QuotePaperSite, list[QuotePaperLine]]]:
    """Each site that has lines, with them, in the order of `sites`."""
    held: dict[str, list[QuotePaperLine]] = {site.number: [] for site in paper.sites}
    for line in paper.lines:
        held[line.site_number].append(line)
    return [(site, held[site.number]) for site in paper.sites if held[site.number]]


def amount_of(lines: Iterable[QuotePaperLine]) -> Decimal:
    """The sum of their amounts."""
    return sum((line.amount for line in lines), Decimal(0))


def points_of(lines: Iterable[QuotePaperLine]) -> Decimal:
    """The sum of their points."""
    return sum((line.points for line in lines), Decimal(0))
