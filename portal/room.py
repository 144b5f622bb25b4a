"""What is told when a disk of ours is full, wherever an upload meets that: in a sentence, with 507."""

import io
import logging
import sys
from typing import IO, Any

from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.defaults import server_error as any_fault

from portal.api.problems import problem
from portal.kernel.errors import NoRoom, no_room

API = "/api/"
log = logging.getLogger(__name__)


def told(request: HttpRequest) -> HttpResponse:
    """The answer for who sent something that there is no room for: a problem for the API, a page for people."""
    if request.path.startswith(API):
        return problem(NoRoom())
    return HttpResponse(render_to_string("507.html"), status=NoRoom.status)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's page for faults of ours, but for a full disk, which has its own."""
    return told(request) if no_room(sys.exc_info()[1]) else any_fault(request)


class _NothingKept(io.BytesIO):
    """Stands for a body that there was no room for."""


class Handler(ASGIHandler):
    """Django's handler. A body that doesn't fit on the disk is read to its end and answered, instead of cut off."""

    async def read_body(self, receive: Any) -> IO[bytes]:
        """The body as a file."""
        try:
            return await super().read_body(receive)
        except OSError as error:
            if not no_room(error):
                raise
            log.exception("no room for the body of a request")
        while (message := await receive()).get("more_body", False):
            del message
        return _NothingKept()

    def create_request(self, scope: Any, body_file: Any) -> Any:
        """The request, or the answer where there can't be one."""
        request, answer = super().create_request(scope, body_file)
        if not isinstance(body_file, _NothingKept) or request is None:
            return request, answer
        request = ASGIRequest(scope, body_file)
        with translation.override(translation.get_language_from_request(request)):
            return None, told(request)
