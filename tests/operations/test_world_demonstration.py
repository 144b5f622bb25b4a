"""The demonstration world: loaded by the application's role, once, and every figure where its story needs it."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import call_command
from django.db import connection

from licenses.models import CoverPeriod, Entitlement, Part, PartKind, PointsMovement, Price, PriceList, Proof
from licenses.queries import standing
from licenses.rules.parts import classify, earns_points
from migrations_app.facts import Judged, Move, judge, outlooks
from portal.kernel.period import DAY, is_month_end
from portal.models import ContentEntry
from portal.world.calendar import Calendar
from portal.world.catalog import PERCENT_OFF, catalog
from sites.models import Agreement, Customer, Mandate, Site, SiteContact, StaffRole, User
from sites.rules.identifiers import cvr_number, ibm_customer_number, site_number, vat_number
from sites.tenancy import SYSTEM_USER_ID
from tests.cast import CAST, PASSWORD, World, looking

pytestmark = pytest.mark.django_db

MOVABLE = {"D9X24LL", "D9X02LL", "D9X01LL", "D9X14LL", "D24XNLL", "D9X26LL", "D9X28LL"}


def counted() -> Counter[str]:
    """How many rows every kind of fact has."""
    models = (
        User,
        Customer,
        Site,
        Agreement,
        Entitlement,
        CoverPeriod,
        PointsMovement,
        Proof,
        Part,
        Price,
        ContentEntry,
    )
    with looking():
        return Counter({model.__name__: model.objects.count() for model in models})


def everything_moves(world: World, today: date) -> Judged:
    """Every Express license line of Nordvind's, asked to move to Aarhus."""
    lines = [line for line in world.lines(world.express_site) if line.follows_id is None]
    quantities = {line.pk: line.quantity for line in lines}
    move = Move(world.express_site, world.originating_site, None, today, quantities)
    with looking():
        return judge(move, today)


