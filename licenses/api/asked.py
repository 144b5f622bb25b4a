"""Query values of the API: read tolerantly, refused with every fault at once."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from licenses.models import Part
from licenses.readmodels import LAST_DAY
from portal.kernel.errors import Fault, Invalid
from sites.models import Site
from sites.tenancy import Actor

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


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
        """A date of the calendar, as 2026-12-31."""
        value = self.text(name)
        if not value:
            return None
        try:
            found = date.fromisoformat(value) if _DAY.fullmatch(value) else None
        except ValueError:
            found = None
        if found is None:
            self._no("date_invalid", name, value)
        elif found > LAST_DAY:
            self.faults.append(Fault("date_late", name, params={"value": found, "last": LAST_DAY}))
        return found

    def instant(self, name: str) -> datetime | None:
        """An instant; without a time zone it is UTC."""
        # A plus sign that nobody escaped arrives as a space.
        value = self.text(name).replace(" ", "+")
        if not value:
            return None
        try:
            found = datetime.fromisoformat(value)
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            self._no("instant_invalid", name, value)
        return None

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
