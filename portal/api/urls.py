"""The API's addresses, gathered from the packages."""

from django.urls import include, path

router_urls = [
    path("", include("sites.api_urls")),
    path("", include("licenses.api_urls")),
    path("", include("migrations_app.api_urls")),
    path("", include("renewals.api_urls")),
]
