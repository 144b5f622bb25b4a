"""Read models of enrollments: the same for the page, the desk and the API."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncWeek

from portal.kernel.blocker import Blocker, Severity
from portal.kernel.errors import NotFound
from sites.models import (
    Agreement,
    Customer,
    Enrollment,
    Event,
    Mandate,
    Membership,
    Notification,
    OwnershipDeclaration,
    RefusalCount,
    ScheduleEntry,
    Site,
)
from sites.models.notification import NotificationQuerySet
from sites.models.site import Program
from sites.policies import roles_on
from sites.rules.enrolling import ADDITIONAL
from sites.rules.workflow import ENROLLMENT
from sites.tenancy import Actor

REQUESTER, REP, PRIMARY_CONTACT, NOBODY = "requester", "rep", "primary_contact", "nobody"
_TURNS = {"draft": REQUESTER, "returned": REQUESTER, "submitted": REP}


@dataclass(frozen=True, slots=True)
class EnrollmentCase:
    """An enrollment as one actor sees it. `actions` are what they may do now, in the table's order."""

    enrollment: Enrollment
    blockers: tuple[Blocker, ...]
    whose_turn: str
    actions: tuple[str, ...]
    may_amend: bool
    events: tuple[Event, ...]

    @property
    def waiting(self) -> bool:
        """Whether it sleeps until the schedule is mended (rule S3)."""
        return any(b.severity is Severity.WAITS for b in self.blockers)


def enrollments_of(actor: Actor) -> QuerySet[Enrollment]:
    """Every enrollment that the actor sees, newest first."""
    return (
        Enrollment.objects.visible_to(actor)
        .select_related("customer", "partner", "agreement__customer", "site", "created_by", "submitted_by")
        .order_by("-created_at", "id")
    )


def enrollment_case(actor: Actor, enrollment_id: UUID, on: date) -> EnrollmentCase:
    """One of them with its history. Raises NotFound."""
    enrollment = enrollments_of(actor).filter(pk=enrollment_id).first()
    if enrollment is None:
        raise NotFound
    happened = Event.objects.filter(subject_type=enrollment._meta.model_name, subject_id=enrollment.pk)
    return case_of(actor, enrollment, on, events=happened.select_related("actor").order_by("id"))


def case_of(actor: Actor, enrollment: Enrollment, on: date, *, events: Iterable[Event] = ()) -> EnrollmentCase:
    """The read model of an enrollment at hand; `events` oldest first."""
    return _case(actor, enrollment, _not_on_schedule(actor, [enrollment], on), tuple(events))


def cases_of(actor: Actor, enrollments: Sequence[Enrollment], on: date) -> list[EnrollmentCase]:
    """The read models of a list, without their history, in as many queries as one takes."""
    waiting = _not_on_schedule(actor, enrollments, on)
    return [_case(actor, enrollment, waiting, ()) for enrollment in enrollments]


def _case(actor: Actor, enrollment: Enrollment, waiting: set[UUID], events: tuple[Event, ...]) -> EnrollmentCase:
    actions = ENROLLMENT.actions(enrollment.status, roles_on(actor, enrollment))
    turn = _TURNS.get(enrollment.status, NOBODY)
    blockers: tuple[Blocker, ...] = ()
    if enrollment.pk in waiting:
        params = {"name": enrollment.company["name"], "number": enrollment.agreement_number}
        wait = Blocker("schedule_missing", Severity.WAITS, PRIMARY_CONTACT, field="agreement_number", params=params)
        blockers = (wait,)
    return EnrollmentCase(
        enrollment=enrollment,
        blockers=blockers,
        whose_turn=PRIMARY_CONTACT if blockers and turn == REP else turn,
        actions=actions,
        may_amend="submit" in actions,
        events=events,
    )


def _not_on_schedule(actor: Actor, enrollments: Sequence[Enrollment], on: date) -> set[UUID]:
    """Which open enrollments of Additional Sites wait (rule S3), as far as the actor may read the schedule."""
    asking = [e for e in enrollments if e.kind == ADDITIONAL and e.status in _TURNS]
    if not asking:
        return set()
    readable = Agreement.objects.visible_to(actor).filter(customer__in=Customer.objects.visible_to(actor))
    agreements = readable.filter(number__in={e.agreement_number for e in asking})
    numbers = dict(agreements.values_list("number", "pk"))
    entries = ScheduleEntry.objects.valid_on(on).filter(agreement_id__in=numbers.values())
    listed = set(entries.values_list("agreement_id", "registration_number"))
    return {
        e.pk
        for e in asking
        if (agreement := numbers.get(e.agreement_number)) is not None
        and (agreement, e.company["registration_number"]) not in listed
    }


