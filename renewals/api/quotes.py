"""The API's doors to renewal quotes."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licenses.api.base import AnyAnswer, CursorList, actor_of
from licenses.api.including import INCLUDE, in_words, wants_why
from licenses.readmodels import one
from portal.kernel.errors import Fault, Invalid, NotFound
from renewals import operations
from renewals.api.bodies import read_body, read_text, require_none
from renewals.models import HandOver, QuoteLine, RenewalQuote
from renewals.queries import (
    difference_of,
    hands_of,
    line_why,
    quote_why,
    seen_quotes,
    state_of,
    version_beside,
    versions_of,
)
from renewals.rules.difference import difference_json
from renewals.views import kind_answer, pdf_answer
from renewals.words import difference_words
from sites.clock import now, today
from sites.views.files import TYPES


class QuoteLineSerializer(serializers.Serializer):
    """Prices are for 12 months and one unit; `amount` is for `quantity` and `months`."""

    entitlement = serializers.UUIDField(source="entitlement_id")
    part_number = serializers.CharField()
    renewal_part = serializers.CharField()
    quantity = serializers.IntegerField()
    order_reference = serializers.CharField()
    site_number = serializers.CharField()
    points = serializers.DecimalField(max_digits=14, decimal_places=2)
    cover_start = serializers.DateField()
    cover_end = serializers.DateField()
    months = serializers.IntegerField()
    list_unit_price = serializers.DecimalField(max_digits=14, decimal_places=2)
    unit_price = serializers.DecimalField(max_digits=14, decimal_places=2)
    amount = serializers.DecimalField(max_digits=16, decimal_places=2)


class ExplainedLineSerializer(QuoteLineSerializer):
    """A line with the derivation of its figures."""

    why = serializers.JSONField()


class QuoteSerializer(serializers.Serializer):
    """One version of a renewal quote. `left_out` names each line that isn't in it, and why."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(RenewalQuote.Kind.choices)
    status = serializers.SerializerMethodField()
    agreement_number = serializers.CharField(source="agreement.number", default=None, allow_null=True)
    site_number = serializers.CharField(source="site.site_number", default=None, allow_null=True)
    anniversary = serializers.DateField(allow_null=True)
    rsvp_level = serializers.CharField()
    quote_level = serializers.CharField()
    lines = QuoteLineSerializer(source="lines.all", many=True)
    points = serializers.DecimalField(max_digits=14, decimal_places=2)
    total = serializers.DecimalField(max_digits=16, decimal_places=2)
    currency = serializers.CharField()
    valid_until = serializers.DateField()
    ordered_on = serializers.DateField()
    language = serializers.CharField()
    demonstration_prices = serializers.BooleanField()
    price_list = serializers.CharField()
    rule_version = serializers.CharField()
    left_out = serializers.JSONField()
    issued_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)

    def get_status(self, quote: RenewalQuote) -> str:
        return state_of(quote, today())


class HandOverSerializer(serializers.Serializer):
    """What was handed to a partner, asked of the rep, or proposed. `lines` is what a partner proposes of each line that
    isn't to be renewed whole."""

    turn = serializers.ChoiceField(HandOver.Turn.choices)
    partner = serializers.CharField(source="partner.number", default=None, allow_null=True)
    note = serializers.CharField()
    asked_by = serializers.CharField(source="asked_by.name")
    asked_at = serializers.DateTimeField()
    reply = serializers.CharField()
    replied_by = serializers.CharField(source="replied_by.name", default=None, allow_null=True)
    replied_at = serializers.DateTimeField(allow_null=True)
    lines = serializers.JSONField()


class QuoteDetailSerializer(QuoteSerializer):
    """The same with each line explained, and whose turn it is: customer, partner, rep, or nobody once it is settled."""

    lines = ExplainedLineSerializer(source="lines.all", many=True)
    whose_turn = serializers.SerializerMethodField()
    hand_over = serializers.SerializerMethodField()

    def get_whose_turn(self, quote: RenewalQuote) -> str:
        return hands_of(quote).waits_for

    @extend_schema_field(HandOverSerializer(allow_null=True))
    def get_hand_over(self, quote: RenewalQuote) -> dict[str, Any] | None:
        current = hands_of(quote).current
        return dict(HandOverSerializer(current).data) if current else None


class LineInWordsSerializer(ExplainedLineSerializer):
    """A line with the derivation of its figures, each in words of the reader's language."""

    def to_representation(self, line: QuoteLine) -> dict[str, Any]:
        return {**super().to_representation(line), "why": in_words(line_why(line), line.quote.currency)}


class WhySerializer(QuoteDetailSerializer):
    """With `include=why`: each derivation with its words, those of the whole quote under `why`."""

    lines = LineInWordsSerializer(source="lines.all", many=True)
    why = serializers.SerializerMethodField()

    def get_why(self, quote: RenewalQuote) -> dict[str, Any]:
        whole = quote_why(quote, list(quote.lines.all()))
        named = {"total": whole["amount"], **{name: whole.get(name) for name in ("points", "level", "valid_until")}}
        return in_words(named, quote.currency)


