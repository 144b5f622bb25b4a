from django.urls import path

from renewals import api

urlpatterns = [
    path("renewal-quotes/", api.QuoteList.as_view(), name="api_quotes"),
    path("renewal-quotes/<str:pk>/", api.QuoteDetail.as_view(), name="api_quote"),
    path("renewal-quotes/<str:pk>/pdf/", api.QuotePdf.as_view(), name="api_quote_pdf"),
    path("renewal-quotes/<str:pk>/xlsx/", api.QuoteXlsx.as_view(), name="api_quote_xlsx"),
    path("renewal-quotes/<str:pk>/csv/", api.QuoteCsv.as_view(), name="api_quote_csv"),
    path("renewal-quotes/<str:pk>/ubl/", api.QuoteUbl.as_view(), name="api_quote_ubl"),
    path("renewal-quotes/<str:pk>/differences/", api.QuoteDifferences.as_view(), name="api_quote_differences"),
    path("renewal-quotes/<str:pk>/accept/", api.QuoteAnswer.as_view(verb="accept"), name="api_quote_accept"),
    path("renewal-quotes/<str:pk>/decline/", api.QuoteAnswer.as_view(verb="decline"), name="api_quote_decline"),
]
