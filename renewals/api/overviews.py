"""The API's doors to the renewal calendar and the coverage radar."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licenses.api.asked import Asked
from licenses.api.base import actor_of
from licenses.why import with_words
from portal.kernel.errors import Fault
from portal.kernel.period import Period
from renewals.queries.radar import RadarLine, radar
from renewals.queries.reach import MOST_CUSTOMERS, Narrowed, Reach, reach_of
from renewals.queries.year import Chosen, Entry, calendar
from renewals.rules.calendar import Kind, Risk, Sums, months_from
from renewals.rules.radar import Finding
from renewals.words.overviews import FINDING_REMEDIES
from sites.clock import today
from sites.models.site import Program

MOST_LETTERS = 60


def _text(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, description=description)


_REACH = [
    _text("customer", "Part of a customer's name, its registration number or its IBM Customer Number."),
    _text("site", "A site number."),
    OpenApiParameter("program", OpenApiTypes.STR, enum=list(Program.values)),
    _text("partner", "The number of a Business Partner with a mandate."),
    _text("cursor", "Where the page begins; `next` of the page before has it."),
]


class EntrySerializer(serializers.Serializer):
    """Something that renews or ends on a day. Without a quote that is open or accepted, `amount` is an estimate."""

    on = serializers.DateField()
    ends_on = serializers.DateField()
    kind = serializers.ChoiceField([kind.value for kind in Kind])
    customer = serializers.CharField(allow_null=True)
    agreement_number = serializers.CharField(allow_null=True)
    site_number = serializers.CharField(allow_null=True)
    lines = serializers.IntegerField()
    units = serializers.IntegerField()
    quote = serializers.UUIDField(allow_null=True)
    quote_number = serializers.CharField(allow_null=True)
    quote_status = serializers.CharField(allow_null=True)
    amount = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True)
    currency = serializers.CharField(allow_null=True)
    estimated = serializers.BooleanField()
    demonstration_prices = serializers.BooleanField()
    risks = serializers.ListField(child=serializers.ChoiceField([risk.value for risk in Risk]))


class SumsSerializer(serializers.Serializer):
    """A month in one currency; `at_risk` is the part of both with a risk."""

    month = serializers.DateField(format="%Y-%m")
    currency = serializers.CharField(allow_null=True)
    entries = serializers.IntegerField()
    quoted = serializers.DecimalField(max_digits=18, decimal_places=2)
    estimated = serializers.DecimalField(max_digits=18, decimal_places=2)
    at_risk = serializers.DecimalField(max_digits=18, decimal_places=2)
    risks = serializers.DictField(child=serializers.IntegerField())


class CalendarSerializer(serializers.Serializer):
    """A page of entries in order of time, and the sums of all twelve months, each currency by itself."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = EntrySerializer(many=True)
    months = SumsSerializer(many=True)


class PeriodSerializer(serializers.Serializer):
    """Both days included."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class RadarLineSerializer(serializers.Serializer):
    """A license line with something wrong about its cover. `reinstatement` is an estimate by rule T8."""

    entitlement = serializers.UUIDField()
    site_number = serializers.CharField()
    customer = serializers.CharField()
    part_number = serializers.CharField()
    order_reference = serializers.CharField()
    quantity = serializers.IntegerField()
    findings = serializers.ListField(child=serializers.ChoiceField([each.value for each in Finding]))
    gaps = PeriodSerializer(many=True)
    overlaps = PeriodSerializer(many=True)
    lapsed_from = serializers.DateField(allow_null=True)
    cover_end = serializers.DateField()
    reinstatement = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True)
    currency = serializers.CharField(allow_null=True)
    why = serializers.JSONField(allow_null=True)
    remedies = serializers.ListField(child=serializers.CharField())


class CountsSerializer(serializers.Serializer):
    """How many lines; one may have several findings."""

    lines = serializers.IntegerField()
    gap = serializers.IntegerField()
    overlap = serializers.IntegerField()
    lapsed = serializers.IntegerField()
    odd_end = serializers.IntegerField()


class RadarSerializer(serializers.Serializer):
    """A page of lines by site, part and key, and the counts of everything in reach."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = RadarLineSerializer(many=True)
    counts = CountsSerializer()


