"""Transfer requests: made, read, taken through their steps."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licenses.api.asked import Asked
from licenses.api.base import CursorList, actor_of
from licenses.api.including import INCLUDE, tree_in_words, wants_why
from migrations_app import operations, queries
from migrations_app.api.bodies import read_request, read_signature, read_step, read_version
from migrations_app.api.serializers import (
    DeclarationInputSerializer,
    NewRequestSerializer,
    RequestSerializer,
    StepSerializer,
)
from migrations_app.models import TransferRequest
from portal.kernel.errors import NotFound
from sites.clock import now, today

IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description='The version that was read, such as "3".'
)


def visible(request: Request, pk: UUID) -> TransferRequest:
    """The request `pk`; the same 404 for unknown and foreign."""
    found = queries.requests_for(actor_of(request)).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def answer(request: Request, transfer: TransferRequest, *, status: int = 200, explained: bool = False) -> Response:
    """The request in full; its version is the ETag. `explained` adds the derivations that were kept with the plan."""
    view = queries.describe(transfer, actor_of(request))
    told = RequestSerializer(view).data
    if explained and view.plan and "why" in view.plan:
        told["plan"] = {**told["plan"], "why": tree_in_words(view.plan["why"], view.plan["currency"])}
    return Response(told, status=status, headers={"ETag": f'"{view.version}"'})


@extend_schema(parameters=[OpenApiParameter("status", OpenApiTypes.STR, enum=TransferRequest.Status.values)])
class TransferRequests(CursorList):
    """Transfer requests, the newest first."""

    serializer_class = RequestSerializer
    queryset = TransferRequest.objects.none()
    ordering = ("-number",)

    def get_queryset(self) -> QuerySet[TransferRequest]:
        asked = Asked(self.request.query_params)
        status = asked.choice("status", TransferRequest.Status.values)
        asked.done()
        rows = queries.requests_for(actor_of(self.request))
        return rows.filter(status=status) if status else rows

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        views = queries.describe_many(page, actor_of(request))
        return self.get_paginated_response(RequestSerializer(views, many=True).data)

    @extend_schema(request=NewRequestSerializer, responses={201: RequestSerializer})
    def post(self, request: Request) -> Response:
        """Make a request: a draft, with its checks and the plan of what the move would do."""
        asked = read_request(request.data)
        made = operations.create_request(actor=actor_of(request), at=now(), on=today(), **asked)
        return answer(request, made, status=201)


class TransferRequestPage(APIView):
    """One transfer request."""

    @extend_schema(responses=RequestSerializer, parameters=[INCLUDE])
    def get(self, request: Request, pk: UUID) -> Response:
        explained = wants_why(request)
        return answer(request, visible(request, pk), explained=explained)


class TransferRequestStep(APIView):
    """A step of one request: submit, consent, refuse, approve, return, reject, withdraw, reverse."""

    @extend_schema(request=StepSerializer, responses=RequestSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, pk: UUID, verb: str) -> Response:
        visible(request, pk)
        version = read_version(request.headers.get("If-Match"))
        asked = read_step(request.data)
        taken = operations.take(
            verb,
            actor=actor_of(request),
            at=now(),
            on=today(),
            request_id=pk,
            version=version,
            **asked,
        )
        return answer(request, taken)


class TransferRequestDeclare(APIView):
    """Source and target belong to one Enterprise, declared and signed (check V2)."""

    @extend_schema(request=DeclarationInputSerializer, responses=RequestSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        visible(request, pk)
        signed = read_signature(request.data)
        declared = operations.declare(actor=actor_of(request), at=now(), on=today(), request_id=pk, **signed)
        return answer(request, declared)
