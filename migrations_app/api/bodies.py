"""Reads JSON bodies value by value: types as the interface names them, every fault at once with its path."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from licenses.intake.cells import LAST_DAY, MAX_QUANTITY
from migrations_app.intake.headings import FIELDS
from migrations_app.operations import Rows
from migrations_app.reading import LineInput, WaiverInput
from portal.kernel.errors import Fault, Invalid, Stale

Value = TypeVar("Value")
MOST_LINES = 1000
MOST_TEXT = 2000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_VERSION = re.compile(r'(?:W/)?"(\d{1,9})"', re.ASCII)


class Body:
    """One object of a body. `done` raises Invalid with all that was wrong in it and in what it holds."""

    def __init__(self, data: Any, path: str = "", faults: list[Fault] | None = None):
        self.faults: list[Fault] = [] if faults is None else faults
        self._path = path
        self._line: str | None = None
        self._data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        self._readable = isinstance(data, Mapping)
        if not self._readable:
            self.faults.append(Fault("body_object", path or None))

    def text(self, name: str, *, required: bool = False, most: int = MOST_TEXT) -> str:
        """A text without spaces around it; '' for none, null and what can't be read."""
        value = self._data.get(name)
        if value is None or value == "":
            return self._none("", name, required)
        if not isinstance(value, str):
            return self._no("", "body_text", name, value=_shown(value))
        if not _storable(value):
            return self._no("", "text_invalid", name)
        if len(value) > most:
            return self._no("", "body_too_long", name, limit=most)
        return value.strip() or self._none("", name, required)

    def identity(self, name: str, *, required: bool = False) -> UUID | None:
        """The id of something."""
        value = self._data.get(name)
        if value is None or value == "":
            return self._none(None, name, required)
        try:
            found = UUID(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        return found or self._no(None, "id_invalid", name, value=_shown(value))

    def day(self, name: str) -> date | None:
        """A date of the calendar, as 2027-01-31, before the year 2100."""
        value = self._data.get(name)
        if value is None or value == "":
            return None
        try:
            found = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
        except ValueError:
            found = None
        if found is not None and found > LAST_DAY:
            return self._no(None, "date_far", name, value=found, last=LAST_DAY)
        return found or self._no(None, "date_invalid", name, value=_shown(value))

    def units(self, name: str) -> int:
        """A whole number of units, at least 1; 0 for what can't be read."""
        value = self._data.get(name)
        if value is None:
            return self._none(0, name, True)
        if isinstance(value, bool) or not isinstance(value, int):
            return self._no(0, "quantity_not_whole", name, value=_shown(value))
        if not 0 < value <= MAX_QUANTITY:
            return self._no(0, "quantity_range", name, value=_shown(value), most=MAX_QUANTITY)
        return value

    def items(self, name: str, *, most: int = MOST_LINES) -> list["Body"]:
        """The objects of a list; none for a list that is missing."""
        value = self._data.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            return self._no([], "body_list", name)
        if len(value) > most:
            return self._no([], "body_too_many", name, count=len(value), limit=most)
        return [Body(item, f"{self._where(name)}[{i}]", self.faults) for i, item in enumerate(value)]

    def texts(self, name: str, *, most: int = MOST_TEXT) -> list[str]:
        """The texts of a list; none for a list that is missing."""
        value = self._data.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            return self._no([], "body_list", name)
        if len(value) > MOST_LINES:
            return self._no([], "body_too_many", name, count=len(value), limit=MOST_LINES)
        items = Body({str(i): item for i, item in enumerate(value)}, self._where(name), self.faults)
        return [items.text(str(i), required=True, most=most) for i in range(len(value))]

    def flag(self, name: str) -> bool:
        """Yes or no; no where it is missing."""
        value = self._data.get(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        return self._no(False, "choice_unknown", name, value=_shown(value), choices="true, false")

    def inner(self, name: str) -> "Body":
        """The object `name`; an empty one where it is missing."""
        value = self._data.get(name)
        return Body({} if value is None else value, self._where(name), self.faults)

    def named(self) -> dict[str, str]:
        """Every value, each a text: '' for null, numbers as they are written."""
        plain = {
            name: str(value) if isinstance(value, int) and not isinstance(value, bool) else value
            for name, value in list(self._data.items())[:MOST_LINES]
        }
        texts = Body(plain, self._path, self.faults)
        return {str(name): texts.text(name) for name in plain}

    def belongs_to(self, line: UUID | None) -> None:
        """Faults found from now on name this license line."""
        self._line = str(line) if line else None

    def refuse(self, code: str, name: str, **params: Any) -> None:
        """Another fault of the value `name`."""
        self._no(None, code, name, **params)

    def done(self) -> None:
        """Raises Invalid with every fault, in the order asked."""
        if self.faults:
            raise Invalid(*self.faults)

    def _where(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _none(self, otherwise: Value, name: str, required: bool) -> Value:
        return self._no(otherwise, "field_required", name) if required and self._readable else otherwise

    def _no(self, otherwise: Value, code: str, name: str, **params: Any) -> Value:
        """Notes a fault; gives `otherwise`, for the reading to go on."""
        self.faults.append(Fault(code, self._where(name), self._line, params=params))
        return otherwise


def _shown(value: Any) -> str:
    """What was sent, short enough to be told, in JSON's own words for true, false and null."""
    text = {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    text = text.encode("utf-8", "replace").decode().replace("\0", "�")
    return text if len(text) <= 40 else f"{text[:39]}…"


def _storable(text: str) -> bool:
    """Whether the database can hold it: neither NUL nor half a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def read_request(data: Any) -> dict[str, Any]:
    """The body of a new transfer request as the arguments of `create_request`. Raises Invalid with every fault."""
    body = Body(data)
    source = body.text("source_site", required=True, most=10)
    target, enrollment = body.text("target_site", most=10), body.identity("enrollment")
    if not body.faults and not target and not enrollment:
        body.refuse("target_missing", "target_site")
    read = {
        "source_site": source,
        "target_site": target or None,
        "enrollment": enrollment,
        "effective_on": body.day("effective_on"),
        "reason": body.text("reason"),
        "lines": _lines(body),
        "waivers": read_waivers(body),
    }
    body.done()
    return read


def _lines(body: Body) -> list[LineInput]:
    before = len(body.faults)
    items = body.items("lines")
    if not items and len(body.faults) == before:
        body.refuse("lines_missing", "lines")
    lines: list[LineInput] = []
    taken: set[UUID] = set()
    for item in items:
        entitlement = item.identity("entitlement", required=True)
        item.belongs_to(entitlement)
        quantity = item.units("quantity")
        if entitlement in taken:
            item.refuse("line_twice", "entitlement")
        if entitlement is not None:
            taken.add(entitlement)
            lines.append(LineInput(entitlement=entitlement, quantity=quantity))
    return lines


def read_waivers(body: Body) -> list[WaiverInput]:
    """The warnings that the requester takes note of; `line` null is the whole request."""
    waivers: list[WaiverInput] = []
    for item in body.items("waivers"):
        line = item.identity("line")
        item.belongs_to(line)
        code = item.text("code", required=True, most=4)
        reason = item.text("reason", required=True)
        waivers.append(WaiverInput(code=code, line=str(line) if line else None, reason=reason))
    return waivers


def read_step(data: Any) -> dict[str, Any]:
    """Reason, waivers and what to wait for of a step; all may be missing. Raises Invalid with every fault."""
    body = Body({} if data is None else data)
    read = {"reason": body.text("reason"), "waivers": read_waivers(body), "wait_for": body.texts("wait_for", most=4)}
    body.done()
    return read


def read_values(data: Any) -> dict[str, str]:
    """Texts by the form's columns, at least one. Raises Invalid with every fault."""
    body = Body({} if data is None else data)
    read = body.named()
    body.done()
    if not read:
        raise Invalid(Fault("field_required", FIELDS[0]))
    return read


def read_fix(data: Any) -> tuple[Rows, dict[str, str]]:
    """Which rows, and what to write: `{"code", "field", "value", "was"}`, or `{"outcome", "code", "set": {…}}`.

    Raises Invalid with every fault.
    """
    body = Body({} if data is None else data)
    rows = Rows(body.text("code", most=60), body.text("outcome", most=20), body.text("was"))
    field, value = body.text("field", most=60), body.text("value")
    values = {field: value} if field else body.inner("set").named()
    body.done()
    return rows, values


def read_signature(data: Any) -> dict[str, str]:
    """Who signs a declaration. Raises Invalid with every fault."""
    body = Body({} if data is None else data)
    read = {name: body.text(name, required=True, most=120) for name in ("signed_by", "position")}
    body.done()
    return read


def read_version(header: str | None) -> int | None:
    """The version that If-Match names; None where the caller doesn't care. Raises Stale for what never was one."""
    if header is None or header.strip() == "*":
        return None
    found = _VERSION.fullmatch(header.strip())
    if found is None:
        raise Stale(Fault("etag_invalid", "If-Match", params={"value": _shown(header)}))
    return int(found.group(1))
