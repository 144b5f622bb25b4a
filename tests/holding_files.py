"""Files of holdings for tests: made of rows, handed in, checked."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from licenses.models import EntitlementImport, EntitlementImportRow
from licenses.operations.entitlement_imports import upload_holdings
from sites.clock import now
from sites.models import Site
from tests.cast import looking

HEADINGS = (
    "site_number", "part_number", "description", "quantity", "order_reference", "acquired_on", "coverage_start",
    "coverage_end", "points", "customer_number", "agreement_number",
)  # fmt: skip


def row(part_number: str = "D1AAALL", quantity: str = "10", order: str = "O-1", **more: str) -> dict[str, str]:
    """One row; a part that the catalog lacks comes with a description."""
    return {
        "part_number": part_number, "quantity": quantity, "order_reference": order, "acquired_on": "2024-03-15",
        "description": "IBM Walker Server License + SW Subscription & Support 12 Months",
        "coverage_start": "2026-04-01", "coverage_end": "2027-03-31", **more,
    }  # fmt: skip


def file_of(rows: list[dict[str, str]], name: str = "holdings.csv") -> SimpleUploadedFile:
    """The rows as a CSV file with semicolons."""
    lines = [";".join(HEADINGS), *(";".join(r.get(h, "") for h in HEADINGS) for r in rows)]
    return SimpleUploadedFile(name, "\n".join(lines).encode("utf-8-sig"))


def handed_in(acting: Any, who: str, site: Site, file: Any, **more: Any) -> EntitlementImport:
    """A file handed in by `who`: a list of rows, or an upload."""
    upload = file_of(file) if isinstance(file, list) else file
    with acting(who) as actor:
        return upload_holdings(actor=actor, at=now(), site=site, upload=upload, **more)


def fresh(case: EntitlementImport) -> EntitlementImport:
    """The import as it stands now."""
    with looking():
        return EntitlementImport.objects.select_related("customer", "site").get(pk=case.pk)


def checked(acting: Any, run_jobs: Any, who: str, site: Site, file: Any, **more: Any) -> EntitlementImport:
    """A file handed in and gone through by the worker."""
    case = handed_in(acting, who, site, file, **more)
    run_jobs()
    return fresh(case)


def rows_in(case: EntitlementImport) -> list[EntitlementImportRow]:
    """Its rows, those of the file first."""
    with looking():
        return list(EntitlementImportRow.objects.filter(file_import=case).order_by("id"))
