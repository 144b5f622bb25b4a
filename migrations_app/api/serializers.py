"""The shapes of the answers (interface: transfer requests, transfer batches)."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sites.words import retold


class LineSerializer(serializers.Serializer):
    """So many units of one license line, and the line they became."""

    entitlement = serializers.UUIDField()
    part_number = serializers.CharField()
    description = serializers.CharField()
    quantity = serializers.IntegerField()
    owned = serializers.IntegerField(allow_null=True)
    cover_end = serializers.DateField(allow_null=True)
    order_reference = serializers.CharField()
    proof_number = serializers.CharField(allow_null=True)
    arrived_as = serializers.UUIDField(allow_null=True)


class CheckSerializer(serializers.Serializer):
    """A finding of the rule book; `line` is an entitlement's id, null for the whole request."""

    code = serializers.CharField()
    severity = serializers.ChoiceField(("error", "review", "warning", "waits", "info"))
    line = serializers.CharField(allow_null=True)
    field = serializers.CharField(allow_null=True)
    message = serializers.CharField()
    mends = serializers.CharField(allow_null=True)
    remedy = serializers.CharField()
    waivable = serializers.BooleanField()
    may_wait = serializers.BooleanField()
    waived = serializers.BooleanField()
    heals_on = serializers.CharField(allow_null=True)


class WaiverSerializer(serializers.Serializer):
    """A warning that the requester takes note of, with the reason."""

    code = serializers.CharField()
    line = serializers.UUIDField(allow_null=True, required=False)
    reason = serializers.CharField()


class PlanField(serializers.JSONField):
    """What the move would do; the derivations that are kept with it are told when they are asked for."""

    def to_representation(self, value: Any) -> Any:
        return {name: each for name, each in value.items() if name != "why"}


class RequestSerializer(serializers.Serializer):
    """A transfer request: where it stands, whose turn it is, and everything that is known about it."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.CharField()
    version = serializers.IntegerField()
    whose_turn = serializers.CharField()
    source_site = serializers.CharField()
    target_site = serializers.CharField(allow_null=True)
    enrollment = serializers.UUIDField(allow_null=True)
    effective_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    waiting_for = serializers.CharField(allow_null=True)
    waiting_until = serializers.DateField(allow_null=True)
    wait_for = serializers.ListField(child=serializers.CharField())
    stopped_by = serializers.ListField(child=serializers.JSONField())
    lines = LineSerializer(many=True)
    checks = CheckSerializer(many=True)
    plan = PlanField(allow_null=True)
    decision_reason = serializers.CharField()
    fault = serializers.CharField()
    created_at = serializers.DateTimeField()
    consents = serializers.ListField(child=serializers.JSONField())
    waivers = serializers.ListField(child=serializers.JSONField())
    timeline = serializers.ListField(child=serializers.JSONField())
    papers = serializers.ListField(child=serializers.JSONField())
    actions = serializers.ListField(child=serializers.CharField())


class NewLineSerializer(serializers.Serializer):
    """Whole units of one license line."""

    entitlement = serializers.UUIDField()
    quantity = serializers.IntegerField(min_value=1)


class NewRequestSerializer(serializers.Serializer):
    """A request to move licenses; one of `target_site` and `enrollment`."""

    source_site = serializers.CharField()
    target_site = serializers.CharField(required=False, allow_null=True)
    enrollment = serializers.UUIDField(required=False, allow_null=True)
    effective_on = serializers.DateField(required=False, allow_null=True)
    reason = serializers.CharField(required=False, allow_blank=True)
    lines = NewLineSerializer(many=True)
    waivers = WaiverSerializer(many=True, required=False)


class StepSerializer(serializers.Serializer):
    """What a step may bring along."""

    reason = serializers.CharField(required=False, allow_blank=True)
    waivers = WaiverSerializer(many=True, required=False)
    wait_for = serializers.ListField(child=serializers.CharField(), required=False)


class DeclarationInputSerializer(serializers.Serializer):
    """Who signs that source and target belong to one Enterprise."""

    signed_by = serializers.CharField()
    position = serializers.CharField()


class CountsSerializer(serializers.Serializer):
    """Rows of a form by what became of them."""

    rows = serializers.IntegerField()
    valid = serializers.IntegerField()
    invalid = serializers.IntegerField()
    applied = serializers.IntegerField()
    failed = serializers.IntegerField()


class SuggestionSerializer(serializers.Serializer):
    """What so many rows say, and what was probably meant."""

    was = serializers.CharField()
    to = serializers.CharField()
    rows = serializers.IntegerField()


class GroupSerializer(serializers.Serializer):
    """A reason: how many rows have it, of which some may be valid all the same; `message` is the first row's."""

    code = serializers.CharField()
    severity = serializers.CharField()
    field = serializers.CharField(allow_null=True)
    rows = serializers.IntegerField()
    valid = serializers.IntegerField()
    first = serializers.IntegerField()
    message = serializers.CharField()
    suggestions = SuggestionSerializer(many=True)