def stands_on_schedule(agreement: Agreement, registration_number: str, on: date) -> bool:
    """Whether the company stands on the Agreement's Authorized Additional Site Schedule on that day (rule S3)."""
    return schedule_of(agreement, on).filter(registration_number=registration_number).exists()


def off_schedule(sites: Iterable[Site], on: date) -> set[UUID]:
    """Those Additional Sites whose company isn't on their Agreement's schedule on that day; needs `customer`."""
    additional = [s for s in sites if s.program == Program.PA and not s.originating]
    if not additional:
        return set()
    entries = ScheduleEntry.objects.valid_on(on).filter(agreement_id__in={s.agreement_id for s in additional})
    listed = set(entries.values_list("agreement_id", "registration_number"))
    return {s.pk for s in additional if (s.agreement_id, s.customer.registration_number) not in listed}


def same_by_record(customer: Customer, other: Customer) -> bool:
    """Rule M3, by record: one customer, or customers of one Enterprise."""
    if customer.pk == other.pk:
        return True
    return customer.enterprise_id is not None and customer.enterprise_id == other.enterprise_id


def declared_pairs(customers: Iterable[UUID], on: date) -> set[frozenset[UUID]]:
    """The pairs among `customers` that a declaration in force on that day ties together (check V2)."""
    keys = set(customers)
    rows = OwnershipDeclaration.objects.in_force(on).filter(customer__in=keys, other_customer__in=keys)
    return {frozenset(pair) for pair in rows.values_list("customer_id", "other_customer_id")}


def declaration_between(customer: Customer, other: Customer, on: date) -> OwnershipDeclaration | None:
    """The declaration in force on that day that says so, whichever of the two signed it."""
    pair = [customer.pk, other.pk]
    rows = OwnershipDeclaration.objects.in_force(on).filter(customer__in=pair, other_customer__in=pair)
    return rows.select_related("customer", "other_customer", "given_by").first()


def declarations_of(actor: Actor) -> QuerySet[OwnershipDeclaration]:
    """Every declaration that the actor sees, the newest first, withdrawn ones included."""
    rows = OwnershipDeclaration.objects.visible_to(actor)
    return rows.select_related("customer", "other_customer", "given_by", "withdrawn_by").order_by("-given_at", "pk")


def notifications_of(actor: Actor) -> NotificationQuerySet:
    """What the actor was told, the newest first."""
    return Notification.objects.visible_to(actor).order_by("-at", "-pk")


def unread_count(actor: Actor) -> int:
    """How much of it the actor hasn't put aside."""
    return Notification.objects.visible_to(actor).unread().count()


@dataclass(frozen=True, slots=True)
class Refusals:
    """How often a code was refused in the week that begins on `week`, a Monday: the three kinds of no apart."""

    week: date
    code: str
    rule: int
    person: int
    technical: int


def refusals_by_week(on: date, weeks: int = 12) -> list[Refusals]:
    """The counts of the last weeks, the latest first, codes in order; for those who may read them."""
    monday = on - timedelta(days=on.weekday(), weeks=weeks - 1)
    kinds = {kind: Coalesce(Sum("count", filter=Q(kind=kind)), 0) for kind in RefusalCount.Kind.values}
    rows = RefusalCount.objects.filter(day__gte=monday, day__lte=on).annotate(week=TruncWeek("day"))
    found: Iterable[Any] = rows.values("week", "code").annotate(**kinds).order_by("-week", "code")
    return [Refusals(**row) for row in found]


def schedule_of(agreement: Agreement, on: date) -> QuerySet[ScheduleEntry]:
    """The schedule in force on that day, by name."""
    return ScheduleEntry.objects.valid_on(on).filter(agreement=agreement).order_by("name", "id")


def agreement_seen(actor: Actor, number: str) -> Agreement:
    """The Agreement with this number. Raises NotFound for unknown and foreign alike."""
    found = Agreement.objects.visible_to(actor).select_related("customer").filter(number=number).first()
    if found is None:
        raise NotFound
    return found


def memberships_of(actor: Actor, on: date) -> QuerySet[Membership]:
    """Where the actor belongs on that day."""
    rows = Membership.objects.valid_on(on).filter(user_id=actor.user_id)
    return rows.select_related("customer", "partner").order_by("valid_from", "id")


def mandates_of(actor: Actor, on: date) -> QuerySet[Mandate]:
    """Under which mandates the actor's Business Partner acts on that day."""
    rows = Mandate.objects.visible_to(actor).valid_on(on).filter(partner_id__in=actor.partner_ids)
    return rows.select_related("customer", "partner").order_by("customer__name", "id")


def customers_to_ask_for(actor: Actor) -> QuerySet[Customer]:
    """The customers in whose name the actor may request something, by name."""
    mandated = {m.customer_id for m in actor.mandates if m.can_write}
    return Customer.objects.visible_to(actor).filter(pk__in=actor.writer_of | mandated).order_by("name", "id")
