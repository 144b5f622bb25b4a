"""What is known of sites' orders, S&S and enrollments (rule S6): a fixed number of queries however many sites."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone

from licenses.models import Entitlement, PointsMovement, QuantityMovement
from licenses.queries.books import rule_book
from licenses.rules.activity import Activity, SiteFacts, activity
from sites.models import Enrollment, Site
from sites.models.site import SiteStatus

Days = dict[UUID, date]
_ORDERS = (PointsMovement.Kind.ORDER, PointsMovement.Kind.RENEWAL)


def site_activity(sites: Sequence[Site], on: date) -> dict[UUID, Activity]:
    """For each site whether it is inactive on `on`, and why."""
    book = rule_book(on)
    since = on - relativedelta(months=book.inactive_months)
    keys, customers = [s.pk for s in sites], {s.customer_id for s in sites}
    orders, covers = _bought(keys, customers, on)
    for site, ordered in _ordered(keys, on).items():
        orders[site] = max(ordered, orders.get(site, ordered))
    # A line that left took its S&S along: where only cover speaks for a site, it has to be looked at line by line.
    doubtful = [k for k in keys if orders.get(k, date.min) < since and covers.get(k, date.min) >= since]
    if doubtful:
        covers |= dict.fromkeys(doubtful, since - timedelta(days=1)) | _cover_held(doubtful, customers, since, on)
    enrolled = _enrolled(keys, on)
    return {
        site.pk: activity(
            SiteFacts(orders.get(site.pk), covers.get(site.pk), enrolled.get(site.pk)),
            on,
            book,
            recorded_inactive=site.status == SiteStatus.INACTIVE,
        )
        for site in sites
    }


def _bought(keys: Sequence[UUID], customers: set[UUID], on: date) -> tuple[Days, Days]:
    """The latest acquisition and the latest day of S&S of each site's lines, those that left included."""
    rows = Entitlement.objects.filter(customer__in=customers, site__in=keys, acquired_on__lte=on).order_by()
    found = list(rows.values_list("site_id").annotate(Max("acquired_on"), Max("coverage_end")))
    return {site: bought for site, bought, _ in found}, {site: cover for site, _, cover in found if cover}


def _ordered(keys: Sequence[UUID], on: date) -> Days:
    """The latest order or accepted renewal of each site."""
    rows = PointsMovement.objects.filter(site__in=keys, kind__in=_ORDERS, effective_on__lte=on, target__isnull=False)
    return dict(rows.order_by().values_list("site_id").annotate(Max("effective_on")))


def _cover_held(keys: Sequence[UUID], customers: set[UUID], since: date, on: date) -> Days:
    """The latest day since `since` on which a line with S&S was held at each site."""
    left = QuantityMovement.objects.filter(source=OuterRef("pk"), effective_on__lte=on).order_by("-effective_on")
    lines = Entitlement.objects.with_quantity(on).filter(
        customer__in=customers, site__in=keys, acquired_on__lte=on, coverage_end__gte=since
    )
    found: Days = {}
    for line in lines.annotate(left_on=Subquery(left.values("effective_on")[:1])).iterator(chunk_size=2000):
        end: date = line.coverage_end or since
        until = end if line.quantity > 0 else min(end, line.left_on or on)
        found[line.site_id] = max(until, found.get(line.site_id, until))
    return found


def _enrolled(keys: Sequence[UUID], on: date) -> Days:
    """The day on which an enrollment of each site was last accepted: to enroll again wakes a site."""
    before = timezone.make_aware(datetime.combine(on + timedelta(days=1), time.min), timezone.get_default_timezone())
    rows = Enrollment.objects.filter(site__in=keys, status=Enrollment.Status.ACCEPTED, decided_at__lt=before)
    latest = rows.order_by().values_list("site_id").annotate(Max("decided_at"))
    return {site: timezone.localdate(at, timezone.get_default_timezone()) for site, at in latest}
