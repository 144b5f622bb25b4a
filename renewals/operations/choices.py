"""At which days a customer's people are told, and at which of them one person gets e-mail."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from licenses.queries import rule_book
from portal.kernel.errors import Fault, Forbidden, Invalid, NotFound
from renewals.models import NoticeChoice
from renewals.policies import may_choose_ladder
from renewals.queries.endings import chosen_by
from renewals.rules.ladder import EARLIEST, LATEST, Ladder, allowed, ordered, rungs_of
from sites.events import tell
from sites.models import Customer
from sites.tenancy import Actor

MOST_RUNGS = 24


@transaction.atomic
def choose_ladder(
    *, actor: Actor, at: datetime, on: date, customer_id: UUID, rungs: Iterable[int] | None
) -> NoticeChoice:
    """Tell the customer's people at these days from `on`; None goes back to those of the rule book.

    Raises NotFound, Forbidden (`ladder_keeper`), Invalid with every fault.
    """
    customer = Customer.objects.visible_to(actor).filter(pk=customer_id).first()
    if customer is None:
        raise NotFound
    if not may_choose_ladder(actor, customer, on):
        raise Forbidden(Fault("ladder_keeper"))
    chosen = rungs_of(rule_book(on)) if rungs is None else ordered(rungs)
    faults = [
        Fault("rungs_out_of_reach", "rungs", params={"value": rung})
        for rung in chosen
        if not LATEST <= rung <= EARLIEST
    ]
    if not faults and not allowed(chosen):
        faults.append(Fault("rungs_all_late", "rungs"))
    if len(chosen) > MOST_RUNGS:
        faults.append(Fault("rungs_too_many", "rungs", params={"limit": MOST_RUNGS}))
    if faults:
        raise Invalid(*faults)
    return _added(actor, at, on, customer, None, chosen)


@transaction.atomic
def choose_mails(*, actor: Actor, at: datetime, on: date, customer_id: UUID, rungs: Iterable[int]) -> NoticeChoice:
    """Send the actor e-mail at these days of the customer's ladder alone, from `on`; the portal shows them always.

    Raises NotFound, Invalid (`rung_not_on_ladder`).
    """
    customer = Customer.objects.visible_to(actor).filter(pk=customer_id).first()
    if customer is None:
        raise NotFound
    ladder, chosen = ladder_of(customer_id, on), ordered(rungs)
    choices = ", ".join(str(rung) for rung in ladder)
    faults = [
        Fault("rung_not_on_ladder", "rungs", params={"value": rung, "choices": choices})
        for rung in chosen
        if rung not in ladder
    ]
    if faults:
        raise Invalid(*faults)
    return _added(actor, at, on, customer, actor.user_id, chosen)


def ladder_of(customer_id: UUID, on: date) -> Ladder:
    """The customer's own ladder in force on `on`, or the rule book's."""
    chosen = chosen_by(customer_id, None, on)
    return tuple(chosen.rungs) if chosen else rungs_of(rule_book(on))


def _added(
    actor: Actor, at: datetime, on: date, customer: Customer, user_id: UUID | None, rungs: Ladder
) -> NoticeChoice:
    choice = NoticeChoice.objects.create(
        customer=customer, user_id=user_id, rungs=list(rungs), valid_from=on, set_by_id=actor.user_id, set_at=at
    )
    kind = "notice_mails_chosen" if user_id else "notice_ladder_chosen"
    tell(actor=actor, at=at, kind=kind, subject=choice, customer_id=customer.pk, rungs=list(rungs))
    return choice
