"""The operators' page: queues, files under way, stuck work, workers; and the page of a single job."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from licenses.views.paging import slice_of
from licenses.views.shared import Item
from portal.kernel.errors import Invalid
from portal.templatetags.passage import lasting
from portal.work.overview import overview
from portal.work.words import EVENTS, FILES, KINDS, STATES, STEPS, kind_label
from sites.admin_base import CaseAdmin, CaseButton, actor_of
from sites.clock import now
from sites.events import history
from sites.models import Event, Job
from sites.operations.jobs import give_up_job, redrive_dead, redrive_job
from sites.readmodels.jobs import DEAD, DONE, DROPPED, LEFT, RUNNING, chosen, job_rows, state_of
from sites.refusals import refused
from sites.templatetags.formats import moment
from sites.tenancy import Actor
from sites.views.files import file_answer
from sites.words import fault_sentence

ROWS = 50
MOST_EXPORTED = 10_000
COLUMNS = (
    "id", "kind", "state", "subject_id", "actor", "tries", "crashes", "turns", "reason", "due_at", "created_at",
    "started_at", "finished_at",
)  # fmt: skip


class JobAdmin(CaseAdmin):
    """Operators see what waits, runs and is stuck, and can try it again or give it up."""

    seen_by = frozenset({"operator"})
    case_template = "admin/sites/job/case.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return job_rows(actor_of(request))

    def get_urls(self) -> list[URLPattern]:
        """Two addresses more: every dead job of a kind again (POST alone), and the list as a file."""
        view = self.admin_site.admin_view
        return [
            path("again/", view(self.again_view), name="sites_job_again"),
            path("jobs.csv", view(self.csv_view), name="sites_job_csv"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The whole of it: what an operator looks at first, and below it the list with its filters."""
        self._must_see(request)
        asked = {name: request.GET.get(name, "") for name in ("kind", "state")}
        at = now()
        seen, rows = overview(actor_of(request), at), self._chosen(request)
        page = slice_of(rows, ("created_at", "id"), request, descending=True, size=ROWS)
        kinds = {*KINDS, *(queue.kind for queue in seen.queues)}
        query = request.GET.copy()
        query.pop("from", None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Work behind the portal"),
            "opts": self.opts,
            "seen": seen,
            "files": [(file, FILES[file.kind]) for file in seen.files],
            "queues": [(queue, kind_label(queue.kind)) for queue in seen.queues],
            "stuck": [shown(job, at) for job in seen.stuck],
            "page": page,
            "rows": [shown(job, at) for job in page.rows],
            "states": STATES.items(),
            "kinds": [(kind, kind_label(kind)) for kind in sorted(kinds, key=kind_label)],
            "asked": asked,
            "query": query.urlencode(),
        }
        return TemplateResponse(request, "admin/sites/job/overview.html", context)

    def again_view(self, request: HttpRequest) -> HttpResponse:
        """Every dead job of a kind gets a new round of tries."""
        self._must_see(request)
        back = HttpResponseRedirect(reverse("admin:sites_job_changelist"))
        if request.method == "POST":
            kind = request.POST.get("kind", "").replace("\0", "")
            count = redrive_dead(actor=actor_of(request), at=now(), kind=kind)
            told = ngettext("%(count)s job is tried again.", "%(count)s jobs are tried again.", count)
            messages.success(request, told % {"count": count})
        return back

    def csv_view(self, request: HttpRequest) -> HttpResponse:
        """The chosen jobs, the newest first, at most ten thousand, times in UTC."""
        self._must_see(request)
        made = io.StringIO()
        writer = csv.writer(made)
        writer.writerow(COLUMNS)
        for job in self._chosen(request).order_by("-created_at", "-id")[:MOST_EXPORTED]:
            values = {**vars(job), "state": state_of(job), "actor": job.actor.name}
            writer.writerow([_cell(values[name]) for name in COLUMNS])
        return file_answer(made.getvalue().encode("utf-8-sig"), "jobs.csv")

    def buttons(self, actor: Actor, case: Job) -> Sequence[CaseButton]:
        """What can be done to it now; nothing to one that a worker holds."""
        state = state_of(case)
        verbs = [] if state in (RUNNING, DONE) else ["redrive"] if state == DROPPED else ["redrive", "give_up"]
        return [CaseButton(verb, str(STEPS[verb]), verb == "give_up") for verb in verbs]

    def case_context(self, request: HttpRequest, case: Job) -> dict[str, Any]:
        state = state_of(case)
        hints = {
            RUNNING: _("A worker is at it now. Nobody may interfere until it is done or its lease has run out."),
            DONE: _("This job is done."),
        }
        return {
            "title": kind_label(case.kind),
            "facts": [Item(label, value) for label, value in _facts(case, state)],
            "reason": case.reason,
            "not_now": hints.get(state, ""),
            "events": [_happened(event) for event in history(case)],
        }

    def decide(self, *, actor: Actor, case: Job, verb: str, reason: str, typed: dict[str, str]) -> str:
        if verb == "redrive":
            redrive_job(actor=actor, at=now(), job_id=case.pk)
            return _("The job is tried again.")
        if verb == "give_up":
            give_up_job(actor=actor, at=now(), job_id=case.pk, reason=reason)
            return _("The job is given up.")
        raise Http404

    def _must_see(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _chosen(self, request: HttpRequest) -> QuerySet[Job]:
        rows = job_rows(actor_of(request))
        try:
            return chosen(rows, request.GET.dict())
        except Invalid as refusal:
            refused(request, refusal)
            messages.error(request, " ".join(fault_sentence(fault) for fault in refusal.faults))
            return rows


def shown(job: Job, at: datetime) -> dict[str, Any]:
    """A job as a line of a table, with how long it waits; of a row of `job_rows`."""
    state = state_of(job)
    over = state in (DONE, DROPPED)
    return {
        "job": job,
        "kind": kind_label(job.kind),
        "state": state,
        "state_label": STATES[state],
        "since": job.finished_at if over else job.due_at,
        "age": "" if over or job.due_at > at else lasting((at - job.due_at).total_seconds()),
        "bad": state in (DEAD, LEFT),
    }


def _facts(job: Job, state: str) -> list[tuple[str, Any]]:
    return [
        (_("Kind"), f"{kind_label(job.kind)} ({job.kind})"),
        (_("State"), STATES[state]),
        (_("Number"), job.pk),
        (_("Number of what it is about"), job.subject_id),
        (_("Asked for by"), job.actor.name),
        (_("Asked for"), moment(job.created_at)),
        (_("Due"), moment(job.due_at)),
        (_("Last begun"), moment(job.started_at)),
        (_("Lease until"), moment(job.lease_until)),
        (_("Ended"), moment(job.finished_at)),
        (_("Tries"), job.tries),
        (_("Crashes"), job.crashes),
        (_("Made way for others"), job.turns),
    ]


def _happened(event: Event) -> dict[str, Any]:
    data = event.data
    before = _("before: %(state)s, tries %(tries)s, crashes %(crashes)s") % {
        "state": STATES.get(data.get("status", ""), data.get("status", "")),
        "tries": data.get("tries", "–"),
        "crashes": data.get("crashes", "–"),
    }
    told = "; ".join(part for part in (data.get("why", ""), before, data.get("reason", "")) if part)
    return {"at": event.at, "title": EVENTS.get(event.kind, event.kind), "who": event.actor.name, "text": told}


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula stays text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
