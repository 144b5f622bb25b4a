from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sites.admin_base import DeskAdmin


class PassageAdminSite(AdminSite):
    """Open to reps and operators by their roles of today; there are no flags to set on a person."""

    site_header = _("Passage – workplace")
    site_title = _("Passage")
    index_title = _("Your desk")
    site_url = "/home/"
    enable_nav_sidebar = False

    def register(
        self, model_or_iterable: Any, admin_class: type[ModelAdmin[Any]] | None = None, **options: Any
    ) -> None:
        """Take in what was made for the desk. Libraries' own pages know nothing of actors, and stay out."""
        if admin_class is not None and issubclass(admin_class, DeskAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        actor = getattr(request, "actor", None)
        return bool(actor and actor.is_staff)
