"""The desk's work on points: entries taken back, adjustments signed by a second rep, Terms closed and re-opened."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licenses.admin.proposing import FieldsAdmin, typed_day
from licenses.models import PointsAdjustment, PointsMovement, TermClosing, TermReopening
from licenses.operations.points import (
    REOPENED,
    propose_adjustment,
    propose_reversal,
    reject_adjustment,
    reopen_term,
    sign_adjustment,
    withdraw_adjustment,
)
from licenses.queries.adjustments import entry_faults, keeps_points, roles_on, waiting_correction, with_standing
from licenses.rules.workflow import AUTHOR, POINTS_ADJUSTMENT
from licenses.views.shared import Item, reader
from portal.kernel.errors import Fault, Refused
from sites.admin_base import CaseAdmin, CaseButton, DeskAdmin, actor_of
from sites.clock import now, today
from sites.events import history
from sites.formats import format_date, format_moment, format_number
from sites.models import Event
from sites.tenancy import Actor
from sites.views.shown import Happening
from sites.words import fault_sentence

STEPS = {
    "sign": gettext_lazy("Sign and post"),
    "reject": gettext_lazy("Reject"),
    "withdraw": gettext_lazy("Withdraw"),
    "take_back": gettext_lazy("Take back"),
}
DONE = {
    "sign": gettext_lazy("%(number)s is signed and posted."),
    "reject": gettext_lazy("%(number)s is rejected; nothing was posted."),
    "withdraw": gettext_lazy("%(number)s is withdrawn; nothing was posted."),
    "take_back": gettext_lazy("%(number)s is proposed. It is posted when another rep signs it."),
}
EVENTS = {
    "proposed": gettext_lazy("Proposed"),
    "signed": gettext_lazy("Signed and posted"),
    "rejected": gettext_lazy("Rejected"),
    "withdrawn": gettext_lazy("Withdrawn"),
}
REPS = frozenset({"rep"})
WAITS_FIRST = Case(When(status="proposed", then=Value(0)), default=Value(1), output_field=IntegerField())
_POINTS = re.compile(r"[-−]?\d{1,10}([.,]\d{1,2})?")


@admin.register(PointsMovement)
class PointsMovementAdmin(CaseAdmin):
    """The ledger of points: an entry is never changed, only taken back by its mirror."""

    list_display = ["effective_on", "kind", "signed_points", "agreement", "site", "reference", "recorded_at"]
    list_filter = ["kind"]
    search_fields = ["reference", "agreement__number"]
    list_select_related = ["agreement", "site", "target"]
    ordering = ["-recorded_at", "-sequence"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related("agreement__customer", "site", "recorded_by", "reverses")

    @admin.display(description=gettext_lazy("points"))
    def signed_points(self, entry: PointsMovement) -> str:
        return format_number(entry.signed, reader())

    def buttons(self, actor: Actor, case: PointsMovement) -> Sequence[CaseButton]:
        free = not entry_faults(case) and waiting_correction(case) is None
        if not free or not keeps_points(actor, case.agreement.customer):
            return []
        return [CaseButton("take_back", str(STEPS["take_back"]), reason_required=True)]

    def case_context(self, request: HttpRequest, case: PointsMovement) -> dict[str, Any]:
        facts = [
            Item(_("Agreement"), case.agreement.number),
            Item(_("Site"), case.site.site_number),
            Item(_("Kind"), case.get_kind_display()),
            Item(_("Points"), format_number(case.signed, reader())),
            Item(_("Counts for"), format_date(case.effective_on, reader())),
            Item(_("Reference"), case.reference),
            Item(_("Recorded"), format_moment(case.recorded_at, reader(), seconds=True)),
            Item(_("Recorded by"), str(case.recorded_by)),
            Item(_("Number in the ledger"), str(case.sequence)),
        ]
        if case.reverses:
            facts.append(Item(_("Takes back"), case.reverses.reference, url=_entry_url(case.reverses.pk)))
        mirror = PointsMovement.objects.filter(reverses=case).first()
        if mirror:
            facts.append(Item(_("Taken back by"), mirror.reference, url=_entry_url(mirror.pk)))
        if waiting := waiting_correction(case):
            told = _("Waits for a second signature.")
            facts.append(Item(_("Correction"), str(waiting), url=_case_url(waiting), note=told))
        return {"facts": facts}

    def decide(self, *, actor: Actor, case: PointsMovement, verb: str, reason: str, typed: dict[str, str]) -> str:
        if verb != "take_back":
            raise Refused(Fault("not_from_here", params={"action": verb, "status": case.kind}))
        made = propose_reversal(actor=actor, at=now(), on=today(), entry_id=case.pk, reason=reason)
        return str(DONE[verb]) % {"number": made}


@admin.register(PointsAdjustment)
class PointsAdjustmentAdmin(CaseAdmin, FieldsAdmin):
    """Adjustments and corrections: what waits for a second signature first, the oldest on top."""

    added_by = REPS
    list_display = ("__str__", "status", "agreement", "signed_points", "effective_on", "proposed_by", "proposed_at")
    list_filter = ("status",)
    list_select_related = ("agreement", "proposed_by")
    search_fields = ("number", "agreement__number")
    form_title = gettext_lazy("Adjust points")
    form_intro = gettext_lazy("Nothing is posted before another rep has signed. To take an entry back, open the entry.")
    form_button = gettext_lazy("Propose")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PointsAdjustment]:
        rows: QuerySet[PointsAdjustment] = super().get_queryset(request)
        return rows.select_related("customer", "agreement", "site", "reverses", "proposed_by")

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        return (WAITS_FIRST, "proposed_at", "number")

    @admin.display(description=gettext_lazy("points"))
    def signed_points(self, case: PointsAdjustment) -> str:
        return format_number(case.points, reader())

    def fields_of(self) -> list[dict[str, Any]]:
        return [
            {"name": "agreement", "label": _("Agreement number"), "type": "text"},
            {"name": "site", "label": _("Site number"), "type": "text"},
            {
                "name": "points",
                "label": _("Points"),
                "type": "text",
                "help": _("At most two decimals; with a minus to take points, for example -12.50."),
            },
            {
                "name": "effective_on",
                "label": _("Counts for"),
                "type": "date",
                "help": _("A day of an open Term, not after today. A closed Term must be re-opened first."),
            },
            {"name": "reason", "label": _("Reason"), "type": "textarea"},
        ]

    def propose(self, actor: Actor, typed: Mapping[str, str]) -> PointsAdjustment:
        return propose_adjustment(
            actor=actor,
            at=now(),
            on=today(),
            agreement_number=typed.get("agreement", ""),
            site_number=typed.get("site", ""),
            points=_points(typed.get("points", "")),
            effective_on=typed_day(typed.get("effective_on", "")),
            reason=typed.get("reason", ""),
        )

    def buttons(self, actor: Actor, case: PointsAdjustment) -> Sequence[CaseButton]:
        verbs = POINTS_ADJUSTMENT.actions(case.status, roles_on(actor, case))
        return [CaseButton(verb, str(STEPS[verb]), verb == "reject") for verb in verbs]

    def case_context(self, request: HttpRequest, case: PointsAdjustment) -> dict[str, Any]:
        events = history(case)
        facts = [
            Item(_("Status"), case.get_status_display()),
            Item(_("Customer"), str(case.customer)),
            Item(_("Agreement"), case.agreement.number),
            Item(_("Site"), case.site.site_number),
            Item(_("Points"), format_number(case.points, reader())),
            Item(_("Counts for"), format_date(_counts_for(case, events), reader())),
            Item(_("Reason"), case.reason),
            Item(_("Proposed by"), str(case.proposed_by)),
        ]
        if case.reverses:
            facts.append(Item(_("Takes back"), case.reverses.reference, url=_entry_url(case.reverses.pk)))
        if case.decision_reason:
            facts.append(Item(_("Reason of the decision"), case.decision_reason))
        if case.status == PointsAdjustment.Status.SIGNED:
            facts.append(Item(_("Entry"), str(case), url=_entry_url(case.pk)))
        own = case.status == "proposed" and roles_on(actor_of(request), case) == {AUTHOR}
        if own:
            facts.append(Item(_("Signature"), _("Missing"), note=fault_sentence(Fault("own_case"))))
        shown = [
            Happening(e.at, str(EVENTS.get(e.kind, e.kind)), str(e.actor), e.data.get("reason", "")) for e in events
        ]
        return {"facts": facts, "events": shown}

    def decide(self, *, actor: Actor, case: PointsAdjustment, verb: str, reason: str, typed: dict[str, str]) -> str:
        if verb == "sign":
            sign_adjustment(actor=actor, at=now(), on=today(), case_id=case.pk)
        elif verb == "reject":
            reject_adjustment(actor=actor, at=now(), case_id=case.pk, reason=reason)
        elif verb == "withdraw":
            withdraw_adjustment(actor=actor, at=now(), case_id=case.pk)
        else:
            raise Refused(Fault("not_from_here", params={"action": verb, "status": case.status}))
        return str(DONE[verb]) % {"number": case}


@admin.register(TermClosing)
class TermClosingAdmin(DeskAdmin):
    """Terms as they were closed, the newest first; the way to open one again."""

    list_display = ("agreement", "starts_on", "ends_on", "points", "level", "opens_with", "rule_version", "again")
    list_select_related = ("agreement",)
    search_fields = ("agreement__number",)
    ordering = ("-recorded_at", "-starts_on")
    list_display_links = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_standing(super().get_queryset(request))

    @admin.display(description=gettext_lazy("re-open"))
    def again(self, closing: Any) -> str:
        if not closing.stands:
            return "–"
        asked = urlencode({"agreement": closing.agreement.number, "starts_on": closing.starts_on.isoformat()})
        url = reverse("admin:licenses_termreopening_add")
        return format_html('<a href="{}?{}">{}</a>', url, asked, _("Re-open"))


@admin.register(TermReopening)
class TermReopeningAdmin(FieldsAdmin):
    """Closed Terms that a rep opened again, by whom and why."""

    added_by = REPS
    list_display = ("agreement", "starts_on", "until", "reopened_by", "reopened_at")
    list_select_related = ("agreement", "reopened_by")
    search_fields = ("agreement__number",)
    form_title = gettext_lazy("Re-open a Term")
    form_button = gettext_lazy("Re-open")

    @property
    def form_intro(self) -> str:
        return _(
            "The Term and every later one take entries again for %(days)s days. Then they are closed anew, and levels "
            "follow from what is in them."
        ) % {"days": REOPENED.days}

    def fields_of(self) -> list[dict[str, Any]]:
        return [
            {"name": "agreement", "label": _("Agreement number"), "type": "text"},
            {"name": "starts_on", "label": _("First day of the Term"), "type": "date"},
            {"name": "reason", "label": _("Reason"), "type": "textarea"},
        ]

    def propose(self, actor: Actor, typed: Mapping[str, str]) -> TermReopening:
        return reopen_term(
            actor=actor,
            at=now(),
            on=today(),
            agreement_number=typed.get("agreement", ""),
            starts_on=typed_day(typed.get("starts_on", "")),
            reason=typed.get("reason", ""),
        )


def _counts_for(case: PointsAdjustment, events: Sequence[Event]) -> date:
    """The day that was posted: a correction may have been signed after its Term had closed."""
    posted = next((e.data["counts_for"] for e in events if "counts_for" in e.data), None)
    return date.fromisoformat(posted) if posted else case.effective_on


def _entry_url(key: Any) -> str:
    return reverse("admin:licenses_pointsmovement_change", args=[key])


def _case_url(case: PointsAdjustment) -> str:
    return reverse("admin:licenses_pointsadjustment_change", args=[case.pk])


def _points(text: str) -> Decimal | None:
    """A number as it is typed, comma or point before at most two decimals; None for anything else."""
    typed = text.strip().replace(" ", "")
    return Decimal(typed.replace("−", "-").replace(",", ".")) if _POINTS.fullmatch(typed) else None
