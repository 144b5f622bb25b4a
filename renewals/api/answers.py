"""The API's doors to answers: accept, decline, restore, look ahead, hand over, ask, propose."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licenses.api.base import actor_of
from licenses.readmodels import one
from portal.kernel.errors import Fault
from renewals import operations
from renewals.api.bodies import read_body, read_text, read_version, read_wishes, require_none
from renewals.api.quotes import QuoteDetailSerializer, QuoteLineSerializer, quotes_of
from renewals.operations import Selection
from renewals.policies import obstacles, require_unobstructed
from renewals.queries import foresight, is_stale
from sites.clock import now, today


class WishSerializer(serializers.Serializer):
    """A line by the id of its entitlement (`entitlement`, or `line`: the id or the line's number on the paper); without
    `quantity` all of it. `reason` is why not all of it is renewed."""

    entitlement = serializers.UUIDField(required=False)
    line = serializers.CharField(required=False)
    quantity = serializers.IntegerField(required=False, min_value=0)
    reason = serializers.CharField(required=False)


class AnswerSerializer(serializers.Serializer):
    """`version` is the one that was read; `reason` goes with what is declined. With `lines` the answer is about these
    alone: nothing is ordered, and what is returned is the next version, at the price of its own content."""

    version = serializers.IntegerField(required=False)
    reason = serializers.CharField(required=False)
    lines = WishSerializer(many=True, required=False)


class PreviewAskSerializer(serializers.Serializer):
    """A selection as for accept (the default), decline or restore."""

    verb = serializers.ChoiceField(["accept", "decline", "restore"], required=False)
    reason = serializers.CharField(required=False)
    lines = WishSerializer(many=True)


class EffectSerializer(serializers.Serializer):
    """What acceptance today would do to the Agreement."""

    points_after = serializers.DecimalField(max_digits=14, decimal_places=2)
    level_after = serializers.CharField()
    opening_after = serializers.CharField()


class PreviewSerializer(serializers.Serializer):
    """The version that a selection would make; `left_out` says what lapses, when, and what reinstating it may cost.
    `total_before` and `points_before` are this version's; `effect` is null for an Express renewal."""

    total = serializers.DecimalField(max_digits=16, decimal_places=2)
    total_before = serializers.DecimalField(max_digits=16, decimal_places=2)
    points = serializers.DecimalField(max_digits=14, decimal_places=2)
    points_before = serializers.DecimalField(max_digits=14, decimal_places=2)
    quote_level = serializers.CharField()
    price_level = serializers.CharField()
    currency = serializers.CharField()
    effect = EffectSerializer(allow_null=True)
    lines = QuoteLineSerializer(many=True)
    left_out = serializers.JSONField()


class TurnSerializer(serializers.Serializer):
    """`partner`, the number of one with a mandate, and `note` for hand-over; `question` for ask; `answer` for reply;
    `lines` (what to renew), `reason` and `note` for propose."""

    version = serializers.IntegerField(required=False)
    partner = serializers.CharField(required=False)
    note = serializers.CharField(required=False)
    question = serializers.CharField(required=False)
    answer = serializers.CharField(required=False)
    reason = serializers.CharField(required=False)
    lines = WishSerializer(many=True, required=False)


class QuoteAnswer(APIView):
    """The customer accepts, declines, or takes back what was declined: the whole, or the lines that are named."""

    verb = ""

    @extend_schema(request=AnswerSerializer, responses=QuoteDetailSerializer)
    def post(self, request: Request, pk: str) -> Response:
        faults: list[Fault] = []
        body = read_body(request)
        version, reason = read_version(body, faults), read_text(body, "reason", faults)
        wishes = read_wishes(body, one(quotes_of(request), pk=pk), faults)
        require_none(faults)
        said: dict[str, Any] = {
            "actor": actor_of(request), "at": now(), "on": today(), "quote_id": pk, "version": version,
            "wishes": wishes,
        }  # fmt: skip
        if self.verb == "restore":
            answered = operations.restore(**said)
        elif self.verb == "accept":
            answered = operations.accept(**said, reason=reason)
        else:
            answered = operations.decline(**said, reason=reason)
        return Response(QuoteDetailSerializer(one(quotes_of(request), pk=answered.pk)).data)


class QuotePreview(APIView):
    """What a selection of lines would cost, earn and let lapse. Nothing is changed."""

    @extend_schema(request=PreviewAskSerializer, responses=PreviewSerializer)
    def post(self, request: Request, pk: str) -> Response:
        faults: list[Fault] = []
        body = read_body(request)
        verb = read_text(body, "verb", faults) or "accept"
        if verb not in ("accept", "decline", "restore"):
            faults.append(Fault("quote_verb_unknown", "verb", params={"value": verb[:40]}))
        quote = one(quotes_of(request).select_related("agreement__customer", "site__customer"), pk=pk)
        reason, wishes = read_text(body, "reason", faults), read_wishes(body, quote, faults)
        require_none(faults)
        require_unobstructed(
            obstacles(quote, action="choose", on=today(), stale=is_stale(quote, today()), open_transition=None)
        )
        reading = operations.read_selection(quote, Selection(verb, wishes, reason), reasons=False)
        draft = operations.foreseen(actor=actor_of(request), on=today(), quote=quote, reading=reading)
        return Response(PreviewSerializer(foresight(quote, draft, today())).data)


class QuoteTurn(APIView):
    """The quote goes into other hands, or comes back."""

    verb = ""

    @extend_schema(request=TurnSerializer, responses=QuoteDetailSerializer)
    def post(self, request: Request, pk: str) -> Response:
        faults: list[Fault] = []
        body = read_body(request)
        quote = one(quotes_of(request), pk=pk)
        said: dict[str, Any] = {"actor": actor_of(request), "at": now(), "on": today(), "quote_id": quote.pk}
        if self.verb != "reply":
            said["version"] = read_version(body, faults)
        texts = {
            "hand_over": ("partner", "note"), "ask": ("question",), "reply": ("answer",), "propose": ("reason", "note"),
        }  # fmt: skip
        said |= {name: read_text(body, name, faults) for name in texts.get(self.verb, ())}
        if self.verb == "propose":
            said["wishes"] = read_wishes(body, quote, faults)
        require_none(faults)
        verbs: dict[str, Any] = {
            "hand_over": operations.hand_over, "ask": operations.ask, "reply": operations.reply,
            "propose": operations.propose, "take_over": operations.take_over,
        }  # fmt: skip
        if self.verb in verbs:
            made = verbs[self.verb](**said)
            quote = made if self.verb == "take_over" else quote
        else:
            operations.hand_back(**said, action=self.verb)
        return Response(QuoteDetailSerializer(one(quotes_of(request), pk=quote.pk)).data)
