"""The API's doors to notices: who is told when, what was chosen, what came back, and a calendar's address."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from licenses.api.base import actor_of
from licenses.readmodels import one, visible_sites
from portal.kernel.errors import Fault, Invalid, NotFound
from renewals.models import Notice
from renewals.operations.bounces import mark_bounce
from renewals.operations.choices import choose_ladder, choose_mails, ladder_of
from renewals.operations.feeds import make_feed, revoke_feed
from renewals.operations.letters import message_id
from renewals.queries.endings import chosen_by
from renewals.queries.proof import Renewal, renewals_of
from sites.clock import now, today
from sites.models import Agreement, Customer, Site


class PlannedSerializer(serializers.Serializer):
    """A notice to come."""

    on = serializers.DateField()
    days_before = serializers.IntegerField(source="rung")
    name = serializers.CharField(source="recipient.name")
    email = serializers.CharField(source="recipient.email")
    by_email = serializers.BooleanField(source="mailed")
    in_portal = serializers.SerializerMethodField()
    address_fails = serializers.BooleanField(source="dead")

    def get_in_portal(self, planned: Any) -> bool:
        return planned.recipient.user_id is not None


class ToldSerializer(serializers.Serializer):
    """A notice that was told or passed over; `reason` says why it was, `mail` what became of the letter."""

    id = serializers.UUIDField()
    on = serializers.DateField(source="told_on")
    days_before = serializers.IntegerField(source="rung")
    name = serializers.CharField()
    email = serializers.CharField()
    outcome = serializers.ChoiceField(Notice.Outcome.choices)
    reason = serializers.CharField()
    mail = serializers.ChoiceField(Notice.Mail.choices)
    message_id = serializers.SerializerMethodField()
    mailed_at = serializers.DateTimeField(allow_null=True)
    mail_reason = serializers.CharField()
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)

    def get_message_id(self, notice: Notice) -> str | None:
        return None if notice.mail == Notice.Mail.OFF else message_id(notice)


class RenewalSerializer(serializers.Serializer):
    """An end of cover: what was told of it, and what will be."""

    ends_on = serializers.DateField(source="ending.ends_on")
    anniversary = serializers.DateField(source="ending.anniversary", allow_null=True)
    lines = serializers.IntegerField()
    sites = serializers.ListField(child=serializers.CharField())
    quote = serializers.CharField(source="quote.number", default=None, allow_null=True)
    planned = PlannedSerializer(many=True)
    told = ToldSerializer(many=True)


class RenewalsSerializer(serializers.Serializer):
    """All ends of cover of an Agreement or an Express site that somebody is told of."""

    results = RenewalSerializer(many=True)


class ChoiceSerializer(serializers.Serializer):
    """At which days before the end of cover; `by_email` those at which you get e-mail, null where you didn't choose."""

    customer = serializers.UUIDField()
    days_before = serializers.ListField(child=serializers.IntegerField())
    by_email = serializers.ListField(child=serializers.IntegerField(), allow_null=True)


class ChooseSerializer(serializers.Serializer):
    """`days_before` changes the customer's days (null: those of the rule book), `by_email` your own letters."""

    customer = serializers.UUIDField()
    days_before = serializers.ListField(child=serializers.IntegerField(), allow_null=True, required=False)
    by_email = serializers.ListField(child=serializers.IntegerField(), required=False)


class BounceSerializer(serializers.Serializer):
    """What the message said with which the letter came back."""

    reason = serializers.CharField()


class AddressSerializer(serializers.Serializer):
    """The calendar's address, told this once."""

    url = serializers.CharField()


class RevokedSerializer(serializers.Serializer):
    """Whether there was an address."""

    revoked = serializers.BooleanField()


class AgreementNotices(APIView):
    """Who is told of an Agreement's renewals, when and how."""

    @extend_schema(responses=RenewalsSerializer)
    def get(self, request: Request, number: str) -> Response:
        actor = actor_of(request)
        mine = Agreement.objects.visible_to(actor).filter(customer__in=Customer.objects.visible_to(actor))
        return _told(request, one(mine.select_related("customer"), number=number))


