"""The checks V1 to V19 of rule book section 5, as pure functions over facts: all of them at once, in a fixed order."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from licenses.rules.orders import is_lapsed
from licenses.rules.parts import PERPETUAL_KINDS, TERM_KINDS
from licenses.rules.rulebook import RuleBook
from portal.kernel.blocker import Blocker, Severity
from portal.kernel.period import is_month_end

Waivers = Collection[tuple[str, str | None]]

EXPRESS, ADVANTAGE = "PAE", "PA"
ACTIVE, INACTIVE = "active", "inactive"
OUTSIDE_TYPES = {"government": "GV", "academic": "ED"}


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """A site: `program` PAE or PA, `status` active, inactive (rule S6) or another that stops, `country` ISO 3166,
    `customer_type` commercial, government or academic; `on_schedule` False for an additional site that isn't on
    its Agreement's schedule (rule S3); `last_active_on` the latest day of an order or of S&S, None if unknown."""

    number: str
    program: str
    country: str
    status: str = ACTIVE
    has_primary_contact: bool = True
    customer_type: str = "commercial"
    on_schedule: bool = True
    last_active_on: date | None = None


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line of a request: whole units of one entitlement.

    `owned` are the units at the source, `held` those that other open requests hold; `rest` are the units of the
    same product that would stay at the source; `reinstatement` is the estimate in `currency` where it is known.
    """

    key: str
    part_number: str
    kind: str
    quantity: int
    owned: int
    acquired_on: date
    cover_end: date
    held: int = 0
    rest: int = 0
    eligible: bool = True
    renewal_part: str | None = None
    replaced_by_trade_up: bool = False
    open_quote: str | None = None
    reinstatement: Decimal | None = None
    currency: str = ""

    @property
    def available(self) -> int:
        """Units that this request may take."""
        return max(self.owned - self.held, 0)


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A request as of `effective_on`, or of `today` where that is later.

    `target` is None while its enrollment, named in `enrollment_pending`, isn't accepted; `same_enterprise` is
    true by record or by signed declaration.
    """

    today: date
    source: SiteFacts
    target: SiteFacts | None
    lines: tuple[LineFacts, ...]
    effective_on: date | None = None
    same_enterprise: bool = True
    enrollment_pending: str | None = None

    @property
    def as_of(self) -> date:
        """The first day on which the move can take effect."""
        return max(self.effective_on or self.today, self.today)


def check(request: RequestFacts, book: RuleBook) -> tuple[Blocker, ...]:
    """Every finding: those on the whole request first, then line by line as given; codes rise within each."""
    found = [*on_the_whole(request)]
    for line in request.lines:
        found += on_a_line(line, request.as_of, book)
    return tuple(found)


def on_a_line(line: LineFacts, as_of: date, book: RuleBook) -> list[Blocker]:
    """The findings on one line as of a day, codes rising."""
    return [found for rule in _LINE_CHECKS if (found := rule(line, as_of, book))]


def open_blockers(blockers: Iterable[Blocker], waived: Waivers = frozenset()) -> tuple[Blocker, ...]:
    """Those that no waiver (code, line) answers; a waiver for line None answers its code on every line."""
    return tuple(b for b in blockers if not (b.waivable and {(b.code, b.line), (b.code, None)} & set(waived)))


def may_wait_for(code: str, params: Mapping[str, Any]) -> bool:
    """Whether a finding heals without the request changing, so that its requester may wait instead.

    V12 heals on its day, V13 when a contact is named, V17 when the site enrolls again, V3 when the other request
    ends: unless more was asked for than is owned at all.
    """
    if code == "V3":
        return 0 < int(params["quantity"]) <= int(params["owned"])
    return code in ("V12", "V13", "V17")


def waits(
    blockers: Iterable[Blocker], waived: Waivers = frozenset(), wait_for: Collection[str] = ()
) -> tuple[Blocker, ...]:
    """What the request waits for: what only waits, and what heals and its requester chose to wait for."""
    return tuple(
        b
        for b in open_blockers(blockers, waived)
        if b.severity is Severity.WAITS or (b.code in wait_for and may_wait_for(b.code, b.params))
    )


