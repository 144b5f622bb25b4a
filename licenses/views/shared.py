"""What the pages of this package share."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from licenses.models import Entitlement
from licenses.queries import rule_book
from licenses.readmodels import Moments
from licenses.rules.orders import is_lapsed
from portal.kernel.explanation import Explanation
from sites.formats import format_date, format_moment
from sites.tenancy import Actor


@dataclass(frozen=True, slots=True)
class Item:
    """A fact of a definition list, or a breadcrumb: a label with a value, where it leads, and why it is so."""

    label: object
    value: object = None
    url: str | None = None
    note: str = ""
    why: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A colored word."""

    kind: str
    label: str


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a page behind the sign-in."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def cover_tag(cover_end: date | None, on: date, soon_days: int) -> Tag:
    """How a line's cover stands on a day; it ends soon within `soon_days` (rules T8, V8)."""
    if cover_end is None:
        return Tag("quiet", _("no S&S"))
    if is_lapsed(cover_end, on):
        return Tag("caution", _("lapsed"))
    if cover_end <= on + timedelta(days=soon_days):
        return Tag("info", _("ends soon"))
    return Tag("success", _("covered"))


@dataclass(frozen=True, slots=True)
class LineRow:
    """A license line as a table shows it, with the end of its cover and how that stands."""

    line: Entitlement
    cover_end: date | None
    cover: Tag


def line_rows(lines: list[Entitlement], on: date) -> list[LineRow]:
    """Lines with the state of their cover on a day; the cover of `license_lines` where they come from there."""
    ends = [getattr(line, "cover_end_then", line.coverage_end) for line in lines]
    soon = rule_book(on).renewal_soon_days
    return [LineRow(line, end, cover_tag(end, on, soon)) for line, end in zip(lines, ends, strict=True)]


def reader() -> str:
    """The language of the page."""
    return get_language() or "en"


def file_items(name: str, number: str, asked: Moments) -> list[Item]:
    """The statement at the address `name` as paper and as sheet, of the same question."""
    query = urlencode(asked.as_query())
    return [Item(kind.upper(), url=f"{reverse(name, args=[number, kind])}?{query}") for kind in ("pdf", "xlsx")]


def asked_heading(asked: Moments) -> str:
    """The two times of a question, in words (rule P7)."""
    on = format_date(asked.as_of, reader()) if asked.as_of else ""
    if asked.known_at is None:
        return _("As of %(on)s, as known now") % {"on": on}
    at = format_moment(asked.known_at, reader(), seconds=True)
    return _("As of %(on)s, as known on %(at)s") % {"on": on, "at": at} if on else _("As known on %(at)s") % {"at": at}
