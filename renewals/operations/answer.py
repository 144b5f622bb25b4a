"""The customer's answer to a quote."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from licenses.models import Entitlement
from licenses.operations import PointsEntry, extend_covers, open_initial_term, post_points
from licenses.queries import standing
from portal.kernel.period import Period
from renewals.models import QuoteLine, RenewalQuote
from renewals.operations.choose import Selection, make_version, part_company, read_selection
from renewals.operations.hand_over import settle
from renewals.operations.issue import issue_quotes
from renewals.operations.loading import locked_quote
from renewals.policies import obstacles, require_answering, require_unobstructed
from renewals.queries import is_stale, open_transition_of
from renewals.rules.choosing import Wish
from renewals.rules.workflow import QUOTE
from sites.events import tell
from sites.jobs import enqueue
from sites.models import Agreement, Site
from sites.refusals import Kind, count_refusals
from sites.tenancy import Actor, as_portal

JOB = "quotes.issue"
Status = RenewalQuote.Status


@transaction.atomic
def accept(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    quote_id: UUID | str,
    version: int | None = None,
    wishes: Sequence[Wish] = (),
    reason: str = "",
) -> RenewalQuote:
    """Order what the quote says: its points are posted once a site, for `on` (rule P6), its cover once a line.

    An Express renewal earns no points (rule P3). Where `wishes` name fewer lines or units, nothing is ordered: the
    next version is made with these alone, at the price that they have (rule T10), and returned.

    Raises NotFound; Forbidden for all but the customer's own people; Stale where `version` isn't the quote's; Invalid
    for lines that it doesn't have; Refused where it isn't open, has run out, is behind the facts, or counts on a
    transition quote that is still open.
    """
    quote = locked_quote(actor, quote_id, version, require_answering)
    if wishes:
        _require(quote, "choose", on)
        reading = read_selection(quote, Selection("accept", tuple(wishes), reason))
        if reading.changes:
            return make_version(actor=actor, at=at, on=on, quote=quote, reading=reading)
    _require(quote, "accept", on)
    lines = list(quote.lines.all())
    before = standing(quote.agreement, on) if quote.agreement else None
    if quote.agreement is not None:
        open_initial_term(agreement=quote.agreement, on=on)
        post_points(_entries(actor, quote, quote.agreement, lines, on))
    _extend(actor, at, on, quote, lines)
    after = standing(quote.agreement, on) if quote.agreement else None
    told: dict[str, Any] = {"total": str(quote.total), "currency": quote.currency, "points": str(quote.points)}
    if before and after:
        told |= {"level_before": before.level, "level_after": after.level}
    return _answered(actor, at, on, quote, "accept", "", told)


@transaction.atomic
def decline(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    quote_id: UUID | str,
    reason: str = "",
    version: int | None = None,
    wishes: Sequence[Wish] = (),
) -> RenewalQuote:
    """Say no: to the whole, or to the lines that `wishes` name, each with a reason; then the next version is returned.

    What is declined isn't offered again for that order. A line can be taken back while the quote is open (`restore`);
    of a whole quote, a change of the facts makes a new version. Raises like `accept`.
    """
    quote = locked_quote(actor, quote_id, version, require_answering)
    if not wishes:
        _require(quote, "decline", on)
        return _answered(actor, at, on, quote, "decline", reason.strip(), {})
    _require(quote, "choose", on)
    reading = read_selection(quote, Selection("decline", tuple(wishes), reason))
    if reading.renews_nothing:
        return _answered(actor, at, on, quote, "decline", reading.reasons, {})
    return make_version(actor=actor, at=at, on=on, quote=quote, reading=reading)


@transaction.atomic
def restore(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    quote_id: UUID | str,
    version: int | None = None,
    wishes: Sequence[Wish] = (),
) -> RenewalQuote:
    """Take declined lines back, those that `wishes` name or all: the next version has them. Raises like `accept`."""
    quote = locked_quote(actor, quote_id, version, require_answering)
    _require(quote, "choose", on)
    reading = read_selection(quote, Selection("restore", tuple(wishes)))
    return make_version(actor=actor, at=at, on=on, quote=quote, reading=reading)


def _require(quote: RenewalQuote, action: str, on: date) -> None:
    """Raises Refused with everything that stands in the way."""
    stale = action != "decline" and quote.status == Status.ISSUED and is_stale(quote, on)
    transition = open_transition_of(quote) if action == "accept" else None
    require_unobstructed(obstacles(quote, action=action, on=on, stale=stale, open_transition=transition))


def _entries(
    actor: Actor, quote: RenewalQuote, agreement: Agreement, lines: list[QuoteLine], on: date
) -> list[PointsEntry]:
    """One entry a site, its id that of the quote and the site: the same acceptance is never posted twice."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line.site_number] = sums.get(line.site_number, Decimal(0)) + line.points
    with as_portal(actor):
        sites = dict(Site.objects.filter(site_number__in=sums).values_list("site_number", "pk"))
    return [
        PointsEntry(
            id=uuid.uuid5(quote.pk, f"points {number}"),
            agreement_id=agreement.pk,
            site_id=sites[number],
            points=points,
            kind="renewal",
            reference=reference_of(quote),
            effective_on=on,
        )
        for number, points in sums.items()
    ]


def reference_of(quote: RenewalQuote) -> str:
    """How ledger and cover name the acceptance."""
    return f"{quote.number}/{quote.version}"


def _extend(actor: Actor, at: datetime, on: date, quote: RenewalQuote, lines: list[QuoteLine]) -> None:
    # Lines may stand at sites of other customers of the Enterprise: the portal carries the order out.
    with as_portal(actor) as portal, transaction.atomic():
        rows = Entitlement.objects.with_quantity().among("pk", [line.entitlement_id for line in lines])
        held = {row.pk: row for row in rows}
        ordered = [(line, held[line.entitlement_id]) for line in lines]
        reference = reference_of(quote)
        part_company(
            portal=portal, at=at, on=on, quote=quote, lines=ordered, reference=reference, by=actor.user_id
        )  # fmt: skip
        periods = [(row, Period(line.cover_start, line.cover_end)) for line, row in ordered]
        extend_covers(actor=portal, at=at, periods=periods, source=reference)


def _answered(
    actor: Actor, at: datetime, on: date, quote: RenewalQuote, action: str, reason: str, told: dict[str, Any]
) -> RenewalQuote:
    """Note the answer, tell it, and have the quotes beside this one looked at again."""
    quote.status = QUOTE.require(action, quote.status).target
    quote.answered_by_id, quote.answered_at, quote.answer_reason = actor.user_id, at, reason
    quote.save(update_fields=["status", "answered_by", "answered_at", "answer_reason"])
    tell(
        actor=actor,
        at=at,
        kind=f"quote_{quote.status}",
        subject=quote,
        customer_id=quote.customer_id,
        number=quote.number,
        version=quote.version,
        **told,
        **({"reason": reason} if reason else {}),
    )
    settle(quote, at)
    if quote.status == RenewalQuote.Status.DECLINED:
        count_refusals(Kind.PERSON, ["quote_declined_by_customer"], on=on)
    if quote.agreement is not None:
        issue_quotes(actor=actor, at=at, on=on, agreement=quote.agreement)
    elif quote.site_id is not None:
        enqueue(kind=JOB, subject_id=quote.site_id, actor=actor, at=at)
    return quote