def stops(
    blockers: Iterable[Blocker], waived: Waivers = frozenset(), wait_for: Collection[str] = ()
) -> tuple[Blocker, ...]:
    """Errors, and warnings that aren't waived, but for those that are waited for. Reviews and waits don't stop."""
    found = tuple(blockers)
    awaited = waits(found, waived, wait_for)
    hard = {Severity.ERROR, Severity.WARNING}
    return tuple(b for b in open_blockers(found, waived) if b.severity in hard and b not in awaited)


def bars(blockers: Iterable[Blocker]) -> tuple[Blocker, ...]:
    """What keeps an approved move from being completed: errors alone, for warnings and reviews were decided on."""
    return tuple(b for b in blockers if b.severity is Severity.ERROR)


def sleeps_for(awaited: Sequence[Blocker]) -> tuple[str, date | None]:
    """The code of the check that a request sleeps for, and the day on which all that it awaits has healed.

    The day is None where it can't be computed of one of them; such a one is named first, since it has to be looked for,
    while a known day comes by itself. ("", None) of none.
    """
    if not awaited:
        return "", None
    if undated := [b for b in awaited if b.heals_on is None]:
        return undated[0].code, None
    return awaited[0].code, max(b.heals_on for b in awaited if b.heals_on)


def _blocker(code: str, severity: Severity, mends: str, line: str | None = None, **more: Any) -> Blocker:
    """A finding; warnings are the ones that a requester may waive."""
    heals_on, field = more.pop("heals_on", None), more.pop("field", None)
    waivable = severity is Severity.WARNING
    return Blocker(code, severity, mends, line, waivable=waivable, heals_on=heals_on, field=field, params=more)


def on_the_whole(request: RequestFacts) -> Iterator[Blocker]:
    """The findings on a request whatever its lines are."""
    source, target = request.source, request.target
    yield from _v1_programs(source, target)
    if not request.same_enterprise:
        yield _blocker(
            "V2", Severity.ERROR, "customer", field="target_site", source=source.number, target=_number(target)
        )
    if target and source.country != target.country:
        countries = {"source_country": source.country, "target_country": target.country}
        yield _blocker("V10", Severity.REVIEW, "rep", field="target_site", **countries)
    for site, field in ((source, "source_site"), (target, "target_site")):
        if site and not site.has_primary_contact:
            yield _blocker("V13", Severity.ERROR, "customer", field=field, site=site.number)
    if target:
        yield from _target_checks(target)
    if request.enrollment_pending or target is None:
        yield _blocker("V18", Severity.WAITS, "time", field="enrollment", enrollment=request.enrollment_pending or "")
    if target and not target.on_schedule:
        yield _blocker("V19", Severity.WAITS, "primary_contact", field="target_site", site=target.number)


def _number(site: SiteFacts | None) -> str:
    return site.number if site else ""


def _v1_programs(source: SiteFacts, target: SiteFacts | None) -> Iterator[Blocker]:
    """V1: from Express, or from Passport Advantage for a merge; to another, active Passport Advantage site."""
    if source.program not in (EXPRESS, ADVANTAGE):
        yield _blocker(
            "V1", Severity.ERROR, "customer", field="source_site", site=source.number, reason="source_program"
        )
    if target is None:
        return
    if target.number == source.number:
        reason = "same_site"
    elif target.program != ADVANTAGE:
        reason = "target_program"
    elif target.status not in (ACTIVE, INACTIVE):
        reason = "target_status"
    else:
        return
    yield _blocker("V1", Severity.ERROR, "customer", field="target_site", site=target.number, reason=reason)


def _target_checks(target: SiteFacts) -> Iterator[Blocker]:
    outside = OUTSIDE_TYPES.get(target.customer_type)
    if outside:
        yield _blocker("V15", Severity.INFO, "nobody", field="target_site", site=target.number, level=outside)
    if target.status == INACTIVE:
        known: dict[str, Any] = {"site": target.number, "last_active_on": target.last_active_on}
        yield _blocker("V17", Severity.ERROR, "customer", field="target_site", **known)


