"""Who may do what to enrollments and schedules, and if not, why."""

from datetime import date
from uuid import UUID

from portal.kernel.errors import Fault, Forbidden
from portal.kernel.transition import Transition
from sites.models import Agreement, Customer, Enrollment, SiteContact
from sites.tenancy import Actor

REQUESTER, REP = "requester", "rep"


def asks_for(actor: Actor, customer_id: UUID) -> bool:
    """Whether the actor may request something in the customer's name: its own people, and mandated partners."""
    mandate = actor.mandate_for(customer_id)
    return customer_id in actor.writer_of or (mandate is not None and mandate.can_write)


def says_yes_under_mandate(actor: Actor, customer_id: UUID) -> bool:
    """Whether a mandate lets the actor give the customer's consent as its Primary Contact would (rules M4, S3)."""
    mandate = actor.mandate_for(customer_id)
    return mandate is not None and mandate.can_write and mandate.includes_consent


def made_by(actor: Actor, enrollment: Enrollment) -> bool:
    """Whether the actor wrote or submitted it, and so can't decide on it."""
    return actor.user_id in {enrollment.created_by_id, enrollment.submitted_by_id}


def in_territory(actor: Actor, enrollment: Enrollment) -> bool:
    """Whether it lies with this rep or operator: by the customer's country, a newcomer's by the enrollment's."""
    if enrollment.customer is not None:
        return actor.is_staff and actor.covers(enrollment.customer)
    return actor.is_staff and (actor.sees_all_customers or str(enrollment.country) in actor.territories)


def roles_on(actor: Actor, enrollment: Enrollment) -> frozenset[str]:
    """requester, rep: what the actor is to this enrollment. Nobody decides on what they made (as rule M4)."""
    roles = set()
    own = made_by(actor, enrollment)
    if enrollment.customer is None:
        asks = own
    else:
        asks = asks_for(actor, enrollment.customer.pk) or (own and actor.may_write(enrollment.customer))
    if asks:
        roles.add(REQUESTER)
    if in_territory(actor, enrollment) and not own:
        roles.add(REP)
    return frozenset(roles)


def must_be_allowed(actor: Actor, enrollment: Enrollment, step: Transition) -> None:
    """Raises Forbidden: `own_case` for a rep's own, `not_yours` for everybody else's."""
    if step.roles & roles_on(actor, enrollment):
        return
    own = REP in step.roles and in_territory(actor, enrollment) and made_by(actor, enrollment)
    raise Forbidden(Fault("own_case" if own else "not_yours"))


def keeps_schedule(actor: Actor, agreement: Agreement, on: date) -> bool:
    """Whether the actor is the Originating Site's Primary Contact, or holds a mandate that includes that yes (S3)."""
    if says_yes_under_mandate(actor, agreement.customer_id):
        return True
    contacts = SiteContact.objects.visible_to(actor).valid_on(on).filter(role=SiteContact.Role.PRIMARY)
    mine = contacts.filter(site__agreement=agreement, site__originating=True, user_id=actor.user_id)
    return agreement.customer_id in actor.writer_of and mine.exists()


def signs_for(actor: Actor, customer: Customer) -> bool:
    """Whether the actor may sign for the customer: its own people who may request, or a mandate that includes the yes.

    A rep records what is known; only the customer declares.
    """
    return customer.pk in actor.writer_of or says_yes_under_mandate(actor, customer.pk)


def may_withdraw_ownership(actor: Actor, customer: Customer) -> bool:
    """Whether the actor may end a declaration: who signs for its customer, or a rep who knows better."""
    return signs_for(actor, customer) or ("rep" in actor.roles and actor.covers(customer))
