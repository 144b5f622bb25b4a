"""What a Proof of Entitlement says of where it holds, kept as it was on the day it was issued."""

from typing import Any

from sites.models import Site


def place_facts(site: Site) -> dict[str, Any]:
    """Plain JSON facts of a site and its customer (rule book section 7), in the language that is active.

    Needs `customer` and `agreement`. What the line itself is comes beside them: papers must not change later.
    """
    customer = site.customer
    return {
        "program": site.program,
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
