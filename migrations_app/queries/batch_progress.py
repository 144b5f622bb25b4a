"""How far a form is, by few cheap questions: asked every second while somebody watches."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count

from migrations_app.models import BatchRow, TransferBatch
from sites.tenancy.actor import Actor

WINDOW = 10.0
"""Seconds that the rate is taken over."""
LONGEST = 24 * 3600


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows by outcome, as they were while the form's requests stood so."""

    requests: tuple[tuple[str, int], ...]
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Stand:
    """Rows done of how many in the stage that the form is in; `seen` is another word whenever the page is another."""

    status: str
    done: int
    total: int
    working: bool
    seen: str
    counted: Counted | None = None


def stand_of(pk: UUID, actor: Actor, counted: Counted | None = None, *, recount: bool = True) -> Stand | None:
    """How far the form `pk` is; None for unknown and foreign. Reads counters.

    Rows come out as their requests do: they are counted anew only when a request stands otherwise than when they were
    `counted`, and then only if they may be (`recount`).
    """
    batch = TransferBatch.objects.visible_to(actor).defer("summary").filter(pk=pk).first()
    if batch is None:
        return None
    working = batch.status in TransferBatch.WORKING
    counts: Mapping[str, int] = {}
    made = 0
    if batch.status in (TransferBatch.Status.SUBMITTED, TransferBatch.Status.APPLYING):
        requests = tuple(batch.requests.order_by("status").values_list("status").annotate(n=Count("pk")))
        made = sum(count for _status, count in requests)
        if counted is None or (recount and counted.requests != requests):
            counted = Counted(requests, _outcomes(batch))
        counts = counted.outcomes
        done = counts.get("applied", 0) + counts.get("failed", 0)
        total = done + counts.get("valid", 0)
    else:
        done, total = judged(batch), batch.rows_read
    seen = seen_word(batch.status, made, counts.get("failed", 0), counts.get("applied", 0))
    return Stand(batch.status, min(done, total), total, working, seen, counted)


def _outcomes(batch: TransferBatch) -> dict[str, int]:
    rows = BatchRow.objects.filter(batch=batch).order_by().values_list("outcome").annotate(n=Count("pk"))
    return dict(rows)


def judged(batch: TransferBatch) -> int:
    """Rows that have their verdict; of a form that is judged anew, all but those that were changed."""
    found = batch.rows_valid + batch.rows_invalid
    if batch.status == TransferBatch.Status.CHECKING and found and found >= batch.rows_read:
        return found - batch.rows.filter(stale=True).count()
    return found


def seen_word(status: str, made: int, failed: int, applied: int) -> str:
    """What the reader of a page knows of a form; another word means that there is something new."""
    return f"{status}-{made}-{failed}-{applied}"


@dataclass
class Pace:
    """The rate over the last seconds, from what was seen at which second of any clock."""

    seen: deque[tuple[float, int]] = field(default_factory=deque)

    def add(self, second: float, done: int) -> None:
        """`done` rows were done at `second`. Less than before is another stage: what was before counts no more."""
        if self.seen and done < self.seen[-1][1]:
            self.seen.clear()
        self.seen.append((second, done))
        while len(self.seen) > 2 and second - self.seen[0][0] > WINDOW:
            self.seen.popleft()

    @property
    def rate(self) -> float:
        """Rows per second; 0 while nothing is known."""
        if len(self.seen) < 2 or self.seen[-1][0] <= self.seen[0][0]:
            return 0.0
        return (self.seen[-1][1] - self.seen[0][1]) / (self.seen[-1][0] - self.seen[0][0])

    def left(self, total: int) -> int | None:
        """Seconds until `total` at this rate; None while nothing moves, or where it would be longer than a day."""
        if not self.rate:
            return None
        seconds = (total - self.seen[-1][1]) / self.rate
        return round(seconds) if 0 <= seconds <= LONGEST else None
