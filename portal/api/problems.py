"""Errors as `application/problem+json`, every fault at once, in the reader's language."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from portal.kernel.errors import DomainError, Fault, NoRoom, no_room
from sites.refusals import refused
from sites.words import fault_as_json, sentence

_TITLES = {
    400: "invalid",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    412: "stale",
    415: "unsupported_media_type",
    422: "unprocessable",
    429: "too_many_requests",
}


def problem(error: DomainError, *, status: int | None = None) -> HttpResponse:
    """A domain error as an HTTP answer."""
    status = status or error.status
    return _answer(status, error.code, [fault_as_json(f) for f in error.faults])


def problem_response(exception: Exception, context: dict[str, Any]) -> HttpResponse | Response | None:
    """DRF's exception handler: domain errors, DRF's own and Django's, all in one shape. None: a fault of ours."""
    asked = context["request"]._request if context.get("request") else None
    if no_room(exception):
        exception = NoRoom()
    if isinstance(exception, DomainError):
        if asked is not None:
            refused(asked, exception)
        return problem(exception)
    if isinstance(exception, Http404):
        exception = exceptions.NotFound()
    elif isinstance(exception, PermissionDenied):
        exception = exceptions.PermissionDenied()
    if not isinstance(exception, exceptions.APIException):
        if asked is not None:
            asked.failed_with = exception
        return None
    if isinstance(exception, exceptions.ParseError):
        return _answer(400, "invalid", [fault_as_json(Fault("body_unreadable"))])
    if isinstance(exception, exceptions.ValidationError):
        return _answer(400, "invalid", [fault_as_json(f) for f in _faults(exception.detail)])
    code = _TITLES.get(exception.status_code, "error")
    answer = _answer(exception.status_code, code, [], detail="" if code == "not_found" else str(exception.detail))
    if isinstance(exception, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        answer["WWW-Authenticate"] = "Token"
    return answer


def _faults(detail: Any, path: str = "") -> list[Fault]:
    if isinstance(detail, dict):
        return [f for name, inner in detail.items() for f in _faults(inner, f"{path}.{name}" if path else str(name))]
    if isinstance(detail, list):
        return [
            f
            for index, inner in enumerate(detail)
            for f in _faults(inner, f"{path}[{index}]" if isinstance(inner, dict) else path)
        ]
    return [Fault("field_invalid", path or None, params={"said": str(detail), "rule": getattr(detail, "code", "")})]


def _answer(status: int, code: str, errors: list[dict[str, Any]], *, detail: str = "") -> HttpResponse:
    title = sentence(f"http_{status}", {}) or _("The request could not be carried out.")
    body = {
        "type": f"/help/errors/#{code}",
        "title": title,
        "status": status,
        "detail": detail or " ".join(e["message"] for e in errors) or title,
        "code": code,
        "errors": errors,
    }
    return HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")
