"""What an actor is to a request: the roles that the transition table speaks of."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from migrations_app.models import TransferRequest
from migrations_app.rules.workflow import REP, REQUESTER, SOURCE_CONTACT, TARGET_CONTACT
from portal.kernel.errors import Fault, Forbidden
from sites.models import Customer, Site, SiteContact
from sites.tenancy.actor import Actor


def roles_on(
    request: TransferRequest, actor: Actor, today: date, contact_of: Collection[UUID] | None = None
) -> frozenset[str]:
    """requester, source_contact, target_contact, rep: as many as fit. `contact_of`: see answers_for."""
    roles = set()
    if actor.user_id == request.created_by_id or asks_for(request.customer, actor):
        roles.add(REQUESTER)
    if answers_for(request.source_site, actor, today, contact_of):
        roles.add(SOURCE_CONTACT)
    if request.target_site is not None and answers_for(request.target_site, actor, today, contact_of):
        roles.add(TARGET_CONTACT)
    if "rep" in actor.roles and actor.covers(request.customer):
        roles.add(REP)
    return frozenset(roles)


def asks_for(customer: Customer, actor: Actor) -> bool:
    """Whether the actor may request something in the customer's name: its own people, and mandated partners."""
    mandate = actor.mandate_for(customer.pk)
    return customer.pk in actor.writer_of or (mandate is not None and mandate.can_write)


def answers_for(site: Site, actor: Actor, today: date, contact_of: Collection[UUID] | None = None) -> bool:
    """Whether the actor's yes is the Primary Contact's (rule M4): that person, or a mandate that includes it.

    `contact_of` is what contact_at found for the sites of a page; without it the site is asked about.
    """
    mandate = actor.mandate_for(site.customer_id)
    if mandate is not None and mandate.can_write and mandate.includes_consent:
        return True
    return site.pk in (contact_at(actor, [site.pk], today) if contact_of is None else contact_of)


def contact_at(actor: Actor, sites: Iterable[UUID | None], today: date) -> frozenset[UUID]:
    """Those of `sites` whose Primary Contact the actor is on `today`."""
    contacts = SiteContact.objects.valid_on(today).filter(user_id=actor.user_id, role=SiteContact.Role.PRIMARY)
    return frozenset(contacts.filter(site__in=[site for site in sites if site]).values_list("site_id", flat=True))


def sides(request: TransferRequest) -> tuple[str, ...]:
    """The sides whose consent is needed: while a target isn't enrolled, the source answers for both."""
    return ("source", "target") if request.target_site_id else ("source",)


def answers_for_side(
    request: TransferRequest, side: str, actor: Actor, on: date, contact_of: Collection[UUID] | None = None
) -> bool:
    """Whether this actor's yes counts for that side."""
    site = request.source_site if side == "source" else request.target_site
    return site is not None and answers_for(site, actor, on, contact_of)


def must_not_be_own(request: TransferRequest, actor: Actor) -> None:
    """Rule M4: nobody decides on what they made or consented to. Raises Forbidden (`own_case`)."""
    made = actor.user_id in {request.created_by_id, request.submitted_by_id}
    if made or request.consents.filter(given_by_id=actor.user_id).exists():
        raise Forbidden(Fault("own_case"))