class RenewalCalendar(APIView):
    """What renews and what ends in the coming twelve months."""

    @extend_schema(
        responses=CalendarSerializer,
        parameters=[
            *_REACH,
            _text("month", "One of the twelve, as 2027-03."),
            OpenApiParameter("risk", OpenApiTypes.STR, enum=["any", *(risk.value for risk in Risk)]),
        ],
    )
    def get(self, request: Request) -> Response:
        asked = Asked(request.query_params)
        narrowed = _narrowed(asked)
        months = {f"{month:%Y-%m}": month for month in months_from(today())}
        month = months.get(asked.choice("month", months))
        risk = asked.choice("risk", ["any", *(each.value for each in Risk)])
        actor = actor_of(request)
        reach = _reached(asked, reach_of(actor, narrowed, today()))
        found = calendar(actor, reach, today(), Chosen(month, risk))
        entries, following = found.page(asked.text("cursor"))
        told = {
            "next": _next(request, following),
            "previous": None,
            "results": [_entry(each) for each in entries],
            "months": [_sums(each) for each in found.sums],
        }
        return Response(CalendarSerializer(told).data)


class CoverageRadar(APIView):
    """Gaps, days paid twice, lapsed cover and ends that aren't month ends, over all lines in reach."""

    @extend_schema(
        responses=RadarSerializer,
        parameters=[
            *_REACH,
            _text("part", "A part number."),
            OpenApiParameter("kind", OpenApiTypes.STR, enum=[each.value for each in Finding]),
        ],
    )
    def get(self, request: Request) -> Response:
        asked = Asked(request.query_params)
        narrowed = _narrowed(asked)
        part = asked.part("part")
        kind = asked.choice("kind", [each.value for each in Finding])
        actor = actor_of(request)
        reach = _reached(asked, reach_of(actor, narrowed, today()))
        found = radar(reach, today(), kind=kind, part=part.pk if part else "", after=asked.text("cursor"))
        told = {
            "next": _next(request, found.next),
            "previous": None,
            "results": [_line(each) for each in found.lines],
            "counts": found.counts,
        }
        return Response(RadarSerializer(told).data)


def _narrowed(asked: Asked) -> Narrowed:
    names = {name: asked.text(name)[:MOST_LETTERS] for name in ("customer", "site", "partner")}
    return Narrowed(program=asked.choice("program", Program.values), **names)


def _reached(asked: Asked, reach: Reach) -> Reach:
    """What is looked at. Raises Invalid with everything that was wrong about the question."""
    if reach.too_many:
        asked.faults.append(Fault("overview_too_wide", "customer", params={"most": MOST_CUSTOMERS}))
    asked.done()
    return reach


def _next(request: Request, cursor: str) -> str | None:
    if not cursor:
        return None
    params = request.query_params.copy()
    params["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")


def _entry(entry: Entry) -> dict[str, Any]:
    express = entry.kind is Kind.EXPRESS
    return {
        "on": entry.on,
        "ends_on": entry.ends_on,
        "kind": entry.kind.value,
        "customer": entry.customer.name if entry.customer else None,
        "agreement_number": entry.agreement.number if entry.agreement else None,
        "site_number": entry.site.site_number if entry.site and express else None,
        "lines": entry.lines,
        "units": entry.units,
        "quote": entry.quote.pk if entry.quote else None,
        "quote_number": entry.quote.number if entry.quote else None,
        "quote_status": entry.status or None,
        "amount": entry.amount,
        "currency": entry.currency or None,
        "estimated": entry.estimated,
        "demonstration_prices": entry.demonstration,
        "risks": [risk.value for risk in entry.risks],
    }


def _sums(sums: Sums) -> dict[str, Any]:
    return {
        "month": sums.month,
        "currency": sums.currency or None,
        "entries": sums.entries,
        "quoted": sums.quoted,
        "estimated": sums.estimated,
        "at_risk": sums.at_risk,
        "risks": {risk.value: count for risk, count in sums.risks.items()},
    }


def _line(row: RadarLine) -> dict[str, Any]:
    line, judged, estimate = row.line, row.judged, row.estimate
    return {
        "entitlement": line.pk,
        "site_number": line.site.site_number,
        "customer": row.customer.name,
        "part_number": line.part_id,
        "order_reference": line.order_reference,
        "quantity": row.units,
        "findings": [each.value for each in judged.findings],
        "gaps": list(_periods(judged.gaps)),
        "overlaps": list(_periods(judged.overlaps)),
        "lapsed_from": judged.lapsed_from,
        "cover_end": max(each.ends_on for each in judged.segments),
        "reinstatement": estimate.amount if estimate else None,
        "currency": row.currency if estimate else None,
        "why": with_words(estimate.explanation, row.currency) if estimate else None,
        "remedies": [str(FINDING_REMEDIES[each]) for each in judged.findings],
    }


def _periods(periods: Iterable[Period]) -> Iterable[dict[str, date]]:
    return ({"starts_on": each.starts_on, "ends_on": each.ends_on} for each in periods)