class SummarySerializer(serializers.Serializer):
    """What was found in a form's rows, by reason, and what the valid ones would do; `plan` is null until it is made."""

    groups = GroupSerializer(many=True)
    plan = serializers.JSONField(allow_null=True)


class BatchSerializer(serializers.Serializer):
    """A transfer form on its way; `progress` in percent."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.CharField()
    mode = serializers.CharField()
    filename = serializers.CharField()
    counts = CountsSerializer()
    requests = serializers.ListField(child=serializers.UUIDField())
    progress = serializers.IntegerField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    faults = serializers.ListField(child=serializers.JSONField())
    actions = serializers.ListField(child=serializers.CharField())
    undo_asked_at = serializers.DateTimeField(allow_null=True)


class BatchDetailSerializer(BatchSerializer):
    """One form, with what was found in it."""

    summary = SummarySerializer()


class UploadSerializer(serializers.Serializer):
    """A filled-in transfer form."""

    file = serializers.FileField()
    mode = serializers.ChoiceField(("per_row", "atomic"), required=False)


class BatchStepSerializer(serializers.Serializer):
    """What a step of a form may bring along."""

    waive_warnings = serializers.CharField(required=False, allow_blank=True)
    wait = serializers.BooleanField(required=False)
    reason = serializers.CharField(required=False, allow_blank=True)


class UndoSerializer(serializers.Serializer):
    """`ask`: a rep is asked for what has moved (sender). `partly`: those that can be, instead of all or none (rep)."""

    reason = serializers.CharField(required=False, allow_blank=True)
    ask = serializers.BooleanField(required=False)
    partly = serializers.BooleanField(required=False)


class UndoLineSerializer(serializers.Serializer):
    """A request of the form: `way` is reverse, withdraw, blocked, moving or none."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.CharField()
    way = serializers.CharField()
    lines = serializers.IntegerField()
    units = serializers.IntegerField()
    completed_on = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True)
    blocked = serializers.IntegerField()
    blockers = serializers.ListField(child=serializers.JSONField())


class UndoPreviewSerializer(serializers.Serializer):
    """What an undo would do; `whole` when everything that has moved can go back."""

    requests = UndoLineSerializer(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    lines = serializers.IntegerField()
    units = serializers.IntegerField()
    possible = serializers.BooleanField()
    whole = serializers.BooleanField()
    asked = serializers.BooleanField()
    reason = serializers.CharField()


class RowValuesSerializer(serializers.Serializer):
    """Fields of a row to be written, those that change alone."""

    source_site_number = serializers.CharField(required=False)
    part_number = serializers.CharField(required=False)
    quantity = serializers.CharField(required=False)
    target_site_number = serializers.CharField(required=False)
    order_reference = serializers.CharField(required=False, allow_blank=True)
    effective_on = serializers.CharField(required=False, allow_blank=True)
    reference = serializers.CharField(required=False, allow_blank=True)
    reason = serializers.CharField(required=False, allow_blank=True)


class FixSerializer(serializers.Serializer):
    """Which rows (by `code`, by `outcome`, by what the field `was`), and `value` for `field`, or several in `set`.

    A `quantity` of "available" takes what can move, row by row.
    """

    code = serializers.CharField(required=False)
    outcome = serializers.ChoiceField(("valid", "invalid"), required=False)
    was = serializers.CharField(required=False)
    field = serializers.CharField(required=False)
    value = serializers.CharField(required=False, allow_blank=True)
    set = RowValuesSerializer(required=False)


class FaultSerializer(serializers.Serializer):
    """What is wrong with a row."""

    code = serializers.CharField()
    field = serializers.CharField(allow_null=True)
    line = serializers.CharField(allow_null=True)
    message = serializers.CharField()
    severity = serializers.CharField()
    mends = serializers.CharField(allow_null=True)
    heals_on = serializers.CharField(allow_null=True)


@extend_schema_field(FaultSerializer(many=True))
class Findings(serializers.Field):
    """Kept findings, told in the reader's language."""

    def to_representation(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [retold(kept) for kept in value]


class RowSerializer(serializers.Serializer):
    """A row of the form by its number in the sheet."""

    number = serializers.IntegerField()
    outcome = serializers.CharField()
    values = serializers.DictField(child=serializers.CharField(allow_blank=True))
    reference = serializers.CharField()
    request = serializers.UUIDField(source="request_id", allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        # As an attribute it would hide what serializers themselves call errors.
        return {**super().get_fields(), "errors": Findings(read_only=True)}
