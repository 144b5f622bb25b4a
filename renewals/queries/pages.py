"""What pages and API show of quotes; a fixed number of queries whatever the rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from licenses.queries import standing
from licenses.rules.levels import after_anniversary, order_levels
from licenses.why import Figure
from portal.kernel.errors import Fault
from portal.kernel.explanation import Explanation
from portal.kernel.period import DAY, Period
from renewals.models import QuoteLine, RenewalQuote
from renewals.policies import obstacles
from renewals.queries.current import is_stale, open_transition_of
from renewals.queries.stored import state_of
from renewals.queries.why import effect_why, line_figures, paid_until, quote_why
from sites.models import Agreement, Site
from sites.models.site import Program
from sites.tenancy import Actor
from sites.words import remedy, sentence

Kind, Status = RenewalQuote.Kind, RenewalQuote.Status
MOST_CHOICES = 200
YEAR_MONTHS = 12


def seen_quotes(actor: Actor) -> QuerySet[RenewalQuote]:
    """The quotes that `actor` sees, with what they belong to."""
    return RenewalQuote.objects.visible_to(actor).select_related("agreement", "site", "customer")


def live_quotes(actor: Actor) -> list[RenewalQuote]:
    """The issued quotes that `actor` sees, newest first."""
    return list(seen_quotes(actor).filter(status=Status.ISSUED).order_by("-issued_at", "id"))


def waiting_quotes(actor: Actor, on: date) -> QuerySet[RenewalQuote]:
    """Issued quotes whose prices still hold, the most urgent first."""
    rows = seen_quotes(actor).filter(status=Status.ISSUED, valid_until__gte=on)
    return rows.order_by("valid_until", "number")


def settled_quotes(actor: Actor, on: date) -> QuerySet[RenewalQuote]:
    """All the others: answered, replaced, run out."""
    return seen_quotes(actor).exclude(status=Status.ISSUED, valid_until__gte=on)


def open_quote_numbers(lines: Sequence[UUID]) -> dict[UUID, str]:
    """The number of the issued quote that each line stands on (check V16)."""
    rows = QuoteLine.objects.filter(quote__status=Status.ISSUED).among("entitlement_id", lines)
    return dict(rows.order_by("quote__issued_at").values_list("entitlement_id", "quote__number"))


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that a quote can be asked for: `value` is `agreement:NUMBER` or `site:NUMBER`."""

    value: str
    label: str


def quote_choices(actor: Actor) -> list[Choice]:
    """The Agreements and Express sites for which `actor` may have a quote made, by number."""
    writes = actor.writer_of | {m.customer_id for m in actor.mandates if m.can_write}
    agreements = Agreement.objects.filter(customer_id__in=writes).select_related("customer").order_by("number")
    sites = Site.objects.filter(customer_id__in=writes, program=Program.PAE).order_by("site_number")
    return [
        *(Choice(f"agreement:{a.number}", f"{a.number} {a.customer.name}") for a in agreements[:MOST_CHOICES]),
        *(Choice(f"site:{s.site_number}", str(s)) for s in sites[:MOST_CHOICES]),
    ]


@dataclass(frozen=True, slots=True)
class LineView:
    """A line with the derivation of each of its figures in words."""

    line: QuoteLine
    why: tuple[Figure, ...]

    @property
    def stub(self) -> bool:
        """Whether it renews for less than a year."""
        return self.line.months < YEAR_MONTHS


