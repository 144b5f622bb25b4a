"""Reads JSON bodies about quotes: every fault at once, each with its field and line."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request

from portal.kernel.errors import Fault, Invalid
from renewals.models import RenewalQuote
from renewals.rules.choosing import Wish

MOST_LINES = 10_000
MOST_UNITS = 10**12


def read_body(request: Request) -> dict[str, Any]:
    """The body as an object. Raises Invalid where it is something else."""
    data = request.data
    if not isinstance(data, dict):
        raise Invalid(Fault("field_invalid", params={"said": "A JSON object is expected.", "rule": "object"}))
    return data


def read_text(body: dict[str, Any], name: str, faults: list[Fault], line: str | None = None) -> str:
    """A text without spaces around it; '' for none."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or "\0" in value or not _storable(value):
        faults.append(Fault("text_expected", name, line))
        return ""
    return value.strip()


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_version(body: dict[str, Any], faults: list[Fault]) -> int | None:
    """The version that was read, None where none is named."""
    value = body.get("version")
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    faults.append(Fault("quote_version_invalid", "version", params={"value": str(value)[:40]}))
    return None


def read_wishes(body: dict[str, Any], quote: RenewalQuote, faults: list[Fault]) -> tuple[Wish, ...]:
    """The lines that are named, by `entitlement` or `line`: an id, or the number that the line has on the paper."""
    items = body.get("lines")
    if items is None:
        return ()
    if not isinstance(items, list) or not items or len(items) > MOST_LINES:
        faults.append(Fault("quote_lines_list", "lines", params={"most": MOST_LINES}))
        return ()
    numbers = {line.item: str(line.entitlement_id) for line in quote.lines.all()}
    return tuple(_wish(each, numbers, faults) for each in items)


def _wish(item: Any, numbers: dict[int, str], faults: list[Fault]) -> Wish:
    if not isinstance(item, dict):
        faults.append(Fault("quote_line_shape", "lines"))
        return Wish("")
    named = item.get("entitlement", item.get("line"))
    if isinstance(named, int) and not isinstance(named, bool):
        key = numbers.get(named, str(named)[:40])
    elif isinstance(named, str) and _storable(named):
        key = _canonical(named)
    else:
        key = ""
        faults.append(Fault("quote_line_shape", "lines"))
    return Wish(key, _quantity(item, key, faults), read_text(item, "reason", faults, key or None))


def _canonical(named: str) -> str:
    try:
        return str(UUID(named))
    except ValueError:
        return named[:40]


def _quantity(item: dict[str, Any], key: str, faults: list[Fault]) -> int | None:
    value = item.get("quantity")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_UNITS:
        faults.append(Fault("quote_quantity_whole", "quantity", key or None, params={"value": str(value)[:40]}))
        return None
    return value


def require_none(faults: list[Fault]) -> None:
    """Raises Invalid with all of them, where there are any."""
    if faults:
        raise Invalid(*faults)
