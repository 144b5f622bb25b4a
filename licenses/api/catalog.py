"""Parts with their prices, for everybody who has signed in."""

from functools import cached_property
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licenses.api.asked import Asked
from licenses.api.base import CursorList
from licenses.models import Part, Price
from licenses.queries import rule_book
from licenses.readmodels import one


class PriceSerializer(serializers.Serializer):
    """Price for 12 months (renewals) or for one unit (licenses), excluding VAT."""

    country = serializers.CharField(source="price_list.country.code")
    currency = serializers.CharField(source="price_list.currency")
    level = serializers.CharField()
    price = serializers.DecimalField(max_digits=14, decimal_places=2, source="amount")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class PartSerializer(serializers.Serializer):
    """A part number of the catalog."""

    part_number = serializers.CharField()
    description = serializers.CharField()
    kind = serializers.CharField()
    metric = serializers.CharField()
    points_each = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    eligible = serializers.BooleanField()
    renewal_part = serializers.CharField(source="renewal_part_id", allow_null=True)
    reinstatement_part = serializers.CharField(source="reinstatement_part_id", allow_null=True)
    prices = serializers.SerializerMethodField()

    @extend_schema_field(PriceSerializer(many=True))
    def get_prices(self, part: Part) -> Any:
        """List by list, the newest prices first, up the ladder and then GV and ED."""
        rungs = self._rungs
        prices = sorted(part.prices.all(), key=lambda price: rungs.get(price.level, len(rungs)))
        prices.sort(key=_newest_of_each_list)
        return PriceSerializer(prices, many=True).data

    @cached_property
    def _rungs(self) -> dict[str, int]:
        """The ladder of today, read once for all the parts of a page."""
        return {level: rung for rung, (level, _) in enumerate(rule_book().ladder)}


def _newest_of_each_list(price: Price) -> tuple[str, str, int]:
    return str(price.price_list.country), price.price_list.currency, -price.valid_from.toordinal()


def parts() -> QuerySet[Part]:
    """Parts with their prices."""
    prices = Price.objects.select_related("price_list").order_by("level")
    return Part.objects.prefetch_related(Prefetch("prices", prices))


@extend_schema(
    parameters=[OpenApiParameter("q", OpenApiTypes.STR, description="A part of the number, description or product.")]
)
class PartList(CursorList):
    """The catalog, by part number."""

    serializer_class = PartSerializer
    queryset = Part.objects.none()
    ordering = ("part_number",)

    def get_queryset(self) -> QuerySet[Part]:
        asked = Asked(self.request.query_params)
        q = asked.text("q")
        asked.done()
        found = Q(part_number__icontains=q) | Q(description__icontains=q) | Q(product__icontains=q)
        return parts().filter(found) if q else parts()


class PartDetail(APIView):
    """One part."""

    @extend_schema(responses=PartSerializer)
    def get(self, request: Request, part_number: str) -> Response:
        return Response(PartSerializer(one(parts(), part_number=part_number.upper())).data)
