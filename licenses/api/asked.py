"""Query values of the API: read tolerantly, refused with every fault at once."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import TypeVar

from licenses.models import Part
from licenses.readmodels import read_day, read_instant
from portal.kernel.errors import Fault, Invalid
from sites.models import Site
from sites.tenancy import Actor

Value = TypeVar("Value", date, datetime)


class Asked:
    """Reads one value at a time; `done` raises Invalid with all that was wrong. An empty value counts as none."""

    def __init__(self, params: Mapping[str, str]):
        self._params = params
        self.faults: list[Fault] = []

    def text(self, name: str) -> str:
        """The value without spaces around it, '' for none."""
        value = (self._params.get(name) or "").strip()
        if "\0" in value:
            self.faults.append(Fault("text_invalid", name))
            return ""
        return value

    def day(self, name: str) -> date | None:
        """A date of the calendar that can be asked about, as 2026-12-31."""
        value = self.text(name)
        return self._kept(read_day(value, name)) if value else None

    def instant(self, name: str) -> datetime | None:
        """An instant that can be asked about; without a time zone it is UTC."""
        value = self.text(name)
        return self._kept(read_instant(value, name, UTC)) if value else None

    def _kept(self, found: Value | Fault) -> Value | None:
        if isinstance(found, Fault):
            self.faults.append(found)
            return None
        return found

    def choice(self, name: str, among: Iterable[str]) -> str:
        """One of `among`, whatever its case."""
        value, known = self.text(name), list(among)
        found = {each.casefold(): each for each in known}.get(value.casefold(), "")
        if value and not found:
            params = {"value": value, "choices": ", ".join(known)}
            self.faults.append(Fault("choice_unknown", name, params=params))
        return found

    def site(self, name: str, actor: Actor) -> Site | None:
        """A site that `actor` sees, by its number."""
        value = self.text(name)
        if not value:
            return None
        found = Site.objects.visible_to(actor).filter(site_number=value).first()
        if found is None:
            self._no("site_unknown", name, value)
        return found

    def part(self, name: str) -> Part | None:
        """A part of the catalog, by its number in any case."""
        value = self.text(name).upper()
        if not value:
            return None
        found = Part.objects.filter(pk=value).first()
        if found is None:
            self._no("part_unknown", name, value)
        return found

    def done(self) -> None:
        """Raises Invalid with every fault, in the order asked."""
        if self.faults:
            raise Invalid(*self.faults)

    def _no(self, code: str, name: str, value: str) -> None:
        self.faults.append(Fault(code, name, params={"value": value}))
