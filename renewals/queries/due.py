"""Whose quotes have to be looked at: facts moved on since the last look, or the day for the next one came."""

from datetime import date
from uuid import UUID

from django.db.models import DateField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from licenses.models import QuantityMovement
from licenses.queries import price_version_of, rule_book
from renewals.models import QuoteLine, RenewalQuote
from renewals.queries.stored import LOOKED
from sites.models import Agreement, Event

MOST_AT_ONCE = 500


def agreements_due(on: date) -> list[UUID]:
    """Agreements whose head, prices or rules moved on since their quotes were looked at; never looked at; due again."""
    looks = Event.objects.filter(subject_type="agreement", subject_id=OuterRef("pk"), kind=LOOKED).order_by("-id")
    rows = Agreement.objects.annotate(
        seen=Subquery(looks.values(found=Cast(KT("data__head_version"), IntegerField()))[:1]),
        again=Subquery(looks.values(found=Cast(KT("data__again_on"), DateField()))[:1]),
        ruled=Coalesce(Subquery(looks.values(found=KT("data__rules"))[:1]), Value("", TextField())),
        priced=_priced(looks),
        prices=price_version_of("customer"),
    )
    moved = Q(seen__lt=F("head_version")) | Q(priced__lt=F("prices")) | ~Q(ruled=rule_book(on).version)
    due = Q(seen__isnull=True) | moved | Q(again__lte=on)
    return list(rows.filter(due).order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])


def express_sites_due(on: date) -> list[UUID]:
    """Express sites with an issued quote whose units moved away since, whose prices or whose rules changed since."""
    left = QuantityMovement.objects.filter(
        source_id=OuterRef("entitlement_id"), recorded_at__gte=OuterRef("quote__issued_at")
    )
    moved = QuoteLine.objects.filter(Exists(left), quote_id=OuterRef("pk"))
    rows = RenewalQuote.objects.filter(kind=RenewalQuote.Kind.EXPRESS, status=RenewalQuote.Status.ISSUED)
    looks = Event.objects.filter(subject_type="site", subject_id=OuterRef("site_id"), kind=LOOKED).order_by("-id")
    rows = rows.annotate(priced=_priced(looks), prices=price_version_of("site__customer"))
    due = rows.filter(Exists(moved) | Q(priced__lt=F("prices")) | ~Q(rule_version=rule_book(on).version))
    sites = due.order_by().values_list("site_id", flat=True).distinct()
    return [site for site in sites[:MOST_AT_ONCE] if site is not None]


def _priced(looks: QuerySet[Event]) -> Coalesce:
    """The version of the price lists at the newest of `looks`; 0 before any."""
    return Coalesce(Subquery(looks.values(found=Cast(KT("data__prices"), IntegerField()))[:1]), 0)
