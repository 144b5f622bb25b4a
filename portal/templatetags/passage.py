"""What templates need beyond Django's own: form widgets, tags by status, the ladder of levels as a figure.

Figures and dates are written by the library `formats`, everywhere.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from sites.templatetags.formats import number
from sites.templatetags.formats import points as points_written

register = template.Library()

# How each status or severity of the product is colored. Words not listed are neutral.
KINDS = {
    "draft": "neutral",
    "uploaded": "neutral",
    "checking": "progress",
    "checked": "progress",
    "submitted": "progress",
    "in_review": "progress",
    "applying": "progress",
    "issued": "progress",
    "approved": "progress",
    "waiting": "waiting",
    "waits": "waiting",
    "review": "waiting",
    "returned": "caution",
    "warning": "caution",
    "completed_with_errors": "caution",
    "lapsed": "caution",
    "inactive": "caution",
    "completed": "success",
    "accepted": "success",
    "active": "success",
    "applied": "success",
    "valid": "success",
    "enrolled": "success",
    "rejected": "danger",
    "refused": "danger",
    "failed": "danger",
    "invalid": "danger",
    "error": "danger",
    "declined": "danger",
    "withdrawn": "quiet",
    "reversed": "quiet",
    "undone": "quiet",
    "superseded": "quiet",
    "expired": "quiet",
    "info": "info",
}
TAGS = {
    "neutral": "cds--tag--gray",
    "info": "cds--tag--blue",
    "waiting": "cds--tag--purple",
    "progress": "cds--tag--blue",
    "success": "cds--tag--green",
    "caution": "p-tag--caution",
    "danger": "cds--tag--red",
    "quiet": "cds--tag--outline",
}


@register.simple_tag
def tag_class(kind: str | None = None, status: str | None = None) -> str:
    """The class of a tag: by `kind`, else by the kind of `status`."""
    return TAGS.get(kind or KINDS.get(str(status or ""), "neutral"), TAGS["neutral"])


@register.filter
def widget_shape(field: BoundField) -> str:
    """Which markup a field takes: checkbox, options, select, file, textarea or input."""
    widget = field.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "options"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "textarea" if isinstance(widget, forms.Textarea) else "input"


_WIDGET_CLASSES = {
    "checkbox": "cds--checkbox",
    "select": "cds--select-input",
    "file": "p-file",
    "textarea": "cds--text-area",
    "input": "cds--text-input",
}


@register.filter
def carbon(field: BoundField) -> SafeString:
    """The field's widget with Carbon's class; a date becomes the browser's own date field."""
    widget = field.field.widget
    if isinstance(widget, forms.DateInput):
        # The browser's date field reads ISO dates only, whatever the page's language.
        widget.input_type = "date"
        widget.format = "%Y-%m-%d"
    classes = [widget.attrs.get("class", ""), _WIDGET_CLASSES.get(widget_shape(field), "")]
    return field.as_widget(attrs={"class": " ".join(c for c in classes if c)})


@register.inclusion_tag("components/level_progress.svg.html")
def level_progress(
    points: Decimal | str, level: str, ladder: Iterable[tuple[str, Decimal | int | str]], summary: str = ""
) -> dict[str, Any]:
    """Points of the term against the ladder, as a figure with its sentence.

    `points` of the running term, `level` in force now, `ladder` (level, threshold) in rising order; `summary`
    replaces the built-in sentence.
    """
    have = Decimal(str(points))
    rungs = [(name, Decimal(str(threshold))) for name, threshold in ladder]
    step = Decimal(100) / max(len(rungs), 1)
    shown = [
        {
            "level": name,
            "threshold": number(int(threshold)),
            "x": f"{index * step:.2f}",
            "current": name == level,
        }
        for index, (name, threshold) in enumerate(rungs)
    ]
    return {
        "rungs": shown,
        "fill": f"{_filled(have, [t for _name, t in rungs], step):.2f}",
        "summary": summary or _ladder_words(have, level, rungs),
    }


def _filled(have: Decimal, thresholds: list[Decimal], step: Decimal) -> Decimal:
    """Percent of the bar: every rung takes the same room, points fill the one they stand in by their share."""
    for index, threshold in enumerate(thresholds):
        following = thresholds[index + 1] if index + 1 < len(thresholds) else None
        if following is None:
            return Decimal(100) if have >= threshold else index * step
        if have < following:
            return index * step + step * max(have - threshold, Decimal(0)) / (following - threshold)
    return Decimal(0)


def _ladder_words(have: Decimal, level: str, rungs: list[tuple[str, Decimal]]) -> str:
    ahead = next(((name, threshold) for name, threshold in rungs if threshold > have), None)
    if ahead is None:
        return _(
            "%(points)s points in this term. Price level in force: %(level)s. The top of the ladder is reached."
        ) % {
            "points": points_written(have),
            "level": level,
        }
    return _(
        "%(points)s points in this term. Price level in force: %(level)s. %(missing)s points more reach level %(next)s."
    ) % {
        "points": points_written(have),
        "level": level,
        "missing": points_written(ahead[1] - have),
        "next": ahead[0],
    }


@register.filter
def lasting(seconds: float | None) -> str:
    """`{{ queue.oldest|lasting }}`: how long something takes or has taken, in the two largest units that count."""
    if seconds is None:
        return ""
    whole = int(seconds)
    if whole < 60:
        return _("%(seconds)s s") % {"seconds": whole}
    minutes = whole // 60
    if minutes < 60:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": whole % 60}
    hours = minutes // 60
    if hours < 24:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes % 60}
    return _("%(days)s d %(hours)s h") % {"days": hours // 24, "hours": hours % 24}
