from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MigrationsConfig(AppConfig):
    name = "migrations_app"
    verbose_name = _("Migrations")

    def ready(self) -> None:
        """Requests and forms have pages of their own."""
        from sites.subjects import register

        register("transferrequest", "transfer_page")
        register("transferbatch", "batch_page")
