"""Derive what the quotes should be, compare with what they are, add the difference."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction

from licenses.models import QuantityMovement
from licenses.queries import price_version, rule_book
from licenses.queries.books import rule_books
from licenses.rules.explaining import explain_cover, explain_price
from licenses.rules.rulebook import BASE_LEVEL
from licenses.rules.terms import next_anniversary, term_containing
from portal.kernel.explanation import Explanation
from portal.kernel.period import DAY
from renewals.models import QuoteLine, RenewalQuote
from renewals.operations.telling import tell_of_quote
from renewals.queries import (
    LOOKED,
    Draft,
    DraftLine,
    Look,
    agreement_drafts,
    agreements_due,
    content,
    declined_transition,
    express_drafts,
    express_sites_due,
    last_look,
    last_prices,
    latest_of,
)
from renewals.rules.workflow import QUOTE
from sites.events import tell
from sites.jobs import enqueue
from sites.models import Agreement, Customer, Site
from sites.numbers import next_number
from sites.tenancy import Actor, as_portal

JOB = "quotes.issue"
Kind, Status = RenewalQuote.Kind, RenewalQuote.Status
_RULES = {Kind.TRANSITION: "T5", Kind.ANNIVERSARY: "T4", Kind.EXPRESS: "T3"}


def issue_quotes(*, actor: Actor, at: datetime, on: date, agreement: Agreement) -> tuple[RenewalQuote, ...]:
    """Bring the quotes of `agreement` in line with the facts of `on`: the transition quote first, where one is due.

    Returns what is open now; nothing is written where nothing changed. Whoever asks must have been let in before.
    """
    with as_portal(actor) as portal, transaction.atomic():
        locked = _locked(agreement)
        quotes = list(RenewalQuote.objects.filter(agreement=locked))
        _expire(portal, at, on, quotes)
        prices = _prices_of(locked.customer)
        drafts = agreement_drafts(locked, on, declined_transition(quotes))
        open_now = _put_all(portal, at, drafts, quotes, locked.head_version)
        _look(portal, at, on, locked, _again_on(locked, on, open_now), prices)
        return open_now


def issue_express_quotes(*, actor: Actor, at: datetime, on: date, site: Site) -> tuple[RenewalQuote, ...]:
    """The same for an Express site: one quote for each day on which cover of its lines is renewed (rule T3)."""
    with as_portal(actor) as portal, transaction.atomic():
        locked = Site.objects.select_for_update(of=("self",)).select_related("customer").get(pk=site.pk)
        quotes = list(RenewalQuote.objects.filter(site=locked, kind=Kind.EXPRESS))
        _expire(portal, at, on, quotes)
        prices = _prices_of(locked.customer)
        open_now = _put_all(portal, at, express_drafts(locked, on), quotes, 0)
        if last_prices(locked.pk) != prices:
            customer_id = locked.customer_id
            tell(actor=portal, at=at, kind=LOOKED, subject=locked, customer_id=customer_id, prices=prices)
        return open_now


def ensure_current(*, actor: Actor, at: datetime, on: date, agreement: Agreement) -> tuple[RenewalQuote, ...]:
    """The open quotes of `agreement`, made anew only where the facts moved on since they were looked at."""
    look = last_look(agreement.pk)
    agreement.refresh_from_db(fields=["head_version"])
    prices = _prices_of(agreement.customer)
    basis = (agreement.head_version, prices, rule_book(on).version)
    known = look is not None and (look.head_version, look.prices, look.rules) == basis
    if look is not None and known and on < look.again_on:
        found = RenewalQuote.objects.filter(agreement=agreement, status=Status.ISSUED)
        if found.exists():
            return tuple(sorted(found, key=_in_turn))
    return issue_quotes(actor=actor, at=at, on=on, agreement=agreement)


def refresh_agreement(*, actor: Actor, at: datetime, on: date, agreement: Agreement) -> tuple[RenewalQuote, ...]:
    """What the timetable does: quotes for whoever has some, moved licenses in, or renews within `quote_days` (T9)."""
    with as_portal(actor) as portal, transaction.atomic():
        locked = _locked(agreement)
        if _wants_quotes(locked, on):
            return issue_quotes(actor=portal, at=at, on=on, agreement=locked)
        window = _anniversary(locked, on) - timedelta(days=rule_book(on).quote_days)
        _look(portal, at, on, locked, window, _prices_of(locked.customer))
        return ()


def expire_quotes(*, actor: Actor, at: datetime, on: date) -> int:
    """Issued quotes whose prices no longer hold on `on` become expired (rule T10). Returns how many."""
    with as_portal(actor) as portal, transaction.atomic():
        rows = RenewalQuote.objects.filter(status=Status.ISSUED, valid_until__lt=on)
        return _expire(portal, at, on, list(rows.select_for_update().order_by("pk")))


def request_refresh(*, actor: Actor, at: datetime, on: date) -> int:
    """A job for each Agreement and Express site whose quotes have to be looked at. Returns how many."""
    with as_portal(actor) as portal, transaction.atomic():
        due = [*agreements_due(on), *express_sites_due(on)]
        for subject in due:
            enqueue(kind=JOB, subject_id=subject, actor=portal, at=at)
        return len(due)


def _locked(agreement: Agreement) -> Agreement:
    """The Agreement, locked: postings raise its head version, so what is read here holds until the end."""
    rows = Agreement.objects.select_for_update(of=("self",)).select_related("customer")
    return rows.get(pk=agreement.pk)


def _anniversary(agreement: Agreement, on: date) -> date:
    start = agreement.term_start
    return next_anniversary(start if start and start <= on else on, on)


def _wants_quotes(agreement: Agreement, on: date) -> bool:
    anniversary = _anniversary(agreement, on)
    if (anniversary - on).days <= rule_book(on).quote_days:
        return True
    if RenewalQuote.objects.filter(agreement=agreement).exists():
        return True
    # An initial Term may be longer than a year (rule T1), so its own first day counts.
    term = term_containing(agreement.term_start, on) if agreement.term_start else None
    moved_in = QuantityMovement.objects.filter(
        target__site__agreement=agreement,
        reason=QuantityMovement.Reason.TRANSFER,
        effective_on__gte=term.starts_on if term else on,
    )
    return moved_in.exists()


def _again_on(agreement: Agreement, on: date, open_now: Iterable[RenewalQuote]) -> date:
    """The first day on which another look may find something new without any movement."""
    books = rule_books()
    days = [q.valid_until + DAY for q in open_now]
    if (change := books.next_after(on)) is not None:
        days.append(change)
    anniversary = _anniversary(agreement, on)
    window = anniversary - timedelta(days=books.on(on).quote_days)
    return min(day for day in (*days, window, anniversary + DAY) if day > on)


def _prices_of(customer: Customer) -> int:
    """The version of the customer's price lists; read before the prices are, so that a later writing is seen."""
    return price_version(str(customer.country), customer.currency)


