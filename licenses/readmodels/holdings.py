"""License lines: what is held, and was held as of a day."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from licenses.models import CoverPeriod, Entitlement, Proof
from sites.tenancy import Actor


def license_lines(actor: Actor, as_of: date | None = None) -> QuerySet[Any]:
    """Every line that `actor` sees, with `quantity`, `held` and `proof_number`, as of a day (None: now).

    As of a day, cover and proof are the latest that had begun and were issued by then.
    """
    rows: QuerySet[Any] = Entitlement.objects.visible_to(actor).with_quantity(as_of).select_related("site", "part")
    proofs = Proof.objects.filter(entitlement_id=OuterRef("pk"))
    if as_of is None:
        return rows.annotate(proof_number=Subquery(proofs.filter(status=Proof.Status.VALID).values("number")[:1]))
    issued = proofs.filter(issued_on__lte=as_of).order_by("-issued_on", "-number")
    cover = CoverPeriod.objects.filter(entitlement_id=OuterRef("pk"), starts_on__lte=as_of).order_by("-starts_on")
    return rows.annotate(
        proof_number=Subquery(issued.values("number")[:1]),
        cover_start_then=Subquery(cover.values("starts_on")[:1]),
        cover_end_then=Subquery(cover.values("ends_on")[:1]),
    )
