from django.urls import path

from renewals import views

urlpatterns = [
    path("quotes/", views.quotes, name="quotes"),
    path("quotes/<str:pk>/", views.quote_page, name="quote_page"),
    path("quotes/<str:pk>/pdf/", views.quote_pdf, name="quote_pdf"),
    *(path(f"quotes/<str:pk>/{kind}/", views.quote_file, {"kind": kind}, name=f"quote_{kind}") for kind in views.KINDS),
    path("quotes/<str:pk>/rerun/", views.quote_rerun, name="quote_rerun"),
    path("quotes/<str:pk>/<str:verb>/", views.quote_verb, name="quote_verb"),
]
