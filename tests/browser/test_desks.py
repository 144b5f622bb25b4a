"""Files and the desks behind them as people meet them: forms, files of holdings, jobs; axe, a phone, in the dark."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from playwright.sync_api import Page

from licenses.operations.entitlement_imports import upload_holdings
from migrations_app.operations import upload
from sites.clock import now
from sites.jobs import run_due
from sites.models import Job
from tests.browser.test_pages import _faults
from tests.cast import World, acting, looking
from tests.holding_files import file_of
from tests.holding_files import row as holding
from tests.tasks.test_batches import form, movable, row

People = Callable[..., Page]


@pytest.fixture
def pages(committed: str, world: World) -> dict[str, list[str]]:
    """Addresses by person: a form and a file with rows of every kind, a job that is dead."""
    with looking():
        line = movable(world)[0]
        rows = [row(world, line, quantity=1), row(world, line, quantity="many"), row(world, line, target="9999999")]
        dead = Job.objects.create(
            kind="batch.check", subject_id=uuid4(), actor=world.jonas, status="dead", tries=25, crashes=2,
            reason="OperationalError: could not extend file " * 9, due_at=now() - timedelta(hours=1), created_at=now(),
        )  # fmt: skip
    with acting("jonas") as actor:
        batch = upload(actor=actor, at=now(), upload=form(*rows))
    held = file_of([holding(), holding(order="O-2", quantity="x"), holding(order="O-3", part_number="")])
    with acting("mette") as actor:
        case = upload_holdings(actor=actor, at=now(), site=world.express_site, upload=held)
        unread = SimpleUploadedFile("odd.csv", b"Nummer;Dag;Antal\nD1AAALL;2024-03-15;x\n")
        odd = upload_holdings(actor=actor, at=now(), site=world.originating_site, upload=unread)
    while run_due():
        pass
    form_pages = [reverse(name, args=[batch.pk]) for name in ("batch_page", "batch_rows", "batch_undo")]
    file_pages = [reverse(name, args=[case.pk]) for name in ("holdings_import", "holdings_import_rows")]
    return {
        "jonas": [*form_pages, reverse("batch_row", args=[batch.pk, 3])],
        "mette": [
            reverse("holdings_imports"), reverse("holdings_import_new"), *file_pages,
            f"{file_pages[1]}?outcome=rejected&code=row_quantity_not_whole", reverse("holdings_import", args=[odd.pk]),
        ],
        "rikke": [
            reverse("admin:licenses_entitlementimport_changelist"),
            reverse("admin:licenses_entitlementimport_change", args=[case.pk]),
        ],
        "admin": [
            reverse("admin:sites_job_changelist"), f"{reverse('admin:sites_job_changelist')}?state=dead",
            reverse("admin:sites_job_change", args=[dead.pk]), reverse("admin:migrations_app_transferbatch_changelist"),
            f"{reverse('admin:migrations_app_transferbatch_changelist')}?status__exact=checked&q=B",
            reverse("admin:migrations_app_transferbatch_change", args=[batch.pk]),
        ],
    }  # fmt: skip


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])
def test_files_and_desks_are_accessible_and_fit(
    pages: dict[str, list[str]], person: People, scheme: str, width: int
) -> None:
    wrong = []
    for who, paths in pages.items():
        page = person(who, color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in paths:
            answer = page.goto(path)
            assert answer is not None and answer.ok, path
            wrong += _faults(page, preload=False)
            if over := page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"):
                wrong.append(f"{path}: {over} px too wide at {width}")
    assert not wrong, "\n".join(wrong)
