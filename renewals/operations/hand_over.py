"""A quote goes into other hands and comes back: a partner prepares it, a rep is asked. The customer alone accepts."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from licenses.operations.reasons import read_reason
from portal.kernel.errors import Fault, Invalid
from renewals.models import HandOver, RenewalQuote
from renewals.operations.choose import Reading, Selection, make_version, read_selection
from renewals.operations.loading import locked_quote
from renewals.policies import (
    obstacles,
    require_answering,
    require_preparing,
    require_replying,
    require_theirs,
    require_unobstructed,
    turn_obstacles,
)
from renewals.queries import is_stale, mandated_partners, offered, open_hand_over, proposed_choices
from renewals.rules.choosing import Choice, Wish
from renewals.rules.workflow import TURN
from sites.events import tell
from sites.models import Membership
from sites.notices import notify
from sites.tenancy import Actor, as_portal

Turn = HandOver.Turn


@transaction.atomic
def hand_over(
    *, actor: Actor, at: datetime, on: date, quote_id: UUID | str, partner: str, note: str = "",
    version: int | None = None,
) -> HandOver:  # fmt: skip
    """Have a partner prepare the quote: `partner` is the number of one that holds a mandate on `on`.

    Raises NotFound; Forbidden for all but the customer's own people; Invalid for a partner without mandate; Stale; and
    Refused where the quote isn't open or is in other hands.
    """
    quote, before = _load(actor, quote_id, version, "hand_over", on, require_answering)
    found = next((each for each in mandated_partners(quote.customer_id, on) if each.number == partner.strip()), None)
    if found is None:
        raise Invalid(Fault("partner_without_mandate", "partner", params={"value": partner.strip()[:40]}))
    _close(before, at)
    made = _open(actor, at, quote, turn=Turn.PARTNER, partner=found, note=_text(note))
    _tell(actor, at, quote, made, "quote_handed_over", made.note, to=_people_of(actor, made, on))
    return made


@transaction.atomic
def ask(
    *, actor: Actor, at: datetime, on: date, quote_id: UUID | str, question: str, version: int | None = None
) -> HandOver:
    """Ask the IBM rep of the customer's country something about the quote; it waits in their queue.

    Raises Invalid (`reason_required`) without a question, otherwise like `hand_over`.
    """
    quote, before = _load(actor, quote_id, version, "ask", on, require_answering)
    said = _required(question, "question")
    _close(before, at)
    made = _open(actor, at, quote, turn=Turn.REP, note=said)
    _tell(actor, at, quote, made, "quote_asked", said)
    return made


@transaction.atomic
def reply(*, actor: Actor, at: datetime, on: date, quote_id: UUID | str, answer: str) -> HandOver:
    """The rep answers what was asked; then it is the customer's turn again.

    Raises Forbidden for all but reps of the customer's country; Invalid without an answer; Refused where nothing is
    asked.
    """
    quote, asked = _load(actor, quote_id, None, "reply", on, require_replying)
    said = _required(answer, "answer")
    return _back(actor, at, quote, asked, "reply", "quote_replied", said)


@transaction.atomic
def propose(
    *, actor: Actor, at: datetime, on: date, quote_id: UUID | str, wishes: Sequence[Wish] = (), reason: str = "",
    note: str = "", version: int | None = None,
) -> HandOver:  # fmt: skip
    """A partner says what the customer could renew: the lines that `wishes` name, or the whole; nothing is changed.

    Raises Forbidden for all but partners with a mandate, and while another partner prepares; Invalid for lines that
    aren't there; Refused where the quote isn't open, is behind the facts, or a rep is asked.
    """
    quote, before = _load(actor, quote_id, version, "propose", on, require_preparing)
    require_unobstructed(
        obstacles(quote, action="choose", on=on, stale=is_stale(quote, on), open_transition=None)
    )  # fmt: skip
    reading = read_selection(quote, Selection("accept", tuple(wishes), reason)) if wishes else None
    lines = _not_whole(reading) if reading else []
    if before is not None and before.turn == Turn.PARTNER:
        before.lines = lines
        before.save(update_fields=["lines"])
        return _back(actor, at, quote, before, "propose", "quote_proposed", _text(note))
    _close(before, at)
    mandate = actor.mandate_for(quote.customer_id)
    made = _open(
        actor, at, quote, turn=Turn.PROPOSED, partner_id=mandate.partner_id if mandate else None, lines=lines,
        reply=_text(note), replied_by_id=actor.user_id, replied_at=at,
    )  # fmt: skip
    _tell(actor, at, quote, made, "quote_proposed", made.reply)
    return made


@transaction.atomic
def take_over(
    *, actor: Actor, at: datetime, on: date, quote_id: UUID | str, version: int | None = None
) -> RenewalQuote:
    """The customer takes a proposal: the next version has it, to be looked at and accepted. Of a proposal to renew
    everything as it is, the version itself is returned.

    Raises like `hand_over`, and Refused where the quote is behind the facts.
    """
    quote, proposal = _load(actor, quote_id, version, "take_over", on, require_answering)
    require_unobstructed(
        obstacles(quote, action="choose", on=on, stale=is_stale(quote, on), open_transition=None)
    )  # fmt: skip
    reading = read_proposal(quote, proposal) if proposal else None
    _close(proposal, at)
    if reading is None or not reading.changes:
        return quote
    if reading.renews_nothing:
        raise Invalid(Fault("proposal_renews_nothing"))
    return make_version(actor=actor, at=at, on=on, quote=quote, reading=reading)


@transaction.atomic
def hand_back(
    *, actor: Actor, at: datetime, on: date, quote_id: UUID | str, action: str, version: int | None = None
) -> None:
    """What ends without an answer: `recall` (the customer takes the quote back from a partner or rep), `set_aside` (the
    customer is done with a proposal or an answer), `withdraw` (the partner takes a proposal back, to change it).

    Raises Forbidden for who may not, Refused where there is nothing of the kind.
    """
    allowed = require_preparing if action == "withdraw" else require_answering
    quote, current = _load(actor, quote_id, version, action, on, allowed)
    if current is None:
        return
    target = TURN.require(action, current.turn).target
    if target == Turn.CUSTOMER:
        _close(current, at)
    else:
        current.turn = target
        current.save(update_fields=["turn"])
    _tell(actor, at, quote, current, f"quote_{action}", "")


def settle(quote: RenewalQuote, at: datetime) -> None:
    """The quote is answered: whatever hands it was in, that is over."""
    _close(open_hand_over(quote), at)


def read_proposal(quote: RenewalQuote, proposal: HandOver) -> Reading:
    """What a proposal comes to on this version: lines that it doesn't name are renewed whole."""
    lines = tuple(offered(quote))
    said = proposed_choices(proposal)
    whole = {line.key: Choice(line.quantity) for line in lines}
    asked = {line.key: said[line.key] for line in lines if line.key in said}
    least = {key: Choice(min(choice.quantity, whole[key].quantity), choice.reason) for key, choice in asked.items()}
    return Reading(lines, {**whole, **least})


