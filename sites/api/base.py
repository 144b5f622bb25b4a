"""What the API's views share: who asks, and lists a cursor page at a time."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework import exceptions, generics
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.kernel.errors import Fault, Invalid
from sites.tenancy import Actor


def actor_of(request: Request) -> Actor:
    """Who asks; HasActor has seen to it that somebody does."""
    actor: Actor = request._request.actor  # type: ignore[attr-defined]
    return actor


class ByKey(BaseFilterBackend):
    """Orders a cursor page by the view's `ordering`: unique columns that never change."""

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView) -> tuple[str, ...]:
        return tuple(view.ordering)  # type: ignore[attr-defined]

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        return queryset.order_by(*self.get_ordering(request, queryset, view))


class CursorList(generics.ListAPIView):
    """A cursor page; a cursor made by hand is a fault of the input."""

    filter_backends = [ByKey]
    ordering: tuple[str, ...] = ("pk",)

    def paginate_queryset(self, queryset: Any) -> Any:
        try:
            return super().paginate_queryset(queryset)
        except (exceptions.NotFound, ValidationError, ValueError, TypeError):
            raise Invalid(Fault("cursor_invalid", "cursor")) from None
