"""Who may ask for a renewal quote, and what stands between somebody and an answer to it."""

from datetime import date

from portal.kernel.errors import Fault, Forbidden, Refused
from renewals.models import RenewalQuote
from renewals.rules.workflow import QUOTE
from sites.models import Customer
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


def obstacles(
    quote: RenewalQuote, *, action: str, on: date, stale: bool, open_transition: RenewalQuote | None
) -> tuple[Fault, ...]:
    """What keeps anybody from taking `action` (accept or decline) now: shown on the page, and what gates.

    `stale` says that the facts moved on; `open_transition` is the issued transition quote that this one counts on.
    """
    if QUOTE.find(action, quote.status) is None:
        return (Fault("not_from_here", params={"action": action, "status": quote.get_status_display()}),)
    if action != "accept":
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