class SiteNotices(APIView):
    """The same of an Express site; of a site under an Agreement, that of the Agreement."""

    @extend_schema(responses=RenewalsSerializer)
    def get(self, request: Request, site_number: str) -> Response:
        site = one(visible_sites(actor_of(request)), site_number=site_number)
        if site.agreement is None:
            return _told(request, site)
        if not Customer.objects.visible_to(actor_of(request)).filter(pk=site.agreement.customer_id).exists():
            raise NotFound
        return _told(request, site.agreement)


def _told(request: Request, place: Agreement | Site) -> Response:
    found: list[Renewal] = renewals_of(actor_of(request), place, today())
    return Response(RenewalsSerializer({"results": found}).data)


class NoticeBounce(APIView):
    """A rep or operator says that the letter of a notice came back: a task, and the address is marked."""

    @extend_schema(request=BounceSerializer, responses=ToldSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        reason = _body(request).get("reason", "")
        if not isinstance(reason, str) or "\0" in reason:
            raise Invalid(Fault("text_expected", "reason"))
        notice = mark_bounce(actor=actor_of(request), at=now(), on=today(), notice_id=pk, reason=reason)
        return Response(ToldSerializer(notice).data)


class NoticeChoices(APIView):
    """At which days the people of your customers are told, and at which you get e-mail."""

    @extend_schema(responses=ChoiceSerializer(many=True))
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        mine = Customer.objects.visible_to(actor).filter(pk__in=actor.readable).order_by("name", "id")
        return Response([_choice(actor.user_id, customer.pk) for customer in mine])

    @extend_schema(request=ChooseSerializer, responses=ChoiceSerializer)
    def post(self, request: Request) -> Response:
        body, actor = _body(request), actor_of(request)
        customer = _customer(body)
        chosen = {name: _rungs(body[name], name) for name in ("days_before", "by_email") if name in body}
        if "days_before" in chosen:
            choose_ladder(actor=actor, at=now(), on=today(), customer_id=customer, rungs=chosen["days_before"])
        if "by_email" in chosen:
            choose_mails(actor=actor, at=now(), on=today(), customer_id=customer, rungs=chosen["by_email"] or ())
        if not Customer.objects.visible_to(actor).filter(pk=customer).exists():
            raise NotFound
        return Response(_choice(actor.user_id, customer))


def _choice(user_id: UUID, customer_id: UUID) -> dict[str, Any]:
    mails = chosen_by(customer_id, user_id, today())
    ladder = list(ladder_of(customer_id, today()))
    return {"customer": str(customer_id), "days_before": ladder, "by_email": mails.rungs if mails else None}


def _customer(body: dict[str, Any]) -> UUID:
    try:
        return UUID(str(body.get("customer", "")))
    except ValueError:
        raise Invalid(Fault("field_required", "customer")) from None


def _rungs(value: Any, name: str) -> list[int] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise Invalid(Fault("rungs_invalid", name, params={"value": str(value)[:40]}))
    wrong = [v for v in value if not isinstance(v, int) or isinstance(v, bool) or abs(v) > 10**6]
    if wrong:
        raise Invalid(*(Fault("rungs_invalid", name, params={"value": str(v)[:40]}) for v in wrong))
    return value


class CalendarAddress(APIView):
    """Your calendar's private address: POST makes a new one, DELETE takes it back."""

    @extend_schema(request=None, responses={201: AddressSerializer})
    def post(self, request: Request) -> Response:
        token = make_feed(actor=actor_of(request), at=now())
        return Response({"url": settings.PUBLIC_URL + reverse("calendar_feed", args=[token])}, status=201)

    @extend_schema(request=None, responses=RevokedSerializer)
    def delete(self, request: Request) -> Response:
        return Response({"revoked": revoke_feed(actor=actor_of(request), at=now())})


def _body(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise Invalid(Fault("field_invalid", params={"said": "A JSON object is expected.", "rule": "object"}))
    return request.data
