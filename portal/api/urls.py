"""The API's addresses, gathered from the packages."""

from typing import Any

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.work.api import WorkOverview


@extend_schema(exclude=True)
class Nowhere(APIView):
    """Every other address: a problem in the API's own shape, not a page."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound


router_urls: list[URLPattern | URLResolver] = [
    path("work/", WorkOverview.as_view(), name="api_work"),
    path("", include("sites.api_urls")),
    path("", include("licenses.api_urls")),
    path("", include("migrations_app.api_urls")),
    path("", include("renewals.api_urls")),
    # With its slash only: without one, Django first tries the address with it.
    re_path(r"^(?:.*/)?$", Nowhere.as_view(), name="api_nowhere"),
]
