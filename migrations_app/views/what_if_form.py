"""What somebody writes to ask for a what-if: read whole, every fault told at its place, nothing that was typed lost."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licenses.models import Entitlement
from licenses.readmodels import one
from migrations_app.facts import HORIZON_MONTHS
from migrations_app.forms import (
    ENROLLMENT,
    QUANTITY,
    WHOLE,
    enrollment_choices,
    lines_shown,
    movable,
    not_too_far,
    open_enrollments,
    quantity_field,
    read_named,
)
from migrations_app.queries.what_if import LONGEST, SHORTEST, Question
from sites.models import Customer, Enrollment, Site
from sites.models.site import Program
from sites.tenancy import Actor

NEW_SITE = "new"
MOST_SITES = 200
MOST_WANTED = 500


def chosen_customer(data: QueryDict, actor: Actor) -> Customer | None:
    """The customer that the question is about: named, or that of a named site, or the only one that there is.

    Raises NotFound for a customer that the actor doesn't see.
    """
    seen = Customer.objects.visible_to(actor)
    if data.get("customer"):
        return one(seen, pk=data["customer"])
    if data.get("source"):
        return one(seen, sites__in=Site.objects.visible_to(actor).filter(site_number=data["source"][:20]))
    few = list(seen.order_by("name")[:2])
    return few[0] if len(few) == 1 else None


class SourcesField(forms.MultipleChoiceField):
    """The sites whose licenses are listed: an address that names licenses needs none."""

    def validate(self, value: list[str]) -> None:
        if value:
            super().validate(value)


class WhatIfForm(forms.Form):
    """From which sites, where to, when, for how long, and how many units of which lines.

    `typed` comes from the page or from an address; a line is `quantity-<id>`. It is judged where it is `asked`;
    otherwise it only fills the fields, and with `everything` each line that can move gets all that is available.
    """

    source = SourcesField(
        label=_("From sites"), widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("One of these sites isn't there any more. Choose from the list.")},
    )  # fmt: skip
    target = forms.ChoiceField(
        label=_("To"), help_text=_("A Passport Advantage site, an enrollment under way, or a site yet to be enrolled."),
        error_messages={"invalid_choice": _("Choose one from the list.")},
    )  # fmt: skip
    effective_on = forms.DateField(
        label=_("Move on"), required=False, widget=forms.DateInput(format="%Y-%m-%d"),
        help_text=_("Left empty, today."),
        error_messages={"invalid": _("That isn't a day of the calendar. Choose another.")},
    )  # fmt: skip
    horizon_months = forms.IntegerField(
        label=_("Months to compare"), min_value=SHORTEST, max_value=LONGEST, required=False,
        help_text=_("From 12 to 60; three years are usual."), error_messages={"invalid": WHOLE},
    )  # fmt: skip

    def __init__(
        self,
        typed: QueryDict,
        *,
        customer: Customer,
        actor: Actor,
        today: date,
        asked: bool = True,
        everything: bool = False,
    ):
        super().__init__(typed if asked else None)
        self.customer, self.today, self.typed, self.everything = customer, today, typed, everything
        self.sites = _sites_of(customer, actor)
        self.targets = {s.site_number: s for s in self.sites if s.program == Program.PA}
        self.enrollments = {f"{ENROLLMENT}{e.pk}": e for e in _enrollments(self.sites, customer, actor)}
        filled = (name for name in typed if any(value.strip() for value in typed.getlist(name)))
        self.wanted, self.garbled = read_named(filled)
        self.chosen = self._chosen_sites(actor)
        self.lines = _lines(self.chosen, self.wanted, typed.get("q", ""), actor)
        self._describe_fields()

    def _chosen_sites(self, actor: Actor) -> list[Site]:
        """Those ticked, or those of the lines that are named; to begin with, every Express site of the customer."""
        if ticked := set(self.typed.getlist("source")):
            return [s for s in self.sites if s.site_number in ticked]
        if self.wanted:
            named = Entitlement.objects.visible_to(actor).filter(pk__in=self.wanted[:MOST_WANTED])
            held = set(named.values_list("site_id", flat=True))
            return [s for s in self.sites if s.pk in held]
        if "target" in self.typed:
            return []
        return [s for s in self.sites if s.program == Program.PAE and s.customer_id == self.customer.pk]

    def _describe_fields(self) -> None:
        sources: Any = self.fields["source"]
        targets: Any = self.fields["target"]
        many = len({s.customer_id for s in self.sites}) > 1
        sources.choices = [(s.site_number, _site_label(s, many)) for s in self.sites]
        sources.initial = [s.site_number for s in self.chosen]
        targets.choices = [
            ("", gettext("Choose a site")),
            *((s.site_number, _site_label(s, many)) for s in self.targets.values()),
            (NEW_SITE, gettext("A new site, not enrolled yet")),
            *enrollment_choices(self.enrollments),
        ]
        originating = next((s.site_number for s in self.targets.values() if s.originating), None)
        targets.initial = self.typed.get("target", originating)
        self.fields["effective_on"].initial = self.typed.get("effective_on")
        self.fields["horizon_months"].initial = self.typed.get("horizon_months", HORIZON_MONTHS)
        for line in self.lines:
            named = {"part": line.part_id, "order": line.order_reference}
            label = gettext("Quantity of %(part)s, %(order)s") % named
            self.fields[f"{QUANTITY}{line.pk}"] = quantity_field(label, least=1, initial=self._quantity(line))

    def _quantity(self, line: Entitlement) -> str | int | None:
        typed = self.typed.get(f"{QUANTITY}{line.pk}", "")
        if self.everything and not typed and not line.traded_up:
            return line.available_quantity or None
        return typed

    def clean_effective_on(self) -> date | None:
        day: date | None = self.cleaned_data["effective_on"]
        if day and day < self.today:
            raise forms.ValidationError(_("That day has passed. Choose today or a later one."))
        return not_too_far(day)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        twice = _("This license is named twice. Name it once, with the whole quantity.")
        for name in list(self.fields):
            if name.startswith(QUANTITY) and len(self.typed.getlist(name)) > 1:
                self.add_error(name, twice)
        known = {line.pk for line in self.lines}
        missing = self.garbled + sum(pk not in known for pk in self.wanted)
        if missing:
            self.add_error(
                None, _("A license that was asked for isn't there, or isn't yours to see. Choose from the list.")
            )
        if len(self.wanted) > MOST_WANTED:
            most = {"most": MOST_WANTED}
            self.add_error(None, gettext("At most %(most)s licenses are compared on this page.") % most)
        if not self.wanted and not missing:
            self.add_error(None, _("No license is chosen. Write a quantity beside at least one."))
        target = self.targets.get(cleaned.get("target", ""))
        if target and any(line.pk in self.wanted and line.site_id == target.pk for line in self.lines):
            self.add_error("target", _("Some of the licenses are at this site already. Choose another target."))
        return cleaned

    @property
    def question(self) -> Question:
        """What is asked, of a form that is valid."""
        chosen = self.cleaned_data["target"]
        enrollment = self.enrollments.get(chosen)
        return Question(
            customer=self.customer,
            target=enrollment.site if enrollment else self.targets.get(chosen),
            enrollment=enrollment,
            effective_on=self.cleaned_data["effective_on"],
            horizon_months=self.cleaned_data["horizon_months"] or HORIZON_MONTHS,
            quantities={
                line.pk: units for line in self.lines if (units := self.cleaned_data.get(f"{QUANTITY}{line.pk}"))
            },
        )

    def quantity_of(self, line: Entitlement) -> forms.BoundField:
        """The quantity field of `line`."""
        return self[f"{QUANTITY}{line.pk}"]


def fields_of(question: Question) -> list[tuple[str, str]]:
    """The question as fields of a form or of an address."""
    enrollment = f"{ENROLLMENT}{question.enrollment.pk}" if question.enrollment else None
    return [
        ("customer", str(question.customer.pk)),
        ("target", enrollment or question.target_site or NEW_SITE),
        ("effective_on", question.effective_on.isoformat() if question.effective_on else ""),
        ("horizon_months", str(question.horizon_months)),
        *((f"{QUANTITY}{pk}", str(units)) for pk, units in question.quantities.items()),
    ]


def query_of(question: Question) -> str:
    """The question as the query of an address."""
    return urlencode(fields_of(question))


def _sites_of(customer: Customer, actor: Actor) -> list[Site]:
    """The sites of the customer and of its Enterprise that the actor sees: the customer's own first, Express first."""
    family = Q(customer=customer)
    if customer.enterprise_id:
        family |= Q(customer__enterprise=customer.enterprise_id)
    rows = Site.objects.visible_to(actor).filter(family).select_related("customer", "agreement__customer")
    found = list(rows.order_by("site_number")[:MOST_SITES])
    return sorted(found, key=lambda s: (s.customer_id != customer.pk, s.customer.name, s.program != Program.PAE))


def _enrollments(sites: Iterable[Site], customer: Customer, actor: Actor) -> list[Enrollment]:
    """Enrollments that may bring a target into being, of the same Enterprise or of nobody yet."""
    family = {customer.pk, *(s.customer_id for s in sites)}
    rows = open_enrollments(actor).filter(Q(customer__in=family) | Q(customer__isnull=True))
    return list(rows.select_related("site__customer")[:MOST_SITES])


def _lines(sites: Sequence[Site], wanted: Sequence[UUID], search: str, actor: Actor) -> list[Entitlement]:
    """License lines at `sites` that fit `search`, MOST_LINES at most, and those `wanted` wherever they are."""
    rows = movable(actor)
    listed = rows.filter(site__in=[s.pk for s in sites])
    return lines_shown(rows, listed, wanted[: MOST_WANTED + 1], search.strip().replace("\0", "")[:60])


def _site_label(site: Site, many: bool) -> str:
    told = f"{site.site_number} {site.name} ({site.get_program_display()})"
    return f"{told}, {site.customer.name}" if many else told
