"""How far a form is, as it happens: server-sent events. Without JavaScript, or without them, the page asks itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connection, connections, transaction
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from licenses.views.shared import actor_of
from migrations_app.queries.batch_progress import Counted, Pace, Stand, stand_of
from migrations_app.views.batches import visible
from migrations_app.words.batches import STAGES
from sites.formats import format_number
from sites.tenancy import begin

QUICK, SLOW = 1.0, 3.0
"""Seconds between two events: while rows are being done, and while people are waited for."""
RECOUNT = 5.0
"""Seconds between two counts of a form's rows, which is what costs most here."""
LONGEST = 120.0
"""Seconds after which the browser has to ask anew, and so to show again that it may."""


@require_safe
def batch_progress(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Events `progress` with a piece of the page, and at last one `done`.

    Between two of them neither a transaction nor a connection is held, and no thread waits: the server's own loop does.
    """
    watch = Watch(visible(actor_of(request), pk).pk, actor_of(request).user_id, get_language() or "en")
    stream = _async_events(watch) if isinstance(request, ASGIRequest) else _events(watch)
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response["Cache-Control"] = "no-cache, no-transform"
    response["X-Accel-Buffering"] = "no"
    return response


class Watch:
    """One person watching one form."""

    def __init__(self, pk: UUID, user_id: UUID, language: str):
        self.pk, self.user_id, self.language = pk, user_id, language
        self.pace, self.seen, self.wait = Pace(), "", QUICK
        self.until = time.monotonic() + LONGEST
        self.over = False
        self.counted: Counted | None = None
        self.counted_at = 0.0

    def event(self) -> str:
        """The next event; `over` after the last one, `wait` seconds to the next. A transaction of its own."""
        try:
            with transaction.atomic(), translation.override(self.language):
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION READ ONLY")
                second = time.monotonic()
                may = second - self.counted_at >= RECOUNT
                stand = stand_of(self.pk, begin(self.user_id), self.counted, recount=may)
                if stand is not None and stand.counted is not self.counted:
                    self.counted, self.counted_at = stand.counted, second
                return self._told(stand, second)
        finally:
            if not connection.in_atomic_block:
                connection.close()

    def _told(self, stand: Stand | None, second: float) -> str:
        moved = stand is None or (self.seen and stand.seen.partition("-")[0] != self.seen.partition("-")[0])
        if stand is None or moved or not stand.working:
            self.over = True
            return "event: done\ndata: \n\n"
        self.over = second >= self.until
        self.pace.add(second, stand.done)
        self.wait = QUICK if self.pace.rate or not self.seen else SLOW
        self.seen = stand.seen
        html = render_to_string("batches/_live.html", live(stand, self.pace))
        return "event: progress\n" + "".join(f"data: {line}\n" for line in html.splitlines() if line.strip()) + "\n"


def live(stand: Stand, pace: Pace) -> dict[str, object]:
    """What the moving part of the page shows."""
    label = STAGES.get(stand.status, "")
    if stand.status == "checking" and stand.total and stand.done >= stand.total:
        label = _("Looking at the rows together")
    return {"label": label, "done": stand.done, "total": stand.total, "note": pace_in_words(pace, stand.total)}


def pace_in_words(pace: Pace, total: int) -> str:
    """Rows per second, and how long it takes still."""
    if not pace.rate:
        return ""
    shown = round(Decimal(pace.rate), 1) if pace.rate < 10 else round(pace.rate)
    rate = format_number(shown, get_language() or "en")
    told = _("%(rate)s rows per second") % {"rate": rate}
    left = pace.left(total)
    return f"{told} · {_left(left)}" if left is not None else told


def _left(seconds: int) -> str:
    if seconds < 90:
        return ngettext("about %(n)s second left", "about %(n)s seconds left", max(seconds, 1)) % {"n": max(seconds, 1)}
    minutes = round(seconds / 60)
    return ngettext("about %(n)s minute left", "about %(n)s minutes left", minutes) % {"n": minutes}


async def _async_events(watch: Watch) -> AsyncIterator[str]:
    # The answer's own thread would keep the connection of the request until the last event.
    await sync_to_async(connections.close_all)()
    while not watch.over:
        yield await sync_to_async(watch.event, thread_sensitive=False)()
        if not watch.over:
            await asyncio.sleep(watch.wait)


def _events(watch: Watch) -> Iterator[str]:
    """The same for a server that has no loop: a thread waits."""
    while not watch.over:
        yield watch.event()
        if not watch.over:
            time.sleep(watch.wait)
