"""Whose quotes have to be looked at: facts moved on since the last look, or the day for the next one came."""

from datetime import date
from uuid import UUID

from django.db.models import DateField, Exists, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from licenses.models import QuantityMovement
from renewals.models import QuoteLine, RenewalQuote
from renewals.queries.stored import LOOKED
from sites.models import Agreement, Event

MOST_AT_ONCE = 500


def agreements_due(on: date) -> list[UUID]:
    """Agreements whose head moved on since their quotes were compared with it, never looked at, or due again."""
    looks = Event.objects.filter(subject_type="agreement", subject_id=OuterRef("pk"), kind=LOOKED).order_by("-id")
    rows = Agreement.objects.annotate(
        seen=Subquery(looks.values(found=Cast(KT("data__head_version"), IntegerField()))[:1]),
        again=Subquery(looks.values(found=Cast(KT("data__again_on"), DateField()))[:1]),
    )
    due = Q(seen__isnull=True) | Q(seen__lt=F("head_version")) | Q(again__lte=on)
    return list(rows.filter(due).order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])


def express_sites_due(on: date) -> list[UUID]:
    """Express sites with an issued quote whose units moved away since, or whose prices no longer hold."""
    left = QuantityMovement.objects.filter(
        source_id=OuterRef("entitlement_id"), recorded_at__gte=OuterRef("quote__issued_at")
    )
    moved = QuoteLine.objects.filter(Exists(left), quote_id=OuterRef("pk"))
    rows = RenewalQuote.objects.filter(kind=RenewalQuote.Kind.EXPRESS, status=RenewalQuote.Status.ISSUED)
    sites = rows.filter(Exists(moved)).order_by().values_list("site_id", flat=True).distinct()
    return [site for site in sites[:MOST_AT_ONCE] if site is not None]
