"""What was posted under an Agreement, entry by entry, with the sum that each entry left (rule P7)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Sum, When

from licenses.models import PointsMovement
from licenses.readmodels.asked import Moments
from licenses.rules.terms import term_containing
from sites.models import Agreement, Site

NONE_YET = Decimal("0.00")
# The order of a statement: by the day that entries count for, on one day as they were recorded.
ORDER = ("effective_on", "sequence")

SIGNED = Case(When(target__isnull=True, then=-F("amount")), default=F("amount"))


def points_entries(
    agreement: Agreement, as_of: date | None = None, known_at: datetime | None = None
) -> QuerySet[PointsMovement]:
    """What was posted under `agreement`, oldest first (rule P7), with `site_number`: None for a site out of sight."""
    number = Site.objects.filter(pk=OuterRef("site_id")).values("site_number")[:1]
    rows = PointsMovement.objects.filter(agreement=agreement).annotate(site_number=Subquery(number))
    if as_of is not None:
        rows = rows.filter(effective_on__lte=as_of)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    return rows.order_by("sequence")


def asked_entries(agreement: Agreement, asked: Moments) -> QuerySet[PointsMovement]:
    """The entries that a question is about."""
    return points_entries(agreement, asked.as_of, asked.known_at)


def recorded_later(agreement: Agreement, asked: Moments) -> QuerySet[PointsMovement]:
    """What counts for the day asked about but wasn't known yet at the instant asked about; nothing without one."""
    rows = points_entries(agreement, asked.as_of)
    return rows.filter(recorded_at__gt=asked.known_at) if asked.known_at else rows.none()


@dataclass(frozen=True, slots=True)
class Mirror:
    """The other end of a reversal."""

    id: UUID
    reference: str
    effective_on: date
    sequence: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the statement. `balance` is the sum of its Term up to and with it; `term_starts_on` tells which.

    `reverses` and `reversed_by` are the other end of a reversal, as far as the question reaches.
    """

    id: UUID
    effective_on: date
    recorded_at: datetime
    site_number: str | None
    kind: str
    reference: str
    points: Decimal
    balance: Decimal
    sequence: int
    term_starts_on: date | None
    reverses: Mirror | None
    reversed_by: Mirror | None

    @property
    def mirrors(self) -> tuple[tuple[bool, Mirror], ...]:
        """The other ends: whether this entry is the one that reverses, and which the other is."""
        ends = ((True, self.reverses), (False, self.reversed_by))
        return tuple((reverses, end) for reverses, end in ends if end)


def statement_entries(agreement: Agreement, rows: Sequence[PointsMovement], asked: Moments) -> tuple[Entry, ...]:
    """The statement's lines for `rows`: neighbors in the statement's order, newest first, with `site_number`.

    Two queries: what the oldest row's Term held before it, and the reversals on either side.
    """
    if not rows:
        return ()
    mirrors = _mirrors(agreement, rows, asked)
    balance, term = _before(agreement, rows[-1], asked), _term_start(agreement, rows[-1].effective_on)
    found: list[Entry] = []
    for row in reversed(rows):
        if (starts := _term_start(agreement, row.effective_on)) != term:
            balance, term = NONE_YET, starts
        balance += row.signed
        found.append(_entry(row, balance, term, mirrors))
    return tuple(reversed(found))


def _term_start(agreement: Agreement, day: date) -> date | None:
    term = term_containing(agreement.term_start, day) if agreement.term_start else None
    return term.starts_on if term else None


def _before(agreement: Agreement, row: PointsMovement, asked: Moments) -> Decimal:
    """The sum of the row's Term before it."""
    rows = asked_entries(agreement, asked)
    if starts := _term_start(agreement, row.effective_on):
        rows = rows.filter(effective_on__gte=starts)
    earlier = Q(effective_on__lt=row.effective_on) | Q(effective_on=row.effective_on, sequence__lt=row.sequence)
    return sum_of(rows.filter(earlier))


def sum_of(rows: QuerySet[PointsMovement]) -> Decimal:
    """The points of `rows` together."""
    return rows.order_by().aggregate(total=Sum(SIGNED))["total"] or NONE_YET


def _mirrors(
    agreement: Agreement, rows: Iterable[PointsMovement], asked: Moments
) -> tuple[dict[UUID, Mirror], dict[UUID, Mirror]]:
    """What the rows reverse, by its own key; and what reverses them, by theirs."""
    keys = [row.pk for row in rows]
    originals = [row.reverses_id for row in rows if row.reverses_id]
    either = asked_entries(agreement, asked).filter(Q(pk__in=originals) | Q(reverses_id__in=keys))
    ends: list[Any] = list(either.values_list("pk", "reverses_id", "reference", "effective_on", "sequence"))
    wanted = set(originals)
    told = {pk: Mirror(pk, reference, on, sequence) for pk, _reverses, reference, on, sequence in ends}
    return (
        {pk: mirror for pk, mirror in told.items() if pk in wanted},
        {reverses: told[pk] for pk, reverses, *_rest in ends if reverses},
    )


def _entry(
    row: Any, balance: Decimal, term: date | None, mirrors: tuple[dict[UUID, Mirror], dict[UUID, Mirror]]
) -> Entry:
    reversed_rows, reversals = mirrors
    return Entry(
        id=row.pk,
        effective_on=row.effective_on,
        recorded_at=row.recorded_at,
        site_number=row.site_number,
        kind=row.kind,
        reference=row.reference,
        points=row.signed,
        balance=balance,
        sequence=row.sequence,
        term_starts_on=term,
        reverses=reversed_rows.get(row.reverses_id) if row.reverses_id else None,
        reversed_by=reversals.get(row.pk),
    )
