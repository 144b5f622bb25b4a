"""What the API's views of this package share."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

from sites.api.base import ByKey, CursorList, actor_of

__all__ = ["AnyAnswer", "ByKey", "CursorList", "actor_of"]


class AnyAnswer(DefaultContentNegotiation):
    """For files: whatever the caller says it accepts, there is one kind of answer."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
