"""What separates the quotes of many Agreements or Express sites from the facts: found and written by whole sets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from licenses.queries import price_versions, rule_book
from licenses.rules.rulebook import RuleBook
from licenses.rules.terms import YEAR
from portal.kernel.period import DAY
from renewals.models import RenewalQuote
from renewals.operations.building import Whys, built_lines, built_quote, said_by
from renewals.operations.writing import Difference, write
from renewals.queries import (
    LOOKED,
    Draft,
    Holdings,
    LineSaid,
    Look,
    agreement_drafts,
    agreement_holdings,
    coming_anniversary,
    content,
    declined_transition,
    express_drafts,
    express_holdings,
    last_looks,
    latest_of,
    ledger_heads,
    lines_said,
    moved_into,
    quotes_of,
)
from sites.events import tell_each
from sites.models import Agreement, Site
from sites.tenancy import Actor

Kind, Status = RenewalQuote.Kind, RenewalQuote.Status
Holder = Agreement | Site
_COMPARED = (Status.ISSUED, Status.DECLINED)


@dataclass(slots=True)
class Aligned:
    """The open quotes of each holder, how much was written, and how many lines no quote could take."""

    open_now: dict[UUID, tuple[RenewalQuote, ...]] = field(default_factory=dict)
    issued: int = 0
    superseded: int = 0
    expired: int = 0
    left_out: int = 0


def align(portal: Actor, at: datetime, on: date, holders: Sequence[Holder], *, asked: bool) -> Aligned:
    """Bring the quotes of `holders`, all of one kind and locked, in line with the facts of `on`.

    What a look is known by is read before the facts: what is written meanwhile is then seen by the next one.
    """
    if not holders:
        return Aligned()
    versions = _versions(holders)
    book = rule_book(on)
    quotes = quotes_of(holders)
    wanted = _wanted(holders, quotes, on, book, asked=asked)
    holdings = _holdings(wanted, on)
    told = lines_said(q.pk for h in wanted for q in quotes[h.pk] if q.status in _COMPARED)
    found, difference, whys = Aligned({h.pk: () for h in holders}), Difference(), Whys()
    for holder in wanted:
        comparison = _Comparison(on, quotes[holder.pk], told)
        for draft in _drafts(holdings[holder.pk], comparison, book, asked=asked):
            comparison.put(draft, at, difference, whys)
        comparison.end(difference)
        found.open_now[holder.pk] = tuple(comparison.open_now)
    found.issued, found.superseded = len(difference.fresh), len(difference.superseded)
    found.expired = len(difference.expired)
    found.left_out = sum(len(quote.left_out) for quote, _ in difference.fresh)
    write(actor=portal, at=at, difference=difference)
    _look(portal, at, on, book, holders, versions, holdings, found.open_now)
    return found


@dataclass(slots=True)
class _Comparison:
    """The quotes of one holder beside those that should be; `told` has the lines of those that may be the same."""

    on: date
    quotes: Sequence[RenewalQuote]
    told: Mapping[UUID, list[LineSaid]]
    open_now: list[RenewalQuote] = field(default_factory=list)
    unmatched: dict[UUID, RenewalQuote] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unmatched = {q.pk: q for q in self.quotes if self.status(q) == Status.ISSUED}

    def status(self, quote: RenewalQuote) -> str:
        """As it is once those that ran out by `on` have expired (rule T10)."""
        past = quote.status == Status.ISSUED and quote.valid_until < self.on
        return Status.EXPIRED if past else quote.status

    def latest(self, kind: str, anniversary: date | None, ordered_on: date | None = None) -> RenewalQuote | None:
        """The newest version of the quote for an Anniversary, or for the day of an Express order."""
        same = [q for q in self.quotes if (q.kind, q.anniversary) == (kind, anniversary)]
        return latest_of([q for q in same if ordered_on is None or q.ordered_on == ordered_on])

    def latest_like(self, draft: Draft) -> RenewalQuote | None:
        """The newest version of the quote that `draft` would be another one of."""
        return self.latest(draft.kind, draft.anniversary, draft.order.on if draft.kind == Kind.EXPRESS else None)

    def declined_transition(self) -> list[LineSaid] | None:
        """The lines of the newest transition quote, where the customer declined it."""
        found = declined_transition(self.quotes)
        return self.told.get(found.pk, []) if found else None

    def put(self, draft: Draft, at: datetime, difference: Difference, whys: Whys) -> None:
        """Keep the quote that says what `draft` does, or add a version that does."""
        latest, said = self.latest_like(draft), said_by(draft)
        status = self.status(latest) if latest else None
        fresh = built_quote(draft, at, draft.agreement.head_version if draft.agreement else 0)
        if latest and status in _COMPARED and content(latest, self.told.get(latest.pk, [])) == content(fresh, said):
            if self.unmatched.pop(latest.pk, None):
                self.open_now.append(latest)
            return
        if latest and status != Status.ACCEPTED:
            fresh.number, fresh.version = latest.number, latest.version + 1
            if self.unmatched.pop(latest.pk, None):
                difference.superseded.append((latest, fresh.version))
        difference.fresh.append((fresh, built_lines(draft, said, whys)))
        self.open_now.append(fresh)

    def end(self, difference: Difference) -> None:
        """What no draft was like has had its day."""
        difference.superseded.extend((stray, None) for stray in self.unmatched.values())
        difference.expired.extend(q for q in self.quotes if q.status == Status.ISSUED != self.status(q))


def _wanted(
    holders: Sequence[Holder], quotes: Mapping[UUID, list[RenewalQuote]], on: date, book: RuleBook, *, asked: bool
) -> list[Holder]:
    """Of Agreements that nobody asked about, those that have quotes, renew soon (rule T9), or got licenses."""
    agreements = [h for h in holders if isinstance(h, Agreement)]
    soon = {a.pk for a in agreements if (coming_anniversary(a, on) - on).days <= book.quote_days}
    rest = [] if asked else [a for a in agreements if a.pk not in soon and not quotes[a.pk]]
    idle = {a.pk for a in rest} - moved_into(rest, on)
    return [h for h in holders if h.pk not in idle]


def _holdings(holders: Sequence[Holder], on: date) -> dict[UUID, Holdings]:
    agreements = [h for h in holders if isinstance(h, Agreement)]
    sites = [h for h in holders if isinstance(h, Site)]
    return (agreement_holdings(agreements, on) if agreements else {}) | (express_holdings(sites, on) if sites else {})


def _drafts(holdings: Holdings, comparison: _Comparison, book: RuleBook, *, asked: bool) -> Iterable[Draft]:
    """Of an Express site that nobody asked about, only the renewals of the next `quote_days`, and those once asked."""
    if holdings.agreement is not None:
        return agreement_drafts(holdings, comparison.declined_transition())
    last = holdings.on + timedelta(days=book.quote_days)
    drafts = express_drafts(holdings)
    return [d for d in drafts if asked or d.order.on <= last or comparison.latest_like(d) is not None]


def _versions(holders: Sequence[Holder]) -> dict[UUID, tuple[int, int]]:
    """What each look is known by: the head version, and the version of the price lists."""
    listed = price_versions()
    heads = ledger_heads([h.customer_id for h in holders if isinstance(h, Site)])
    return {
        h.pk: (
            h.head_version if isinstance(h, Agreement) else heads.get(h.customer_id, 0),
            listed.get((str(h.customer.country), h.customer.currency), 0),
        )
        for h in holders
    }


def _look(
    portal: Actor,
    at: datetime,
    on: date,
    book: RuleBook,
    holders: Sequence[Holder],
    versions: Mapping[UUID, tuple[int, int]],
    holdings: Mapping[UUID, Holdings],
    open_now: Mapping[UUID, Sequence[RenewalQuote]],
) -> None:
    """Leave word that the quotes agree with the facts, for whoever judges them stale."""
    model, rules = type(holders[0]), book.version
    before = last_looks(model, [h.pk for h in holders])
    told = []
    for holder in holders:
        head, prices = versions[holder.pk]
        again_on = _again_on(holder, on, book, holdings.get(holder.pk), open_now.get(holder.pk, ()))
        if before.get(holder.pk) != Look(head, again_on, prices, rules):
            data = {"head_version": head, "on": on.isoformat(), "again_on": again_on.isoformat()}
            told.append((holder.pk, holder.customer_id, {**data, "prices": prices, "rules": rules}))
    tell_each(actor=portal, at=at, kind=LOOKED, subject_type=str(model._meta.model_name), told=told)


def _again_on(
    holder: Holder, on: date, book: RuleBook, holdings: Holdings | None, open_now: Iterable[RenewalQuote]
) -> date:
    """The first day on which another look may find something new without any movement and by the same rules."""
    quoted = timedelta(days=book.quote_days)
    days = [q.valid_until + DAY for q in open_now]
    if isinstance(holder, Agreement):
        anniversary = coming_anniversary(holder, on)
        days += [anniversary - quoted, anniversary + DAY]
    elif holdings is not None:
        days += [line.cover_end + DAY - quoted for line in holdings.held.values()]
    return min((day for day in days if day > on), default=on + YEAR)
