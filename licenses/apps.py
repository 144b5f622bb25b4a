from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LicensesConfig(AppConfig):
    name = "licenses"
    verbose_name = _("Licenses and points")

    def ready(self) -> None:
        """Files have pages of their own, and end with the work that operators give up."""
        import_module("licenses.operations.giving_up")
        from sites.subjects import register

        register("entitlementimport", "holdings_import")
        register("priceimport", "admin:licenses_priceimport_change")