def _load(
    actor: Actor,
    quote_id: UUID | str,
    version: int | None,
    action: str,
    on: date,
    allowed: Callable[[Actor, RenewalQuote], None],
) -> tuple[RenewalQuote, HandOver | None]:
    quote = locked_quote(actor, quote_id, version, allowed)
    current = open_hand_over(quote)
    if action in ("propose", "withdraw"):
        require_theirs(actor, current)
    require_unobstructed(turn_obstacles(quote, current, action=action, on=on))
    return quote, current


def _open(actor: Actor, at: datetime, quote: RenewalQuote, **said: Any) -> HandOver:
    return HandOver.objects.create(
        customer_id=quote.customer_id, quote=quote, number=quote.number, asked_by_id=actor.user_id, asked_at=at, **said
    )


def _close(current: HandOver | None, at: datetime) -> None:
    if current is not None:
        current.turn, current.closed_at = Turn.CUSTOMER, at
        current.save(update_fields=["turn", "closed_at"])


def _back(
    actor: Actor, at: datetime, quote: RenewalQuote, current: HandOver | None, action: str, kind: str, said: str
) -> HandOver:
    """The answer or proposal is noted, and whoever asked is told."""
    if current is None:
        raise RuntimeError("the workflow lets only an open one be answered")
    current.turn = TURN.require(action, current.turn).target
    current.reply, current.replied_by_id, current.replied_at = said, actor.user_id, at
    current.save(update_fields=["turn", "reply", "replied_by", "replied_at"])
    _tell(actor, at, quote, current, kind, said, to=[current.asked_by_id])
    return current


def _tell(
    actor: Actor, at: datetime, quote: RenewalQuote, current: HandOver, kind: str, said: str, to: Sequence[UUID] = ()
) -> None:
    told: dict[str, Any] = {"number": quote.number, "version": quote.version}
    event = tell(
        actor=actor, at=at, kind=kind, subject=quote, customer_id=quote.customer_id, **told,
        **({"reason": said} if said else {}), **({"partner": current.partner.name} if current.partner else {}),
    )  # fmt: skip
    people = [person for person in to if person != actor.user_id]
    notify(actor=actor, at=at, event=event, kind=kind, to=people, **told)


def _people_of(actor: Actor, made: HandOver, on: date) -> list[UUID]:
    """Whoever of the partner may write; a customer doesn't see a partner's people, the portal does."""
    with as_portal(actor), transaction.atomic():
        rows = Membership.objects.valid_on(on).filter(partner=made.partner_id, can_write=True)
        return list(rows.order_by("user").values_list("user_id", flat=True))


def _not_whole(reading: Reading) -> list[dict[str, Any]]:
    return [
        {"entitlement": line.key, "quantity": choice.quantity, "reason": choice.reason}
        for line in reading.offered
        if (choice := reading.choices[line.key]).quantity < line.quantity
    ]


def _text(said: str) -> str:
    return read_reason(said)[0]


def _required(said: str, field: str) -> str:
    text, missing = read_reason(said)
    if missing:
        raise Invalid(Fault("text_required", field))
    return text
