"""What a Proof of Entitlement says, kept as it was on the day it was issued."""

from typing import Any

from licenses.models import Entitlement


def paper_facts(line: Entitlement) -> dict[str, Any]:
    """Plain JSON facts of the line, its site and customer (rule book section 7): papers must not change later."""
    site, customer, part = line.site, line.customer, line.part
    return {
        "program": site.program,
        "part_number": part.part_number,
        "description": part.description,
        "metric": part.metric,
        "order_reference": line.order_reference,
        "acquired_on": line.acquired_on.isoformat(),
        "cover_start": line.coverage_start.isoformat() if line.coverage_start else None,
        "cover_end": line.coverage_end.isoformat() if line.coverage_end else None,
        "customer_name": customer.name,
        "customer_number": customer.ibm_customer_number,
        "registration_number": customer.registration_number,
        "customer_address": _address(customer),
        "site_name": site.name,
        "site_number": site.site_number,
        "site_address": _address(site),
        "agreement_number": site.agreement.number if site.agreement else "",
    }


def _address(place: Any) -> list[str]:
    return [row for row in (place.street, f"{place.postal_code} {place.city}".strip(), place.country.name) if row]
