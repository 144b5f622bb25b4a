"""Who may ask for a renewal quote, and what stands between somebody and an answer to it."""

from datetime import date

from portal.kernel.errors import Fault, Forbidden, Refused
from renewals.models import HandOver, RenewalQuote
from renewals.rules.workflow import QUOTE, TURN
from sites.models import Customer, SiteContact
from sites.tenancy import Actor


def may_ask(actor: Actor, customer: Customer | None) -> bool:
    """Customers, their partners under a mandate, and reps of the territory have quotes made."""
    return customer is not None and actor.may_write(customer)


def require_asking(actor: Actor, customer: Customer | None) -> None:
    """Raises Forbidden (`not_yours`) unless `actor` may ask for a quote of `customer`."""
    if not may_ask(actor, customer):
        raise Forbidden(Fault("not_yours"))


def may_answer(actor: Actor, quote: RenewalQuote) -> bool:
    """The customer's own people answer; a partner prepares, a rep looks on."""
    return "customer" in actor.roles and quote.customer_id in actor.writer_of


def require_answering(actor: Actor, quote: RenewalQuote) -> None:
    """Raises Forbidden (`quote_customer_accepts`) for everybody but the customer's own people."""
    if not may_answer(actor, quote):
        raise Forbidden(Fault("quote_customer_accepts"))


def may_prepare(actor: Actor, quote: RenewalQuote) -> bool:
    """Partners under a mandate that lets them write."""
    return any(m.customer_id == quote.customer_id and m.can_write for m in actor.mandates)


def require_preparing(actor: Actor, quote: RenewalQuote) -> None:
    """Raises Forbidden (`quote_partner_prepares`) for everybody but a partner with a mandate of the customer."""
    if not may_prepare(actor, quote):
        raise Forbidden(Fault("quote_partner_prepares"))


def may_reply(actor: Actor, customer: Customer) -> bool:
    """Reps of the customer's country."""
    return "rep" in actor.roles and str(customer.country) in actor.territories


def require_replying(actor: Actor, quote: RenewalQuote) -> None:
    """Raises Forbidden (`quote_rep_replies`) for everybody but reps of the customer's country."""
    if not may_reply(actor, quote.customer):
        raise Forbidden(Fault("quote_rep_replies"))


def turn_actions(actor: Actor, quote: RenewalQuote, current: HandOver | None) -> tuple[str, ...]:
    """What the actor may do about whose turn it is, by the workflow; nothing once the quote is settled."""
    if quote.status != RenewalQuote.Status.ISSUED:
        return ()
    roles = {
        "customer": may_answer(actor, quote),
        "partner": may_prepare(actor, quote) and is_theirs(actor, current),
        "rep": may_reply(actor, quote.customer),
    }
    return TURN.actions(_turn(current), [role for role, may in roles.items() if may])


def is_theirs(actor: Actor, current: HandOver | None) -> bool:
    """Whether the quote isn't with a partner other than the actor's."""
    return current is None or current.partner_id is None or current.partner_id in actor.partner_ids


def require_theirs(actor: Actor, current: HandOver | None) -> None:
    """Raises Forbidden (`quote_partner_prepares`) while another partner prepares the quote."""
    if not is_theirs(actor, current):
        raise Forbidden(Fault("quote_partner_prepares"))


def turn_obstacles(
    quote: RenewalQuote, current: HandOver | None, *, action: str, on: date
) -> tuple[Fault, ...]:  # fmt: skip
    """What keeps anybody from taking a quote into other hands, or back, by `action` now."""
    if quote.status != RenewalQuote.Status.ISSUED:
        return (Fault("not_from_here", params={"action": action, "status": quote.get_status_display()}),)
    faults = []
    if quote.valid_until < on:
        faults.append(Fault("quote_expired", params={"number": quote.number, "valid_until": quote.valid_until}))
    if TURN.find(action, _turn(current)) is None:
        label = current.get_turn_display() if current else HandOver.Turn.CUSTOMER.label
        faults.append(Fault("quote_turn", params={"action": action, "turn": label}))
    return tuple(faults)


def _turn(current: HandOver | None) -> str:
    return str(current.turn) if current else HandOver.Turn.CUSTOMER.value


def obstacles(
    quote: RenewalQuote, *, action: str, on: date, stale: bool, open_transition: RenewalQuote | None
) -> tuple[Fault, ...]:
    """What keeps anybody from taking `action` (accept, decline or choose) now: shown on the page, and what gates.

    `stale` says that the facts moved on; `open_transition` is the issued transition quote that this one counts on.
    """
    if QUOTE.find(action, quote.status) is None:
        return (Fault("not_from_here", params={"action": action, "status": quote.get_status_display()}),)
    if action == "decline":
        return ()
    faults = []
    if quote.valid_until < on:
        faults.append(Fault("quote_expired", params={"number": quote.number, "valid_until": quote.valid_until}))
    if stale:
        faults.append(Fault("quote_stale", params={"number": quote.number, "version": quote.version}))
    if open_transition is not None:
        faults.append(Fault("quote_transition_first", params={"number": open_transition.number}))
    return tuple(faults)


def require_unobstructed(faults: tuple[Fault, ...]) -> None:
    """Raises Refused with every obstacle at once."""
    if faults:
        raise Refused(*faults)


def may_choose_ladder(actor: Actor, customer: Customer, on: date) -> bool:
    """The customer's Primary or Administrative Contacts and its reps say when its people are told."""
    if actor.covers(customer):
        return True
    roles = (SiteContact.Role.PRIMARY, SiteContact.Role.ADMINISTRATIVE)
    mine = SiteContact.objects.valid_on(on).filter(customer=customer, user_id=actor.user_id, role__in=roles)
    return customer.pk in actor.writer_of and mine.exists()


def may_mark_bounce(actor: Actor, customer: Customer) -> bool:
    """The customer's reps and operators read what comes back."""
    return actor.covers(customer)
