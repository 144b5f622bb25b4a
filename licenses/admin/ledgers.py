"""The desk's view of what is held. Ledgers and proofs are read; nothing here writes them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from licenses.models import CoverPeriod, Entitlement, Proof, QuantityMovement
from sites.admin_base import DeskAdmin


class CoverInline(admin.TabularInline):
    """The S&S periods of a line."""

    model = CoverPeriod
    fields = ["starts_on", "ends_on", "source", "recorded_at"]
    readonly_fields = ["starts_on", "ends_on", "source", "recorded_at"]
    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Entitlement)
class EntitlementAdmin(DeskAdmin):
    """License lines with what the ledger says of them."""

    list_display = ["part", "customer", "site", "order_reference", "owned", "promised", "coverage_end", "traded_up"]
    list_filter = ["traded_up", "site__program"]
    search_fields = ["part__part_number", "order_reference", "site__site_number"]
    list_select_related = ["part", "customer", "site"]
    inlines = [CoverInline]
    readonly_fields = ["owned", "promised"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.with_quantity()

    @admin.display(description=_("quantity"))
    def owned(self, line: Any) -> int:
        return int(line.quantity)

    @admin.display(description=_("promised"))
    def promised(self, line: Any) -> int:
        return int(line.held)


@admin.register(QuantityMovement)
class QuantityMovementAdmin(DeskAdmin):
    """The ledger of units."""

    list_display = ["effective_on", "reason", "quantity", "source", "target", "reference", "customer", "recorded_at"]
    list_filter = ["reason"]
    search_fields = ["reference"]
    list_select_related = ["source", "target", "customer"]
    ordering = ["-recorded_at", "-sequence"]
    exclude = ["chain"]


@admin.register(Proof)
class ProofAdmin(DeskAdmin):
    """Proofs of Entitlement."""

    list_display = ["number", "status", "entitlement", "quantity", "issued_on", "customer"]
    list_filter = ["status"]
    search_fields = ["number"]
    list_select_related = ["entitlement", "customer"]
    ordering = ["-number"]
