"""The two ends of a move, as each may know the other: rows where they can be read, else what the request keeps."""

from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from licenses.models import Entitlement
from sites.models import Site


@dataclass(frozen=True, slots=True)
class End:
    """A site of a request with its customer's name and its country (ISO 3166); `seen` where its page can be opened."""

    number: str = ""
    name: str = ""
    customer: str = ""
    country: str = ""
    seen: bool = False

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()


def end_of(site: Site) -> End:
    """An end whose site can be read."""
    return End(site.site_number, site.name, site.customer.name, str(site.country), seen=True)


def kept_ends(source: Site, target: Site | None) -> dict[str, Any]:
    """What a request keeps of its ends as plain JSON, so that each can be told to the other's people (rule M4)."""
    sites = {"source": source, "target": target}
    kept = {side: asdict(end_of(site)) for side, site in sites.items() if site is not None}
    return {side: {k: v for k, v in facts.items() if k != "seen"} for side, facts in kept.items()}


def kept_line(line: Entitlement) -> dict[str, str]:
    """The same of a license line: which product it is, and which order brought it."""
    return {
        "part_number": line.part_id,
        "description": line.part.description,
        "order_reference": line.order_reference,
    }


def seen(row: models.Model, name: str) -> Any:
    """The row that `row.name` refers to; None where there is none, or where the actor may not read it."""
    try:
        return getattr(row, name)
    except ObjectDoesNotExist:
        return None
