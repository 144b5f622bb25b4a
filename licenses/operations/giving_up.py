"""Operators gave up the work on a file: it ends with their reason, and its people can send it, or decide, again."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from licenses.models import EntitlementImport, PriceImport
from licenses.operations.entitlement_imports import JOB as HOLDINGS_JOB
from licenses.operations.entitlement_imports import load_holdings, step_holdings
from licenses.operations.price_imports import JOB as PRICES_JOB
from licenses.operations.price_imports import load_import, step_import
from portal.kernel.errors import Fault
from sites.events import tell
from sites.jobs import when_given_up
from sites.models import Event, Job
from sites.notices import notify
from sites.tenancy import Actor
from sites.words import stored_fault

_UNREAD = (EntitlementImport.Status.UPLOADED, EntitlementImport.Status.CHECKING)


@when_given_up(HOLDINGS_JOB)
def end_import(actor: Actor, at: datetime, job: Job, reason: str) -> None:
    """A file that wasn't read fails; one that was accepted and isn't recorded yet waits for the decision again."""
    case = load_holdings(job.subject_id)
    people: list[UUID | None]
    if case.status in _UNREAD:
        step_holdings(case, "fail", faults=[stored_fault(Fault("import_given_up", params={"reason": reason}))])
        people, kind = [case.created_by_id], "import_given_up"
    elif case.status == EntitlementImport.Status.APPLYING:
        people, kind = [case.decided_by_id], "import_record_given_up"
        faults = [*case.faults, stored_fault(Fault(kind, params={"reason": reason}))]
        step_holdings(case, "put_back", decided_by_id=None, decided_at=None, faults=faults)
    else:
        return
    event = tell(actor=actor, at=at, kind="given_up", subject=case, customer_id=case.customer_id, reason=reason)
    _notify(actor, at, event, kind, people, number=str(case), reason=reason)


@when_given_up(PRICES_JOB)
def end_prices(actor: Actor, at: datetime, job: Job, reason: str) -> None:
    """The price list fails; its file can be uploaded again."""
    case = load_import(job.subject_id)
    if case.status not in (PriceImport.Status.UPLOADED, PriceImport.Status.CHECKING):
        return
    step_import(case, "fail", faults=[stored_fault(Fault("import_given_up", params={"reason": reason}))], checked_at=at)
    event = tell(actor=actor, at=at, kind="given_up", subject=case, customer_id=None, reason=reason)
    _notify(actor, at, event, "import_given_up", [case.created_by_id], number=str(case), reason=reason)


def _notify(actor: Actor, at: datetime, event: Event, kind: str, to: Iterable[UUID | None], **told: str) -> None:
    notify(actor=actor, at=at, event=event, kind=kind, to=to, customer_id=event.customer_id, **told)
