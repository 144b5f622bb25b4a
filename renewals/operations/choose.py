"""The customer renews some lines and not others: the next version has the price that this content has (rule T10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from licenses.models import Entitlement
from licenses.operations import split_units
from portal.kernel.errors import Fault, Invalid, Refused
from renewals.models import LineChoice, QuoteLine, RenewalQuote
from renewals.operations.issue import issue_express_quotes, issue_quotes
from renewals.queries import (
    Draft,
    agreement_drafts,
    agreement_holdings,
    choices_in_force,
    declined_transition,
    due_on,
    express_drafts,
    express_holdings,
    lines_said,
    of_lines,
    offered,
    order_of,
)
from renewals.rules.choosing import Choice, Choices, Offered, Wish, accepting, changed, declining, restoring
from sites.events import tell
from sites.tenancy import Actor, as_portal

MOST_REASON = 2000


@dataclass(frozen=True, slots=True)
class Selection:
    """What somebody wants of a quote: by `verb` the lines named are accepted (no others), declined, or restored."""

    verb: str
    wishes: tuple[Wish, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A selection as it reads on a quote: what is `offered` there, and how much of each line is renewed then."""

    offered: tuple[Offered, ...]
    choices: Choices

    @property
    def changes(self) -> bool:
        """Whether it is another content than the version's own."""
        return changed(self.offered, self.choices)

    @property
    def renews_nothing(self) -> bool:
        """Whether no unit of any line is left."""
        return all(choice.quantity == 0 for choice in self.choices.values())

    @property
    def reasons(self) -> str:
        """Why lines are declined, each reason once."""
        return "\n".join(dict.fromkeys(each.reason for each in self.choices.values() if each.reason))


def read_selection(quote: RenewalQuote, selection: Selection, *, reasons: bool = True) -> Reading:
    """Raises Invalid with every fault at once; who only looks ahead needs no `reasons`."""
    lines = offered(quote)
    wishes = tuple(Wish(w.key, w.quantity, _said(w.reason)) for w in selection.wishes)
    choices: Choices
    faults: Sequence[Fault]
    if selection.verb == "restore":
        choices, faults = restoring(lines, wishes)
    else:
        read = accepting if selection.verb == "accept" else declining
        choices, faults = read(lines, wishes, _said(selection.reason))
    faults = [fault for fault in faults if reasons or fault.code != "quote_reason"]
    if faults:
        raise Invalid(*faults)
    return Reading(tuple(lines), choices)


def _said(text: str) -> str:
    return text.replace("\0", "").strip()[:MOST_REASON]


def foreseen(*, actor: Actor, on: date, quote: RenewalQuote, reading: Reading) -> Draft | None:
    """The version that `reading` would make, None where nothing is left of it. Writes nothing.

    Needs `agreement`, or `site`, and `customer`. It is derived by what makes the version itself.
    """
    with as_portal(actor), transaction.atomic():
        order = order_of(quote)
        kept = {k: c for k, c in reading.choices.items() if c.quantity < _whole(reading)[k]}
        in_force = choices_in_force(quote.customer)
        others = {key: choice for key, choice in in_force.get(order, {}).items() if key not in reading.choices}
        tried = {**in_force, order: {**others, **kept}}
        if quote.agreement is not None:
            earlier = declined_transition(list(RenewalQuote.objects.filter(agreement=quote.agreement)))
            holdings = agreement_holdings([quote.agreement], on, tried)[quote.agreement.pk]
            drafts = agreement_drafts(holdings, lines_said([earlier.pk]).get(earlier.pk) if earlier else None)
            return next((d for d in drafts if (d.kind, d.anniversary) == order), None)
        if quote.site is None:
            return None
        drafts = express_drafts(express_holdings([quote.site], on, tried)[quote.site.pk])
        return next((d for d in drafts if d.order.on == order[1]), None)


def make_version(*, actor: Actor, at: datetime, on: date, quote: RenewalQuote, reading: Reading) -> RenewalQuote:
    """Keep the choices and have the next version made. The quote is locked, and may be chosen from.

    Raises Refused (`choice_changes_nothing`) where the version has this content already, (`nothing_to_quote`) where
    nothing of it can be quoted.
    """
    if not reading.changes:
        raise Refused(Fault("choice_changes_nothing", params={"number": quote.number, "version": quote.version}))
    _keep(actor, at, quote, reading)
    tell(
        actor=actor,
        at=at,
        kind="quote_lines_chosen",
        subject=quote,
        customer_id=quote.customer_id,
        number=quote.number,
        version=quote.version,
        reason=reading.reasons,
    )
    if quote.agreement is not None:
        made = issue_quotes(actor=actor, at=at, on=on, agreement=quote.agreement)
    else:
        made = issue_express_quotes(actor=actor, at=at, on=on, site=quote.site) if quote.site else ()
    found = next((each for each in made if each.number == quote.number), None)
    if found is None:
        raise Refused(Fault("nothing_to_quote", params={"number": quote.number}))
    return found


def _whole(reading: Reading) -> dict[str, int]:
    return {line.key: line.quantity for line in reading.offered}


def _keep(actor: Actor, at: datetime, quote: RenewalQuote, reading: Reading) -> None:
    """End the choices that are other ones now, and add those that aren't all of a line."""
    whole = _whole(reading)
    before = {str(row.entitlement_id): row for row in of_lines(quote, [UUID(key) for key in whole])}
    fresh = {key: choice for key, choice in reading.choices.items() if choice.quantity < whole[key]}
    same = {key for key, row in before.items() if fresh.get(key) == Choice(row.quantity, row.reason)}
    ended = [row.pk for key, row in before.items() if key not in same]
    LineChoice.objects.filter(pk__in=ended).update(ended_at=at)
    _add(actor.user_id, at, quote, {UUID(key): choice for key, choice in fresh.items() if key not in same})


def _add(by: UUID, at: datetime, quote: RenewalQuote, choices: dict[UUID, Choice]) -> None:
    LineChoice.objects.bulk_create(
        (
            LineChoice(
                customer_id=quote.customer_id,
                quote=quote,
                kind=quote.kind,
                due_on=due_on(quote),
                entitlement_id=key,
                quantity=choice.quantity,
                reason=choice.reason,
                chosen_by_id=by,
                chosen_at=at,
            )
            for key, choice in choices.items()
        ),
        batch_size=1000,
    )


def part_company(
    *,
    portal: Actor,
    at: datetime,
    on: date,
    quote: RenewalQuote,
    lines: Sequence[tuple[QuoteLine, Entitlement]],
    reference: str,
    by: UUID,
) -> None:
    """Units that `quote` doesn't renew go to lines of their own, which stay declined, as `by` chose.

    Needs lines `with_quantity`. Raises Refused (`quote_line_promised`) with each line of which open requests hold more
    than is renewed.
    """
    rests = {held.pk: held.quantity - line.quantity for line, held in lines if line.quantity < held.quantity}
    if not rests:
        return
    promised = [
        Fault(
            "quote_line_promised",
            line=str(held.pk),
            params={"part_number": line.part_number, "quantity": line.quantity, "held": held.held},
        )
        for line, held in lines
        if line.quantity < held.held
    ]
    if promised:
        raise Refused(*promised)
    before = of_lines(quote, rests)
    said = {row.entitlement_id: row.reason for row in before}
    arrivals = split_units(actor=portal, at=at, on=on, reference=reference, lines=rests)
    LineChoice.objects.filter(pk__in=[row.pk for row in before]).update(ended_at=at)
    _add(by, at, quote, {arrivals[key]: Choice(0, said.get(key, "")) for key in rests})
