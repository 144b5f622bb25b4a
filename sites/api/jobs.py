"""The API's doors to the work behind the portal, for operators."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.kernel.errors import Fault, Invalid, NotFound
from sites.api.base import CursorList, actor_of
from sites.api.notifications import ReasonInput
from sites.clock import now
from sites.events import history
from sites.models import Job
from sites.operations.jobs import give_up_job, redrive_dead, redrive_job
from sites.readmodels.jobs import chosen, job_rows, job_seen, state_of
from sites.tenancy import Actor


class JobSerializer(serializers.ModelSerializer):
    """A job. `state`: due, waiting (its day is to come), running, left (its worker is gone), dead, done, dropped."""

    state = serializers.SerializerMethodField()
    actor = serializers.CharField(source="actor.name")

    class Meta:
        model = Job
        fields = (
            "id", "kind", "state", "subject_id", "actor", "tries", "crashes", "turns", "reason", "due_at",
            "lease_until", "created_at", "started_at", "finished_at",
        )  # fmt: skip

    def get_state(self, row: Job) -> str:
        return state_of(row)


class JobDetailSerializer(JobSerializer):
    """The same with its history."""

    history = serializers.SerializerMethodField()

    class Meta(JobSerializer.Meta):
        fields = (*JobSerializer.Meta.fields, "history")  # type: ignore[assignment]  # one more

    def get_history(self, row: Job) -> list[dict[str, Any]]:
        return [{"at": e.at, "kind": e.kind, "who": e.actor.name, "data": e.data} for e in history(row)]


class JobList(CursorList):
    """Jobs, the newest first; `?kind=` and `?state=` choose (`stuck`: dead, left or failing)."""

    serializer_class = JobSerializer
    queryset = Job.objects.none()
    ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[Job]:
        return chosen(job_rows(actor_of(self.request)), self.request.query_params.dict())


class JobDetail(APIView):
    """One job."""

    @extend_schema(responses=JobDetailSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(_shown(actor_of(request), pk))


class JobRedrive(APIView):
    """A new round of tries, from now on."""

    @extend_schema(request=None, responses=JobDetailSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_of(request)
        redrive_job(actor=actor, at=now(), job_id=pk)
        return Response(_shown(actor, pk))


class JobGiveUp(APIView):
    """Take a job out of the queue, with a reason."""

    @extend_schema(request=ReasonInput, responses=JobDetailSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        actor = actor_of(request)
        give_up_job(actor=actor, at=now(), job_id=pk, reason=_text(request, "reason"))
        return Response(_shown(actor, pk))


class KindInput(serializers.Serializer):
    """Which jobs."""

    kind = serializers.CharField()


class RedrivenSerializer(serializers.Serializer):
    """How many were given a new round of tries."""

    redriven = serializers.IntegerField()


class JobsRedrive(APIView):
    """A new round of tries for every dead job of a kind."""

    @extend_schema(request=KindInput, responses=RedrivenSerializer)
    def post(self, request: Request) -> Response:
        kind = _text(request, "kind")
        if not kind:
            raise Invalid(Fault("field_required", "kind"))
        return Response({"redriven": redrive_dead(actor=actor_of(request), at=now(), kind=kind)})


def _shown(actor: Actor, pk: UUID) -> dict[str, Any]:
    job = job_seen(actor, pk)
    if job is None:
        raise NotFound
    shown: dict[str, Any] = JobDetailSerializer(job).data
    return shown


def _text(request: Request, name: str) -> str:
    text = request.data.get(name, "") if isinstance(request.data, dict) else ""
    if not isinstance(text, str) or "\0" in text:
        raise Invalid(Fault("text_expected", name))
    return text
