from django.urls import path

from renewals import api
from renewals.rules.workflow import TURN

TURNS = tuple(dict.fromkeys(step.action for step in TURN.transitions))

urlpatterns = [
    path("renewal-quotes/", api.QuoteList.as_view(), name="api_quotes"),
    path("renewal-quotes/<str:pk>/", api.QuoteDetail.as_view(), name="api_quote"),
    path("renewal-quotes/<str:pk>/pdf/", api.QuotePdf.as_view(), name="api_quote_pdf"),
    path("renewal-quotes/<str:pk>/xlsx/", api.QuoteXlsx.as_view(), name="api_quote_xlsx"),
    path("renewal-quotes/<str:pk>/csv/", api.QuoteCsv.as_view(), name="api_quote_csv"),
    path("renewal-quotes/<str:pk>/ubl/", api.QuoteUbl.as_view(), name="api_quote_ubl"),
    path("renewal-quotes/<str:pk>/differences/", api.QuoteDifferences.as_view(), name="api_quote_differences"),
    path("renewal-quotes/<str:pk>/preview/", api.QuotePreview.as_view(), name="api_quote_preview"),
    *(
        path(f"renewal-quotes/<str:pk>/{verb}/", api.QuoteAnswer.as_view(verb=verb), name=f"api_quote_{verb}")
        for verb in ("accept", "decline", "restore")
    ),
    *(
        path(
            f"renewal-quotes/<str:pk>/{verb.replace('_', '-')}/",
            api.QuoteTurn.as_view(verb=verb),
            name=f"api_quote_{verb}",
        )
        for verb in TURNS
    ),
    path("agreements/<str:number>/notices/", api.AgreementNotices.as_view(), name="api_agreement_notices"),
    path("sites/<str:site_number>/notices/", api.SiteNotices.as_view(), name="api_site_notices"),
    path("renewal-notices/choices/", api.NoticeChoices.as_view(), name="api_notice_choices"),
    path("renewal-notices/calendar/", api.CalendarAddress.as_view(), name="api_calendar_address"),
    path("renewal-notices/<uuid:pk>/bounce/", api.NoticeBounce.as_view(), name="api_notice_bounce"),
    path("renewals/calendar/", api.RenewalCalendar.as_view(), name="api_renewal_calendar"),
    path("renewals/coverage/", api.CoverageRadar.as_view(), name="api_coverage_radar"),
]
