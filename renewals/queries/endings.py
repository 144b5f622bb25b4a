"""What ends when, and who is to be told of it: gathered for all at once, judged by the ladder's rules.

The same questions serve the daily run, which asks as the portal for everybody, and the pages, which ask for one
Agreement or site as their reader.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from licenses.models import Entitlement
from licenses.queries import NOT_RENEWED
from licenses.rules.rulebook import RuleBook
from renewals.models import NoticeChoice
from renewals.rules.ladder import EARLIEST, PATIENCE, Ending, Ladder, ending_of, rungs_of
from sites.models import Agreement, Site, SiteContact
from sites.tenancy import Actor, seeing_only

# What ended longer ago isn't looked at any more: all of its rungs are too late, and were told or passed over.
BACK = PATIENCE + timedelta(days=30)
YEAR = timedelta(days=366)
SITES_AT_ONCE = 500
ADMINISTRATIVE, PRIMARY = SiteContact.Role.ADMINISTRATIVE, SiteContact.Role.PRIMARY


@dataclass(frozen=True, slots=True)
class Subject:
    """What one notice concerns: an Agreement or an Express site, and an end of cover there, with its lines."""

    customer_id: UUID
    agreement_id: UUID | None
    site_id: UUID | None
    number: str
    ending: Ending
    lines: int = 0
    sites: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[UUID | None, UUID | None]:
        """The Agreement or the site."""
        return self.agreement_id, self.site_id

    @property
    def key(self) -> tuple[UUID | None, UUID | None, date]:
        """What tells it from every other one."""
        return self.agreement_id, self.site_id, self.ending.ends_on


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told, and at which rungs; without a user nothing is shown in the portal and e-mail is all there is."""

    person: str
    user_id: UUID | None
    name: str
    email: str
    language: str
    own: frozenset[int]


@dataclass(frozen=True, slots=True)
class Telling:
    """Whom to tell what at which rungs, by the book of a day and what was chosen by then."""

    book: RuleBook
    contacts: Mapping[tuple[UUID | None, UUID | None], Mapping[str, SiteContact]]
    ladders: Mapping[UUID, Ladder]
    mails: Mapping[tuple[UUID, UUID], frozenset[int]] = field(default_factory=dict)

    def ladder(self, customer_id: UUID) -> Ladder:
        """The customer's own ladder, or the rule book's."""
        return self.ladders.get(customer_id) or rungs_of(self.book)

    def recipients(self, subject: Subject) -> tuple[Recipient, ...]:
        """Administrative Contact, else the Primary (rule S5), who alone checks the contacts."""
        named = self.contacts.get(subject.place, {})
        renewer = named.get(ADMINISTRATIVE) or named.get(PRIMARY)
        checker = named.get(PRIMARY) or renewer
        ladder = frozenset(self.ladder(subject.customer_id))
        if renewer is None or checker is None:
            return (Recipient("", None, "", "", "", ladder),)
        check = ladder & {self.book.contact_check_days}
        if _person(renewer) == _person(checker):
            return (_recipient(renewer, ladder),)
        return tuple(r for r in (_recipient(renewer, ladder - check), _recipient(checker, check)) if r.own)

    def wants_mail(self, customer_id: UUID, recipient: Recipient, rung: int) -> bool:
        """Whether this person is mailed at that rung, by their own choice; whoever can't choose is."""
        if recipient.user_id is None:
            return True
        chosen = self.mails.get((customer_id, recipient.user_id))
        return chosen is None or rung in chosen


def _person(contact: SiteContact) -> str:
    return str(contact.user_id or contact.email.lower())


def _recipient(contact: SiteContact, own: frozenset[int]) -> Recipient:
    language = contact.user.language if contact.user else contact.customer.language
    return Recipient(_person(contact), contact.user_id, contact.name, contact.email, language, own)


