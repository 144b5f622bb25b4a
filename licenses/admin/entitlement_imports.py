"""The desk's answer to files of holdings: what customers and partners declare is accepted or rejected."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from licenses.models import EntitlementImport
from licenses.operations.entitlement_imports import accept_holdings, compare_holdings, reject_holdings
from licenses.queries.entitlement_imports import actions_on, newer_accepted, reasons_of
from licenses.views.imports import figures, happenings
from licenses.views.shared import Item
from portal.kernel.errors import Fault, Refused
from sites.admin_base import CaseAdmin, CaseButton, seen_version
from sites.clock import now, today
from sites.tenancy import Actor
from sites.words import retold

STEPS = {
    "accept": gettext_lazy("Accept"),
    "compare": gettext_lazy("Compare again"),
    "reject": gettext_lazy("Reject"),
}
DONE = {
    "accept": gettext_lazy("%(number)s is accepted."),
    "compare": gettext_lazy("%(number)s is being compared with the record again."),
    "reject": gettext_lazy("%(number)s is rejected."),
}


@admin.register(EntitlementImport)
class EntitlementImportAdmin(CaseAdmin):
    """Files, the newest first. A case is decided, never edited."""

    case_template = "admin/licenses/entitlementimport/case.html"
    list_display = (
        "__str__", "status", "declared", "customer", "site", "rows_new", "rows_changed", "rows_gone", "rows_rejected",
        "created_by", "created_at",
    )  # fmt: skip
    list_filter = ("status", "declared")
    list_select_related = ("customer", "site", "created_by")
    search_fields = ("number", "filename", "customer__name", "site__site_number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EntitlementImport]:
        rows: QuerySet[EntitlementImport] = super().get_queryset(request)
        return rows.select_related("customer", "site", "created_by", "superseded_by")

    def buttons(self, actor: Actor, case: EntitlementImport) -> Sequence[CaseButton]:
        """What can be done now; whoever declared the file doesn't decide on it."""
        own = {"accept", "reject"} if case.created_by_id == actor.user_id else set()
        verbs = [verb for verb in STEPS if verb in actions_on(actor, case) and verb not in own]
        return [CaseButton(verb, str(STEPS[verb]), verb == "reject") for verb in verbs]

    def case_context(self, request: HttpRequest, case: EntitlementImport) -> dict[str, Any]:
        facts = [
            Item(_("Status"), case.get_status_display()),
            Item(_("Customer"), str(case.customer)),
            Item(_("Site"), f"{case.site.site_number} {case.site.name}"),
            Item(_("File"), case.filename),
            Item(_("Uploaded by"), str(case.created_by), note="" if case.declared else _("the record at once")),
        ]
        if newer := newer_accepted(case) if case.status == EntitlementImport.Status.CHECKED else None:
            facts.append(Item(_("Accepted since"), str(newer), note=_("a newer file of this site")))
        if case.superseded_by:
            facts.append(Item(_("Superseded by"), str(case.superseded_by)))
        if case.decision_reason:
            facts.append(Item(_("Reason"), case.decision_reason))
        return {
            "facts": facts,
            "told": [retold(kept)["message"] for kept in case.faults],
            "figures": figures(case) if case.checked_at else [],
            "reasons": reasons_of(case) if case.checked_at else [],
            "events": happenings(case),
            "version": case.version,
        }

    def decide(self, *, actor: Actor, case: EntitlementImport, verb: str, reason: str, typed: dict[str, str]) -> str:
        if verb == "accept":
            accept_holdings(actor=actor, at=now(), on=today(), import_id=case.pk, version=seen_version(typed))
        elif verb == "compare":
            compare_holdings(actor=actor, at=now(), import_id=case.pk)
        elif verb == "reject":
            reject_holdings(actor=actor, at=now(), import_id=case.pk, reason=reason)
        else:
            raise Refused(Fault("not_from_here", params={"action": verb, "status": case.status}))
        return str(DONE[verb]) % {"number": str(case)}
