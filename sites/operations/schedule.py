"""The Authorized Additional Site Schedule, kept by the Originating Site's Primary Contact (rule S3)."""

from datetime import date, datetime

from django.db import transaction

from portal.kernel.errors import Fault, Forbidden, Invalid, NotFound, Refused
from sites.events import tell
from sites.models import Agreement, ScheduleEntry
from sites.policies import keeps_schedule
from sites.queries import stands_on_schedule
from sites.rules import identifiers
from sites.rules.enrolling import NEWCOMER
from sites.tenancy import Actor


@transaction.atomic
def add_to_schedule(
    *, actor: Actor, at: datetime, on: date, agreement: Agreement, name: str, registration_number: str
) -> ScheduleEntry:
    """Put a company on the schedule of `agreement` from `on`: its Additional Sites may then be accepted.

    Raises NotFound, Forbidden (`schedule_keeper`), Invalid with every fault, Refused (`schedule_twice`).
    """
    found = Agreement.objects.visible_to(actor).filter(pk=agreement.pk).select_related("customer").first()
    if found is None:
        raise NotFound
    if not keeps_schedule(actor, found, on):
        raise Forbidden(Fault("schedule_keeper", params={"number": found.number}))
    name, registration_number = name.strip(), registration_number.strip()
    if str(found.customer.country) == NEWCOMER.country:
        registration_number = identifiers.cvr_number(registration_number).value
    faults = _faults(found, name, registration_number)
    if faults:
        raise Invalid(*faults)
    if stands_on_schedule(found, registration_number, on):
        raise Refused(Fault("schedule_twice", "registration_number", params={"name": name, "number": found.number}))
    entry = ScheduleEntry.objects.create(
        customer_id=found.customer_id,
        agreement=found,
        name=name,
        registration_number=registration_number,
        valid_from=on,
    )
    told = {"name": name, "registration_number": registration_number}
    tell(actor=actor, at=at, kind="schedule_added", subject=found, customer_id=found.customer_id, **told)
    return entry


def _faults(agreement: Agreement, name: str, registration_number: str) -> list[Fault]:
    country = str(agreement.customer.country)
    given = {"name": (name, 200), "registration_number": (registration_number, 20)}
    faults = [Fault("field_required", where) for where, (value, _limit) in given.items() if not value]
    faults += [
        Fault("text_too_long", where, params={"limit": limit})
        for where, (value, limit) in given.items()
        if len(value) > limit
    ]
    known_shape = country != NEWCOMER.country or identifiers.cvr_number(registration_number).ok
    if registration_number and not known_shape:
        params = {"value": registration_number, "country": country}
        faults.append(Fault("registration_invalid", "registration_number", params=params))
    return faults
