"""A rule book changes by a whole new one: proposed by somebody, put into force or rejected by somebody else."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from licenses.intake.cells import LAST_DAY
from licenses.models import RuleBookVersion
from licenses.operations.reasons import read_reason, required_reason
from licenses.queries import rule_books
from licenses.queries.editions import roles_on
from licenses.rules.book_figures import differences, read_figures, stored
from licenses.rules.workflow import AUTHOR, RULE_BOOK, SECOND
from portal.kernel.errors import Fault, Forbidden, Invalid, NotFound, Refused
from sites.events import tell
from sites.tenancy import Actor

Status = RuleBookVersion.Status


@transaction.atomic
def propose_rule_book(
    *, actor: Actor, at: datetime, on: date, valid_from: date | None, figures: Mapping[str, str], reason: str
) -> RuleBookVersion:
    """Propose the rule book that is to be in force from `valid_from`, after today (`on`): the past never changes.

    `figures` are those of `book_figures.figures_of`; what isn't given stays as it is before that day. Raises
    Forbidden for whoever isn't at the desk, Invalid with every fault at once.
    """
    if not actor.is_staff:
        raise Forbidden(Fault("not_yours"))
    faults = _day_faults(valid_from, on)
    said, missing = read_reason(reason)
    faults += missing
    before = rule_books().on(valid_from or on)
    book, wrong = read_figures(_version(valid_from or on), figures, before)
    faults += wrong
    if not faults and not differences(before, book):
        faults.append(Fault("rule_book_same", params={"version": before.version}))
    if faults or valid_from is None:
        raise Invalid(*faults)
    case = RuleBookVersion.objects.create(
        version=book.version,
        valid_from=valid_from,
        figures=stored(book),
        reason=said,
        proposed_by_id=actor.user_id,
        proposed_at=at,
    )
    tell(actor=actor, at=at, kind="proposed", subject=case, customer_id=None, version=case.version)
    return case


def _day_faults(valid_from: date | None, on: date) -> list[Fault]:
    if valid_from is None:
        return [Fault("field_required", "valid_from")]
    if valid_from <= on:
        return [Fault("rule_book_past", "valid_from", params={"value": valid_from, "today": on})]
    if valid_from > LAST_DAY:
        return [Fault("price_day_late", "valid_from", params={"value": valid_from, "last": LAST_DAY})]
    if RuleBookVersion.objects.filter(status=Status.IN_FORCE, valid_from=valid_from).exists():
        return [Fault("rule_book_day_taken", "valid_from", params={"value": valid_from})]
    return []


def _version(valid_from: date) -> str:
    """The year and the next number in it; the unique version decides between two at once."""
    taken = RuleBookVersion.objects.filter(version__startswith=f"{valid_from.year}.").values_list("version", flat=True)
    numbers = [int(v.partition(".")[2]) for v in taken if v.partition(".")[2].isdecimal()]
    return f"{valid_from.year}.{max(numbers, default=0) + 1}"


@transaction.atomic
def put_rule_book_in_force(*, actor: Actor, at: datetime, on: date, book_id: UUID) -> RuleBookVersion:
    """Let the proposed book count from its day. Raises NotFound, Forbidden (`own_case`, `not_yours`), Refused."""
    case = _second(actor, book_id, "put_in_force")
    if faults := _day_faults(case.valid_from, on):
        raise Refused(*faults)
    return _decide(case, "put_in_force", actor, at, on)


@transaction.atomic
def reject_rule_book(*, actor: Actor, at: datetime, on: date, book_id: UUID, reason: str) -> RuleBookVersion:
    """Refuse the proposed book with a reason. Raises NotFound, Forbidden, Invalid (`reason_required`), Refused."""
    case = _second(actor, book_id, "reject")
    return _decide(case, "reject", actor, at, on, required_reason(reason))


@transaction.atomic
def withdraw_rule_book(*, actor: Actor, at: datetime, on: date, book_id: UUID) -> RuleBookVersion:
    """Take one's own proposal back. Raises NotFound, Forbidden (`not_yours`), Refused."""
    case = _load(book_id)
    RULE_BOOK.require("withdraw", case.status)
    if AUTHOR not in roles_on(actor, case):
        raise Forbidden(Fault("not_yours"))
    return _decide(case, "withdraw", actor, at, on)


def _load(book_id: UUID) -> RuleBookVersion:
    case = RuleBookVersion.objects.select_for_update().filter(pk=book_id).first()
    if case is None:
        raise NotFound(Fault("http_404"))
    return case


def _second(actor: Actor, book_id: UUID, action: str) -> RuleBookVersion:
    case = _load(book_id)
    RULE_BOOK.require(action, case.status)
    roles = roles_on(actor, case)
    if SECOND not in roles:
        raise Forbidden(Fault("own_case" if AUTHOR in roles else "not_yours"))
    return case


def _decide(
    case: RuleBookVersion, action: str, actor: Actor, at: datetime, on: date, reason: str = ""
) -> RuleBookVersion:
    case.status = RULE_BOOK.require(action, case.status).target
    case.decided_by_id, case.decided_at, case.decided_on, case.decision_reason = actor.user_id, at, on, reason
    case.save(update_fields=["status", "decided_by", "decided_at", "decided_on", "decision_reason"])
    tell(actor=actor, at=at, kind=case.status, subject=case, customer_id=None, version=case.version)
    return case
