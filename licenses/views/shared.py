"""What the pages of this package share."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from licenses.models import Entitlement
from licenses.queries import rule_book
from licenses.rules.orders import is_lapsed
from sites.tenancy import Actor


@dataclass(frozen=True, slots=True)
class Item:
    """A fact of a definition list, or a breadcrumb: a label with a value and where it leads."""

    label: object
    value: object = None
    url: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A colored word."""

    kind: str
    label: str


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a page behind the sign-in."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def cover_tag(cover_end: date | None, on: date) -> Tag:
    """How a line's cover stands on a day (rules T8, V8)."""
    if cover_end is None:
        return Tag("quiet", _("no S&S"))
    if is_lapsed(cover_end, on):
        return Tag("caution", _("lapsed"))
    if cover_end <= on + timedelta(days=rule_book().renewal_soon_days):
        return Tag("info", _("ends soon"))
    return Tag("success", _("covered"))


@dataclass(frozen=True, slots=True)
class LineRow:
    """A license line as a table shows it."""

    line: Entitlement
    cover: Tag


def line_rows(lines: list[Entitlement], on: date) -> list[LineRow]:
    """Lines with the state of their cover on a day."""
    return [LineRow(line, cover_tag(line.coverage_end, on)) for line in lines]
