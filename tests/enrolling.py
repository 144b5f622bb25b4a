"""What the tests of enrollments share: one that is in order, and the road of one through its steps."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from portal.world.names import cvr
from sites.models import Enrollment
from sites.operations import create_enrollment, take

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ON = date(2026, 11, 24)
NEWCOMER = cvr(4711)
PRIMARY = {"name": "Lars Holm", "email": "lars@fjordbyg.example", "phone": "+45 70 00 00 00"}


def wish(**changes: Any) -> dict[str, Any]:
    """An Originating Site's enrollment of a company that is no customer, in order; `customer__city=""` changes one."""
    data: dict[str, Any] = {
        "kind": "originating",
        "customer": {
            "name": "Bakkevig Data ApS",
            "registration_number": NEWCOMER,
            "vat_number": f"DK{NEWCOMER}",
            "street": "Bakkevej 1",
            "postal_code": "6700",
            "city": "Esbjerg",
            "country": "DK",
        },
        "customer_type": "commercial",
        "contacts": {"primary": dict(PRIMARY)},
    }
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = data
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return data


def of_fjordbyg(world: Any, **changes: Any) -> dict[str, Any]:
    """Lars's company enrolls: what the portal knows of it is left out."""
    return wish(customer={"registration_number": world.fjordbyg.registration_number}, **changes)


def submitted(acting: Callable[..., Any], who: str, data: dict[str, Any]) -> Enrollment:
    """Written and submitted by `who`."""
    with acting(who) as actor:
        enrollment = create_enrollment(actor=actor, at=AT, data=data)
        return take(actor=actor, at=AT, on=ON, enrollment_id=enrollment.pk, action="submit")


def decide(acting: Callable[..., Any], who: str, enrollment: Enrollment, action: str, **more: Any) -> Enrollment:
    """A step that `who` takes."""
    with acting(who) as actor:
        return take(actor=actor, at=AT, on=ON, enrollment_id=enrollment.pk, action=action, **more)
