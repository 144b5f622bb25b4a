"""The overview of the work behind the portal as JSON, for operators."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.work.overview import overview
from sites.api.base import actor_of
from sites.api.jobs import JobSerializer
from sites.clock import now


class QueueSerializer(serializers.Serializer):
    """The jobs of one kind; `oldest` in seconds."""

    kind = serializers.CharField()
    due = serializers.IntegerField()
    waiting = serializers.IntegerField()
    running = serializers.IntegerField()
    left = serializers.IntegerField()
    failing = serializers.IntegerField()
    dead = serializers.IntegerField()
    done_today = serializers.IntegerField()
    done_last_hour = serializers.IntegerField()
    oldest = serializers.FloatField(allow_null=True)


class BreakSerializer(serializers.Serializer):
    """Something that should have gone out and didn't: no_run, not_told or letter_late."""

    kind = serializers.CharField()
    number = serializers.CharField()
    ends_on = serializers.CharField()
    rung = serializers.IntegerField(allow_null=True)
    person = serializers.CharField()


class NoticesSerializer(serializers.Serializer):
    """The latest run of notices, what its check found, letters that wait (the oldest in seconds), dead addresses."""

    day = serializers.DateField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    told = serializers.IntegerField()
    expected = serializers.IntegerField()
    breaks = BreakSerializer(many=True)
    letters_due = serializers.IntegerField()
    oldest_letter = serializers.FloatField(allow_null=True)
    dead_addresses = serializers.IntegerField()


class FileSerializer(serializers.Serializer):
    """A file that workers are at; `rate` in rows a second."""

    kind = serializers.CharField()
    number = serializers.CharField()
    status = serializers.CharField()
    who = serializers.CharField()
    rows = serializers.IntegerField()
    rows_done = serializers.IntegerField()
    since = serializers.DateTimeField()
    seconds = serializers.FloatField()
    rate = serializers.FloatField(allow_null=True)


class WorkerSerializer(serializers.Serializer):
    """A worker and the seconds since its last sign of life."""

    name = serializers.CharField()
    seconds = serializers.FloatField()
    alive = serializers.BooleanField()


class BrokerSerializer(serializers.Serializer):
    """Whether the broker answers; rings that nobody has heard yet."""

    answers = serializers.BooleanField()
    rings = serializers.IntegerField()


class OverviewSerializer(serializers.Serializer):
    """Queues by kind, files under way, what is stuck, workers and broker."""

    queues = QueueSerializer(many=True)
    files = FileSerializer(many=True)
    stuck = JobSerializer(many=True)
    workers = WorkerSerializer(many=True)
    broker = BrokerSerializer()
    notices = NoticesSerializer()


class WorkOverview(APIView):
    """What an operator looks at first."""

    @extend_schema(responses=OverviewSerializer)
    def get(self, request: Request) -> Response:
        return Response(OverviewSerializer(overview(actor_of(request), now())).data)
