"""What-ifs for tests: the fields of a question, as the page sends them."""

from collections.abc import Iterable
from typing import Any

from licenses.models import Entitlement
from tests.cast import World

PAGE = "/what-if/"
DATES = "/what-if/dates/"
PDF = "/what-if/report.pdf"
ASK = "/what-if/request/"
SCENARIOS = "/what-if/scenarios/"


def fields(world: World, lines: Iterable[Entitlement], **more: Any) -> dict[str, Any]:
    """One unit of each of `lines` to Mette's Originating Site, three years from today; `more` replaces or adds."""
    asked = {
        "customer": str(world.nordvind.pk),
        "target": world.originating_site.site_number,
        "effective_on": "",
        "horizon_months": "36",
    }
    return asked | {f"quantity-{line.pk}": "1" for line in lines} | more
