"""How enrollments and people look in JSON."""

from datetime import UTC
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from sites.models import Event
from sites.queries import EnrollmentCase
from sites.words import ENROLLMENT_EVENTS, blocker_as_json


class CompanySerializer(serializers.Serializer):
    """A legal entity and its address."""

    name = serializers.CharField()
    registration_number = serializers.CharField(allow_blank=True)
    vat_number = serializers.CharField(allow_blank=True)
    street = serializers.CharField()
    postal_code = serializers.CharField()
    city = serializers.CharField()
    country = serializers.CharField()


class ContactSerializer(serializers.Serializer):
    """A person who answers for a site."""

    name = serializers.CharField()
    email = serializers.EmailField()
    phone = serializers.CharField(allow_blank=True)


class EnrollmentInput(serializers.Serializer):
    """What an enrollment says; what is left out is taken from a customer that is known."""

    kind = serializers.ChoiceField(["originating", "additional", "update"])
    customer = CompanySerializer(required=False)
    customer_type = serializers.ChoiceField(["commercial", "government", "academic"], required=False)
    contacts = serializers.DictField(child=ContactSerializer(), required=False)
    agreement_number = serializers.CharField(required=False)
    site_number = serializers.CharField(required=False, help_text="The site that an update is about.")
    partner = serializers.CharField(required=False, help_text="The Business Partner's number.")


class VerbInput(serializers.Serializer):
    """What a step needs: returning and rejecting a reason; accepting may set the Agreement number."""

    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    agreement_number = serializers.CharField(required=False, allow_blank=True, default="")


class TimelineSerializer(serializers.Serializer):
    """One thing that happened."""

    at = serializers.DateTimeField(default_timezone=UTC)
    kind = serializers.CharField()
    title = serializers.SerializerMethodField()
    by = serializers.CharField(source="actor.name")
    reason = serializers.SerializerMethodField()

    def get_title(self, event: Event) -> str:
        return str(ENROLLMENT_EVENTS.get(event.kind, event.kind))

    def get_reason(self, event: Event) -> str:
        return str(event.data.get("reason", ""))


class EnrollmentSerializer(serializers.Serializer):
    """An enrollment as the caller sees it; `waiting_for` names the check that it sleeps on."""

    id = serializers.UUIDField(source="enrollment.pk")
    kind = serializers.CharField(source="enrollment.kind")
    status = serializers.CharField(source="enrollment.status")
    version = serializers.IntegerField(source="enrollment.version")
    whose_turn = serializers.CharField()
    waiting_for = serializers.SerializerMethodField()
    actions = serializers.ListField(child=serializers.CharField())
    customer = CompanySerializer(source="enrollment.company")
    customer_type = serializers.CharField(source="enrollment.customer_type")
    contacts = serializers.DictField(child=ContactSerializer(), source="enrollment.contacts")
    agreement_number = serializers.SerializerMethodField(help_text="Given, or asked for while nothing is decided.")
    site_number = serializers.SerializerMethodField()
    agreement = serializers.CharField(source="enrollment.agreement.number", default=None, allow_null=True)
    partner = serializers.CharField(source="enrollment.partner.number", default=None, allow_null=True)
    created_at = serializers.DateTimeField(source="enrollment.created_at", default_timezone=UTC)
    submitted_at = serializers.DateTimeField(source="enrollment.submitted_at", default_timezone=UTC)
    decided_at = serializers.DateTimeField(source="enrollment.decided_at", default_timezone=UTC)
    decision_reason = serializers.CharField(source="enrollment.decision_reason")
    checks = serializers.SerializerMethodField()
    timeline = TimelineSerializer(source="events", many=True)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_waiting_for(self, case: EnrollmentCase) -> str | None:
        return case.blockers[0].code if case.waiting else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_agreement_number(self, case: EnrollmentCase) -> str | None:
        enrollment = case.enrollment
        return enrollment.agreement.number if enrollment.agreement else enrollment.agreement_number or None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_site_number(self, case: EnrollmentCase) -> str | None:
        enrollment = case.enrollment
        return enrollment.site.site_number if enrollment.site else None

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_checks(self, case: EnrollmentCase) -> list[dict[str, Any]]:
        return [blocker_as_json(blocker) for blocker in case.blockers]


class ScheduleEntrySerializer(serializers.Serializer):
    """A company that may enroll Additional Sites."""

    name = serializers.CharField()
    registration_number = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class ScheduleInput(serializers.Serializer):
    """A company for the schedule."""

    name = serializers.CharField(required=False, allow_blank=True, default="")
    registration_number = serializers.CharField(required=False, allow_blank=True, default="")


class MembershipSerializer(serializers.Serializer):
    """Where somebody belongs, and since when."""

    customer = serializers.CharField(source="customer.name", default=None, allow_null=True)
    partner = serializers.CharField(source="partner.name", default=None, allow_null=True)
    can_write = serializers.BooleanField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class MandateSerializer(serializers.Serializer):
    """A customer for whom somebody's Business Partner acts."""

    customer = serializers.CharField(source="customer.name")
    registration_number = serializers.CharField(source="customer.registration_number")
    partner = serializers.CharField(source="partner.name")
    can_write = serializers.BooleanField()
    includes_consent = serializers.BooleanField()
    signed_by = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class PersonSerializer(serializers.Serializer):
    """The person behind the token or the session."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    language = serializers.CharField()


class MeSerializer(serializers.Serializer):
    """Who the caller is today."""

    user = PersonSerializer()
    roles = serializers.ListField(child=serializers.CharField())
    territories = serializers.ListField(child=serializers.CharField())
    memberships = MembershipSerializer(many=True)
    mandates = MandateSerializer(many=True)