def test_the_application_role_loads_and_reads_it(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
    assert world.nordvind.name == "Nordvind A/S"


def test_a_second_load_changes_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    before = counted()
    call_command("load_demo")
    assert "already" in capsys.readouterr().out
    assert counted() == before


def test_everybody_signs_in_with_the_same_password(world: World) -> None:
    hashes = {person.password for person in User.objects.filter(email__in=CAST.values())}
    assert len(hashes) == 1 and check_password(PASSWORD, hashes.pop())


def test_the_portal_itself_is_a_user_that_nobody_signs_in_as(world: World) -> None:
    portal = User.objects.get(pk=SYSTEM_USER_ID)
    assert not portal.has_usable_password()
    with looking():
        assert [role.role for role in StaffRole.objects.filter(user=portal)] == ["system"]


def test_roles_follow_the_cast(as_actor: Callable[[str], Any], world: World) -> None:
    assert as_actor("mette").member_of == {world.nordvind.pk}
    assert as_actor("anna").readable == {world.sydhavn.pk}
    assert as_actor("admin").sees_all_customers
    jonas = as_actor("jonas")
    assert jonas.readable == {world.nordvind.pk, world.fjordbyg.pk}
    assert all(mandate.includes_consent and mandate.can_write for mandate in jonas.mandates)
    for rep in ("rikke", "soren"):
        assert as_actor(rep).territories == {"DK"}
        assert not Customer.objects.filter(country="DE").exists()


def test_numbers_pass_their_checks(world: World) -> None:
    with looking():
        customers, sites = list(Customer.objects.all()), list(Site.objects.all())
        types = {c.customer_type for c in customers}
    assert types == {"commercial", "government", "academic"}
    for customer in customers:
        assert ibm_customer_number(customer.ibm_customer_number).ok
        assert vat_number(customer.vat_number).ok
        assert customer.country != "DK" or cvr_number(customer.registration_number).ok
    assert all(site_number(site.site_number).ok for site in sites)


def test_every_site_has_a_primary_contact_and_the_cast_answers_for_its_own(world: World, today: date) -> None:
    with looking():
        primary = SiteContact.objects.filter(role="primary").valid_on(today).select_related("user", "site")
        answering = {contact.site.site_number: contact.user for contact in primary}
        assert len(answering) == Site.objects.count()
    assert {answering[s.site_number] for s in world.sites(world.nordvind)} == {world.mette}
    assert {answering[s.site_number] for s in world.sites(world.fjordbyg)} == {world.lars}
    assert {answering[s.site_number] for s in world.sites(world.sydhavn)} == {world.anna}


def test_the_agreement_is_310_points_short_of_the_next_level(world: World, today: date) -> None:
    with looking():
        where = standing(world.agreement, today)
    assert (where.level, where.next_level, where.missing) == ("D", "E", Decimal("310.00"))
    assert where.anniversary == Calendar(today).anniversary == date(2027, 1, 1)
    assert {s.originating for s in world.sites(world.nordvind, "PA")} == {True, False}


def test_each_term_has_earned_points(world: World) -> None:
    with looking():
        years = set(PointsMovement.objects.filter(agreement=world.agreement).values_list("effective_on", flat=True))
    assert {day.year for day in years} == {2023, 2025, 2026}


def test_express_lines_pass_their_checks_unless_meant_otherwise(world: World, today: date) -> None:
    judged = everything_moves(world, today)
    parts = {str(line.pk): line.part_id for line in judged.lines}
    assert {(b.code, parts[b.line or ""]) for b in judged.blockers} == {
        ("V8", "D9X24LL"),
        ("V12", "D9X28LL"),
        ("V5", "D9X18LL"),
        ("V7", "D9X32LL"),
    }


def test_express_lines_tell_every_story(world: World, today: date) -> None:
    lines = world.lines(world.express_site)
    licenses = [line for line in lines if line.follows_id is None]
    ends = {line.coverage_end for line in licenses}
    assert 8 <= len(licenses) <= 10 and len(ends) >= 7
    assert all(is_month_end(end) for end in ends if end)
    assert [line.part.kind for line in lines if line.follows_id] == [PartKind.RENEWAL]
    assert any(line.quantity > 20 for line in licenses)
    assert any(line.acquired_on > today - timedelta(days=30) for line in licenses)


def test_moving_all_that_may_move_reaches_the_next_level(world: World, today: date) -> None:
    judged = everything_moves(world, today)
    movable = {line.pk: line.quantity for line in judged.lines if line.part_id in MOVABLE}
    with looking():
        (found,) = outlooks([judge(Move(world.express_site, world.originating_site, None, today, movable), today)])
    coming = next(term for term in found.terms if term.starts_on == date(2027, 1, 1))
    assert (coming.level_with, coming.level_without) == ("E", "D")
    kinds = [(event.kind, event.on) for event in found.migrate.events]
    assert kinds[0] == ("transition", today)
    assert kinds[1] == ("anniversary", date(2027, 1, 1))


def test_own_lines_are_covered_to_the_day_before_the_anniversary(world: World, today: date) -> None:
    ends = Counter(line.coverage_end for site in world.sites(world.nordvind, "PA") for line in world.lines(site))
    assert ends[Calendar(today).anniversary - DAY] == 5
    assert len(ends) == 2


def test_fjordbyg_has_six_express_lines_on_six_dates_and_no_agreement(world: World) -> None:
    assert world.sites(world.fjordbyg, "PA") == []
    lines = world.lines(world.sites(world.fjordbyg, "PAE")[0])
    assert len(lines) == len({line.coverage_end for line in lines}) == 6
    with looking():
        assert Mandate.objects.filter(customer=world.fjordbyg, includes_consent=True).count() == 1


def test_every_line_has_a_proof_of_its_quantity(world: World) -> None:
    with looking():
        lines = Entitlement.objects.with_quantity()
        proofs = dict(Proof.objects.filter(status="valid").values_list("entitlement_id", "quantity"))
        assert {line.pk: line.quantity for line in lines} == proofs


def test_parts_are_described_as_their_kind_and_earn_by_data(world: World) -> None:
    for part in catalog():
        assert classify(part.description, part.number) == part.kind, part.number
        assert (part.points is not None) == earns_points(part.kind), part.number
    with looking():
        for part in Part.objects.filter(kind__in=[PartKind.LICENSE, PartKind.TRADE_UP]):
            assert part.renewal_part_id and part.reinstatement_part_id


def test_published_points_are_kept(world: World) -> None:
    assert world.part("E0DQTLL").points_each == Decimal("7.82")
    assert world.part("E0DTGLL").points_each == Decimal("10.90")


def test_prices_are_marked_as_invented_and_fall_by_level(world: World) -> None:
    with looking():
        lists = {p.currency: p for p in PriceList.objects.all()}
        prices = dict(Price.objects.filter(price_list=lists["DKK"], part="E0DTFLL").values_list("level", "amount"))
        euro = Price.objects.get(price_list=lists["EUR"], part="E0DTFLL", level="BL").amount
    assert all(p.demonstration for p in lists.values())
    assert set(prices) == set(PERCENT_OFF)
    assert (prices["BL"], prices["D"], prices["H"]) == (Decimal("4420.00"), Decimal("4243.20"), Decimal("3536.00"))
    assert euro == Decimal("593.29")


def test_dates_make_sense_on_any_day() -> None:
    for ahead in range(4 * 366):
        calendar = Calendar(date(2027, 2, 26) + timedelta(days=ahead))
        anniversary = calendar.anniversary
        assert anniversary.day == 1 and 33 <= (anniversary - calendar.today).days <= 63
        assert calendar.today < calendar.after_anniversary(-1) < anniversary - DAY
        assert (calendar.after_anniversary(4) - calendar.today).days > 120
        assert (calendar.month_end(5) - calendar.today).days > 120
        assert calendar.month_end(-3) + DAY < calendar.today
