"""The desk of reps: requests that wait for a decision. Operators see the forms."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licenses.views.shared import Item
from migrations_app import operations, queries
from migrations_app.forms import read_version
from migrations_app.models import TransferBatch, TransferRequest
from migrations_app.models.request import RequestQuerySet
from migrations_app.operations.decisions import NEEDS_REASON
from migrations_app.policies import must_not_be_own
from migrations_app.queries.batch_undo import undo_preview
from migrations_app.queries.request_heads import HEAVY
from migrations_app.queries.told import timeline
from migrations_app.rules.workflow import BATCH, REP, TRANSFER
from migrations_app.views.request_parts import part_of_case
from migrations_app.views.requests import check_rows, consent_rows, events, facts
from migrations_app.words.batches import BATCH_DONE, UNDO_WAYS
from migrations_app.words.labels import DONE, STEPS, TURNS
from portal.kernel.errors import Fault, Forbidden, Refused
from sites.admin_base import CaseAdmin, CaseButton, actor_of
from sites.clock import now, today
from sites.events import history
from sites.templatetags.formats import moment
from sites.tenancy import Actor
from sites.words import fault_sentence, first_few

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
        return cast(RequestQuerySet, super().get_queryset(request)).with_ends().defer(*HEAVY)

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

    def case_context(self, request: HttpRequest, case: TransferRequest) -> dict[str, Any]:
        actor, part = actor_of(request), part_of_case(request, case)
        view = part.view
        return {
            "view": view,
            "part": part,
            "turn_label": TURNS.get(view.whose_turn, view.whose_turn),
            "facts": facts(case, view, queries.ownership_of(case, actor, today())) + consent_rows(view),
            "events": events(view.timeline),
            "checks": check_rows(view.checks, waivers=view.waivers),
            "stops": first_few(view.stopped_by),
            "plan": part.plan,
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
class TransferBatchAdmin(CaseAdmin):
    """Filled-in forms, those that somebody asks to take back first. Reps see those that they may take back."""

    case_template = "admin/migrations_app/batch.html"
    list_display = (
        "__str__",
        "status",
        "undo_asked_at",
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[TransferBatch]:
        return TransferBatch.objects.seen_by(actor_of(request)).defer("summary")

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        return (F("undo_asked_at").asc(nulls_last=True), "-created_at", "pk")

    def buttons(self, actor: Actor, case: TransferBatch) -> list[CaseButton]:
        if REP not in actor.roles or BATCH.find("undo", case.status) is None:
            return []
        preview = undo_preview(case, actor, today())
        whole = [CaseButton("undo", gettext("Take all of it back, or none"), True)] if preview.whole else []
        some = [CaseButton("undo-possible", gettext("Take back what can be"), True)] if preview.possible else []
        return [*whole, *some]

    def case_context(self, request: HttpRequest, case: TransferBatch) -> dict[str, Any]:
        preview = undo_preview(case, actor_of(request), today())
        return {
            "facts": self._facts(case),
            "events": events(timeline(history(case))),
            "preview": preview,
            "lines": [{"line": line, "way": UNDO_WAYS[line.way]} for line in preview.requests],
        }

    def _facts(self, case: TransferBatch) -> list[Item]:
        found = [
            Item(_("Status"), case.get_status_display()),
            Item(_("File"), case.filename),
            Item(_("Sent by"), str(case.created_by)),
            Item(_("Rows"), case.rows_read),
            Item(_("How to take it"), case.get_mode_display()),
        ]
        if case.undo_asked_at is not None:
            found.append(Item(_("Undo asked for"), moment(case.undo_asked_at), note=case.undo_reason))
        return found

    def decide(self, *, actor: Actor, case: TransferBatch, verb: str, reason: str, typed: dict[str, str]) -> str:
        if verb not in ("undo", "undo-possible"):
            raise Refused(Fault("not_from_here", params={"action": verb, "status": case.status}))
        operations.reverse_batch(
            actor=actor, at=now(), on=today(), batch_id=case.pk, reason=reason, partly=verb == "undo-possible"
        )
        return str(BATCH_DONE["reverse"]) % {"number": str(case)}
