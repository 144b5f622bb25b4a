"""The desk reads renewal quotes; only the customer answers them, and only the portal makes them."""

from django.contrib import admin

from renewals.models import QuoteLine, RenewalQuote
from sites.admin_base import DeskAdmin


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