def _look(portal: Actor, at: datetime, on: date, agreement: Agreement, again_on: date, prices: int) -> None:
    """Leave word that the quotes agree with the facts, for whoever judges them stale."""
    rules = rule_book(on).version
    if last_look(agreement.pk) != Look(agreement.head_version, again_on, prices, rules):
        tell(
            actor=portal,
            at=at,
            kind=LOOKED,
            subject=agreement,
            customer_id=agreement.customer_id,
            head_version=agreement.head_version,
            on=on.isoformat(),
            again_on=again_on.isoformat(),
            prices=prices,
            rules=rules,
        )


def _put_all(
    portal: Actor, at: datetime, drafts: Iterable[Draft], quotes: Sequence[RenewalQuote], head_version: int
) -> tuple[RenewalQuote, ...]:
    open_now: list[RenewalQuote] = []
    replaced = {q.pk: q for q in quotes if q.status == Status.ISSUED}
    for draft in drafts:
        same = [q for q in quotes if (q.kind, q.anniversary) == (draft.kind, draft.anniversary)]
        if draft.kind == Kind.EXPRESS:
            same = [q for q in same if q.ordered_on == draft.order.on]
        latest = latest_of(same)
        fresh, lines = _built(draft, at, head_version)
        if latest is not None and latest.status in (Status.ISSUED, Status.DECLINED) and _equal(latest, fresh, lines):
            if replaced.pop(latest.pk, None):
                open_now.append(latest)
            continue
        if latest is None or latest.status == Status.ACCEPTED:
            fresh.number = f"RQ-{next_number('quote'):06d}"
        else:
            fresh.number, fresh.version = latest.number, latest.version + 1
            if replaced.pop(latest.pk, None):
                _supersede(portal, at, latest, fresh.version)
        _save(portal, at, fresh, lines)
        open_now.append(fresh)
    for stray in replaced.values():
        _supersede(portal, at, stray, None)
    return tuple(open_now)


def _equal(latest: RenewalQuote, fresh: RenewalQuote, lines: Sequence[QuoteLine]) -> bool:
    return content(latest, latest.lines.all()) == content(fresh, lines)


