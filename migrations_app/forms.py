"""What pages ask for: where licenses go, which and how many, reasons, and filled-in forms."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licenses.intake.cells import LAST_DAY, MAX_QUANTITY
from licenses.models import Entitlement
from licenses.rules.parts import PERPETUAL_KINDS, TERM_KINDS
from migrations_app.intake.headings import FIELDS, REQUIRED
from migrations_app.models import BatchRow, TransferBatch, TransferRequest
from migrations_app.reading import LineInput, WaiverInput
from migrations_app.words.batches import COLUMNS
from sites.forms import TellingForm
from sites.models import Enrollment, Site
from sites.models.site import Program
from sites.tenancy import Actor

MOST_TEXT = 2000
MOST_LINES = 200
MOST_DIGITS = 10
ENROLLMENT = "enrollment:"
QUANTITY = "quantity-"
WHOLE = _("Write a whole number, such as 12.")
MOVABLE = tuple(str(kind) for kind in PERPETUAL_KINDS | TERM_KINDS)

Choices = list[tuple[str, str] | tuple[str, list[tuple[str, str]]]]


def source_sites(actor: Actor) -> list[Site]:
    """The sites that the actor may move licenses from: Express first."""
    rows = Site.objects.visible_to(actor).select_related("customer").order_by("customer__name", "site_number")
    return sorted((s for s in rows if actor.may_write(s.customer)), key=lambda s: s.program != Program.PAE)


def target_sites(actor: Actor) -> list[Site]:
    """The Passport Advantage sites that the actor sees."""
    rows = Site.objects.visible_to(actor).filter(program=Program.PA).select_related("customer", "agreement")
    return list(rows.order_by("customer__name", "site_number"))


def open_enrollments(actor: Actor) -> QuerySet[Enrollment]:
    """Enrollments that may bring a target into being, the newest first."""
    waiting = ("draft", "submitted", "returned")
    rows = Enrollment.objects.visible_to(actor).filter(status__in=waiting).exclude(kind=Enrollment.Kind.UPDATE)
    return rows.order_by("-created_at", "id")


def enrollment_choices(enrollments: Mapping[str, Enrollment]) -> Choices:
    """Enrollments under way as a group of choices; no group where there are none."""
    waiting = [(key, f"{e} ({e.get_status_display()})") for key, e in enrollments.items()]
    return [(gettext("Enrollments under way"), waiting)] if waiting else []


class RouteForm(forms.Form):
    """Step one: from which site, and where to."""

    source = forms.ChoiceField(label=_("From site"))
    target = forms.ChoiceField(
        label=_("To site"),
        help_text=_("A Passport Advantage site, or an enrollment under way: the request then waits."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.sources = {s.site_number: s for s in source_sites(actor)}
        self.targets = {s.site_number: s for s in target_sites(actor)}
        self.enrollments = {f"{ENROLLMENT}{e.pk}": e for e in open_enrollments(actor)}
        unknown = _("Choose one from the list.")
        sources: Any = self.fields["source"]
        sources.choices = [("", gettext("Choose a site")), *_by_customer(self.sources.values())]
        sources.error_messages["invalid_choice"] = unknown
        targets: Any = self.fields["target"]
        targets.choices = [
            ("", gettext("Choose a site")),
            *_by_customer(self.targets.values()),
            *enrollment_choices(self.enrollments),
        ]
        targets.error_messages["invalid_choice"] = unknown

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("source") and cleaned.get("source") == cleaned.get("target"):
            self.add_error("target", _("Source and target are the same site. Choose another target."))
        return cleaned

    @property
    def route(self) -> dict[str, Any]:
        """The choice as the arguments of preview and create_request."""
        target = self.cleaned_data["target"]
        enrollment = self.enrollments.get(target)
        return {
            "source_site": self.cleaned_data["source"],
            "target_site": None if enrollment else target,
            "enrollment": enrollment.pk if enrollment else None,
        }

    @property
    def target_label(self) -> str:
        """The chosen target in words."""
        chosen = self.cleaned_data["target"]
        return str(self.targets.get(chosen) or self.enrollments.get(chosen) or chosen)


def _by_customer(sites: Iterable[Site]) -> Choices:
    """Sites as choices; in groups where there is more than one customer."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for site in sites:
        groups.setdefault(site.customer.name, []).append(
            (site.site_number, f"{site.site_number} {site.name} ({site.get_program_display()})")
        )
    return list(groups.items()) if len(groups) > 1 else [pair for pairs in groups.values() for pair in pairs]


def quantity_field(label: str, *, least: int, initial: Any = None) -> forms.IntegerField:
    """So many units of a license line; empty for none of it."""
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=least,
        max_value=MAX_QUANTITY,
        error_messages={"invalid": WHOLE},
        initial=initial,
    )


def not_too_far(day: date | None) -> date | None:
    """The day of a move. Raises ValidationError for one beyond all dates that are kept."""
    if day and day > LAST_DAY:
        raise forms.ValidationError(_("That lies too far ahead."))
    return day


