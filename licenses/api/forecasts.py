"""The level forecast: what is missing by the Term's end, which lines close it, whether a level would fall."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licenses.api.base import actor_of
from licenses.api.including import in_words
from licenses.readmodels import one
from licenses.readmodels.forecast import ForecastView, GoalView, OfferedLine, WayView, forecast_view
from sites.clock import today
from sites.models import Agreement


class ForecastLineSerializer(serializers.Serializer):
    """A line of a way; `kind` is renewal, or move for an Express line that would have to move in first."""

    entitlement = serializers.UUIDField()
    kind = serializers.ChoiceField(["renewal", "move"])
    site_number = serializers.CharField()
    part_number = serializers.CharField()
    quantity = serializers.IntegerField()
    cover_start = serializers.DateField()
    cover_end = serializers.DateField()
    points = serializers.DecimalField(max_digits=16, decimal_places=2)


class WaySerializer(serializers.Serializer):
    """A smallest set of lines that closes the gap."""

    kind = serializers.ChoiceField(["renew", "move", "both"])
    sentence = serializers.CharField()
    points = serializers.DecimalField(max_digits=16, decimal_places=2)
    lines = ForecastLineSerializer(many=True)


class GoalSerializer(serializers.Serializer):
    """A level to keep at the coming Anniversary (`falls_to` is what it would fall to otherwise), or to reach by it."""

    kind = serializers.ChoiceField(["keep", "reach"])
    level = serializers.CharField()
    falls_to = serializers.CharField(allow_null=True)
    threshold = serializers.DecimalField(max_digits=16, decimal_places=2)
    missing = serializers.DecimalField(max_digits=16, decimal_places=2)
    by = serializers.DateField()
    sentence = serializers.CharField()
    ways = WaySerializer(many=True)


class ForecastSerializer(serializers.Serializer):
    """The running Term as it would end. Without a Term, and outside the ladder, figures are null and goals none."""

    number = serializers.CharField()
    as_of = serializers.DateField()
    sentence = serializers.CharField()
    rule_version = serializers.CharField(allow_null=True)
    anniversary = serializers.DateField(allow_null=True)
    level = serializers.CharField(allow_null=True)
    level_after = serializers.CharField(allow_null=True)
    points = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    expected = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    falls = serializers.BooleanField()
    goals = GoalSerializer(many=True)
    why = serializers.DictField()


class AgreementForecast(APIView):
    """Where an Agreement's points are heading until its Term ends; its derivation stands in `why`."""

    @extend_schema(responses=ForecastSerializer)
    def get(self, request: Request, number: str) -> Response:
        actor, on = actor_of(request), today()
        agreement = one(Agreement.objects.visible_to(actor).select_related("customer"), number=number)
        view = forecast_view(agreement, actor, on)
        return Response(ForecastSerializer(forecast_facts(view) | {"as_of": on}).data)


def forecast_facts(view: ForecastView) -> dict[str, Any]:
    """What ForecastSerializer takes, but for `as_of`."""
    made = view.forecast
    return {
        "number": view.agreement.number,
        "sentence": view.summary,
        "rule_version": made.explanation.version if made else None,
        "anniversary": made.anniversary if made else None,
        "level": made.level if made else None,
        "level_after": made.opening_level if made else None,
        "points": made.points if made else None,
        "expected": made.expected if made else None,
        "falls": made.falls if made else False,
        "goals": [_goal(goal, view) for goal in view.goals],
        "why": in_words({"expected": made.explanation} if made else {})
        | in_words({f"missing.{goal.goal.level}": goal.why for goal in view.goals}),
    }


def _goal(told: GoalView, view: ForecastView) -> dict[str, Any]:
    goal, made = told.goal, view.forecast
    return {
        "kind": goal.kind,
        "level": goal.level,
        "falls_to": made.opening_level if made and told.warning else None,
        "threshold": goal.threshold,
        "missing": goal.missing,
        "by": made.term.ends_on if made else None,
        "sentence": told.sentence,
        "ways": [_way(way) for way in told.ways],
    }


def _way(told: WayView) -> dict[str, Any]:
    lines = [_line(each) for each in told.lines]
    return {"kind": told.way.kind, "sentence": told.sentence, "points": told.way.points, "lines": lines}


def _line(each: OfferedLine) -> dict[str, Any]:
    return {
        "entitlement": each.line.pk,
        "kind": "move" if each.express else "renewal",
        "site_number": each.line.site.site_number,
        "part_number": each.line.part_id,
        "quantity": each.offer.quantity,
        "cover_start": each.offer.cover.starts_on,
        "cover_end": each.offer.cover.ends_on,
        "points": each.offer.points,
    }
