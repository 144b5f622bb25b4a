"""The auditor's walk: in each place that shows money, points, levels or dates there is a why, and it says its rule."""

import re

import pytest
from django.urls import reverse

from tests import cast
from tests.cast import World

pytestmark = pytest.mark.django_db


def shown(client, address: str) -> str:
    answer = client.get(address, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def facts(page: str) -> dict[str, str]:
    """What stands in the definition lists, by label."""
    found = re.findall(r"<div> <dt>([^<]*)</dt> <dd>(.*?)</dd> </div>(?= <div>| </dl>)", page)
    return dict(found)


def explained(cell: str) -> bool:
    return 'class="p-why"' in cell and "Rule " in cell and "rule book version" in cell


def test_an_agreement(world: World, client_of) -> None:
    page = shown(client_of("mette"), reverse("agreement_page", args=[world.agreement.number]))
    told = facts(page)
    for label in ("Anniversary", "Term", "Price level", "Points in this Term"):
        assert explained(told[label]), label
    assert "Why this level, these points and what is missing?" in page
    assert "Missing to the next level" in page
    assert re.search(r"begins at [\d,]+\.00 points: [\d,]+\.00 − [\d,]+\.\d\d = [\d,]+\.\d\d", page)


def test_a_site(world: World, client_of) -> None:
    page = shown(client_of("mette"), reverse("site_page", args=[world.originating_site.site_number]))
    told = facts(page)
    assert explained(told["Anniversary"]) and explained(told["Price level"])


def test_each_period_of_cover_of_a_license(world: World, client_of) -> None:
    client = client_of("mette")
    for site in (world.express_site, world.originating_site):
        line = world.lines(site)[0]
        page = shown(client, reverse("license_page", args=[line.pk]))
        (table,) = re.findall(r'<caption id="cover">.*?</table>', page)
        rows = re.findall(r"<tr> <th scope=\"row\">.*?</tr>", table)
        assert rows and all(explained(row) for row in rows)
        assert "Rule T2" in rows[-1]


def test_a_proof_says_why_its_cover_has_these_days(world: World, client_of) -> None:
    with cast.looking():
        proof = world.lines(world.express_site)[0].proofs.get()
    page = shown(client_of("mette"), reverse("proof_page", args=[proof.number]))
    assert explained(facts(page)["Software Subscription and Support"])


def asked(world: World, line) -> dict[str, object]:
    """A request of one unit, from Express to Aarhus."""
    return {
        "source_site": world.express_site.site_number,
        "target_site": world.originating_site.site_number,
        "reason": "One renewal for everything",
        "lines": [{"entitlement": str(line.pk), "quantity": 1}],
        "waivers": [],
    }


def test_the_plan_of_a_request(world: World, client_of, api_of) -> None:
    line = next(x for x in world.lines(world.express_site) if not x.traded_up and x.part.kind.startswith("LICENSE"))
    made = api_of("mette").post("/api/v1/transfer-requests/", asked(world, line))
    assert made.status_code == 201, made.json()
    page = shown(client_of("mette"), reverse("transfer_page", args=[made.json()["id"]]))
    assert page.count("<summary>Why these figures?</summary>") >= 3
    for said in ("All orders: Move", "Cost of the cover in these months: Stay on Express", "Rule 6.7", "Rule 6.8"):
        assert said in page, said
    assert re.search(r"[\d,]+\.\d\d × 1 × \d+ ÷ 12 = [\d,]+\.\d\d", page)


@pytest.mark.parametrize("name", ["home", "sites"])
def test_the_cards_of_agreements_and_sites(world: World, client_of, name: str) -> None:
    page = shown(client_of("mette"), reverse(name))
    begin = r'<(?:div|section) class="p-card p-card--link">'
    cards = re.findall(rf"{begin}.*?(?={begin}|</main>)", page)
    with_level = [card for card in cards if "Anniversary" in card]
    assert with_level and all(explained(card) for card in with_level)


def test_the_desk_sees_why_before_it_decides(world: World, client_of, api_of) -> None:
    line = next(x for x in world.lines(world.express_site) if not x.traded_up and x.part.kind.startswith("LICENSE"))
    made = api_of("mette").post("/api/v1/transfer-requests/", asked(world, line)).json()
    page = shown(client_of("rikke"), reverse("admin:migrations_app_transferrequest_change", args=[made["id"]]))
    assert page.count("<summary>Why these figures?</summary>") == 2
    assert "Rule 6.7" in page and "Rule 6.8" in page