def subjects(
    on: date, *, actor: Actor | None = None, agreement: UUID | None = None, site: UUID | None = None
) -> list[Subject]:
    """Every end of cover that somebody may have to be told of on `on`, in a fixed order; three queries.

    Of what `actor` sees, where one asks; of one Agreement or one Express site where that is named. Lines are those
    that a quote would renew. Sites are read first: joined behind the walls, every customer would be looked at for
    each of them.
    """
    rows, named = Site.objects.all(), Agreement.objects.all()
    if actor is not None:
        rows, named = rows.visible_to(actor), named.visible_to(actor)
    if agreement is not None:
        rows, named = rows.filter(agreement_id=agreement), named.filter(pk=agreement)
    elif site is not None:
        rows, named = rows.filter(pk=site, agreement__isnull=True), named.none()
    asked: QuerySet[Any] = rows
    sites = {row[0]: row for row in asked.values_list("pk", "site_number", "customer_id", "agreement_id")}
    agreements = {row[0]: row for row in named.values_list("pk", "number", "customer_id", "term_start")}
    found: dict[tuple[UUID | None, UUID | None, date], tuple[Subject, int, set[str]]] = {}
    for key, cover_end, lines in _ends(sites, on) if actor is not None else _narrowly(sites, on):
        _, number, customer, under = sites[key]
        if under is None:
            subject = Subject(customer, None, key, number, Ending(cover_end, None))
        elif under in agreements:
            _, agreed, agreed_by, term_start = agreements[under]
            subject = Subject(agreed_by, under, None, agreed, ending_of(cover_end, term_start, on))
        else:
            continue
        first, before, where = found.get(subject.key, (subject, 0, set()))
        found[subject.key] = (first, before + lines, where | {number})
    whole = (replace(s, lines=lines, sites=tuple(sorted(where))) for s, lines, where in found.values())
    return sorted(whole, key=lambda s: (s.number, s.agreement_id is None, s.ending.ends_on))


def _narrowly(sites: Mapping[UUID, Any], on: date) -> Iterable[tuple[UUID, date, int]]:
    """The same of everybody's sites, in sight of their own customers alone, some hundred sites after the other."""
    keys = sorted(sites, key=lambda key: sites[key][2])
    for first in range(0, len(keys), SITES_AT_ONCE):
        some = keys[first : first + SITES_AT_ONCE]
        with seeing_only({sites[key][2] for key in some}):
            ends = list(_ends(some, on))
        yield from ends


def _ends(sites: Iterable[UUID], on: date) -> Iterable[tuple[UUID, date, int]]:
    """On which days how many lines of each site end."""
    held = Entitlement.objects.held_now().among("site_id", sites)
    held = held.filter(
        follows__isnull=True,
        traded_up=False,
        coverage_end__range=(on - BACK, on + timedelta(days=EARLIEST) + YEAR),
    ).exclude(part__kind__in=NOT_RENEWED)
    days: Any = held.order_by().values_list("site_id", "coverage_end").annotate(lines=Count("pk"))
    return days


def telling(on: date, book: RuleBook, *, agreement: UUID | None = None, site: UUID | None = None) -> Telling:
    """Contacts and choices in force on `on`: of everybody, or for one Agreement or Express site. Two queries."""
    people = SiteContact.objects.valid_on(on).filter(role__in=[ADMINISTRATIVE, PRIMARY])
    people = people.filter(Q(site__originating=True) | Q(site__agreement__isnull=True))
    choices = NoticeChoice.objects.filter(valid_from__lte=on)
    if agreement is not None:
        people = people.filter(site__agreement_id=agreement)
    elif site is not None:
        people = people.filter(site_id=site)
    contacts: dict[tuple[UUID | None, UUID | None], dict[str, SiteContact]] = {}
    customers = set()
    for contact in people.select_related("site", "user", "customer"):
        place = (contact.site.agreement_id, None if contact.site.agreement_id else contact.site_id)
        contacts.setdefault(place, {})[contact.role] = contact
        customers.add(contact.customer_id)
    if agreement is not None or site is not None:
        choices = choices.filter(customer_id__in=customers)
    return Telling(book, contacts, *_chosen(choices))


def _chosen(choices: Iterable[NoticeChoice]) -> tuple[dict[UUID, Ladder], dict[tuple[UUID, UUID], frozenset[int]]]:
    ladders: dict[UUID, Ladder] = {}
    mails: dict[tuple[UUID, UUID], frozenset[int]] = {}
    for choice in choices:  # the latest in force comes last
        if choice.user_id is None:
            ladders[choice.customer_id] = tuple(choice.rungs)
        else:
            mails[choice.customer_id, choice.user_id] = frozenset(choice.rungs)
    return ladders, mails


def chosen_by(customer_id: UUID, user_id: UUID | None, on: date) -> NoticeChoice | None:
    """The choice of a customer, or of one person there, in force on `on`."""
    rows = NoticeChoice.objects.filter(customer_id=customer_id, valid_from__lte=on)
    rows = rows.filter(user_id=user_id) if user_id else rows.filter(user_id__isnull=True)
    return rows.order_by("-valid_from", "-set_at", "-id").select_related("set_by").first()
