"""Proofs of Entitlement and their papers."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licenses.api.asked import Asked
from licenses.api.base import AnyAnswer, CursorList, actor_of
from licenses.models import Proof
from licenses.papers.proof import proof_pdf
from licenses.readmodels import one, proof_paper, visible_proofs
from sites.views.files import file_answer

FILTERS = [
    OpenApiParameter("site", OpenApiTypes.STR, description="Site number."),
    OpenApiParameter("status", OpenApiTypes.STR, enum=Proof.Status.values),
]


class ProofSerializer(serializers.Serializer):
    """What a proof says, as it was on the day of issue; `status` is today's."""

    number = serializers.CharField()
    status = serializers.CharField()
    issued_on = serializers.DateField()
    language = serializers.CharField()
    entitlement = serializers.UUIDField(source="entitlement_id")
    program = serializers.CharField(source="paper.program")
    site_number = serializers.CharField(source="paper.site_number")
    part_number = serializers.CharField(source="paper.part_number")
    description = serializers.CharField(source="paper.description")
    metric = serializers.CharField(source="paper.metric")
    quantity = serializers.IntegerField()
    order_reference = serializers.CharField(source="paper.order_reference")
    coverage_start = serializers.CharField(source="paper.cover_start", allow_null=True)
    coverage_end = serializers.CharField(source="paper.cover_end", allow_null=True)
    supersedes = serializers.CharField(source="supersedes.number", default=None, allow_null=True)
    superseded_by = serializers.SerializerMethodField()
    verify_url = serializers.SerializerMethodField()

    def get_superseded_by(self, proof: Proof) -> list[str]:
        return [p.number for p in proof.superseded_by.all()]

    def get_verify_url(self, proof: Proof) -> str:
        return verify_url(self.context["request"], proof)


def verify_url(request: Any, proof: Proof) -> str:
    """The full address of the public check."""
    plain: HttpRequest = getattr(request, "_request", request)
    return plain.build_absolute_uri(reverse("verify_proof", args=[proof.number]))


def pdf_answer(request: HttpRequest, proof: Proof) -> HttpResponse:
    """The paper as a file, in the language that it was issued in. Raises Unprintable."""
    content = proof_pdf(proof_paper(proof, verify_url(request, proof)), proof.language)
    return file_answer(content, f"{proof.number}.pdf", inline=True)


@extend_schema(parameters=FILTERS)
class ProofList(CursorList):
    """Your proofs, the newest number first."""

    serializer_class = ProofSerializer
    queryset = Proof.objects.none()
    ordering = ("-number",)

    def get_queryset(self) -> QuerySet[Proof]:
        actor = actor_of(self.request)
        asked = Asked(self.request.query_params)
        site, status = asked.site("site", actor), asked.choice("status", Proof.Status.values)
        asked.done()
        rows = visible_proofs(actor)
        if site:
            rows = rows.filter(entitlement__site=site)
        return rows.filter(status=status) if status else rows


class ProofDetail(APIView):
    """One proof."""

    @extend_schema(responses=ProofSerializer)
    def get(self, request: Request, number: str) -> Response:
        proof = one(visible_proofs(actor_of(request)), number=number)
        return Response(ProofSerializer(proof, context={"request": request}).data)


class ProofPdf(APIView):
    """The certificate as PDF."""

    content_negotiation_class = AnyAnswer

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, number: str) -> HttpResponse:
        return pdf_answer(request._request, one(visible_proofs(actor_of(request)), number=number))
