"""The desk's work on rule books: one person proposes a whole new one, another puts it into force."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from licenses.admin.proposing import Faults, ProposingAdmin, typed_day
from licenses.models import RuleBookVersion
from licenses.operations.rule_books import (
    propose_rule_book,
    put_rule_book_in_force,
    reject_rule_book,
    withdraw_rule_book,
)
from licenses.policy_words import CHOICES, change_words, figure_label, ladder_fields, written
from licenses.queries import rule_book
from licenses.queries.editions import edition, roles_on
from licenses.rules.book_figures import POLICIES, figures_of
from licenses.rules.rulebook import RuleBook
from licenses.rules.workflow import AUTHOR, RULE_BOOK
from licenses.views.shared import Item
from portal.kernel.errors import Fault, Refused
from sites.admin_base import CaseAdmin, CaseButton, actor_of
from sites.clock import now, today
from sites.events import history
from sites.formats import format_date
from sites.tenancy import Actor
from sites.views.shown import Happening
from sites.words import fault_sentence

STEPS = {
    "put_in_force": gettext_lazy("Put into force"),
    "reject": gettext_lazy("Reject"),
    "withdraw": gettext_lazy("Withdraw"),
}
DONE = {
    "put_in_force": gettext_lazy("Rule book %(number)s will be in force from %(day)s."),
    "reject": gettext_lazy("Rule book %(number)s is rejected."),
    "withdraw": gettext_lazy("Rule book %(number)s is withdrawn."),
}
EVENTS = {
    "proposed": gettext_lazy("Proposed"),
    "in_force": gettext_lazy("Put into force"),
    "rejected": gettext_lazy("Rejected"),
    "withdrawn": gettext_lazy("Withdrawn"),
}


@admin.register(RuleBookVersion)
class RuleBookAdmin(CaseAdmin, ProposingAdmin):
    """Rule books, the newest first. What is in force never changes."""

    form_template = "admin/licenses/rulebookversion/propose.html"
    list_display = ("version", "status", "valid_from", "proposed_by", "decided_by")
    list_filter = ("status",)
    list_select_related = ("proposed_by", "decided_by")
    search_fields = ("version",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).is_staff

    def propose(self, actor: Actor, typed: Mapping[str, str]) -> RuleBookVersion:
        return propose_rule_book(
            actor=actor,
            at=now(),
            on=today(),
            valid_from=typed_day(typed.get("valid_from", "")),
            figures={name: typed[name] for name in _figure_names() if name in typed},
            reason=typed.get("reason", ""),
        )

    def form_context(self, typed: Mapping[str, str], faults: Faults) -> dict[str, Any]:
        """Every policy with its present value, to be changed."""
        present = rule_book()
        return {
            "title": _("Propose a rule book"),
            "faults": faults,
            "fields": _fields(present, typed, {fault["field"]: fault["message"] for fault in faults}),
            "valid_from": typed.get("valid_from", ""),
            "reason": typed.get("reason", ""),
            "present": present,
            "today": today(),
        }

    def buttons(self, actor: Actor, case: RuleBookVersion) -> Sequence[CaseButton]:
        verbs = RULE_BOOK.actions(case.status, roles_on(actor, case))
        return [CaseButton(verb, str(STEPS[verb]), verb == "reject") for verb in verbs]

    def case_context(self, request: HttpRequest, case: RuleBookVersion) -> dict[str, Any]:
        lang = get_language() or "en"
        shown = edition(case)
        facts = [
            Item(_("Status"), case.get_status_display()),
            Item(_("In force from"), format_date(case.valid_from, lang)),
            Item(_("Instead of"), shown.before),
            Item(_("Proposed by"), str(case.proposed_by or "")),
            Item(_("Reason"), case.reason),
            *(Item(figure_label(c.name), written(c.name, c.after), note=change_words(c)) for c in shown.changed),
        ]
        if case.decision_reason:
            facts.append(Item(_("Reason of the decision"), case.decision_reason))
        own = case.status == "proposed" and roles_on(actor_of(request), case) == {AUTHOR}
        events = [Happening(e.at, str(EVENTS.get(e.kind, e.kind)), str(e.actor)) for e in history(case)]
        notes = [fault_sentence(Fault("own_case"))] if own else []
        return {"facts": facts, "events": events, "notes": notes}

    def decide(self, *, actor: Actor, case: RuleBookVersion, verb: str, reason: str, typed: dict[str, str]) -> str:
        if verb == "put_in_force":
            put_rule_book_in_force(actor=actor, at=now(), on=today(), book_id=case.pk)
        elif verb == "reject":
            reject_rule_book(actor=actor, at=now(), on=today(), book_id=case.pk, reason=reason)
        elif verb == "withdraw":
            withdraw_rule_book(actor=actor, at=now(), on=today(), book_id=case.pk)
        else:
            raise Refused(Fault("not_from_here", params={"action": verb, "status": case.status}))
        return str(DONE[verb]) % {"number": case, "day": format_date(case.valid_from, get_language() or "en")}


def _figure_names() -> list[str]:
    return [policy.name for policy in POLICIES] + ladder_fields()


def _fields(book: RuleBook, typed: Mapping[str, str], faults: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each figure as a field: what was typed, or the present value, which stands beside it."""
    present = figures_of(book)
    choices = {policy.name: policy.choices for policy in POLICIES}
    many = {policy.name for policy in POLICIES if policy.many}
    return [
        {
            "name": name,
            "label": figure_label(name),
            "value": typed.get(name, present.get(name, "")),
            "present": written(name, present.get(name)),
            "choices": [(value, CHOICES[value]) for value in choices.get(name, ())],
            "keyboard": "text" if name in many else "decimal",
            "fault": faults.get(name, ""),
        }
        for name in _figure_names()
    ]
