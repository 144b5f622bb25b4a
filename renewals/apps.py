from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RenewalsConfig(AppConfig):
    name = "renewals"
    verbose_name = _("Renewals")

    def ready(self) -> None:
        """Whoever moves lines can ask which of them stand on an open quote."""
        from licenses.open_quotes import register
        from renewals.queries import open_quote_numbers

        register(open_quote_numbers)
