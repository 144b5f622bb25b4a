"""The API's doors to enrollments, the schedule, and who the caller is."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.kernel.errors import Fault, Invalid, NotFound
from sites import queries
from sites.api.base import CursorList, actor_of
from sites.api.serializers import (
    EnrollmentInput,
    EnrollmentSerializer,
    MandateSerializer,
    MembershipSerializer,
    MeSerializer,
    ScheduleEntrySerializer,
    ScheduleInput,
    VerbInput,
)
from sites.clock import now, today
from sites.models import Enrollment, User
from sites.operations import add_to_schedule, amend_enrollment, create_enrollment, take
from sites.operations.enrollments import TOLD


def _body(request: Request) -> Mapping[str, Any]:
    """The body as an object; empty where none was sent."""
    if not request.data:
        return {}
    if not isinstance(request.data, Mapping):
        raise Invalid(Fault("object_expected"))
    return request.data


def _version(request: Request, body: Mapping[str, Any]) -> int | None:
    """What the caller has read: `If-Match` with the ETag, or `version` in the body."""
    given = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"') or body.get("version")
    if given in (None, "", "*"):
        return None
    if not str(given).isdecimal():
        raise Invalid(Fault("version_invalid", "version", params={"value": given}))
    return int(str(given))


def _uuid(text: str) -> UUID:
    """The id in an address; what isn't one is as unknown as any other."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def _answer(request: Request, enrollment_id: UUID, status: int = 200) -> Response:
    case = queries.enrollment_case(actor_of(request), enrollment_id, today())
    return Response(EnrollmentSerializer(case).data, status, headers={"ETag": f'"{case.enrollment.version}"'})


class Me(APIView):
    """Who the caller is, and for whom they may speak."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        user = User.objects.get(pk=actor.user_id)
        return Response(
            {
                "user": {"id": str(user.pk), "email": user.email, "name": user.name, "language": user.language},
                "roles": sorted(actor.roles),
                "territories": sorted(actor.territories),
                "memberships": MembershipSerializer(queries.memberships_of(actor, today()), many=True).data,
                "mandates": MandateSerializer(queries.mandates_of(actor, today()), many=True).data,
            }
        )


class NewestFirst(BaseFilterBackend):
    """Orders a cursor page, and narrows it by `status` and `kind`."""

    def get_ordering(self, request: Request, queryset: QuerySet[Enrollment], view: APIView) -> tuple[str, ...]:
        return ("-created_at", "id")

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        asked = {name: request.query_params.get(name) for name in ("status", "kind")}
        return queryset.filter(**{name: value for name, value in asked.items() if value})


class EnrollmentList(CursorList):
    """Enrollments that the caller sees; a POST writes a draft."""

    serializer_class = EnrollmentSerializer
    filter_backends = [NewestFirst]

    def get_queryset(self) -> QuerySet[Enrollment]:
        return queries.enrollments_of(actor_of(self.request))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        actor = actor_of(request)
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        cases = queries.cases_of(actor, page, today())
        return self.get_paginated_response(EnrollmentSerializer(cases, many=True).data)

    @extend_schema(request=EnrollmentInput, responses={201: EnrollmentSerializer})
    def post(self, request: Request) -> Response:
        enrollment = create_enrollment(actor=actor_of(request), at=now(), data=_body(request))
        return _answer(request, enrollment.pk, 201)


class EnrollmentDetail(APIView):
    """One enrollment, with its history; a PUT writes a draft or a returned one anew."""

    @extend_schema(responses=EnrollmentSerializer)
    def get(self, request: Request, pk: str) -> Response:
        return _answer(request, _uuid(pk))

    @extend_schema(request=EnrollmentInput, responses=EnrollmentSerializer)
    def put(self, request: Request, pk: str) -> Response:
        body = _body(request)
        amend_enrollment(
            actor=actor_of(request), at=now(), enrollment_id=_uuid(pk), data=body, version=_version(request, body)
        )
        return _answer(request, _uuid(pk))


class EnrollmentVerb(APIView):
    """A step of the workflow: submit, accept, return, reject, withdraw."""

    @extend_schema(request=VerbInput, responses=EnrollmentSerializer)
    def post(self, request: Request, pk: str, verb: str) -> Response:
        if verb not in TOLD:
            raise NotFound
        body = _body(request)
        given = VerbInput(data=body)
        given.is_valid(raise_exception=True)
        take(
            actor=actor_of(request),
            at=now(),
            on=today(),
            enrollment_id=_uuid(pk),
            action=verb,
            reason=given.validated_data["reason"],
            agreement_number=given.validated_data["agreement_number"],
            version=_version(request, body),
        )
        return _answer(request, _uuid(pk))


class Schedule(APIView):
    """The Authorized Additional Site Schedule of an Agreement; its keeper adds companies by POST."""

    @extend_schema(responses=ScheduleEntrySerializer(many=True))
    def get(self, request: Request, number: str) -> Response:
        agreement = queries.agreement_seen(actor_of(request), number)
        return Response({"results": ScheduleEntrySerializer(queries.schedule_of(agreement, today()), many=True).data})

    @extend_schema(request=ScheduleInput, responses={201: ScheduleEntrySerializer})
    def post(self, request: Request, number: str) -> Response:
        agreement = queries.agreement_seen(actor_of(request), number)
        given = ScheduleInput(data=_body(request))
        given.is_valid(raise_exception=True)
        entry = add_to_schedule(
            actor=actor_of(request), at=now(), on=today(), agreement=agreement, **given.validated_data
        )
        return Response(ScheduleEntrySerializer(entry).data, 201)
