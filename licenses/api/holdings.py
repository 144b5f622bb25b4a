"""License lines and where they came from."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licenses.api.asked import Asked
from licenses.api.base import CursorList, actor_of
from licenses.api.statements import HELD_AS_OF
from licenses.models import Entitlement
from licenses.readmodels import license_lines, lineage, one
from sites.models.site import Program

FILTERS = [
    OpenApiParameter("site", OpenApiTypes.STR, description="Site number."),
    OpenApiParameter("program", OpenApiTypes.STR, enum=Program.values),
    OpenApiParameter("part_number", OpenApiTypes.STR),
    *HELD_AS_OF,
]


class EntitlementSerializer(serializers.Serializer):
    """A license line. `available_quantity` is what no open request has asked for; `proof_number` the valid proof."""

    id = serializers.UUIDField()
    site_number = serializers.CharField(source="site.site_number")
    part_number = serializers.CharField(source="part_id")
    description = serializers.CharField(source="part.description")
    metric = serializers.CharField(source="part.metric")
    quantity = serializers.IntegerField()
    available_quantity = serializers.SerializerMethodField()
    acquired_on = serializers.DateField()
    order_reference = serializers.CharField()
    coverage_start = serializers.DateField(source="cover_start_then", allow_null=True)
    coverage_end = serializers.DateField(source="cover_end_then", allow_null=True)
    proof_number = serializers.CharField(allow_null=True)

    def get_available_quantity(self, line: Any) -> int:
        # Promises have no day they count for: as of an earlier one there may have been fewer units than are promised.
        return max(line.available_quantity, 0)


class LineageStepSerializer(serializers.Serializer):
    """One movement: purchase, move, reversal or correction."""

    date = serializers.DateField(source="on")
    reason = serializers.CharField()
    from_site_number = serializers.CharField(allow_null=True)
    site_number = serializers.CharField(allow_null=True)
    quantity = serializers.IntegerField()
    entitlement = serializers.UUIDField()
    order_reference = serializers.CharField()
    movement_reference = serializers.CharField()
    proof_numbers = serializers.ListField(child=serializers.CharField())


class LineageSerializer(serializers.Serializer):
    """The chain of a line from its first purchase to today."""

    entitlement = serializers.UUIDField()
    part_number = serializers.CharField()
    order_reference = serializers.CharField()
    acquired_on = serializers.DateField()
    quantity = serializers.IntegerField()
    steps = LineageStepSerializer(many=True)


@extend_schema(parameters=FILTERS)
class EntitlementList(CursorList):
    """What is held now, or was as of a day, as known at an instant.

    Lines that moved away whole are in the lineage of what they became.
    """

    serializer_class = EntitlementSerializer
    queryset = Entitlement.objects.none()
    ordering = ("id",)

    def get_queryset(self) -> QuerySet[Entitlement]:
        actor = actor_of(self.request)
        asked = Asked(self.request.query_params)
        site, program = asked.site("site", actor), asked.choice("program", Program.values)
        part = asked.part("part_number")
        as_of, known_at = asked.day("as_of"), asked.instant("known_at")
        asked.done()
        rows = license_lines(actor, as_of, known_at).filter(quantity__gt=0)
        if site:
            rows = rows.filter(site=site)
        if program:
            rows = rows.filter(site__program=program)
        return rows.filter(part=part) if part else rows


class EntitlementDetail(APIView):
    """One line; of a line that moved away whole the quantity is 0."""

    @extend_schema(responses=EntitlementSerializer)
    def get(self, request: Request, pk: str) -> Response:
        return Response(EntitlementSerializer(one(license_lines(actor_of(request)), pk=pk)).data)


class EntitlementLineage(APIView):
    """From the first purchase to today."""

    @extend_schema(responses=LineageSerializer)
    def get(self, request: Request, pk: str) -> Response:
        actor = actor_of(request)
        line: Any = one(license_lines(actor), pk=pk)
        facts = {
            "entitlement": line.pk,
            "part_number": line.part_id,
            "order_reference": line.order_reference,
            "acquired_on": line.acquired_on,
            "quantity": line.quantity,
            "steps": lineage(actor, line),
        }
        return Response(LineageSerializer(facts).data)
