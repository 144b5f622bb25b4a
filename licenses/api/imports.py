"""Imports of holdings: files taken in, what they change, and a rep's answer."""

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licenses.api.asked import Asked
from licenses.api.base import CursorList, actor_of
from licenses.models import EntitlementImport, EntitlementImportRow
from licenses.operations import entitlement_imports as operations
from licenses.queries.entitlement_imports import (
    actions_on,
    changes_of,
    counts_of,
    findings_of,
    headings_of,
    rows_of,
    visible_imports,
)
from licenses.readmodels import one
from portal.kernel.errors import Fault, Invalid
from sites.clock import now, today
from sites.tenancy import Actor
from sites.words import retold


class HoldingsCounts(serializers.Serializer):
    """Rows read, lines created in the record, rows not read; the difference by kind."""

    read = serializers.IntegerField()
    created = serializers.IntegerField()
    rejected = serializers.IntegerField()
    new = serializers.IntegerField()
    changed = serializers.IntegerField()
    gone = serializers.IntegerField()
    same = serializers.IntegerField()
    in_file = serializers.IntegerField()
    new_parts = serializers.IntegerField()


class HeadingSerializer(serializers.Serializer):
    """A heading of the file: its field, the first values below it, and how it is known.

    `how` is `name`, `said` (with this file), `remembered` (from the file with that `number`) or `unknown`.
    """

    heading = serializers.CharField()
    field = serializers.CharField(allow_blank=True)
    samples = serializers.ListField(child=serializers.CharField())
    how = serializers.ChoiceField(choices=["name", "said", "remembered", "unknown"])
    number = serializers.CharField(allow_blank=True)


class ChangeSerializer(serializers.Serializer):
    """A field of a line before and after."""

    field = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class ImportSerializer(serializers.Serializer):
    """A file of holdings on its way into the record."""

    id = serializers.UUIDField(source="pk")
    number = serializers.CharField(source="__str__")
    status = serializers.CharField()
    site = serializers.CharField(source="site.site_number")
    filename = serializers.CharField()
    declared = serializers.BooleanField()
    mapping = serializers.DictField(child=serializers.CharField(allow_null=True))
    headings = serializers.SerializerMethodField()
    counts = serializers.SerializerMethodField()
    faults = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(source="decision_reason")
    superseded_by = serializers.UUIDField(source="superseded_by_id", allow_null=True)

    @extend_schema_field(HeadingSerializer(many=True))
    def get_headings(self, case: EntitlementImport) -> Any:
        return HeadingSerializer(headings_of(case), many=True).data

    @extend_schema_field(HoldingsCounts)
    def get_counts(self, case: EntitlementImport) -> dict[str, int]:
        return counts_of(case)

    @extend_schema_field(serializers.ListField(child=serializers.JSONField()))
    def get_faults(self, case: EntitlementImport) -> list[dict[str, Any]]:
        return [retold(kept) for kept in case.faults]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_actions(self, case: EntitlementImport) -> list[str]:
        return list(actions_on(self.context["actor"], case))


class ImportRowSerializer(serializers.Serializer):
    """A row by its number in the sheet; null for a line that the file no longer names."""

    number = serializers.IntegerField(allow_null=True)
    outcome = serializers.CharField()
    site_number = serializers.CharField(source="site.site_number", default=None, allow_null=True)
    part_number = serializers.CharField()
    kind = serializers.CharField()
    description = serializers.CharField()
    quantity = serializers.IntegerField(allow_null=True)
    quantity_before = serializers.IntegerField(source="before_quantity", allow_null=True)
    order_reference = serializers.CharField()
    acquired_on = serializers.DateField(allow_null=True)
    coverage_start = serializers.DateField(allow_null=True)
    coverage_end = serializers.DateField(allow_null=True)
    points = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    entitlement = serializers.UUIDField(source="entitlement_id", allow_null=True)
    changes = serializers.SerializerMethodField()
    values = serializers.DictField(child=serializers.CharField(allow_blank=True))

    @extend_schema_field(ChangeSerializer(many=True))
    def get_changes(self, row: EntitlementImportRow) -> Any:
        return ChangeSerializer(changes_of(row), many=True).data

    def get_fields(self) -> dict[str, Any]:
        # As an attribute it would hide what serializers themselves call errors.
        return {**super().get_fields(), "errors": RowFindings(source="*", read_only=True)}


