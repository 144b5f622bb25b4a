"""Views that do what the middleware must answer for, beside the product's own addresses."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.kernel.errors import Fault, Forbidden, Invalid, NotFound, Refused, Stale
from sites.models import SiteContact
from sites.models.site import Site


def write(actor: Any) -> str:
    """Something of the actor's own that is easily seen: a contact of their first site."""
    site = Site.objects.visible_to(actor).filter(customer_id__in=actor.member_of).order_by("site_number")[0]
    contact = SiteContact.objects.create(
        customer_id=site.customer_id, site=site, role="technical", name="Probe", email="probe@walk.example",
        valid_from="2001-01-01", valid_to="2001-01-02",
    )  # fmt: skip
    return str(contact.pk)


class Broken(Exception):
    """A fault of ours."""


@login_not_required
def writes(request: HttpRequest) -> HttpResponse:
    write(request.actor)
    return HttpResponse("written")


@login_not_required
def writes_then_breaks(request: HttpRequest) -> HttpResponse:
    write(request.actor)
    raise Broken


@login_not_required
def writes_then_answers(request: HttpRequest, status: int) -> HttpResponse:
    write(request.actor)
    return HttpResponse(status=status)


@login_not_required
def state(request: HttpRequest) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only'), current_actor()::text")
        read_only, actor = cursor.fetchone()
    return JsonResponse({"read_only": read_only, "actor": actor, "atomic": connection.in_atomic_block})


def private(request: HttpRequest) -> HttpResponse:
    return HttpResponse("private")


@login_not_required
def raises(request: HttpRequest, what: str) -> HttpResponse:
    raise {"not_found": NotFound(), "forbidden": Forbidden(Fault("not_yours"))}[what]


class ProbeSerializer(serializers.Serializer):
    lines = serializers.ListField(child=serializers.IntegerField(min_value=1))
    reason = serializers.CharField()


class Probe(APIView):
    """Writes, then ends as the body says."""

    parser_classes = APIView.parser_classes

    def post(self, request: Request) -> Response:
        made = write(request._request.actor)
        errors = {
            "invalid": Invalid(Fault("one", "quantity", line="3"), Fault("two", "reason")),
            "refused": Refused(Fault("taken")),
            "stale": Stale(Fault("stale")),
            "missing": NotFound(),
            "broken": Broken(),
        }
        end = request.data.get("end", "")
        if end in errors:
            raise errors[end]
        if end == "serializer":
            ProbeSerializer(data=request.data).is_valid(raise_exception=True)
        return Response({"made": made}, status=201)


urlpatterns = [
    path("probe/writes/", writes),
    path("probe/writes-then-breaks/", writes_then_breaks),
    path("probe/writes-then/<int:status>/", writes_then_answers),
    path("probe/state/", state),
    path("probe/private/", private),
    path("probe/raises/<str:what>/", raises),
    path("api/v1/probe/", Probe.as_view()),
    path("api/v1/probe/state/", state),
    path("", include("portal.urls")),
]
