"""One transaction around view and rendering, with one actor in it; answers kept by idempotency key."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC
from typing import cast
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.authtoken.models import Token

from portal.api.problems import problem
from portal.kernel.errors import DomainError, Fault, Forbidden, NotFound
from portal.models import IdempotencyKey
from sites.clock import now
from sites.refusals import Kind, codes_refused, count_after, refused
from sites.tenancy import begin
from sites.tenancy.actor import begin_nobody

Handler = Callable[[HttpRequest], HttpResponse]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
API = "/api/v1/"
OUTSIDE = ("/health/", "/static/", "/metrics")


class TokenMiddleware:
    """`Authorization: Token …` says who asks, before the transaction opens."""

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "token":
            token = Token.objects.select_related("user").filter(key=key.strip()).first()
            known = token is not None and token.user.is_active
            request.user = token.user if token is not None and known else AnonymousUser()
            request.by_token = True  # type: ignore[attr-defined]
        return self.get_response(request)


class RefusalMiddleware:
    """Counts what was refused, after the transaction of the request has ended: a rule's no, or a fault of ours.

    The exception handler of the API and the views of pages leave the refusal on the request; reading counts nothing.
    """

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method in SAFE or request.path.startswith(OUTSIDE):
            return response
        if response.status_code >= 500:
            failed = type(error).__name__ if (error := getattr(request, "failed_with", None)) else response.status_code
            match = request.resolver_match
            count_after(Kind.TECHNICAL, [f"{(match and match.view_name) or 'unknown'}: {failed}"])
        else:
            count_after(Kind.RULE, codes_refused(request))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """What no view caught, and no answer fits: a fault of ours."""
        request.failed_with = exception  # type: ignore[attr-defined]


class TransactionMiddleware:
    """Opens the request's transaction, names its actor to the database, rolls back on a fault of ours.

    Reading methods get a read-only transaction: the database refuses a GET that writes. The API speaks UTC, pages
    speak the time of Copenhagen.
    """

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        if request.path.startswith(OUTSIDE):
            return self.get_response(request)
        zone = UTC if request.path.startswith(API) else timezone.get_default_timezone()
        with timezone.override(zone), transaction.atomic():
            if request.method in SAFE:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION READ ONLY")
            if request.user.is_authenticated:
                request.actor = begin(request.user.pk, name=str(request.user))  # type: ignore[attr-defined]
            else:
                begin_nobody()
            response = self.get_response(request)
            if response.status_code >= _first_failure(request):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Pages answer a domain error that no view caught with the error page that fits."""
        if isinstance(exception, NotFound):
            raise Http404 from exception
        if isinstance(exception, Forbidden):
            refused(request, exception)
            raise PermissionDenied from exception


def _first_failure(request: HttpRequest) -> int:
    """From which status on nothing stays written: the API refuses whole, unless the refusal itself is kept."""
    kept = getattr(request, "answer_kept", False)
    return 400 if request.path.startswith(API) and not kept else 500


class IdempotencyMiddleware:
    """The same key and body get the first answer again; the effect and the kept answer are one transaction."""

    def __init__(self, get_response: Handler):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        actor = getattr(request, "actor", None)
        if not key or request.method != "POST" or actor is None or not request.path.startswith(API):
            return self.get_response(request)
        if len(key) > 200:
            return problem(DomainError(Fault("idempotency_key_long", "Idempotency-Key", params={"limit": 200})))
        if not self._alone(f"{actor.user_id}:{key}"):
            return problem(DomainError(Fault("idempotency_running", "Idempotency-Key")), status=409)
        fingerprint = _fingerprint(request)
        kept = IdempotencyKey.objects.filter(user_id=actor.user_id, key=key).first()
        if kept is not None:
            return self._replay(kept, fingerprint)
        return self._first(request, actor.user_id, key, fingerprint)

    def _alone(self, name: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
            return cursor.fetchone()[0]

    def _replay(self, kept: IdempotencyKey, fingerprint: str) -> HttpResponse:
        if kept.fingerprint != fingerprint:
            return problem(DomainError(Fault("idempotency_other_body", "Idempotency-Key")), status=422)
        response = HttpResponse(bytes(kept.body), status=kept.status, content_type=kept.content_type)
        response["Idempotency-Replayed"] = "true"
        return response

    def _first(self, request: HttpRequest, user_id: UUID, key: str, fingerprint: str) -> HttpResponse:
        with transaction.atomic():
            response = self.get_response(request)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        if response.status_code >= 500:
            return response
        request.answer_kept = True  # type: ignore[attr-defined]
        IdempotencyKey.objects.create(
            user_id=user_id,
            key=key,
            fingerprint=fingerprint,
            status=response.status_code,
            content_type=response.headers.get("Content-Type", "application/json"),
            body=response.content,
            created_at=now(),
        )
        return response


def _fingerprint(request: HttpRequest) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if (request.content_type or "").startswith("multipart/"):
        digest.update(json.dumps(sorted(request.POST.lists())).encode())
        for name in sorted(request.FILES):
            upload = cast(UploadedFile, request.FILES[name])
            digest.update(f"{name} {upload.name}\n".encode())
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
    else:
        digest.update(request.body)
    return digest.hexdigest()
