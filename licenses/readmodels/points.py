"""What was posted under an Agreement."""

from datetime import date, datetime

from django.db.models import OuterRef, QuerySet, Subquery

from licenses.models import PointsMovement
from sites.models import Agreement, Site


def points_entries(
    agreement: Agreement, as_of: date | None = None, known_at: datetime | None = None
) -> QuerySet[PointsMovement]:
    """What was posted under `agreement`, oldest first (rule P7), with `site_number`: None for a site out of sight."""
    number = Site.objects.filter(pk=OuterRef("site_id")).values("site_number")[:1]
    rows = PointsMovement.objects.filter(agreement=agreement).annotate(site_number=Subquery(number))
    if as_of is not None:
        rows = rows.filter(effective_on__lte=as_of)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    return rows.order_by("sequence")