def _v3_quantity(line: LineFacts, _as_of: date, _book: RuleBook) -> Blocker | None:
    if 0 < line.quantity <= line.available:
        return None
    units = {"quantity": line.quantity, "owned": line.owned, "held": line.held, "available": line.available}
    return _blocker("V3", Severity.ERROR, "customer", line.key, field="quantity", **units)


def _v4_license(line: LineFacts, _as_of: date, _book: RuleBook) -> Blocker | None:
    if line.kind in PERPETUAL_KINDS or line.kind in TERM_KINDS:
        return None
    part = {"part_number": line.part_number, "kind": str(line.kind)}
    return _blocker("V4", Severity.ERROR, "customer", line.key, field="part_number", **part)


def _v5_trade_up(line: LineFacts, _as_of: date, _book: RuleBook) -> Blocker | None:
    if not line.replaced_by_trade_up:
        return None
    return _blocker("V5", Severity.ERROR, "nobody", line.key, part_number=line.part_number)


def _v6_term(line: LineFacts, _as_of: date, _book: RuleBook) -> Blocker | None:
    if line.kind not in TERM_KINDS:
        return None
    return _blocker("V6", Severity.REVIEW, "rep", line.key, part_number=line.part_number, kind=str(line.kind))


def _v7_lapsed(line: LineFacts, as_of: date, _book: RuleBook) -> Blocker | None:
    if not is_lapsed(line.cover_end, as_of):
        return None
    told = {"cover_end": line.cover_end, "effective_on": as_of}
    estimate = {"estimate": line.reinstatement, "currency": line.currency}
    return _blocker("V7", Severity.WARNING, "customer", line.key, **told, **estimate)


def _v8_ends_soon(line: LineFacts, as_of: date, book: RuleBook) -> Blocker | None:
    days = (line.cover_end - as_of).days
    if is_lapsed(line.cover_end, as_of) or days > book.renewal_soon_days:
        return None
    return _blocker("V8", Severity.WARNING, "customer", line.key, cover_end=line.cover_end, days=max(days, 0))


def part_of_product(line: LineFacts, _as_of: date, _book: RuleBook) -> Blocker | None:
    """V9: units of the product stay behind."""
    if line.rest <= 0:
        return None
    units = {"part_number": line.part_number, "quantity": line.quantity, "rest": line.rest}
    return _blocker("V9", Severity.WARNING, "customer", line.key, field="quantity", **units)


def _v11_month_end(line: LineFacts, _as_of: date, _book: RuleBook) -> Blocker | None:
    if is_month_end(line.cover_end):
        return None
    return _blocker("V11", Severity.REVIEW, "rep", line.key, cover_end=line.cover_end)


def _v12_moneyback(line: LineFacts, as_of: date, book: RuleBook) -> Blocker | None:
    heals_on = line.acquired_on + timedelta(days=book.moneyback_days)
    if as_of >= heals_on:
        return None
    days = {"acquired_on": line.acquired_on, "days": book.moneyback_days}
    return _blocker("V12", Severity.WARNING, "time", line.key, heals_on=heals_on, **days)


def _v14_catalog(line: LineFacts, _as_of: date, _book: RuleBook) -> Blocker | None:
    """A part for a time has no S&S of its own, so only a perpetual license lacks a renewal part."""
    unrenewable = line.kind in PERPETUAL_KINDS and not line.renewal_part
    if line.eligible and not unrenewable:
        return None
    reason = "not_eligible" if not line.eligible else "no_renewal_part"
    return _blocker("V14", Severity.ERROR, "rep", line.key, part_number=line.part_number, reason=reason)


def _v16_open_quote(line: LineFacts, _as_of: date, _book: RuleBook) -> Blocker | None:
    if not line.open_quote:
        return None
    return _blocker("V16", Severity.REVIEW, "rep", line.key, quote=line.open_quote)


_LINE_CHECKS: tuple[Callable[[LineFacts, date, RuleBook], Blocker | None], ...] = (
    _v3_quantity,
    _v4_license,
    _v5_trade_up,
    _v6_term,
    _v7_lapsed,
    _v8_ends_soon,
    part_of_product,
    _v11_month_end,
    _v12_moneyback,
    _v14_catalog,
    _v16_open_quote,
)
