from django.contrib import admin

from portal.models import ContactWish, ContentEntry
from portal.work.desk import JobAdmin
from sites.admin_base import DeskAdmin
from sites.models import Job

OPERATORS = frozenset({"operator"})


@admin.register(ContentEntry)
class ContentEntryAdmin(DeskAdmin):
    """Help pages: everybody at the desk reads them, operators write them."""

    added_by = OPERATORS
    editable_by = OPERATORS
    fixed_fields = ("slug",)
    list_display = ("title", "slug", "position")
    fieldsets = (
        (None, {"fields": ("slug", "position")}),
        ("English", {"fields": ("title_en", "summary_en", "body_en")}),
        ("Dansk", {"fields": ("title_da", "summary_da", "body_da")}),
    )


@admin.register(ContactWish)
class ContactWishAdmin(DeskAdmin):
    """Who asked to be contacted at the next renewal notice."""

    list_display = ("company", "name", "email", "site_number", "created_at")
    date_hierarchy = "created_at"


admin.site.register(Job, JobAdmin)
