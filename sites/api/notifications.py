"""The API's doors to what the caller was told, and to declarations of ownership."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.kernel.errors import Fault, Invalid
from sites.api.base import CursorList, actor_of
from sites.clock import now
from sites.models import Notification, OwnershipDeclaration
from sites.operations import mark_read, withdraw_ownership
from sites.queries import declarations_of, notifications_of
from sites.subjects import page_of
from sites.words import told


class NotificationSerializer(serializers.ModelSerializer):
    """What was told, in code and figures, and in the caller's language."""

    message = serializers.SerializerMethodField()
    remedy = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = ("id", "kind", "subject_type", "subject_id", "data", "message", "remedy", "url", "at", "read_at")

    def get_message(self, row: Notification) -> str:
        return told(row.kind, row.data)[0]

    def get_remedy(self, row: Notification) -> str:
        return told(row.kind, row.data)[1]

    def get_url(self, row: Notification) -> str:
        return page_of(row.subject_type, row.subject_id)


class NotificationList(CursorList):
    """What you were told, the newest first; `?unread=true` for what you haven't put aside."""

    serializer_class = NotificationSerializer
    queryset = Notification.objects.none()
    ordering = ("-at", "-id")

    def get_queryset(self) -> QuerySet[Notification]:
        rows = notifications_of(actor_of(self.request))
        asked = self.request.query_params.get("unread", "")
        if asked not in ("", "true", "false"):
            raise Invalid(Fault("choice_unknown", "unread", params={"value": asked[:40], "choices": "true, false"}))
        return rows.unread() if asked == "true" else rows


class ReadSerializer(serializers.Serializer):
    """How many were unread until now."""

    read = serializers.IntegerField()


class NotificationRead(APIView):
    """Put one aside, or all of them."""

    @extend_schema(request=None, responses=ReadSerializer)
    def post(self, request: Request, pk: UUID | None = None) -> Response:
        return Response({"read": mark_read(actor=actor_of(request), at=now(), notification_id=pk)})


class DeclarationSerializer(serializers.ModelSerializer):
    """A signed declaration that two customers belong to one Enterprise."""

    customer = serializers.CharField(source="customer.name")
    other_customer = serializers.CharField(source="other_customer.name")

    class Meta:
        model = OwnershipDeclaration
        fields = (
            "id", "customer", "other_customer", "declared_on", "signed_by", "position", "statement", "language",
            "under_mandate", "given_at", "withdrawn_at", "withdrawn_reason",
        )  # fmt: skip


class DeclarationList(CursorList):
    """Declarations of ownership that you see, the newest first, withdrawn ones included."""

    serializer_class = DeclarationSerializer
    queryset = OwnershipDeclaration.objects.none()
    ordering = ("-given_at", "-id")

    def get_queryset(self) -> QuerySet[OwnershipDeclaration]:
        return declarations_of(actor_of(self.request))


class ReasonInput(serializers.Serializer):
    """Why."""

    reason = serializers.CharField()


class DeclarationWithdraw(APIView):
    """A declaration counts no more."""

    @extend_schema(request=ReasonInput, responses=DeclarationSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        reason = request.data.get("reason", "") if isinstance(request.data, dict) else ""
        if not isinstance(reason, str) or "\0" in reason:
            raise Invalid(Fault("text_expected", "reason"))
        withdrawn = withdraw_ownership(actor=actor_of(request), at=now(), declaration_id=pk, reason=reason[:2000])
        return Response(DeclarationSerializer(withdrawn).data)
