"""Every address of the portal with something of Nordvind's filled in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver

from licenses.models import Entitlement
from portal.models import ContentEntry
from sites.models import Agreement
from tests.cast import World, looking
from tests.renewing import issue
from tests.tenancy.ground import plant


@dataclass(frozen=True)
class Address:
    """A pattern: `route` as it is written, joined with those it is included by, and the pattern itself."""

    route: str
    pattern: URLPattern


def addresses() -> list[Address]:
    """All of them, in the order in which Django tries them."""
    return list(_below(get_resolver().url_patterns, ""))


def _below(patterns: list[Any], prefix: str) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, route)
        else:
            yield Address(route, pattern)


class Filled:
    """Nordvind with one more row of everything, and what to write into an address for each of them."""

    NUMBER = 21

    def __init__(self) -> None:
        world = World()
        plant(world.nordvind, world.mette, world.partner, self.NUMBER)
        quote = issue(world)[0].pk
        with looking(world.mette):
            scenario = self.of("migrations_app", "scenario")
        with looking():
            line = Entitlement.objects.get(order_reference=f"W-{self.NUMBER}")
            proof = line.proofs.get().number
            agreement = Agreement.objects.get(number=f"99{self.NUMBER}").number
            self.known: dict[str, dict[str, Any]] = {
                "help/": {"slug": ContentEntry.objects.all()[0].slug},
                "agreements/": {"number": agreement, "kind": "pdf"},
                "sites/": {"site_number": f"98{self.NUMBER}0", "kind": "pdf"},
                "parts/": {"part_number": line.part_id},
                "proofs/": {"number": proof},
                "verify/": {"number": proof},
                "notifications/": {"pk": self.of("sites", "notification")},
                "declarations/": {"pk": self.of("sites", "ownershipdeclaration")},
                "ownership-declarations/": {"pk": self.of("sites", "ownershipdeclaration")},
                "jobs/": {"pk": self.of("sites", "job")},
                "enrollments/": {"pk": self.of("sites", "enrollment"), "verb": "submit"},
                "licenses/imports/": {"pk": self.of("licenses", "entitlementimport"), "verb": "compare"},
                "entitlement-imports/": {"pk": self.of("licenses", "entitlementimport"), "verb": "compare"},
                "licenses/": {"pk": line.pk},
                "entitlements/": {"pk": line.pk},
                "transfers/": {"pk": self.of("migrations_app", "transferrequest"), "verb": "submit"},
                "transfer-requests/": {"pk": self.of("migrations_app", "transferrequest"), "verb": "submit"},
                "transfer-forms/": {
                    "pk": self.of("migrations_app", "transferbatch"),
                    "kind": "csv",
                    "verb": "submit",
                    "number": 2,
                },
                "transfer-batches/": {
                    "pk": self.of("migrations_app", "transferbatch"),
                    "verb": "submit",
                    "number": 2,
                },
                "what-if/scenarios/": {"pk": scenario},
                "quotes/": {"pk": quote, "verb": "accept"},
                "renewal-notices/customers/": {"pk": world.nordvind.pk},
                "renewal-notices/": {"pk": self.of("renewals", "notice")},
                "renewal-calendars/": {"token": "x"},
                "contact-checks/": {"token": "x"},
                "renewal-calendar/": {"kind": "csv"},
                "coverage-radar/": {"kind": "xlsx"},
                "renewal-quotes/": {"pk": quote},
            }

    def of(self, app: str, name: str) -> Any:
        """The key of the newest row of a model: of Nordvind's own where it has an owner."""
        model = apps.get_model(app, name)
        rows = model._default_manager.all()
        if any(field.name == "customer" for field in model._meta.fields):
            rows = rows.filter(customer=World().nordvind)
        if name == "customer":
            rows = rows.filter(pk=World().nordvind.pk)
        if name == "staffrole":
            rows = rows.filter(user=World().admin)
        return rows.order_by("-pk")[0].pk

    def path(self, address: Address) -> str:
        """The address, filled in."""
        if address.pattern.name == "api_nowhere":
            return "/api/v1/nowhere/"
        values = self._values(address.route)
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), simplify_regex(address.route)).replace(
            "\\", ""
        )

    def _values(self, route: str) -> dict[str, Any]:
        if route.startswith("admin/"):
            _, app, model = (*route.split("/"), "")[:3]
            if model and app in {config.label for config in apps.get_app_configs()}:
                with looking():
                    key = self.of(app, model)
                return {"object_id": key, "pk": key, "verb": "approve", "kind": "csv"}
            return {"app_label": "sites", "url": "x"}
        tail = route.removeprefix("api/v1/").removeprefix("^")
        for prefix, values in self.known.items():
            if tail.startswith(prefix):
                return values
        return {"key": "x", "uidb36": "x"}
