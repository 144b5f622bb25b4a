from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class PassageAdminSite(AdminSite):
    """Open to reps and operators by their roles of today; there are no flags to set on a person."""

    site_header = _("Passage – workplace")
    site_title = _("Passage")
    index_title = _("Your desk")
    site_url = "/home/"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        actor = getattr(request, "actor", None)
        return bool(actor and actor.is_staff)
