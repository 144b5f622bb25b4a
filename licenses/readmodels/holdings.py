"""License lines: what is held, and was held as of a day, as known at an instant."""

from datetime import date, datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from licenses.models import CoverPeriod, Entitlement, Proof
from sites.tenancy import Actor


def license_lines(actor: Actor, as_of: date | None = None, known_at: datetime | None = None) -> QuerySet[Any]:
    """Every line that `actor` sees, with `quantity`, `held`, `cover_start_then`, `cover_end_then`, `proof_number`.

    As of a day, cover and proof are the latest that had begun and were issued by then; as known at an instant, the
    latest that were recorded by then. With neither they are the latest there are.
    """
    rows: QuerySet[Any] = Entitlement.objects.visible_to(actor).with_quantity(as_of, known_at)
    rows = rows.select_related("site", "part")
    proofs = Proof.objects.filter(entitlement_id=OuterRef("pk"))
    if as_of is None and known_at is None:
        return rows.annotate(
            proof_number=Subquery(proofs.filter(status=Proof.Status.VALID).values("number")[:1]),
            cover_start_then=F("coverage_start"),
            cover_end_then=F("coverage_end"),
        )
    cover = CoverPeriod.objects.filter(entitlement_id=OuterRef("pk")).order_by("-starts_on")
    if as_of is not None:
        proofs, cover = proofs.filter(issued_on__lte=as_of), cover.filter(starts_on__lte=as_of)
    if known_at is not None:
        proofs, cover = proofs.filter(recorded_at__lte=known_at), cover.filter(recorded_at__lte=known_at)
    return rows.annotate(
        proof_number=Subquery(proofs.order_by("-issued_on", "-number").values("number")[:1]),
        cover_start_then=Subquery(cover.values("starts_on")[:1]),
        cover_end_then=Subquery(cover.values("ends_on")[:1]),
    )
