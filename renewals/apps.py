from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RenewalsConfig(AppConfig):
    name = "renewals"
    verbose_name = _("Renewals")

    def ready(self) -> None:
        """Whoever moves lines can ask which of them stand on an open quote; a quote has a page of its own."""
        from licenses.open_quotes import register
        from renewals.queries import open_quote_numbers
        from sites import subjects

        register(open_quote_numbers)
        subjects.register("renewalquote", "quote_page")
        subjects.register("notice", "notice_page")
        subjects.register("noticerun", "admin:renewals_noticerun_change")
