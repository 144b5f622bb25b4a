"""What is asked wrongly is told all at once, at its place, with nothing lost."""

from uuid import uuid4

import pytest

from tests.moving import movable
from tests.what_if import ASK, DATES, PAGE, PDF, SCENARIOS, fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(world):
    """Mette's Express licenses that can move."""
    return movable(world)


def test_everything_that_is_wrong_at_once(client_of, world, lines):
    wrong = fields(
        world,
        lines[:1],
        target="7999999",
        effective_on="2027-02-30",
        horizon_months="61",
        **{f"quantity-{lines[1].pk}": "0", f"quantity-{lines[2].pk}": str(10**12)},
    )
    page = client_of("mette").post(PAGE, wrong)
    told, form = page.content.decode(), page.context["form"]
    assert page.status_code == 400
    assert set(form.errors) == {
        "target", "effective_on", "horizon_months", f"quantity-{lines[1].pk}", f"quantity-{lines[2].pk}",
    }  # fmt: skip
    for kept in ("2027-02-30", 'value="61"', 'value="0"', f'value="{10**12}"', 'value="1"'):
        assert kept in told


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("horizon_months", "11"),
        ("horizon_months", "61"),
        ("horizon_months", "x"),
        ("horizon_months", "36.5"),
        ("effective_on", "2027-02-29"),
        ("effective_on", "2026-11-23"),
        ("effective_on", "9999-12-31"),
        ("effective_on", "\0"),
        ("target", ""),
        ("target", "enrollment:nonsense"),
    ],
)
def test_a_wrong_field_is_marked_and_kept(client_of, world, lines, field, value):
    page = client_of("mette").post(PAGE, fields(world, lines[:1], **{field: value}))
    assert page.status_code == 400 and list(page.context["form"].errors) == [field]


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "x", str(10**12), "9" * 30])
def test_a_wrong_quantity_is_marked_and_kept(client_of, world, lines, value):
    name = f"quantity-{lines[0].pk}"
    page = client_of("mette").post(PAGE, fields(world, (), **{name: value}))
    assert page.status_code == 400 and page.context["form"].errors[name]
    assert f'value="{value}"' in page.content.decode()


def test_a_line_named_twice_is_told(client_of, world, lines):
    name = f"quantity-{lines[0].pk}"
    page = client_of("mette").post(PAGE, fields(world, lines[1:2]) | {name: ["1", "2"]})
    assert page.status_code == 400 and "named twice" in page.content.decode()
    assert page.context["form"].errors[name]


def test_lines_of_others_are_unknown(client_of, world, lines):
    foreign = world.lines(world.sites(world.sydhavn)[0])[0]
    pages = [
        client_of("mette").post(PAGE, fields(world, lines[:1]) | {f"quantity-{key}": "1"})
        for key in (foreign.pk, uuid4(), "nonsense")
    ]
    told = [page.context["form"].non_field_errors() for page in pages]
    assert {page.status_code for page in pages} == {400} and told[0] == told[1] == told[2]
    assert all(foreign.order_reference not in page.content.decode() for page in pages)


def test_nothing_chosen_and_a_target_that_holds_the_lines(client_of, world, lines):
    page = client_of("mette").post(PAGE, fields(world, ()))
    assert page.status_code == 400 and "No license is chosen" in page.content.decode()
    at_home = [x for x in world.lines(world.originating_site) if x.part.kind.startswith("LICENSE")]
    page = client_of("mette").post(PAGE, fields(world, at_home[:1]))
    assert page.status_code == 400 and page.context["form"].errors["target"]


def test_showing_other_licenses_judges_nothing_and_keeps_what_is_typed(client_of, world, lines):
    typed = fields(world, (), action="lines", horizon_months="7", **{f"quantity-{lines[0].pk}": "x"})
    page = client_of("mette").post(PAGE, typed | {"source": [world.express_site.site_number]})
    told = page.content.decode()
    assert page.status_code == 200 and not page.context["form"].errors
    assert 'value="7"' in told and 'value="x"' in told


def test_everything_available_is_filled_in(client_of, world, lines):
    page = client_of("mette").post(PAGE, fields(world, (), action="all") | {"source": [world.express_site.site_number]})
    filled = {row["line"].pk: row["field"].value() for row in page.context["rows"]}
    assert all(filled[line.pk] == line.available_quantity for line in lines)
    assert all(not filled[row["line"].pk] for row in page.context["rows"] if row["line"].traded_up)


@pytest.mark.parametrize("door", [DATES, PDF, ASK, SCENARIOS])
def test_every_door_says_what_is_wrong(client_of, world, lines, door):
    wrong = fields(world, lines[:1], horizon_months="61", name="x")
    page = client_of("mette").post(door, wrong)
    assert page.status_code == 400 and page.context["form"].errors["horizon_months"]


def test_foreign_sites_are_no_target_and_no_source(client_of, world, lines):
    theirs = world.sites(world.sydhavn)[0].site_number
    page = client_of("mette").post(PAGE, fields(world, lines[:1], target=theirs) | {"source": [theirs]})
    assert page.status_code in (400, 404)
    page = client_of("mette").get(PAGE)
    assert theirs not in page.content.decode()
