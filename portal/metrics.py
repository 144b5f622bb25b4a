"""Measures for Prometheus: those of django-prometheus, counts of refusals by kind and code, the work behind the portal.

These are read from the database, so every process tells the same, workers' included.
"""

import secrets
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from renewals.models import QuotePutAside, QuoteRun
from renewals.queries.breaks import watch
from sites.clock import today
from sites.models import RefusalCount
from sites.readmodels.jobs import queues
from sites.tenancy import system_actor

LOOPBACK = frozenset({"127.0.0.1", "::1"})


class Refusals(Collector):
    """`passage_refusals_total{kind, code}`; kinds: rule, person, technical."""

    def describe(self) -> Iterator[CounterMetricFamily]:
        """What will be told, without asking the database."""
        yield self._family()

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The sums over all days."""
        family = self._family()
        with transaction.atomic():
            system_actor()
            for kind, code, count in RefusalCount.objects.values_list("kind", "code").annotate(n=Sum("count")):
                family.add_metric([kind, code], count)
        yield family

    def _family(self) -> CounterMetricFamily:
        return CounterMetricFamily(
            "passage_refusals",
            "What was refused: by a rule, by a person, by a technical fault.",
            labels=("kind", "code"),
        )


class Work(Collector):
    """`passage_jobs{kind, state}`, `passage_job_oldest_seconds{kind}`: what waits, runs and is stuck, and how long."""

    STATES = ("due", "waiting", "running", "left", "failing", "dead")

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """What will be told, without asking the database."""
        yield from self._families()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """As it is now. A kind of which nothing is open has an age of 0."""
        jobs, oldest = self._families()
        with transaction.atomic():
            found = queues(system_actor(), timezone.now())
        for queue in found:
            for state in self.STATES:
                jobs.add_metric([queue.kind, state], getattr(queue, state))
            oldest.add_metric([queue.kind], queue.oldest or 0)
        yield from (jobs, oldest)

    def _families(self) -> tuple[GaugeMetricFamily, GaugeMetricFamily]:
        return (
            GaugeMetricFamily(
                "passage_jobs",
                "Jobs by state; left: the worker is gone, failing: tried and failed (among due and waiting).",
                labels=("kind", "state"),
            ),
            GaugeMetricFamily(
                "passage_job_oldest_seconds",
                "How long the job has waited that has waited longest of those that could be begun.",
                labels=("kind",),
            ),
        )


class Quotes(Collector):
    """`passage_quote_run{figure}` of the newest run over everybody, and `passage_quotes_put_aside`."""

    FIGURES = ("due", "looked_at", "issued", "superseded", "expired", "left_out", "put_aside")

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """What will be told, without asking the database."""
        yield from self._families()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """As it is now; nothing of a run before the first."""
        run, aside = self._families()
        with transaction.atomic():
            system_actor()
            newest = QuoteRun.objects.order_by("-on").first()
            aside.add_metric([], QuotePutAside.objects.count())
        for figure in self.FIGURES if newest else ():
            run.add_metric([figure], getattr(newest, figure))
        yield from (run, aside)

    def _families(self) -> tuple[GaugeMetricFamily, GaugeMetricFamily]:
        return (
            GaugeMetricFamily(
                "passage_quote_run", "What the newest day's run over all renewal quotes did.", labels=("figure",)
            ),
            GaugeMetricFamily("passage_quotes_put_aside", "Agreements and sites whose data no quote could be made of."),
        )


class Notices(Collector):
    """`passage_notices{state}` and `passage_notice_run_age_seconds`: what lacks, what waits, when it last ran."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """What will be told, without asking the database."""
        yield from self._families()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """As it is now; before the first run its age is -1."""
        counts, age = self._families()
        at = timezone.now()
        with transaction.atomic():
            system_actor()
            seen = watch(today(), at)
        figures = {"missing": len(seen.breaks), "letters_due": seen.letters_due, "dead_addresses": seen.dead_addresses}
        for state, count in figures.items():
            counts.add_metric([state], count)
        age.add_metric([], (at - seen.finished_at).total_seconds() if seen.finished_at else -1)
        yield from (counts, age)

    def _families(self) -> tuple[GaugeMetricFamily, GaugeMetricFamily]:
        return (
            GaugeMetricFamily(
                "passage_notices",
                "Notices of ends of cover: missing by the last check, letters that wait, addresses that don't work.",
                labels=("state",),
            ),
            GaugeMetricFamily("passage_notice_run_age_seconds", "How long ago the ladder last ran through."),
        )


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever brings METRICS_TOKEN; where none is set, for this machine alone. Nothing is there for others."""
    if not _may_read(request):
        raise Http404
    return ExportToDjangoView(request)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    return request.META.get("REMOTE_ADDR") in LOOPBACK and "X-Forwarded-For" not in request.headers
