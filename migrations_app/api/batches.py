"""Transfer forms: the empty one, filled-in ones, their rows, and what came back."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licenses.api.asked import Asked
from licenses.api.base import AnyAnswer, CursorList, actor_of
from migrations_app import operations, queries
from migrations_app.api.bodies import Body, read_fix, read_values
from migrations_app.api.files import failed_rows_file, template_file
from migrations_app.api.serializers import (
    BatchDetailSerializer,
    BatchSerializer,
    BatchStepSerializer,
    FixSerializer,
    RowSerializer,
    RowValuesSerializer,
    UndoPreviewSerializer,
    UndoSerializer,
    UploadSerializer,
)
from migrations_app.models import BatchRow, TransferBatch
from migrations_app.queries.batch_undo import undo_preview
from portal.kernel.errors import Fault, Invalid, NotFound
from sites.clock import now, today


def visible(request: Request, pk: UUID) -> TransferBatch:
    """The form `pk`; the same 404 for unknown and foreign."""
    found = TransferBatch.objects.visible_to(actor_of(request)).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def answer(request: Request, batch: TransferBatch, *, status: int = 200) -> Response:
    """The form with its counts, its progress and what was found."""
    view = queries.batch_view(batch, actor_of(request))
    return Response(BatchDetailSerializer(view).data, status=status)


class FormTemplate(APIView):
    """The transfer form to fill in: xlsx, csv or pdf."""

    content_negotiation_class = AnyAnswer

    @extend_schema(
        parameters=[OpenApiParameter("lang", OpenApiTypes.STR, enum=["da", "en"])],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, kind: str) -> HttpResponse:
        asked = Asked(request.query_params)
        lang = asked.choice("lang", ("da", "en"))
        asked.done()
        return template_file(kind, lang or get_language() or "en")


class TransferBatches(CursorList):
    """Filled-in forms, the newest first."""

    serializer_class = BatchSerializer
    queryset = TransferBatch.objects.none()
    ordering = ("-number",)
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> QuerySet[TransferBatch]:
        return TransferBatch.objects.visible_to(actor_of(self.request))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        views = queries.batch_views(page, actor_of(request))
        return self.get_paginated_response(BatchSerializer(views, many=True).data)

    @extend_schema(request=UploadSerializer, responses={202: BatchDetailSerializer})
    def post(self, request: Request) -> Response:
        """Take a filled-in form; a worker checks it."""
        upload, mode = request.FILES.get("file"), request.POST.get("mode") or str(TransferBatch.Mode.PER_ROW)
        faults = [] if upload else [Fault("file_missing", "file")]
        if mode not in TransferBatch.Mode.values:
            params = {"value": mode[:40], "choices": ", ".join(TransferBatch.Mode.values)}
            faults.append(Fault("choice_unknown", "mode", params=params))
        if upload is None or faults:
            raise Invalid(*faults)
        made = operations.upload(actor=actor_of(request), at=now(), upload=upload, mode=mode)
        return answer(request, made, status=202)


class TransferBatchPage(APIView):
    """One filled-in form."""

    @extend_schema(responses=BatchDetailSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return answer(request, visible(request, pk))


@extend_schema(
    parameters=[
        OpenApiParameter("outcome", OpenApiTypes.STR, enum=BatchRow.Outcome.values),
        OpenApiParameter("code", OpenApiTypes.STR, description="Only rows with this reason."),
    ]
)
class TransferBatchRows(CursorList):
    """The rows of a form, by number."""

    serializer_class = RowSerializer
    queryset = BatchRow.objects.none()
    ordering = ("number",)

    def get_queryset(self) -> QuerySet[BatchRow]:
        batch = visible(self.request, self.kwargs["pk"])
        asked = Asked(self.request.query_params)
        outcome, code = asked.choice("outcome", BatchRow.Outcome.values), asked.text("code")
        asked.done()
        return queries.batch_rows(batch, outcome or None, code or None)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(RowSerializer(page, many=True).data)


class FailedRows(APIView):
    """The rows that didn't go through, as a workbook to mend and send again."""

    content_negotiation_class = AnyAnswer

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        return failed_rows_file(visible(request, pk), get_language() or "en")


class TransferBatchRow(APIView):
    """One row of a form: what it says, what was found, and mending it."""

    @extend_schema(responses=RowSerializer)
    def get(self, request: Request, pk: UUID, number: int) -> Response:
        row = visible(request, pk).rows.filter(number=number).first()
        if row is None:
            raise NotFound
        return Response(RowSerializer(row).data)

    @extend_schema(request=RowValuesSerializer, responses={202: BatchDetailSerializer})
    def post(self, request: Request, pk: UUID, number: int) -> Response:
        """Write values into fields of the row; it is judged anew, and with it those that it stands in the way of."""
        batch = visible(request, pk)
        values = read_values(request.data)
        who: dict[str, Any] = {"actor": actor_of(request), "at": now(), "batch_id": batch.pk}
        return answer(request, operations.amend_row(**who, number=number, values=values), status=202)

    patch = post


class TransferBatchFix(APIView):
    """The same value for many rows of a form at once."""

    @extend_schema(request=FixSerializer, responses={202: BatchDetailSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Mend all rows with a reason, or of an outcome; they are judged anew."""
        batch = visible(request, pk)
        rows, values = read_fix(request.data)
        who: dict[str, Any] = {"actor": actor_of(request), "at": now(), "batch_id": batch.pk}
        return answer(request, operations.fix_group(**who, rows=rows, values=values), status=202)


class TransferBatchStep(APIView):
    """A step of a form: submit, retry, cancel."""

    @extend_schema(request=BatchStepSerializer, responses=BatchDetailSerializer)
    def post(self, request: Request, pk: UUID, verb: str) -> Response:
        batch = visible(request, pk)
        body = Body({} if request.data is None else request.data)
        waive, wait = body.text("waive_warnings"), body.flag("wait")
        body.text("reason")
        body.done()
        who: dict[str, Any] = {"actor": actor_of(request), "at": now(), "batch_id": batch.pk}
        if verb == "submit":
            return answer(request, operations.submit_batch(**who, waive_warnings=waive, wait=wait))
        if verb == "retry":
            return answer(request, operations.retry_batch(**who))
        return answer(request, operations.cancel_batch(**who))


class TransferBatchUndo(APIView):
    """Taking a form back: what would happen, and the step itself."""

    @extend_schema(responses=UndoPreviewSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Request by request: whether it can be taken back, until which day, and what blocks it."""
        preview = undo_preview(self._seen(request, pk), actor_of(request), today())
        return Response(UndoPreviewSerializer(preview).data)

    @extend_schema(request=UndoSerializer, responses=BatchDetailSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """The sender withdraws what is open, or asks a rep; a rep of all its customers reverses what has moved."""
        batch, actor = self._seen(request, pk), actor_of(request)
        body = Body({} if request.data is None else request.data)
        reason, ask, partly = body.text("reason"), body.flag("ask"), body.flag("partly")
        body.done()
        who: dict[str, Any] = {"actor": actor, "at": now(), "on": today(), "batch_id": batch.pk, "reason": reason}
        if "rep" in actor.roles and batch.created_by_id != actor.user_id:
            return answer(request, operations.reverse_batch(**who, partly=partly))
        return answer(request, operations.ask_undo(**who) if ask else operations.undo_batch(**who))

    def _seen(self, request: Request, pk: UUID) -> TransferBatch:
        found = TransferBatch.objects.seen_by(actor_of(request)).filter(pk=pk).first()
        if found is None:
            raise NotFound
        return found
