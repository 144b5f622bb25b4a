"""The API's sign-in: the actor that the middleware made, by token or by browser session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


class ActorAuthentication(BaseAuthentication):
    """Takes the word of TokenMiddleware and the session; a session's writes need the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        plain = request._request
        by_token = getattr(plain, "by_token", False)
        if getattr(plain, "actor", None) is None:
            if by_token:
                raise AuthenticationFailed("The token isn't known. `manage.py api_token EMAIL` prints one.")
            return None
        if not by_token:
            self._enforce_csrf(plain)
        return plain.user, "token" if by_token else None

    def authenticate_header(self, request: Request) -> str:
        return "Token"

    def _enforce_csrf(self, request: HttpRequest) -> None:
        check = _CsrfCheck(lambda _request: None)  # type: ignore[arg-type]
        check.process_request(request)
        if reason := check.process_view(request, None, (), {}):  # type: ignore[arg-type]
            raise PermissionDenied(f"CSRF: {reason}")


class HasActor(BasePermission):
    """Everything under the API needs to know who asks."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return getattr(request._request, "actor", None) is not None