@extend_schema_field(serializers.ListField(child=serializers.JSONField()))
class RowFindings(serializers.Field):
    """What was found about a row, told in the reader's language."""

    def to_representation(self, value: EntitlementImportRow) -> list[dict[str, Any]]:
        return findings_of(value)


class ImportUpload(serializers.Serializer):
    """A file of what a site holds; `mapping` is a JSON object of heading → field, null for a column not to be read."""

    file = serializers.FileField()
    site = serializers.CharField()
    mapping = serializers.CharField(required=False)


class MappingBody(serializers.Serializer):
    """What headings of the file mean."""

    mapping = serializers.DictField(child=serializers.CharField(allow_null=True))


class ReasonBody(serializers.Serializer):
    """Why; needed to reject."""

    reason = serializers.CharField(required=False, allow_blank=True)


def answer(actor: Actor, pk: UUID, *, status: int = 200) -> Response:
    """The import as it stands."""
    case = one(visible_imports(actor), pk=pk)
    return Response(ImportSerializer(case, context={"actor": actor}).data, status=status)


class EntitlementImports(CursorList):
    """Files of holdings, the newest first."""

    serializer_class = ImportSerializer
    queryset = EntitlementImport.objects.none()
    ordering = ("-number",)
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> QuerySet[EntitlementImport]:
        return visible_imports(actor_of(self.request))

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "actor": actor_of(self.request)}

    @extend_schema(request=ImportUpload, responses={202: ImportSerializer})
    def post(self, request: Request) -> Response:
        """Take a file of holdings; a worker checks it."""
        actor = actor_of(request)
        asked = Asked(request.POST)
        site = asked.site("site", actor)
        if site is None and not asked.faults:
            asked.faults.append(Fault("field_required", "site"))
        upload = request.FILES.get("file")
        if upload is None:
            asked.faults.append(Fault("file_missing", "file"))
        mapping = _mapping(asked.text("mapping"), asked)
        if upload is None or site is None:
            asked.done()
            raise Invalid
        asked.done()
        made = operations.upload_holdings(actor=actor, at=now(), site=site, upload=upload, mapping=mapping)
        return answer(actor, made.pk, status=202)


def _mapping(text: str, asked: Asked) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    asked.faults.append(Fault("mapping_shape", "mapping"))
    return {}


class EntitlementImportPage(APIView):
    """One file of holdings."""

    @extend_schema(responses=ImportSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return answer(actor_of(request), pk)


@extend_schema(parameters=[OpenApiParameter("outcome", OpenApiTypes.STR, enum=EntitlementImportRow.Outcome.values)])
class EntitlementImportRows(CursorList):
    """The rows of a file in its order, then the lines that it no longer names."""

    serializer_class = ImportRowSerializer
    queryset = EntitlementImportRow.objects.none()
    ordering = ("id",)

    def get_queryset(self) -> QuerySet[EntitlementImportRow]:
        case = one(visible_imports(actor_of(self.request)), pk=self.kwargs["pk"])
        asked = Asked(self.request.query_params)
        outcome = asked.choice("outcome", EntitlementImportRow.Outcome.values)
        asked.done()
        return rows_of(case, outcome)


class EntitlementImportMap(APIView):
    """Mend what the headings mean."""

    @extend_schema(request=MappingBody, responses=ImportSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_of(request)
        case = one(visible_imports(actor), pk=pk)
        body = request.data if isinstance(request.data, dict) else {}
        operations.map_holdings(actor=actor, at=now(), import_id=case.pk, mapping=body.get("mapping"))
        return answer(actor, pk)


class EntitlementImportStep(APIView):
    """A step of an import: accept or reject (a rep), compare."""

    @extend_schema(request=ReasonBody, responses=ImportSerializer)
    def post(self, request: Request, pk: UUID, verb: str) -> Response:
        actor = actor_of(request)
        case = one(visible_imports(actor), pk=pk)
        if verb == "accept":
            operations.accept_holdings(actor=actor, at=now(), on=today(), import_id=case.pk)
        elif verb == "compare":
            operations.compare_holdings(actor=actor, at=now(), import_id=case.pk)
        else:
            reason = request.data.get("reason") if isinstance(request.data, dict) else ""
            told = reason if isinstance(reason, str) else ""
            operations.reject_holdings(actor=actor, at=now(), import_id=case.pk, reason=told)
        return answer(actor, pk)
