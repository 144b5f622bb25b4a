"""The desk reads renewal quotes and answers questions about them; only the customer accepts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from renewals.models import HandOver, Notice, NoticeRun, QuoteLine, RenewalQuote
from renewals.operations import reply
from renewals.policies import may_reply
from renewals.queries import seen_questions
from sites.admin_base import CaseAdmin, CaseButton, DeskAdmin, actor_of
from sites.clock import now, today
from sites.templatetags.formats import day
from sites.tenancy import Actor


class LineInline(admin.TabularInline):
    """The lines, as they were frozen."""

    model = QuoteLine
    extra = 0
    can_delete = False
    fields = (
        "item",
        "site_number",
        "part_number",
        "renewal_part",
        "quantity",
        "cover_start",
        "cover_end",
        "months",
        "unit_price",
        "amount",
        "points",
    )
    readonly_fields = fields

    def has_add_permission(self, *_args: object) -> bool:
        return False

    def has_view_permission(self, *_args: object) -> bool:
        return True

    def has_change_permission(self, *_args: object) -> bool:
        return False

    def has_delete_permission(self, *_args: object) -> bool:
        return False


@admin.register(RenewalQuote)
class RenewalQuoteAdmin(DeskAdmin):
    """Quotes of the territory, newest first."""

    list_display = ["number", "version", "kind", "status", "customer", "agreement", "total", "currency", "valid_until"]
    list_filter = ["status", "kind"]
    search_fields = ["number", "customer__name", "agreement__number"]
    list_select_related = ["customer", "agreement"]
    date_hierarchy = "valid_until"
    exclude = ["left_out"]
    inlines = [LineInline]


@admin.register(Notice)
class NoticeAdmin(DeskAdmin):
    """Who was told of an end of cover, when and how: what a rep looks at before a customer asks."""

    list_display = ["told_on", "customer", "ends_on", "rung", "name", "email", "outcome", "mail", "mailed_at"]
    list_filter = ["outcome", "mail"]
    search_fields = ["customer__name", "name", "email", "agreement__number", "site__site_number"]
    list_select_related = ["customer"]
    date_hierarchy = "told_on"
    exclude = ["person", "data", "mail_after"]


@admin.register(NoticeRun)
class NoticeRunAdmin(DeskAdmin):
    """The runs of the ladder and what the check found: for operators."""

    seen_by = frozenset({"operator"})
    list_display = ["day", "finished_at", "told", "passed", "nobody", "checked_at", "expected", "lacking"]
    date_hierarchy = "day"
    readonly_fields = ["lacking"]

    @admin.display(description=gettext_lazy("what lacks"))
    def lacking(self, run: NoticeRun) -> int:
        return len(run.breaks)


@admin.register(HandOver)
class HandOverAdmin(CaseAdmin):
    """What customers ask about their quotes: what waits for an answer first, the oldest on top."""

    list_display = ["number", "customer", "asked", "turn", "asked_by", "asked_at"]
    list_filter = ["turn"]
    search_fields = ["number", "customer__name"]
    list_select_related = ["customer", "asked_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[HandOver]:
        first = Case(When(turn=HandOver.Turn.REP, then=Value(0)), default=Value(1), output_field=IntegerField())
        return seen_questions(actor_of(request)).annotate(queue=first)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("queue", "asked_at", "id")

    @admin.display(description=gettext_lazy("question"))
    def asked(self, case: HandOver) -> str:
        return Truncator(case.note).chars(80)

    def buttons(self, actor: Actor, case: HandOver) -> Sequence[CaseButton]:
        if case.turn == HandOver.Turn.REP and may_reply(actor, case.customer):
            return [CaseButton("reply", _("Send the answer"), True)]
        return []

    def case_context(self, request: HttpRequest, case: HandOver) -> dict[str, Any]:
        newest = RenewalQuote.objects.filter(customer=case.customer_id, number=case.number).order_by("-version").first()
        facts = [
            Fact(_("Customer"), case.customer.name),
            Fact(_("Quote"), str(newest or case.quote), reverse("quote_page", args=[(newest or case.quote).pk])),
            Fact(_("Question"), case.note),
        ]
        if newest is not None:
            facts.append(Fact(_("Status"), str(newest.get_status_display()), note=_valid(newest)))
        if case.replied_by is not None:
            facts.append(Fact(_("Answer"), case.reply, note=case.replied_by.name))
        asked = {"at": case.asked_at, "title": _("Asked"), "who": case.asked_by.name, "text": ""}
        return {"facts": facts, "events": [asked], "reason_label": _("Answer")}

    def decide(self, *, actor: Actor, case: HandOver, verb: str, reason: str, typed: dict[str, str]) -> str:
        newest = RenewalQuote.objects.filter(customer=case.customer_id, number=case.number).order_by("-version")[0]
        reply(actor=actor, at=now(), on=today(), quote_id=newest.pk, answer=reason)
        return _("The customer is told your answer.")


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the case's page."""

    label: str
    value: str
    url: str = ""
    note: str = ""


def _valid(quote: RenewalQuote) -> str:
    return _("prices valid until %(day)s") % {"day": day(quote.valid_until)}
