"""The what-if: what a move would cost, earn and cover, beside staying; and on which day it is best done."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licenses.api.base import actor_of
from licenses.api.including import INCLUDE, tree_in_words, wants_why
from licenses.models import Entitlement
from licenses.rules.whatif import candidate_dates
from migrations_app.api.bodies import Body
from migrations_app.api.serializers import NewLineSerializer
from migrations_app.facts import HORIZON_MONTHS, Move
from migrations_app.outlook import as_json, whys
from migrations_app.queries.what_if import LONGEST, SHORTEST, Computed, computed, moves_to
from migrations_app.reading import site_of
from portal.kernel.errors import Fault
from sites.clock import today
from sites.models import Site
from sites.tenancy import Actor
from sites.words import blocker_as_json


class BestDateRequestSerializer(serializers.Serializer):
    """Lines, from one site or several, to a Passport Advantage site; without a target to one yet to be enrolled."""

    target_site = serializers.CharField(required=False, allow_null=True)
    horizon_months = serializers.IntegerField(required=False, min_value=SHORTEST, max_value=LONGEST)
    lines = NewLineSerializer(many=True)


class WhatIfRequestSerializer(BestDateRequestSerializer):
    """The same on a date; today where it is left out."""

    effective_on = serializers.DateField(required=False, allow_null=True)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody has in mind: a move from each site that lines come from."""

    moves: list[Move]
    effective_on: date | None
    horizon_months: int


def read_what_if(data: Any, actor: Actor, on: date, *, dated: bool = True, faults: Sequence[Fault] = ()) -> Asked:
    """The body, looked up among what `actor` may see. Raises Invalid with every fault at once, those found before
    (`faults`) among them."""
    body = Body(data, faults=list(faults))
    target = _target(body, actor)
    effective_on = body.day("effective_on") if dated else None
    if effective_on is not None and effective_on < on:
        body.refuse("date_past", "effective_on", date=effective_on, today=on)
    horizon = _horizon(body, data)
    lines = _lines(body)
    rows = Entitlement.objects.visible_to(actor).filter(pk__in=lines)
    found = {row.pk: row for row in rows.select_related("site__customer", "site__agreement")}
    for pk, (item, _quantity) in lines.items():
        if pk not in found:
            item.refuse("entitlement_unknown", "entitlement", value=str(pk))
    body.done()
    units = ((found[pk], quantity) for pk, (_item, quantity) in lines.items())
    return Asked(moves_to(target, None, effective_on, units), effective_on, horizon)


def _target(body: Body, actor: Actor) -> Site | None:
    number = body.text("target_site", most=10)
    if not number:
        return None
    site = site_of(number, actor)
    if site is None:
        body.refuse("site_unknown", "target_site", value=number)
    return site


def _horizon(body: Body, data: Any) -> int:
    if not isinstance(data, Mapping) or data.get("horizon_months") is None:
        return HORIZON_MONTHS
    months = data["horizon_months"]
    if isinstance(months, bool) or not isinstance(months, int) or not SHORTEST <= months <= LONGEST:
        body.refuse("horizon_range", "horizon_months", least=SHORTEST, most=LONGEST)
        return HORIZON_MONTHS
    return months


def _lines(body: Body) -> dict[UUID, tuple[Body, int]]:
    items = body.items("lines")
    if not items and not any(fault.field == "lines" for fault in body.faults):
        body.refuse("lines_missing", "lines")
    lines: dict[UUID, tuple[Body, int]] = {}
    for item in items:
        entitlement = item.identity("entitlement", required=True)
        item.belongs_to(entitlement)
        quantity = item.units("quantity")
        if entitlement in lines:
            item.refuse("line_twice", "entitlement")
        if entitlement is not None:
            lines[entitlement] = (item, quantity)
    return lines


class WhatIfs(APIView):
    """Staying on Express beside moving, to the last minor unit (rule book section 6). Nothing is kept."""

    @extend_schema(request=WhatIfRequestSerializer, parameters=[INCLUDE], responses={200: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        on = today()
        explained = wants_why(request)
        asked = read_what_if(request.data, actor_of(request), on)
        (found,) = computed(asked.moves, on, [asked.effective_on or on], asked.horizon_months)
        result = found.result
        told = as_json(result) | {"checks": [blocker_as_json(b) for b in found.blockers]}
        if explained:
            told["why"] = tree_in_words(whys(result, found.book, with_lines=True), result.currency)
        return Response(told)


BEST_DATE_QUERY = [
    OpenApiParameter("target_site", OpenApiTypes.STR),
    OpenApiParameter("horizon_months", OpenApiTypes.INT),
    OpenApiParameter("lines", OpenApiTypes.STR, required=True, description="The list of lines as JSON."),
]


class BestDate(APIView):
    """The what-if for today and the coming twelve firsts of a month: the trade-off, nothing is picked."""

    @extend_schema(parameters=BEST_DATE_QUERY, responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        return self._answer(request, *_from_query(request.query_params))

    @extend_schema(request=BestDateRequestSerializer, responses={200: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        return self._answer(request, request.data, [])

    def _answer(self, request: Request, data: Any, faults: list[Fault]) -> Response:
        on = today()
        asked = read_what_if(data, actor_of(request), on, dated=False, faults=faults)
        days = candidate_dates(on)
        found = computed(asked.moves, on, days, asked.horizon_months)
        return Response({"results": [_option(*each) for each in zip(days, found, strict=True)]})


def _from_query(params: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    """The query as a body, and what of it is no JSON."""
    data: dict[str, Any] = {name: params[name] for name in ("target_site",) if name in params}
    faults = []
    for name in ("horizon_months", "lines"):
        try:
            data |= {name: json.loads(params[name])} if name in params else {}
        except (ValueError, RecursionError):
            faults.append(Fault("query_json", name))
    return data, faults


def _option(on: date, found: Computed) -> dict[str, Any]:
    """What the trade-off is read from, and the whole answer under `what_if`."""
    result, checks = found.result, [blocker_as_json(b) for b in found.blockers]
    return {
        "effective_on": on.isoformat(),
        "accrued_stay": str(result.stay.accrued),
        "accrued_migrate": str(result.migrate.accrued),
        "points_before_anniversary": str(result.terms[0].points_with),
        "events": len(result.migrate.events),
        "heals": [c for c in checks if c["heals_on"]],
        "what_if": as_json(result) | {"checks": checks},
    }
