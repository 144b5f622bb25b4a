from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SitesConfig(AppConfig):
    name = "sites"
    verbose_name = _("Customers and sites")

    def ready(self) -> None:
        """Enrollments have pages of their own, tasks of reps theirs at the desk."""
        from sites.subjects import register

        register("enrollment", "enrollment_page")
        register("deadaddress", "admin:sites_deadaddress_change")
