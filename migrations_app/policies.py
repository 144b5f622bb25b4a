"""What an actor is to a request: the roles that the transition table speaks of."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from migrations_app.models import TransferRequest
from migrations_app.models.ends import seen
from migrations_app.rules.workflow import REP, REQUESTER, SOURCE_CONTACT, TARGET_CONTACT
from portal.kernel.errors import Fault, Forbidden
from sites.models import SiteContact
from sites.policies import asks_for, says_yes_under_mandate
from sites.tenancy.actor import Actor

# These judge the move or post it; the other steps stand on what the request keeps.
NEEDS_BOTH_ENDS = frozenset({"submit", "approve", "reverse"})


def roles_on(
    request: TransferRequest, actor: Actor, today: date, contact_of: Collection[UUID] | None = None
) -> frozenset[str]:
    """requester, source_contact, target_contact, rep: as many as fit, of those who read one end as well.

    `contact_of`: see answers_for.
    """
    roles = set()
    if actor.user_id == request.created_by_id or asks_for(actor, request.customer_id):
        roles.add(REQUESTER)
    if answers_for_side(request, "source", actor, today, contact_of):
        roles.add(SOURCE_CONTACT)
    if answers_for_side(request, "target", actor, today, contact_of):
        roles.add(TARGET_CONTACT)
    # A customer that the rep can't read lies in another territory.
    if "rep" in actor.roles and (customer := seen(request, "customer")) is not None and actor.covers(customer):
        roles.add(REP)
    return frozenset(roles)


def answers_for(
    site_id: UUID, customer_id: UUID, actor: Actor, today: date, contact_of: Collection[UUID] | None = None
) -> bool:
    """Whether the actor's yes for a customer's site is the Primary Contact's (rule M4): that person, or a mandate that
    includes it. Asks by keys, since the site of the other end can't be read.

    `contact_of` is what contact_at found for the sites of a page; without it the site is asked about.
    """
    if says_yes_under_mandate(actor, customer_id):
        return True
    return site_id in (contact_at(actor, [site_id], today) if contact_of is None else contact_of)


def contact_at(actor: Actor, sites: Iterable[UUID | None], today: date) -> frozenset[UUID]:
    """Those of `sites` whose Primary Contact the actor is on `today`."""
    contacts = SiteContact.objects.valid_on(today).filter(user_id=actor.user_id, role=SiteContact.Role.PRIMARY)
    return frozenset(contacts.filter(site__in=[site for site in sites if site]).values_list("site_id", flat=True))


def sides(request: TransferRequest) -> tuple[str, ...]:
    """The sides whose consent is needed: while a target isn't enrolled, the source answers for both."""
    return ("source", "target") if request.target_site_id else ("source",)


def missing_sides(request: TransferRequest, given: Collection[str] | None = None) -> list[str]:
    """Those of its sides that haven't consented; `given` are the ones that have, asked for where not handed over."""
    have = request.consents.values_list("side", flat=True) if given is None else given
    return [side for side in sides(request) if side not in set(have)]


def answers_for_side(
    request: TransferRequest, side: str, actor: Actor, on: date, contact_of: Collection[UUID] | None = None
) -> bool:
    """Whether this actor's yes counts for that side."""
    if side == "source":
        return answers_for(request.source_site_id, request.customer_id, actor, on, contact_of)
    site, customer = request.target_site_id, request.target_customer_id
    return site is not None and customer is not None and answers_for(site, customer, actor, on, contact_of)


def must_see_both_ends(request: TransferRequest) -> None:
    """A step that judges the move stands on the rows at both ends. Raises Forbidden (`end_hidden`)."""
    if not request.both_ends_seen:
        raise Forbidden(Fault("end_hidden"))


def made_by(request: TransferRequest, actor: Actor) -> bool:
    """Whether the actor wrote or submitted it."""
    return actor.user_id in {request.created_by_id, request.submitted_by_id}


def must_not_be_own(request: TransferRequest, actor: Actor) -> None:
    """Rule M4: nobody decides on what they made or consented to. Raises Forbidden (`own_case`)."""
    if made_by(request, actor) or request.consents.filter(given_by_id=actor.user_id).exists():
        raise Forbidden(Fault("own_case"))
