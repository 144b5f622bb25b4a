"""What the reader was told, and putting it aside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sites.clock import now
from sites.models import Notification
from sites.operations import mark_read
from sites.queries import notifications_of, unread_count
from sites.subjects import page_of
from sites.views.asked import actor_of
from sites.words import told

PAGE = 30


@dataclass(frozen=True, slots=True)
class Told:
    """A notification in the reader's words: what happened, what can be done, and where."""

    id: UUID
    at: datetime
    message: str
    remedy: str
    url: str
    unread: bool


def in_words(notification: Notification) -> Told:
    """The notification in the active language."""
    message, remedy = told(notification.kind, notification.data)
    url = page_of(notification.subject_type, notification.subject_id)
    return Told(notification.pk, notification.at, message, remedy, url, notification.read_at is None)


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """The newest first, thirty a page; `before` names the last one of the page before."""
    actor = actor_of(request)
    rows = notifications_of(actor)
    if (last := _pivot(request)) is not None:
        rows = rows.filter(at__lte=last.at).exclude(at=last.at, pk__gte=last.pk)
    found = list(rows[: PAGE + 1])
    context: dict[str, Any] = {
        "notifications": [in_words(row) for row in found[:PAGE]],
        "unread": unread_count(actor),
        "next_url": f"?before={found[PAGE - 1].pk}" if len(found) > PAGE else None,
    }
    return render(request, "notifications/list.html", context)


def _pivot(request: HttpRequest) -> Notification | None:
    try:
        return notifications_of(actor_of(request)).filter(pk=UUID(request.GET.get("before", ""))).first()
    except ValueError:
        return None


@require_POST
def notification_read(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put one aside, and go to what it tells of where that was asked for."""
    actor = actor_of(request)
    mark_read(actor=actor, at=now(), notification_id=pk)
    if "open" in request.POST:
        notification = notifications_of(actor).get(pk=pk)
        return redirect(page_of(notification.subject_type, notification.subject_id))
    return redirect("notifications")


@require_POST
def notifications_read(request: HttpRequest) -> HttpResponse:
    """Put all of them aside."""
    mark_read(actor=actor_of(request), at=now())
    messages.success(request, _("All notifications are marked as read."))
    return redirect("notifications")