def _built(draft: Draft, at: datetime, head_version: int) -> tuple[RenewalQuote, list[QuoteLine]]:
    order = draft.order
    quote = RenewalQuote(
        kind=draft.kind,
        customer=draft.customer,
        agreement=draft.agreement,
        site=draft.site,
        anniversary=draft.anniversary,
        ordered_on=order.on,
        rsvp_level=order.rsvp_before or BASE_LEVEL,
        quote_level=order.own_level,
        points=order.points,
        total=order.amount,
        currency=order.currency,
        demonstration_prices=draft.prices.demonstration,
        valid_until=draft.valid_until,
        language=draft.customer.language,
        left_out=list(draft.left_out),
        rule_version=order.version,
        price_list=draft.prices.name,
        built_from=head_version,
        issued_at=at,
    )
    opened = (_alone(draft.opened),) if draft.opened else ()
    level = replace(order.explain(with_lines=False), parts=opened).as_json()
    return quote, [_line(quote, draft, item, line, level) for item, line in enumerate(draft.lines, 1)]


def _line(quote: RenewalQuote, draft: Draft, item: int, line: DraftLine, level: object) -> QuoteLine:
    priced = line.priced
    why = [e.as_json() for e in priced.explain()]
    return QuoteLine(
        customer=quote.customer,
        quote=quote,
        entitlement=line.entitlement,
        item=item,
        site_number=line.entitlement.site.site_number,
        part_number=priced.part_number,
        renewal_part=priced.renewal_part,
        description=line.entitlement.part.description,
        quantity=priced.quantity,
        order_reference=line.entitlement.order_reference,
        points=priced.points,
        cover_start=priced.cover.starts_on,
        cover_end=priced.cover.ends_on,
        months=priced.months,
        list_unit_price=priced.list_unit_price,
        unit_price=priced.unit_price,
        amount=priced.amount,
        why={
            "amount": why[0],
            "points": why[1] if len(why) > 1 else None,
            "cover": _cover(draft, line).as_json(),
            "price": explain_price(priced, draft.order.on, draft.prices.name, draft.prices.book).as_json(),
            "level": level,
        },
    )


def _alone(opened: Explanation) -> Explanation:
    """What the order's RSVP follows from, one step back: the rest is told where the Agreement stands."""
    return replace(opened, parts=tuple(replace(part, parts=()) for part in opened.parts[-1:]))


def _cover(draft: Draft, line: DraftLine) -> Explanation:
    """Why the line renews for these days: `paid_until` is what is paid today, a transition lies between where told."""
    cover = line.priced.cover
    bridged = cover.starts_on != line.cover_end + DAY
    return explain_cover(
        _RULES[Kind(draft.kind)],
        cover,
        line.cover_end,
        line.priced.version,
        anniversary=draft.anniversary,
        transition_until=cover.starts_on - DAY if bridged else None,
    )


def _save(portal: Actor, at: datetime, quote: RenewalQuote, lines: Sequence[QuoteLine]) -> None:
    quote.save(force_insert=True)
    QuoteLine.objects.bulk_create(lines, batch_size=1000)
    event = tell(
        actor=portal,
        at=at,
        kind="quote_issued",
        subject=quote,
        customer_id=quote.customer_id,
        number=quote.number,
        version=quote.version,
        total=str(quote.total),
        currency=quote.currency,
        lines=len(lines),
    )
    tell_of_quote(actor=portal, at=at, quote=quote, event=event)


def _supersede(portal: Actor, at: datetime, quote: RenewalQuote, by_version: int | None) -> None:
    quote.status = QUOTE.require("supersede", quote.status).target
    quote.save(update_fields=["status"])
    tell(
        actor=portal,
        at=at,
        kind="quote_superseded",
        subject=quote,
        customer_id=quote.customer_id,
        number=quote.number,
        version=quote.version,
        by_version=by_version,
    )


def _expire(portal: Actor, at: datetime, on: date, quotes: Iterable[RenewalQuote]) -> int:
    past = [q for q in quotes if q.status == Status.ISSUED and q.valid_until < on]
    for quote in past:
        quote.status = QUOTE.require("expire", quote.status).target
        quote.save(update_fields=["status"])
        tell(
            actor=portal,
            at=at,
            kind="quote_expired",
            subject=quote,
            customer_id=quote.customer_id,
            number=quote.number,
            version=quote.version,
            valid_until=quote.valid_until.isoformat(),
        )
    return len(past)


def _in_turn(quote: RenewalQuote) -> tuple[bool, date, str]:
    """The transition quote first, then by the day of its order."""
    return quote.kind != Kind.TRANSITION, quote.ordered_on, quote.number
