"""How an import of prices is put in words for the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from licenses.models import PriceImport
from licenses.queries.price_imports import PriceChange
from licenses.views.shared import Item
from sites.events import history
from sites.formats import format_date
from sites.views.shown import Happening, happened
from sites.words import retold

STEPS = {
    "put_in_force": pgettext_lazy("button", "Put into force"),
    "compare": gettext_lazy("Compare again"),
    "reject": gettext_lazy("Reject"),
}
DONE = {
    "put_in_force": gettext_lazy("%(number)s is in force."),
    "compare": gettext_lazy("%(number)s is being compared with the list again."),
    "reject": gettext_lazy("%(number)s is rejected."),
}
EVENTS = {
    "uploaded": gettext_lazy("Uploaded"),
    "checked": gettext_lazy("Checked"),
    "compared_again": gettext_lazy("Compared again"),
    "in_force": gettext_lazy("Put into force"),
    "rejected": gettext_lazy("Rejected"),
    "given_up": gettext_lazy("Given up by the portal's operators"),
}


def changed(case: PriceImport) -> int:
    """How many prices the file changes."""
    return case.rows_new + case.rows_changed + case.rows_gone


def facts(case: PriceImport) -> list[Item]:
    """What the page says about an import first."""
    prices = case.price_list
    note = _("demonstration prices") if prices.demonstration else ""
    rows = [
        Item(_("Status"), case.get_status_display()),
        Item(_("Price list"), f"{prices.name} · {prices.country} · {prices.currency}", note=note),
        Item(_("Effective day"), format_date(case.effective_on, get_language() or "en")),
        Item(_("File"), case.filename),
        Item(_("Uploaded by"), str(case.created_by)),
    ]
    if case.decision_reason:
        rows.append(Item(_("Reason"), case.decision_reason))
    return rows


def counts(case: PriceImport) -> list[tuple[str, str, int, str]]:
    """Rows by kind: its key in the list of rows, its name, how many, and what becomes of them."""
    told = [("", _("rows in the file"), case.rows_read, "")]
    if case.rows_invalid:
        return [*told, ("invalid", _("not valid"), case.rows_invalid, _("They keep the file from going into force."))]
    gone = _("They end the day before; orders go on with the last known price.")
    scheduled = _("Prices already scheduled for later that give way: %(count)s.") % {"count": case.replaced}
    return [
        *told,
        ("new", _("new"), case.rows_new, ""),
        ("changed", _("changed"), case.rows_changed, scheduled if case.replaced else ""),
        ("gone", _("gone"), case.rows_gone, gone if case.rows_gone else ""),
        ("same", _("the same"), case.rows_same, ""),
    ]


def told(fault: dict[str, Any]) -> str:
    """A stored fault in the reader's language."""
    return str(retold(fault)["message"])


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A row as a table shows it; what couldn't be read stands as it was written."""

    change: PriceChange
    part: str
    level: str
    price: str
    faults: Sequence[str]


def change_views(found: Sequence[PriceChange]) -> list[ChangeView]:
    """Rows with their change and their faults as sentences."""
    views = []
    for change in found:
        row = change.row
        part, level, price = (str(row.values.get(field, "")) for field in ("part_number", "level", "price"))
        faults = [told(fault) for fault in row.errors]
        views.append(ChangeView(change, row.part_number or part, row.level or level, price, faults))
    return views


def happenings(case: PriceImport) -> list[Happening]:
    """What happened to the import, the latest first."""
    return happened(history(case), EVENTS)


def step_label(above: Decimal | None, upto: Decimal | None) -> str:
    """A step of change in words, in per cent."""
    if above is None:
        return _("down by more than %(upto)s %%") % {"upto": abs(upto or 0)}
    if upto is None:
        return _("up by more than %(above)s %%") % {"above": above}
    if above == upto:
        return _("validity or list price alone")
    if upto <= 0:
        return _("down by %(least)s to %(most)s %%") % {"least": abs(upto), "most": abs(above)}
    return _("up by %(least)s to %(most)s %%") % {"least": above, "most": upto}