@dataclass(frozen=True, slots=True)
class SiteLines:
    """The lines of one site, with their sums and why they are so."""

    number: str
    name: str
    amount_why: Explanation
    points_why: Explanation
    lines: list[LineView] = field(default_factory=list)

    @property
    def points(self) -> Decimal:
        return sum((v.line.points for v in self.lines), Decimal("0.00"))

    @property
    def amount(self) -> Decimal:
        return sum((v.line.amount for v in self.lines), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class Effect:
    """What acceptance on a day does to the Agreement: points of the open Term, RSVP, and the RSVP that the coming
    Anniversary opens with if nothing else is ordered (rules P4, P5); `why` says it in words."""

    term: Period | None
    points_before: Decimal
    points_after: Decimal
    level_before: str
    level_after: str
    opening_before: str
    opening_after: str
    why: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line that isn't in the quote, and why."""

    line: dict[str, Any]
    message: str
    remedy: str
    reinstatement: Decimal | None
    why: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class QuoteView:
    """One version of a quote, as its page shows it."""

    quote: RenewalQuote
    state: str
    sites: list[SiteLines]
    left_out: list[LeftOut]
    versions: list[RenewalQuote]
    siblings: list[RenewalQuote]
    renewal_dates: list[date]
    effect: Effect | None
    accept_obstacles: tuple[Fault, ...]
    decline_obstacles: tuple[Fault, ...]
    choose_obstacles: tuple[Fault, ...]
    open_transition: RenewalQuote | None
    stale: bool
    why: dict[str, Explanation]


def quote_view(quote: RenewalQuote, on: date) -> QuoteView:
    """`quote` as of `on`; needs `agreement`, `site` and `customer`."""
    lines = list(quote.lines.all())
    issued = quote.status == Status.ISSUED
    transition = open_transition_of(quote) if issued else None
    stale = issued and is_stale(quote, on)
    others = list(_beside(quote))
    why = quote_why(quote, lines)
    return QuoteView(
        quote=quote,
        state=state_of(quote, on),
        sites=_by_site(quote, lines, why),
        left_out=[left_out_view(each) for each in quote.left_out],
        versions=sorted((q for q in others if q.number == quote.number), key=lambda q: -q.version),
        siblings=[q for q in others if q.number != quote.number and state_of(q, on) == Status.ISSUED],
        renewal_dates=sorted({paid_until(line) + DAY for line in lines}),
        effect=_effect(quote, on) if issued else None,
        accept_obstacles=obstacles(quote, action="accept", on=on, stale=stale, open_transition=transition),
        decline_obstacles=obstacles(quote, action="decline", on=on, stale=stale, open_transition=None),
        choose_obstacles=obstacles(quote, action="choose", on=on, stale=stale, open_transition=None),
        open_transition=transition,
        stale=stale,
        why=why,
    )


def _beside(quote: RenewalQuote) -> QuerySet[RenewalQuote]:
    """The other versions of `quote`, and the quotes of the same Agreement or site."""
    together = Q(agreement=quote.agreement_id) if quote.agreement_id else Q(site=quote.site_id)
    rows = RenewalQuote.objects.filter(together | Q(number=quote.number), customer=quote.customer_id)
    return rows.exclude(pk=quote.pk).order_by("ordered_on", "number")


def _by_site(quote: RenewalQuote, lines: Sequence[QuoteLine], why: dict[str, Explanation]) -> list[SiteLines]:
    numbers = {line.site_number for line in lines}
    names = dict(Site.objects.filter(site_number__in=numbers).values_list("site_number", "name"))
    found: dict[str, SiteLines] = {}
    for line in lines:
        number = line.site_number
        if number not in found:
            found[number] = SiteLines(
                number,
                names.get(number, ""),
                amount_why=why[f"site {number} amount"],
                points_why=why[f"site {number} points"],
            )
        found[number].lines.append(LineView(line, line_figures(line, quote.currency)))
    return list(found.values())


def left_out_view(told: dict[str, Any]) -> LeftOut:
    """A line that isn't in a quote, with its words."""
    params = told["params"]
    estimate = told.get("reinstatement")
    return LeftOut(
        line=told,
        message=sentence(told["code"], params),
        remedy=remedy(told["code"], params),
        reinstatement=Decimal(estimate) if estimate else None,
        why=told.get("reinstatement_why"),
    )


def _effect(quote: RenewalQuote, on: date) -> Effect | None:
    if quote.agreement is None:
        return None
    now = standing(quote.agreement, on)
    book = now.book
    after = order_levels(now.level, quote.points, now.points, book)
    return Effect(
        term=now.term,
        points_before=now.points,
        points_after=after.points_after,
        level_before=now.level,
        level_after=after.rsvp_after,
        opening_before=after_anniversary(now.level, now.points, book),
        opening_after=after_anniversary(after.rsvp_after, after.points_after, book),
        why=effect_why(quote, now, after, book),
    )
