from django.urls import path, re_path

from renewals import views

urlpatterns = [
    path("quotes/", views.quotes, name="quotes"),
    path("quotes/<str:pk>/", views.quote_page, name="quote_page"),
    path("quotes/<str:pk>/pdf/", views.quote_pdf, name="quote_pdf"),
    *(path(f"quotes/<str:pk>/{kind}/", views.quote_file, {"kind": kind}, name=f"quote_{kind}") for kind in views.KINDS),
    path("quotes/<str:pk>/rerun/", views.quote_rerun, name="quote_rerun"),
    path("quotes/<str:pk>/choose/", views.quote_choose, name="quote_choose"),
    path("quotes/<str:pk>/<str:verb>/", views.quote_verb, name="quote_verb"),
    path("agreements/<str:number>/notices/", views.agreement_notices, name="agreement_notices"),
    path("sites/<str:site_number>/notices/", views.site_notices, name="site_notices"),
    path("renewal-notices/", views.notice_settings, name="notice_settings"),
    path("renewal-notices/calendar/", views.calendar_address, name="calendar_address"),
    path("renewal-notices/customers/<uuid:pk>/", views.customer_ladder, name="customer_ladder"),
    path("renewal-notices/<uuid:pk>/", views.notice_page, name="notice_page"),
    path("renewal-notices/<uuid:pk>/bounce/", views.notice_bounce, name="notice_bounce"),
    path("renewal-calendars/<str:token>.ics", views.calendar_feed, name="calendar_feed"),
    path("contact-checks/<str:token>/", views.contact_check, name="contact_check"),
    path("renewal-calendar/", views.renewal_calendar, name="renewal_calendar"),
    re_path(
        r"^renewal-calendar/calendar\.(?P<kind>csv|xlsx)$", views.renewal_calendar_file, name="renewal_calendar_file"
    ),
    path("coverage-radar/", views.coverage_radar, name="coverage_radar"),
    re_path(r"^coverage-radar/radar\.(?P<kind>csv|xlsx)$", views.coverage_radar_file, name="coverage_radar_file"),
]
