"""The renewal calendar of whoever looks: entries by day, with money and risk; sums by month and currency."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from uuid import UUID

from licenses.queries import ListedPrices, price_book, rule_book, standings
from licenses.rules.pricing import PricedOrder
from portal.kernel.period import DAY
from renewals.models import RenewalQuote
from renewals.queries.ends import (
    Choices,
    Contacts,
    QuoteKey,
    amounts_by_start,
    choices_of,
    contacts_of,
    ends_of,
    quotes_about,
)
from renewals.queries.reach import Reach
from renewals.queries.stored import state_of
from renewals.rules.calendar import Kind, Offer, Risk, Sums, months_from, risks_of, sums_of, window_ends
from renewals.rules.estimating import Alike, Sorted, agreement_estimate, express_estimate, sorted_out
from sites.models import Agreement, Customer, Site
from sites.models.site import Program
from sites.tenancy import Actor

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that renews or ends on `on`; `ends_on` is the last day of cover.

    `amount` is that of the open or accepted quote, or an estimate by the same rules; None where there is neither, or
    where the quote goes to another customer. `price_level` is the estimate's.
    """

    kind: Kind
    on: date
    ends_on: date
    customer: Customer | None
    agreement: Agreement | None
    site: Site | None
    lines: int
    units: int
    quote: RenewalQuote | None
    status: str
    amount: Decimal | None
    currency: str
    estimated: bool
    demonstration: bool
    risks: tuple[Risk, ...]

    @property
    def number(self) -> str:
        """Of the Agreement or the site."""
        return self.agreement.number if self.agreement else self.site.site_number if self.site else ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Where it stands in the calendar; no other entry has it."""
        return self.on.isoformat(), self.kind.value, self.number

    @property
    def cursor(self) -> str:
        """The same as one word."""
        return "~".join(self.key)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which entries are shown: of a month (its first day), with a risk, or none of them."""

    month: date | None = None
    risk: str = ""

    def takes(self, entry: Entry, first: date) -> bool:
        """Whether it is one of them; what ended yesterday stands in the first month, `first`."""
        if self.month and max(entry.on.replace(day=1), first) != self.month:
            return False
        return not self.risk or (bool(entry.risks) if self.risk == "any" else self.risk in entry.risks)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The entries that were asked for, in order of time, and what they come to by month and currency."""

    months: tuple[date, ...]
    entries: tuple[Entry, ...]
    sums: tuple[Sums, ...]
    too_many: bool = False

    def page(self, after: str = "", size: int = PAGE_SIZE) -> tuple[tuple[Entry, ...], str]:
        """The entries after a cursor, and the cursor of the next page ('' for none)."""
        place = tuple(after.split("~"))
        rest = [entry for entry in self.entries if entry.key > place] if len(place) == 3 else list(self.entries)
        shown = tuple(rest[:size])
        return shown, shown[-1].cursor if len(rest) > size else ""


def calendar(actor: Actor, reach: Reach, on: date, chosen: Chosen | None = None) -> Calendar:
    """Twelve months as of `on`, over the sites in reach. A fixed number of queries for any number of lines."""
    months = months_from(on)
    if reach.too_many:
        return Calendar(months, (), (), too_many=True)
    wanted = chosen or Chosen()
    made = sorted(_Gathered(actor, reach, on).entries(), key=lambda entry: entry.key)
    entries = tuple(entry for entry in made if wanted.takes(entry, months[0]))
    shown = (wanted.month,) if wanted.month else months
    told = ((e.on, e.currency, e.amount, e.estimated, e.risks) for e in entries)
    return Calendar(months, entries, tuple(sums_of(shown, told)))


class _Gathered:
    """All that the entries are made of, read once."""

    def __init__(self, actor: Actor, reach: Reach, on: date):
        self.on, self.reach, self.until = on, reach, window_ends(on)
        self.book = rule_book(on)
        keys = {site.agreement_id for site in reach.sites} - {None}
        self.agreements: dict[UUID, Agreement] = {
            a.pk: a for a in Agreement.objects.visible_to(actor).among("pk", keys)
        }
        # An order holds the lines of all sites of its Agreement.
        beside = Site.objects.visible_to(actor).among("agreement_id", self.agreements)
        self.sites: dict[UUID, Site] = {site.pk: site for site in (*reach.sites, *beside)}
        owners = {site.customer_id for site in self.sites.values()}
        owners |= {agreement.customer_id for agreement in self.agreements.values()}
        customers = Customer.objects.visible_to(actor).among("pk", owners - set(reach.customers))
        self.customers: dict[UUID, Customer] = {**reach.customers, **{c.pk: c for c in customers}}
        self.choices: Choices = choices_of(self.customers)
        self.ends = ends_of(list(self.sites.values()), on, self.choices.lines)
        self.quotes = quotes_about(self.agreements, [s.pk for s in reach.sites if s.program == Program.PAE], on)
        transitions = [q for q in self.quotes.values() if q.kind == RenewalQuote.Kind.TRANSITION]
        self.parts_of_transitions = amounts_by_start(transitions)
        self.contacts: Contacts = contacts_of(self.sites, self.customers, on)
        self.standings = standings(self.agreements.values(), on)

    @cached_property
    def prices(self) -> Mapping[tuple[str, str], ListedPrices]:
        """By country and currency."""
        lines = [each.line for group in self.ends.values() for each in group]
        parts = {part for line in lines for part in line.priced_parts}
        pairs = {(str(c.country), c.currency) for c in self.customers.values()}
        return {pair: price_book(*pair, parts) for pair in sorted(pairs)}

    def listed(self, customer: Customer) -> ListedPrices:
        """The prices of a customer."""
        return self.prices[str(customer.country), customer.currency]

    def entries(self) -> Iterator[Entry]:
        """All of them, in no order."""
        by_agreement: dict[UUID, list[Site]] = {}
        for site in self.sites.values():
            if site.agreement_id in self.agreements:
                by_agreement.setdefault(site.agreement_id, []).append(site)
        for agreement in self.agreements.values():
            yield from _of_agreement(self, agreement, by_agreement.get(agreement.pk, []))
        for site in self.reach.sites:
            if site.program == Program.PAE:
                yield from _of_express(self, site)

    def offer(self, quote: RenewalQuote | None) -> Offer | None:
        """The quote as the risks take it."""
        if quote is None:
            return None
        return Offer(state_of(quote, self.on), quote.issued_at.date(), quote.valid_until)


def _of_agreement(found: _Gathered, agreement: Agreement, sites: Sequence[Site]) -> Iterator[Entry]:
    customer = found.customers.get(agreement.customer_id)
    choices = found.choices.by_customer.get(agreement.customer_id, {})
    lines = [each for site in sites for each in found.ends.get(site.pk, [])]
    sorted_lines = sorted_out(lines, agreement.term_start, found.on, choices)
    day = sorted_lines.anniversary
    quote = found.quotes.get((Kind.ANNIVERSARY, agreement.pk, day))
    transition = found.quotes.get((RenewalQuote.Kind.TRANSITION, agreement.pk, day))
    declined = transition is not None and transition.status == RenewalQuote.Status.DECLINED
    listed = found.listed(customer) if customer else None
    estimate = None
    if listed:
        stands = found.standings[agreement.pk]
        estimate = agreement_estimate(
            sorted_lines, found.on, stands, choices, listed.book, found.book, transition_declined=declined
        )
    due = tuple(each for each in sorted_lines.rest if each.line.cover_end < day.replace(year=day.year + 1) - DAY)
    contact_site = min(sites, key=lambda site: (not site.originating, site.site_number), default=None)
    if day < found.until and (due or quote):
        amount, estimated, demo = _money(quote, found.on, [estimate.anniversary] if estimate else [], listed)
        yield _entry(found, Kind.ANNIVERSARY, day, day - DAY, customer, agreement, contact_site, due, quote,
                     amount, estimated, demo)  # fmt: skip
    yield from _early(found, agreement, customer, contact_site, sorted_lines, transition,
                      estimate.transition if estimate else None, listed)  # fmt: skip


def _early(
    found: _Gathered,
    agreement: Agreement,
    customer: Customer | None,
    contact_site: Site | None,
    lines: Sorted,
    transition: RenewalQuote | None,
    order: PricedOrder | None,
    listed: ListedPrices | None,
) -> Iterator[Entry]:
    """What ends before the Anniversary: a transition order takes it there, or nothing renews it (rule T5)."""
    ending = sorted((*lines.bridged, *lines.late), key=lambda each: each.line.cover_end)
    for end, group in groupby(ending, key=lambda each: each.line.cover_end):
        if end >= found.until:
            continue
        of_day = tuple(group)
        quoted = found.parts_of_transitions.get((transition.pk, end + DAY)) if transition else None
        quote = transition if quoted is not None else None
        priced = [line.amount for line in order.lines if line.cover.starts_on == end + DAY] if order else []
        offer = found.offer(quote)
        shown = quoted if offer and offer.status in ("issued", "accepted") else None
        amount = shown if shown is not None else sum(priced, Decimal("0.00")) if priced else None
        demo = quote.demonstration_prices if quote and shown is not None else bool(listed and listed.demonstration)
        yield _entry(found, Kind.EARLY, end, end, customer, agreement, contact_site, of_day, quote,
                     amount, shown is None and amount is not None, demo,
                     renewable=bool(priced or shown is not None))  # fmt: skip


def _of_express(found: _Gathered, site: Site) -> Iterator[Entry]:
    customer = found.customers[site.customer_id]
    choices = found.choices.by_customer.get(customer.pk, {})
    listed = found.listed(customer)
    by_end: dict[date, list[Alike]] = {}
    for each in found.ends.get(site.pk, []):
        by_end.setdefault(each.line.cover_end, []).append(each)
    for kind, holder, ordered_on in found.quotes:
        if holder == site.pk and kind == Kind.EXPRESS:
            by_end.setdefault(ordered_on - DAY, [])
    for end, lines in by_end.items():
        quote = found.quotes.get((Kind.EXPRESS, site.pk, end + DAY))
        if end >= found.until:
            continue
        orders = express_estimate(lines, end, choices, listed.book, found.book)
        amount, estimated, demo = _money(quote, found.on, orders, listed)
        yield _entry(found, Kind.EXPRESS, end, end, customer, None, site, tuple(lines), quote,
                     amount, estimated, demo)  # fmt: skip


def _money(
    quote: RenewalQuote | None, on: date, orders: Iterable[PricedOrder | None], listed: ListedPrices | None
) -> tuple[Decimal | None, bool, bool]:
    """The amount, whether it is estimated, whether its prices are invented: the quote's own while it is open, and once
    it is accepted."""
    if quote is not None and state_of(quote, on) in (RenewalQuote.Status.ISSUED, RenewalQuote.Status.ACCEPTED):
        return quote.total, False, quote.demonstration_prices
    amounts = [order.amount for order in orders if order is not None]
    if not amounts or listed is None:
        return None, False, False
    return sum(amounts, Decimal("0.00")), True, listed.demonstration


def _entry(
    found: _Gathered,
    kind: Kind,
    on: date,
    ends_on: date,
    customer: Customer | None,
    agreement: Agreement | None,
    site: Site | None,
    lines: Sequence[Alike],
    quote: RenewalQuote | None,
    amount: Decimal | None,
    estimated: bool,
    demonstration: bool,
    renewable: bool = True,
) -> Entry:
    offer = found.offer(quote)
    reachable = found.contacts.reachable(site.pk if site else None, max(ends_on, found.on))
    return Entry(
        kind=kind,
        on=on,
        ends_on=ends_on,
        customer=customer,
        agreement=agreement,
        site=site,
        lines=sum(each.count for each in lines),
        units=sum(each.count * each.line.quantity for each in lines),
        quote=quote,
        status=offer.status if offer else "",
        amount=amount,
        currency=quote.currency if quote and not estimated else customer.currency if customer else "",
        estimated=estimated,
        demonstration=demonstration and amount is not None,
        risks=risks_of(ends_on, found.on, offer, reachable=reachable, renewable=renewable),
    )


__all__ = ["Calendar", "Chosen", "Entry", "QuoteKey", "calendar"]
