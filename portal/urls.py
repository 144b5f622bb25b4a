from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from portal import health, views
from portal.api.urls import router_urls
from portal.metrics import metrics

handler500 = "portal.room.server_error"

urlpatterns = [
    path("", views.landing, name="landing"),
    path("help/errors/", views.errors_page, name="errors_page"),
    path("help/<slug:slug>/", views.help_page, name="help_page"),
    path("contact-me/", views.contact_me, name="contact_me"),
    path("home/", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("customers/", views.customers, name="customers"),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("sites.urls")),
    path("", include("licenses.urls")),
    path("", include("migrations_app.urls")),
    path("", include("renewals.urls")),
    path("api/v1/", include(router_urls)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api_docs"),
]