class LinesForm(forms.Form):
    """Step two: how many units of which lines, why, and from when."""

    reason = forms.CharField(
        label=_("Reason"), max_length=MOST_TEXT, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why the licenses move. The IBM rep and the other Primary Contact read it."),
    )  # fmt: skip
    effective_on = forms.DateField(
        label=_("Effective on"), required=False, widget=forms.DateInput(format="%Y-%m-%d"),
        help_text=_("Left empty, the move counts from the day of approval."),
    )  # fmt: skip

    def __init__(self, *args: Any, lines: Sequence[Entitlement], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            label = gettext("Quantity of %(part)s") % {"part": line.part_id}
            self.fields[f"{QUANTITY}{line.pk}"] = quantity_field(label, least=0)

    def clean_effective_on(self) -> date | None:
        return not_too_far(self.cleaned_data["effective_on"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = [name for name in self.errors if name.startswith(QUANTITY)]
        if not typed and not self.chosen:
            raise forms.ValidationError(_("No license is chosen. Write a quantity beside at least one."))
        return cleaned

    @property
    def chosen(self) -> list[LineInput]:
        """The lines with a quantity, in the table's order."""
        asked = ((line.pk, self.cleaned_data.get(f"{QUANTITY}{line.pk}")) for line in self.lines)
        return [LineInput(entitlement=pk, quantity=units) for pk, units in asked if units]

    def quantity_of(self, line: Entitlement) -> forms.BoundField:
        """The quantity field of `line`."""
        return self[f"{QUANTITY}{line.pk}"]


def movable_lines(source: Site, actor: Actor, wanted: Sequence[UUID] = (), search: str = "") -> list[Entitlement]:
    """License lines at `source` that may be asked for, `wanted` among them, the oldest first; MOST_LINES at most."""
    rows = movable(actor).filter(site=source)
    return lines_shown(rows, rows, wanted, search)


def movable(actor: Actor) -> QuerySet[Entitlement]:
    """License lines that may be asked for, by site, the oldest first."""
    rows = Entitlement.objects.visible_to(actor).held_now().filter(part__kind__in=MOVABLE)
    return rows.select_related("part", "site").order_by("site__site_number", "part__product", "acquired_on", "pk")


def lines_shown(
    rows: QuerySet[Entitlement], listed: QuerySet[Entitlement], wanted: Sequence[UUID], search: str
) -> list[Entitlement]:
    """Those `listed` that fit `search`, MOST_LINES at most; before them what else of `rows` is `wanted`."""
    if search:
        listed = listed.filter(Q(part__part_number__icontains=search) | Q(part__description__icontains=search))
    found = list(listed[:MOST_LINES])
    missing = set(wanted) - {line.pk for line in found}
    return [*rows.filter(pk__in=missing), *found] if missing else found


def read_named(fields: Iterable[str]) -> tuple[list[UUID], int]:
    """The lines that fields of quantities name, in the order given, and how many of them name none."""
    found: list[UUID] = []
    garbled = 0
    for name in fields:
        if name.startswith(QUANTITY):
            try:
                found.append(UUID(name.removeprefix(QUANTITY)))
            except ValueError:
                garbled += 1
    return found, garbled


def waiver_name(check: Mapping[str, Any]) -> str:
    """The field in which a person says why a warning is taken note of."""
    return f"waive-{check['code']}-{check['line'] or 'all'}"


def read_waivers(posted: Mapping[str, str], checks: Iterable[Mapping[str, Any]]) -> list[WaiverInput]:
    """The reasons typed beside the warnings among `checks`; `waive-rest` answers those without one of their own."""
    rest = posted.get("waive-rest", "")
    found = []
    for check in checks:
        reason = _clean(posted.get(waiver_name(check), "")) or _clean(rest)
        if check["waivable"] and not check.get("waived") and reason:
            found.append(WaiverInput(check["code"], check["line"], reason))
    return found


def wait_name(check: Mapping[str, Any]) -> str:
    """The field of the page that says to wait for a finding of this code to heal: one for all lines."""
    return f"wait-{check['code']}"


def read_waits(posted: Mapping[str, str], checks: Iterable[Mapping[str, Any]]) -> list[str]:
    """The codes among `checks` that the requester rather waits for."""
    return sorted({c["code"] for c in checks if c.get("may_wait") and posted.get(wait_name(c))})


def read_reason(posted: Mapping[str, str]) -> str:
    """The reason that a person gave for a step."""
    return _clean(posted.get("reason", ""))


def read_version(posted: Mapping[str, str]) -> int | None:
    """The version that the page showed; None where it names none."""
    version = posted.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < MOST_DIGITS else None


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()[:MOST_TEXT]


class RequestFilter(forms.Form):
    """Narrows the list of requests."""

    status = forms.ChoiceField(
        choices=[("", _("All")), *TransferRequest.Status.choices], required=False, label=_("Status")
    )


class RowFilter(forms.Form):
    """Narrows the rows of a form."""

    outcome = forms.ChoiceField(choices=[("", _("All")), *BatchRow.Outcome.choices], required=False)
    code = forms.RegexField(r"[A-Za-z0-9_]{1,60}", required=False)


class UploadForm(TellingForm):
    """A filled-in transfer form."""

    file = forms.FileField(
        label=_("Filled-in form"), widget=forms.FileInput(attrs={"accept": ".xlsx,.ods,.csv,.pdf"}),
        help_text=_("A workbook (.xlsx or .ods), a CSV file, or the PDF form with its fields filled in."),
    )  # fmt: skip
    mode = forms.ChoiceField(
        label=_("How to take it"), choices=TransferBatch.Mode.choices, initial=TransferBatch.Mode.PER_ROW,
        widget=forms.RadioSelect,
        help_text=_("“All rows or none” submits nothing while a single row is wrong."),
    )  # fmt: skip


class RowForm(TellingForm):
    """A row of a form in its eight columns, as text: what each must be is told by the same reading that files get."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in FIELDS:
            widget = forms.Textarea(attrs={"rows": 2}) if name == "reason" else forms.TextInput()
            self.fields[name] = forms.CharField(
                label=COLUMNS[name], required=name in REQUIRED, max_length=MOST_TEXT, widget=widget
            )

    def show(self, found: Iterable[Mapping[str, Any]]) -> None:
        """What was found in the row, each beside its column; for a form that nobody has sent yet."""
        self.full_clean()
        self.cleaned_data: dict[str, Any] = {}
        for each in found:
            if each["field"] in self.fields:
                self.add_error(each["field"], each["message"])
