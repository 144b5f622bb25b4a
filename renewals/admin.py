"""The desk reads renewal quotes; only the customer answers them, and only the portal makes them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from renewals.models import Notice, NoticeRun, QuoteLine, RenewalQuote
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

    @admin.display(description=_("what lacks"))
    def lacking(self, run: NoticeRun) -> int:
        return len(run.breaks)
