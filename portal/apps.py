from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")


class PassageAdminConfig(AdminConfig):
    """The admin views are the workplace of reps and operators."""

    default_site = "portal.admin_site.PassageAdminSite"
