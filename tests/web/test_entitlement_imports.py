"""Pages of files of holdings: from the list of licenses to a declared file, its headings, rows and the rep's answer."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from licenses.models import EntitlementImport
from tests.cast import looking
from tests.holding_files import checked, file_of, fresh, row

pytestmark = pytest.mark.django_db


def latest():
    with looking():
        return EntitlementImport.objects.latest("number")


def test_from_the_list_of_licenses_to_the_difference(client_of, run_jobs, world):
    mette = client_of("mette")
    assert reverse("holdings_imports") in mette.get(reverse("licenses")).content.decode()
    assert reverse("holdings_import_new") in mette.get(reverse("holdings_imports")).content.decode()
    assert mette.get(reverse("holdings_import_new")).status_code == 200
    sent = mette.post(
        reverse("holdings_import_new"),
        {"site": world.express_site.site_number, "file": file_of([row(), row("D2BBBLL", "x")])},
    )
    assert sent.status_code == 302
    waiting = mette.get(sent["Location"]).content.decode()
    assert "The file is being checked." in waiting and "hx-get" in waiting
    run_jobs()
    case = latest()
    watched = mette.get(sent["Location"], {"seen": "uploaded"}, headers={"HX-Request": "true"})
    assert watched["HX-Refresh"] == "true"
    page = mette.get(sent["Location"]).content.decode()
    assert "It counts once an IBM rep accepts it" in page and "Not read" in page and "D1AAALL" in page
    rows = mette.get(reverse("holdings_import_rows", args=[case.pk]), {"outcome": "rejected"}).content.decode()
    assert "D2BBBLL" in rows and "D1AAALL" not in rows
    assert str(case) in mette.get(reverse("holdings_imports")).content.decode()


def test_headings_are_mended_on_the_page(client_of, acting, run_jobs, world):
    odd = "Reference;Nummer;Stück;Tag;description\nO-1;D1AAALL;4;2024-03-15;Something\n"
    case = checked(acting, run_jobs, "mette", world.express_site, SimpleUploadedFile("odd.csv", odd.encode()))
    mette, page = client_of("mette"), reverse("holdings_import", args=[case.pk])
    shown = mette.get(page).content.decode()
    assert "The file can't be taken in" in shown and 'name="heading-1"' in shown
    verb = reverse("holdings_import_verb", args=[case.pk, "map"])
    fields = ["order_reference", "part_number", "quantity", "quantity", "description"]
    wrong = mette.post(verb, {f"heading-{at}": field for at, field in enumerate(fields)})
    assert wrong.status_code == 400 and "More than one heading" in wrong.content.decode()
    fields[3] = "acquired_on"
    assert mette.post(verb, {f"heading-{at}": field for at, field in enumerate(fields)})["Location"] == page
    run_jobs()
    assert (fresh(case).status, fresh(case).rows_new) == ("checked", 1)


def test_a_bad_upload_keeps_the_form_and_says_why(client_of, world):
    mette, path = client_of("mette"), reverse("holdings_import_new")
    answer = mette.post(path, {"site": world.express_site.site_number, "file": SimpleUploadedFile("a.xls", b"x")})
    assert answer.status_code == 400 and "old .xls format" in answer.content.decode()
    assert mette.post(path, {}).status_code == 400
    assert mette.post(path, {"site": "0000000", "file": file_of([row()])}).status_code == 400


def test_others_find_nothing_and_steps_elsewhere_are_none(client_of, acting, run_jobs, world):
    case = checked(acting, run_jobs, "mette", world.express_site, [row()])
    for name in ("holdings_import", "holdings_import_rows"):
        assert client_of("anna").get(reverse(name, args=[case.pk])).status_code == 404
    assert client_of("anna").post(reverse("holdings_import_verb", args=[case.pk, "map"])).status_code == 404
    assert client_of("mette").post(reverse("holdings_import_verb", args=[case.pk, "accept"])).status_code == 404
    again = client_of("mette").post(reverse("holdings_import_verb", args=[case.pk, "compare"]))
    assert again.status_code == 302 and fresh(case).status == "checking"


def test_the_desk_accepts_or_rejects(client_of, acting, run_jobs, world):
    rikke = client_of("rikke")
    for verb, reason, status in (("accept", "", "accepted"), ("reject", "Wrong site", "rejected")):
        case = checked(acting, run_jobs, "mette", world.express_site, [row(order=f"O-{verb}")])
        listed = rikke.get(reverse("admin:licenses_entitlementimport_changelist")).content.decode()
        assert str(case) in listed
        page = rikke.get(reverse("admin:licenses_entitlementimport_change", args=[case.pk])).content.decode()
        assert "Against the record as it stands" in page and "Accept" in page
        step = reverse("admin:licenses_entitlementimport_verb", args=[case.pk, verb])
        done = rikke.post(step, {"reason": reason, "version": str(case.version)})
        assert done.status_code == 302 and fresh(case).status == status
        page = rikke.get(reverse("admin:licenses_entitlementimport_change", args=[case.pk])).content.decode()
        assert step not in page
    own = checked(acting, run_jobs, "rikke", world.express_site, [row(order="O-own")])
    page = rikke.get(reverse("admin:licenses_entitlementimport_change", args=[own.pk])).content.decode()
    assert "the record at once" in page


def test_rejected_rows_are_told_by_reason_on_page_and_desk(world, acting, run_jobs, client_of):
    rows = [row(order=f"O-{n}", quantity="x") for n in range(3)] + [row(order="O-9", part_number="")]
    case = checked(acting, run_jobs, "mette", world.express_site, rows)
    client, url = client_of("mette"), reverse("holdings_import", args=[case.pk])
    reasons = client.get(url).context["reasons"]
    assert reasons[0].rows == 3 and reasons[1].rows == 1
    told = client.get(url).content.decode()
    assert f"{reasons[0].code} ·" in told and reasons[0].message in html.unescape(told)
    asked = {"outcome": "rejected", "code": reasons[0].code}
    listed = client.get(reverse("holdings_import_rows", args=[case.pk]), asked)
    assert len(listed.context["rows"]) == 3
    desk = client_of("rikke").get(reverse("admin:licenses_entitlementimport_change", args=[case.pk])).content.decode()
    assert reasons[0].code in desk and reasons[1].code in desk
