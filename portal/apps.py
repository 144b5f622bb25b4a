from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")

    def ready(self) -> None:
        # Whoever rings for a worker rings our broker's bell, not a default one.
        import_module("portal.celery")
        from prometheus_client import REGISTRY

        from portal.metrics import Notices, Quotes, Refusals, Work

        REGISTRY.register(Refusals())
        REGISTRY.register(Work())
        REGISTRY.register(Quotes())
        REGISTRY.register(Notices())


class PassageAdminConfig(AdminConfig):
    """The admin views are the workplace of reps and operators."""

    default_site = "portal.admin_site.PassageAdminSite"
