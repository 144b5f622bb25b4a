"""The desk of reps: requests that wait for a decision. Operators see the forms."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from migrations_app import operations, queries
from migrations_app.forms import read_version
from migrations_app.models import TransferBatch, TransferRequest
from migrations_app.models.request import RequestQuerySet
from migrations_app.operations.decisions import NEEDS_REASON
from migrations_app.policies import must_not_be_own
from migrations_app.queries.plan import plan_page
from migrations_app.rules.workflow import REP, TRANSFER
from migrations_app.views.requests import check_rows, consent_rows, events, facts, former_waivers
from migrations_app.words.labels import DONE, STEPS, TURNS
from portal.kernel.errors import Fault, Forbidden, Refused
from sites.admin_base import CaseAdmin, CaseButton, DeskAdmin
from sites.clock import now, today
from sites.tenancy import Actor
from sites.words import fault_sentence

DECISIONS = ("approve", "return", "reject", "reverse")
WAITS_FIRST = Case(When(status="in_review", then=Value(0)), default=Value(1), output_field=IntegerField())


@admin.register(TransferRequest)
class TransferRequestAdmin(CaseAdmin):
    """The queue, what waits for the rep first and the oldest first; a case is decided, never edited."""

    case_template = "admin/migrations_app/case.html"
    list_display = ("__str__", "status", "turn", "customer_name", "source", "target", "age", "submitted_at")
    list_filter = ("status",)
    search_fields = ("number", "customer__name", "source_site__site_number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TransferRequest]:
        return cast(RequestQuerySet, super().get_queryset(request)).with_ends()

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        return (WAITS_FIRST, "submitted_at", "number")

    @admin.display(description=_("whose turn"))
    def turn(self, case: TransferRequest) -> str:
        """Whose turn it is, from status and waiting alone: a list asks nothing per row."""
        return str(TURNS[queries.whose_turn(case.status, (), case.waiting_for)])

    @admin.display(description=_("customer"))
    def customer_name(self, case: TransferRequest) -> str:
        """Whose licenses move; told by the request itself where the customer lies in another territory."""
        return case.source_end.customer

    @admin.display(description=_("source site"))
    def source(self, case: TransferRequest) -> str:
        """Where they come from, likewise."""
        return str(case.source_end)

    @admin.display(description=_("target site"))
    def target(self, case: TransferRequest) -> str:
        """Where they go, likewise."""
        return str(case.target_end or "")

    @admin.display(description=_("days waiting"))
    def age(self, case: TransferRequest) -> int | None:
        """Days since it was submitted, while it is open."""
        if case.submitted_at is None or not case.is_open:
            return None
        return (now() - case.submitted_at).days

    def buttons(self, actor: Actor, case: TransferRequest) -> list[CaseButton]:
        allowed = queries.actions(case, actor)
        return [CaseButton(verb, str(STEPS[verb]), verb in NEEDS_REASON) for verb in DECISIONS if verb in allowed]

    def case_context(self, actor: Actor, case: TransferRequest) -> dict[str, Any]:
        view = queries.describe(case, actor)
        names = {str(line.entitlement): f"{line.part_number} · {line.order_reference}" for line in view.lines}
        return {
            "view": view,
            "turn_label": TURNS.get(view.whose_turn, view.whose_turn),
            "facts": facts(case, view, queries.ownership_of(case, actor, today())) + consent_rows(view),
            "events": events(view.timeline),
            "checks": check_rows(view.checks, waivers=view.waivers),
            "former_waivers": former_waivers(view),
            "plan": plan_page(view.plan, names),
            "version": view.version,
            "not_now": self._not_now(actor, case),
        }

    def _not_now(self, actor: Actor, case: TransferRequest) -> str:
        """Why there is no button where a rep would expect one (rule M4)."""
        if not TRANSFER.actions(case.status, {REP}):
            return ""
        try:
            must_not_be_own(case, actor)
        except Forbidden as own:
            return fault_sentence(own.faults[0])
        return ""

    def decide(self, *, actor: Actor, case: TransferRequest, verb: str, reason: str, typed: dict[str, str]) -> str:
        if verb not in DECISIONS:
            raise Refused(Fault("not_from_here", params={"action": verb, "status": case.status}))
        operations.take(
            verb,
            actor=actor,
            at=now(),
            on=today(),
            request_id=case.pk,
            reason=reason,
            version=read_version(typed),
        )
        return str(DONE[verb]) % {"number": str(case)}


@admin.register(TransferBatch)
class TransferBatchAdmin(DeskAdmin):
    """Filled-in forms, for operators: where they stand and what broke."""

    seen_by = frozenset({"operator"})
    list_display = (
        "__str__",
        "status",
        "filename",
        "created_by",
        "rows_read",
        "rows_valid",
        "rows_invalid",
        "created_at",
    )
    list_filter = ("status", "mode")
    list_select_related = ("created_by",)
    search_fields = ("number", "filename")
    fields = (
        "number", "status", "mode", "filename", "created_by", "partner", "rows_read", "rows_valid", "rows_invalid",
        "created_at", "started_at", "finished_at",
    )  # fmt: skip
