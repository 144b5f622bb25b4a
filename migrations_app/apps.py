from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MigrationsConfig(AppConfig):
    name = "migrations_app"
    verbose_name = _("Migrations")
