from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
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

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One door for all: the portal's own sign-in, with its limits and its second step."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def get_urls(self) -> list[Any]:
        """Without the way from an object to its page on the site: nothing at the desk has one."""
        return [each for each in super().get_urls() if getattr(each, "name", None) != "view_on_site"]
