"""The desk's pages of price imports: handing in, the difference, the decision, the files to fill in."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from licenses.intake.price_list import PRICES, open_price_file
from licenses.models import PriceImport
from tests.cast import World, looking
from tests.pricing import SOON, checked, danish, file_of, fresh, row, stands, uploaded, whole_list

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]
ADD = reverse("admin:licenses_priceimport_add")


def page_of(case: PriceImport, view: str = "change") -> str:
    return reverse(f"admin:licenses_priceimport_{view}", args=[case.pk])


def step(client: Client, case: PriceImport, verb: str, **typed: str) -> Any:
    return client.post(reverse("admin:licenses_priceimport_verb", args=[case.pk, verb]), typed)


def test_from_the_list_of_imports_to_a_price_in_force(world: World, client_of: Browser, run_jobs: Any) -> None:
    rikke, soren = client_of("rikke"), client_of("soren")
    part, level = stands()[0][:2]
    listed = rikke.get(reverse("admin:licenses_priceimport_changelist"))
    assert ADD in listed.content.decode()
    posted = {"price_list": str(danish().pk), "effective_on": SOON.isoformat()}
    answer = rikke.post(ADD, posted | {"file": file_of(whole_list(**{f"{part}_{level}": "1.234,50"}))})
    assert answer.status_code == 302
    waiting = rikke.get(answer["Location"]).content.decode()
    assert "The file is being checked." in waiting
    run_jobs()
    with looking():
        case = PriceImport.objects.get()
    mine = rikke.get(page_of(case))
    assert [b.verb for b in mine.context["buttons"]] == ["reject"]
    assert "somebody else has to decide" in mine.content.decode()
    page = soren.get(page_of(case))
    assert [b.verb for b in page.context["buttons"]] == ["put_in_force", "reject"]
    shown = page.content.decode()
    assert part in shown and "1,234.50" in shown and "The largest changes" in shown
    answer = step(soren, case, "put_in_force", version=str(page.context["version"]))
    assert answer.status_code == 302 and fresh(case).status == "in_force"
    done = soren.get(page_of(case)).content.decode()
    assert "Put into force" in done and "in force" in done


def test_faults_of_the_form_are_told_at_once_and_what_was_typed_stays(client_of: Browser, today: Any) -> None:
    yesterday = (today - timedelta(days=1)).isoformat()
    posted = {"price_list": str(danish().pk), "effective_on": yesterday}
    answer = client_of("rikke").post(ADD, posted | {"file": SimpleUploadedFile("a.doc", b"x")})
    assert answer.status_code == 400 and len(answer.context["faults"]) == 2
    assert f'value="{yesterday}"' in answer.content.decode()
    nothing = client_of("rikke").post(ADD, {"price_list": "x", "effective_on": "31.2."})
    assert nothing.status_code == 400 and len(nothing.context["faults"]) == 3
    with looking():
        assert not PriceImport.objects.exists()


def test_rows_with_faults_are_shown_with_what_to_do(acting: Any, client_of: Browser, run_jobs: Any) -> None:
    case = checked(acting, run_jobs, [row("XXXXXXX", "BL", "1.234"), *whole_list()[:3]])
    page = client_of("soren").get(page_of(case))
    assert [b.verb for b in page.context["buttons"]] == ["reject"]
    assert "can&#x27;t be taken over" in page.content.decode()
    rows = client_of("soren").get(page_of(case, "rows"), {"shown": "invalid"})
    assert len(rows.context["rows"]) == 1 and len(rows.context["rows"][0].faults) == 2
    assert len(client_of("soren").get(page_of(case, "rows")).context["rows"]) == 4


def test_a_file_comes_back_with_its_findings_and_goes_in_again(
    acting: Any, client_of: Browser, run_jobs: Any, tmp_path: Any
) -> None:
    case = checked(acting, run_jobs, [row("=XXXXXX", "BL", "-1"), *whole_list()[:3]])
    soren = client_of("soren")
    address = page_of(case, "findings")
    assert address in soren.get(page_of(case)).content.decode()
    back = soren.get(address)
    path = tmp_path / "back.xlsx"
    path.write_bytes(back.content)
    with open_price_file(path, path.name) as file:
        assert not file.headings.warnings
        first, *rest = file.rows()
    assert first.values["part_number"] == "=XXXXXX" and first.values["price"] == "-1"
    assert len(rest) == 3 and not any(each.faults for each in rest)


def test_prices_that_rise_with_the_level_are_pointed_out(acting: Any, client_of: Browser, run_jobs: Any) -> None:
    part = stands()[0][0]
    case = checked(acting, run_jobs, whole_list(**{f"{part}_H": "999999"}))
    page = client_of("soren").get(page_of(case))
    assert "better level than at a lower one: 1." in page.content.decode()
    assert [b.verb for b in page.context["buttons"]] == ["put_in_force", "reject"]


def test_what_goes_is_shown_among_the_rows(acting: Any, client_of: Browser, run_jobs: Any) -> None:
    part, level, amount = stands()[0][:3]
    case = checked(acting, run_jobs, whole_list(**{f"{part}_{level}": None}))
    rows = client_of("soren").get(page_of(case, "rows"), {"shown": "gone"})
    assert part in rows.content.decode() and f"{amount:,}" in rows.content.decode()
    assert [(v.part, v.level) for v in rows.context["rows"]] == [(part, level)]


def test_a_refused_step_is_told_and_changes_nothing(acting: Any, client_of: Browser, run_jobs: Any) -> None:
    part, level = stands()[0][:2]
    case = checked(acting, run_jobs, whole_list(**{f"{part}_{level}": "1"}))
    assert step(client_of("rikke"), case, "put_in_force").status_code == 403
    assert step(client_of("soren"), case, "put_in_force", version="1").status_code == 409
    assert step(client_of("soren"), case, "reject").status_code == 409
    assert step(client_of("soren"), case, "nonsense").status_code == 409
    assert fresh(case).status == "checked"


def test_a_file_that_cannot_be_read_says_why(acting: Any, client_of: Browser, run_jobs: Any) -> None:
    case = uploaded(acting, [])
    run_jobs()
    page = client_of("soren").get(page_of(case)).content.decode()
    assert "headings but no rows" in page and fresh(case).status == "failed"


@pytest.mark.parametrize("lang", ["en", "da"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_as_it_stands_is_a_file_that_changes_nothing(
    acting: Any, client_of: Browser, run_jobs: Any, tmp_path: Any, kind: str, lang: str
) -> None:
    rikke = client_of("rikke", headers={"accept-language": lang})
    rikke.cookies["django_language"] = lang
    address = reverse("admin:licenses_priceimport_template", args=[kind])
    path = tmp_path / f"empty.{kind}"
    path.write_bytes(rikke.get(address).content)
    with pytest.raises(Exception, match="file_no_rows"):
        open_price_file(path, path.name)
    filled = rikke.get(address, {"list": str(danish().pk)})
    assert filled["Content-Disposition"].endswith(f'.{kind}"')
    path.write_bytes(filled.content)
    with open_price_file(path, path.name) as file:
        assert list(file.headings.columns) == [column.field for column in PRICES.columns]
    posted = {"price_list": str(danish().pk), "effective_on": SOON.isoformat()}
    assert rikke.post(ADD, posted | {"file": io.BytesIO(filled.content)}).status_code == 400  # a file without a name
    named = SimpleUploadedFile(f"list.{kind}", filled.content)
    assert rikke.post(ADD, posted | {"file": named}).status_code == 302
    run_jobs()
    with looking():
        case = PriceImport.objects.get()
    assert (case.status, case.rows_invalid, case.rows_same) == ("checked", 0, len(stands()))


def test_other_kinds_and_lists_are_not_there(client_of: Browser) -> None:
    rikke = client_of("rikke")
    assert rikke.get(reverse("admin:licenses_priceimport_template", args=["pdf"])).status_code == 404
    csv = reverse("admin:licenses_priceimport_template", args=["csv"])
    assert rikke.get(csv, {"list": "x"}).status_code == 404


def test_a_page_asks_a_fixed_number_of_questions(
    acting: Any, client_of: Browser, run_jobs: Any, django_assert_max_num_queries: Any
) -> None:
    part, level = stands()[0][:2]
    case = checked(acting, run_jobs, whole_list(**{f"{part}_{level}": "1"}))
    soren = client_of("soren")
    soren.get(page_of(case))
    with django_assert_max_num_queries(14):
        soren.get(page_of(case))
    with django_assert_max_num_queries(12):
        soren.get(page_of(case, "rows"))
