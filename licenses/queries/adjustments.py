"""Adjustments and corrections of points as cases: who may do what to one, and whether the ledger can take it."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from licenses.models import PointsAdjustment, PointsMovement, TermClosing, TermReopening
from licenses.rules.terms import term_containing
from licenses.rules.workflow import AUTHOR, SECOND
from portal.kernel.errors import Fault
from portal.kernel.period import Period
from sites.models import Agreement, Customer, Site
from sites.tenancy import Actor


def keeps_points(actor: Actor, customer: Customer) -> bool:
    """Whether the actor is a rep of the customer's country: nobody else touches points by hand (rules P3, P7)."""
    return "rep" in actor.roles and actor.covers(customer)


def roles_on(actor: Actor, case: PointsAdjustment) -> frozenset[str]:
    """The author of a proposal, or a rep who may sign it: never both (rule P3)."""
    if not keeps_points(actor, case.customer):
        return frozenset()
    return frozenset({AUTHOR if case.proposed_by_id == actor.user_id else SECOND})


def is_shut(agreement: Agreement, term: Period, on: date) -> bool:
    """Whether `term` takes no entries on `on`: it has ended, and no rep opened it again (rule P7).

    It is so from the Anniversary on, whether or not its closing has been recorded yet.
    """
    if term.ends_on >= on:
        return False
    closings = TermClosing.objects.filter(agreement=agreement, starts_on=term.starts_on).order_by("-recorded_at")
    last = closings.values_list("recorded_at", flat=True).first()
    # A re-opened Term takes every later one with it: what they opened with may change.
    since = TermReopening.objects.filter(agreement=agreement, starts_on__lte=term.starts_on, until__gte=on)
    return not (since.filter(reopened_at__gte=last) if last else since).exists()


def with_standing(closings: QuerySet[TermClosing]) -> QuerySet[Any]:
    """`closings` with `stands`: whether each still keeps its Term shut, as `is_shut` says of one."""
    later = TermClosing.objects.filter(
        agreement_id=OuterRef("agreement_id"), starts_on=OuterRef("starts_on"), recorded_at__gt=OuterRef("recorded_at")
    )
    since = TermReopening.objects.filter(
        agreement_id=OuterRef("agreement_id"),
        starts_on__lte=OuterRef("starts_on"),
        reopened_at__gte=OuterRef("recorded_at"),
    )
    return closings.annotate(stands=~Exists(later) & ~Exists(since))


def day_faults(agreement: Agreement, effective_on: date, on: date) -> list[Fault]:
    """Why no points can count for that day, asked on `on`: before the first Term, ahead, in a closed Term."""
    if agreement.term_start is None:
        return [Fault("points_no_term", "effective_on", params={"agreement": agreement.number})]
    term = term_containing(agreement.term_start, effective_on)
    if term is None:
        return [Fault("points_day_early", "effective_on", params={"first": agreement.term_start})]
    if effective_on > on:
        return [Fault("points_day_late", "effective_on", params={"today": on})]
    if is_shut(agreement, term, on):
        told = {"starts_on": term.starts_on, "ends_on": term.ends_on}
        return [Fault("points_term_closed", "effective_on", params=told)]
    return []


def reversal_day(agreement: Agreement, entry: PointsMovement, on: date) -> date:
    """The day that taking `entry` back counts for.

    Today (`on`), in the open Term, where it lowers no level (rule P6). The last day of the entry's own Term where
    that has ended and still, or again, takes entries: then the correction counts there, after everything else.
    """
    term = term_containing(agreement.term_start, entry.effective_on) if agreement.term_start else None
    if term is None or term.ends_on >= on or is_shut(agreement, term, on):
        return on
    return term.ends_on


def entry_faults(entry: PointsMovement) -> list[Fault]:
    """Why the entry can't be taken back: it is a reversal itself, or it was taken back already."""
    told = {"reference": entry.reference}
    if entry.kind == PointsMovement.Kind.REVERSAL:
        return [Fault("entry_is_reversal", params=told)]
    if PointsMovement.objects.filter(reverses=entry).exists():
        return [Fault("entry_reversed", params=told)]
    return []


def waiting_correction(entry: PointsMovement) -> PointsAdjustment | None:
    """The correction of the entry that waits for its second signature."""
    return PointsAdjustment.objects.filter(reverses=entry, status=PointsAdjustment.Status.PROPOSED).first()


def points_faults(points: Decimal | None) -> list[Fault]:
    """Why that is no amount for an entry: none, zero, more than two decimals, more than the ledger's twelve digits."""
    fine = points is not None and points.is_finite() and points != 0
    if points is None or not fine or points != round(points, 2) or abs(points) >= MOST_POINTS:
        return [Fault("points_invalid", "points")]
    return []


MOST_POINTS = Decimal(10) ** 10


def sites_of(agreement: Agreement, actor: Actor) -> dict[str, Site]:
    """The Agreement's sites that the actor sees, by number."""
    rows = Site.objects.visible_to(actor).filter(agreement=agreement).select_related("customer")
    return {site.site_number: site for site in rows.order_by("site_number")}


def ended_term(agreement: Agreement, starts_on: date, on: date) -> Period | None:
    """The Term that begins on that day, once it has ended; None for any other day."""
    term = term_containing(agreement.term_start, starts_on) if agreement.term_start else None
    return term if term and term.starts_on == starts_on and term.ends_on < on else None
