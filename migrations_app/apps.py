from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MigrationsConfig(AppConfig):
    name = "migrations_app"
    verbose_name = _("Migrations")

    def ready(self) -> None:
        """Requests and forms have pages of their own, and end with the work that operators give up."""
        import_module("migrations_app.operations.giving_up")
        from sites.subjects import register

        register("transferrequest", "transfer_page")
        register("transferbatch", "batch_page")