class DifferenceSerializer(serializers.Serializer):
    """What one version says instead of another: `whole` and the lines' `changes` are figures, before and after."""

    version = serializers.IntegerField()
    instead_of = serializers.IntegerField()
    added = serializers.ListField(child=serializers.DictField())
    gone = serializers.ListField(child=serializers.DictField())
    changed = serializers.ListField(child=serializers.DictField())
    whole = serializers.ListField(child=serializers.DictField())
    words = serializers.DictField()


class AskSerializer(serializers.Serializer):
    """One of the two."""

    agreement_number = serializers.CharField(required=False)
    site = serializers.CharField(required=False)


def quotes_of(request: Request) -> QuerySet[RenewalQuote]:
    """The quotes that whoever asks sees, with their lines."""
    return seen_quotes(actor_of(request)).prefetch_related("lines")


class QuoteList(CursorList):
    """Quotes, newest first; POST has those of an Agreement or an Express site made."""

    serializer_class = QuoteSerializer
    ordering = ("-issued_at", "-id")

    def get_queryset(self) -> QuerySet[RenewalQuote]:
        return quotes_of(self.request)

    @extend_schema(request=AskSerializer, responses={201: QuoteSerializer(many=True)})
    def post(self, request: Request) -> Response:
        """The open quotes, the transition quote first: `{"next": null, "previous": null, "results": […]}`."""
        faults: list[Fault] = []
        body = read_body(request)
        agreement, site = read_text(body, "agreement_number", faults), read_text(body, "site", faults)
        require_none(faults)
        found = operations.ask_for_quotes(
            actor=actor_of(request), at=now(), on=today(), agreement_number=agreement, site_number=site
        )
        by_id = quotes_of(request).in_bulk([q.pk for q in found])
        told = QuoteSerializer([by_id[q.pk] for q in found if q.pk in by_id], many=True).data
        return Response({"next": None, "previous": None, "results": told}, status=201)


class QuoteDetail(APIView):
    """One version of a quote."""

    @extend_schema(responses=WhySerializer, parameters=[INCLUDE])
    def get(self, request: Request, pk: str) -> Response:
        shape = WhySerializer if wants_why(request) else QuoteDetailSerializer
        return Response(shape(one(quotes_of(request), pk=pk)).data)


WITH = OpenApiParameter("with", OpenApiTypes.INT, description="The other version; the one before, where none is named.")


class QuoteDifferences(APIView):
    """What this version says instead of another one of the same quote."""

    @extend_schema(responses=DifferenceSerializer, parameters=[WITH])
    def get(self, request: Request, pk: str) -> Response:
        actor = actor_of(request)
        quote = one(seen_quotes(actor), pk=pk)
        asked = request.query_params.get("with", "")
        if asked and not (asked.isascii() and asked.isdigit()):
            raise Invalid(Fault("quote_version_invalid", "with", params={"value": asked[:40]}))
        other = version_beside(quote, versions_of(actor, quote), asked)
        if other is None:
            raise NotFound
        found = difference_of(other, quote)
        words = difference_words(found, quote.currency).as_json()
        return Response({**difference_json(found), "words": words})


class QuotePdf(APIView):
    """The paper, in the language that the quote was made in.

    That of a long quote is made in the background and kept: until it is there, 202 with `Retry-After`. It is begun when
    the quote is issued; POST begins it anew.
    """

    content_negotiation_class = AnyAnswer

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY, 202: None})
    def get(self, request: Request, pk: str) -> HttpResponse:
        return pdf_answer(one(seen_quotes(actor_of(request)), pk=pk)) or _not_yet()

    @extend_schema(request=None, responses={202: None})
    def post(self, request: Request, pk: str) -> HttpResponse:
        actor = actor_of(request)
        operations.request_paper(actor=actor, at=now(), quote=one(seen_quotes(actor), pk=pk))
        return _not_yet()


def _not_yet() -> HttpResponse:
    return HttpResponse(status=202, headers={"Retry-After": "5"})


class QuoteXlsx(APIView):
    """Lines, sums by site and facts as a spreadsheet, in the language that the quote was made in."""

    content_negotiation_class = AnyAnswer

    @extend_schema(responses={(200, TYPES["xlsx"]): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: str) -> HttpResponse:
        return kind_answer(one(seen_quotes(actor_of(request)), pk=pk), "xlsx")


class QuoteCsv(APIView):
    """The lines as CSV: UTF-8 with its mark, in Danish with semicolons and decimal commas."""

    content_negotiation_class = AnyAnswer

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: str) -> HttpResponse:
        return kind_answer(one(seen_quotes(actor_of(request)), pk=pk), "csv")


class QuoteUbl(APIView):
    """The quote as a Quotation of OASIS UBL 2.1, amounts without VAT."""

    content_negotiation_class = AnyAnswer

    @extend_schema(responses={(200, TYPES["xml"]): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: str) -> HttpResponse:
        return kind_answer(one(seen_quotes(actor_of(request)), pk=pk), "ubl")
