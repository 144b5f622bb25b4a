"""Sites and Agreements: who holds, under which Anniversary, at which level."""

from datetime import UTC, date
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licenses.api.base import CursorList, actor_of
from licenses.api.including import INCLUDE, in_words, wants_why
from licenses.api.statements import AS_OF, asked_moments, of_today
from licenses.models import PointsMovement
from licenses.queries import standing
from licenses.readmodels import agreement_why, asked_entries, one, site_standings, visible_sites
from licenses.rules.levels import Standing
from sites.clock import today
from sites.models import Agreement, Site
from sites.tenancy import Actor


class SiteSerializer(serializers.Serializer):
    """A site with the Anniversary and level that it shares with its Agreement."""

    site_number = serializers.CharField(source="site.site_number")
    name = serializers.CharField(source="site.name")
    program = serializers.CharField(source="site.program")
    agreement_number = serializers.CharField(source="site.agreement.number", default=None, allow_null=True)
    country = serializers.CharField(source="site.country.code")
    status = serializers.CharField()
    anniversary = serializers.DateField(allow_null=True)
    level = serializers.CharField()
    originating = serializers.BooleanField(source="site.originating")


class TermSerializer(serializers.Serializer):
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    points = serializers.DecimalField(max_digits=16, decimal_places=2)


class AgreementSerializer(serializers.Serializer):
    """Where an Agreement stands. `term`, `anniversary` are null before its first Term, `missing` at the top; `why` is
    there with `include=why`."""

    number = serializers.CharField()
    originating_site = serializers.CharField(allow_null=True)
    sites = serializers.ListField(child=serializers.CharField())
    anniversary = serializers.DateField(allow_null=True)
    level = serializers.CharField()
    term = TermSerializer(allow_null=True)
    next_level = serializers.CharField(allow_null=True)
    missing = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)
    why = serializers.JSONField(required=False)


class EntrySerializer(serializers.Serializer):
    """One posting of points; minus for what was given back."""

    id = serializers.UUIDField()
    site_number = serializers.CharField(allow_null=True)
    points = serializers.DecimalField(max_digits=16, decimal_places=2, source="signed")
    kind = serializers.CharField()
    effective_on = serializers.DateField()
    recorded_at = serializers.DateTimeField(default_timezone=UTC)
    reference = serializers.CharField()
    reverses = serializers.UUIDField(source="reverses_id", allow_null=True)


class SiteList(CursorList):
    """Your sites, by number."""

    serializer_class = SiteSerializer
    queryset = Site.objects.none()
    ordering = ("site_number",)

    def get_queryset(self) -> QuerySet[Site]:
        return visible_sites(actor_of(self.request))

    def paginate_queryset(self, queryset: Any) -> Any:
        return site_standings(super().paginate_queryset(queryset), today())


class SiteDetail(APIView):
    """One site."""

    @extend_schema(responses=SiteSerializer)
    def get(self, request: Request, site_number: str) -> Response:
        site = one(visible_sites(actor_of(request)), site_number=site_number)
        return Response(SiteSerializer(site_standings([site], today())[0]).data)


def agreement_facts(actor: Actor, agreement: Agreement, stands: Standing) -> dict[str, Any]:
    """What AgreementSerializer takes. Sites out of the actor's sight are left out."""
    sites = list(visible_sites(actor).filter(agreement=agreement))
    term = stands.term
    return {
        "number": agreement.number,
        "originating_site": next((s.site_number for s in sites if s.originating), None),
        "sites": [s.site_number for s in sites],
        "anniversary": stands.anniversary,
        "level": stands.level,
        "term": term and {"starts_on": term.starts_on, "ends_on": term.ends_on, "points": stands.points},
        "next_level": stands.next_level,
        "missing": stands.missing,
    }


def _agreement(actor: Actor, number: str) -> Agreement:
    return one(Agreement.objects.visible_to(actor), number=number)


def _told(request: Request, agreement: Agreement, stands: Standing, on: date, explained: bool) -> Response:
    """The Agreement as it stands on a day; with `why`, each figure's derivation, where that was asked for."""
    facts = agreement_facts(actor_of(request), agreement, stands)
    if explained:
        facts["why"] = in_words(agreement_why(agreement, stands, on))
    return Response(AgreementSerializer(facts).data)


class AgreementDetail(APIView):
    """One Agreement today."""

    @extend_schema(responses=AgreementSerializer, parameters=[INCLUDE])
    def get(self, request: Request, number: str) -> Response:
        explained = wants_why(request)
        agreement = _agreement(actor_of(request), number)
        return _told(request, agreement, standing(agreement, today()), today(), explained)


class AgreementPoints(APIView):
    """The same figures as of a date, as known at an instant (rule P7)."""

    @extend_schema(responses=AgreementSerializer, parameters=[*AS_OF, INCLUDE])
    def get(self, request: Request, number: str) -> Response:
        explained = wants_why(request)
        agreement = _agreement(actor_of(request), number)
        asked = of_today(asked_moments(request))
        on = asked.as_of or today()
        return _told(request, agreement, standing(agreement, on, asked.known_at), on, explained)


@extend_schema(parameters=AS_OF)
class PointsEntries(CursorList):
    """The postings behind the figures, as they were recorded, oldest first."""

    serializer_class = EntrySerializer
    queryset = PointsMovement.objects.none()
    ordering = ("sequence",)

    def get_queryset(self) -> QuerySet[PointsMovement]:
        agreement = _agreement(actor_of(self.request), self.kwargs["number"])
        return asked_entries(agreement, of_today(asked_moments(self.request)))
