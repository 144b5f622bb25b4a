"""Enrollments through their steps: what comes about, who may, what is refused – and that nothing else changed then."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from portal.kernel.errors import DomainError, Forbidden, Invalid, NotFound, Refused, Stale
from sites.models import Agreement, Customer, Enrollment, Enterprise, Event, Mandate, Site, SiteContact
from sites.operations import add_to_schedule, amend_enrollment, create_enrollment, take
from sites.operations.enrollments import TOLD
from sites.policies import roles_on
from sites.queries import enrollment_case
from sites.rules.workflow import ENROLLMENT
from tests import cast
from tests.enrolling import AT, NEWCOMER, ON, PRIMARY, decide, of_fjordbyg, submitted, wish

pytestmark = pytest.mark.django_db
Acting = Callable[..., Any]
KEPT = (Agreement, Customer, Enrollment, Enterprise, Event, Site, SiteContact)


def counts() -> dict[str, int]:
    with cast.looking():
        return {model.__name__: model.objects.count() for model in KEPT}


def codes(error: pytest.ExceptionInfo[DomainError]) -> set[str]:
    return {fault.code for fault in error.value.faults}


def test_a_partner_enrolls_its_customer_and_a_rep_accepts(world: Any, acting: Acting) -> None:
    enrollment = submitted(acting, "jonas", of_fjordbyg(world))
    assert enrollment.customer == world.fjordbyg
    assert enrollment.partner == world.partner
    assert enrollment.company["city"] == world.fjordbyg.city

    accepted = decide(acting, "rikke", enrollment, "accept")

    assert accepted.status == "accepted"
    assert accepted.version == 3
    with cast.looking():
        site = Site.objects.get(pk=accepted.site_id)
        assert (site.customer, site.program, site.originating) == (world.fjordbyg, "PA", True)
        assert len(site.site_number) == 7
        assert site.agreement.customer == world.fjordbyg
        assert site.agreement.term_start is None
        contact = SiteContact.objects.get(site=site)
        assert (contact.role, contact.user, contact.valid_from) == ("primary", world.lars, ON)
        told = list(Event.objects.filter(subject_id=accepted.pk).order_by("id").values_list("kind", "actor__email"))
    assert told == [
        ("created", "jonas@partner.example"),
        ("submitted", "jonas@partner.example"),
        ("accepted", "rikke@rep.example"),
    ]


def test_a_newcomer_becomes_a_customer_with_an_enterprise_when_it_is_accepted(acting: Acting) -> None:
    before = counts()
    enrollment = submitted(acting, "jonas", wish(agreement_number="0099", customer_type="academic"))
    assert enrollment.customer is None
    assert counts()["Customer"] == before["Customer"]

    accepted = decide(acting, "rikke", enrollment, "accept")

    with cast.looking():
        customer = Customer.objects.get(registration_number=NEWCOMER)
        assert accepted.customer_id == customer.pk
        assert (customer.customer_type, customer.enterprise.name) == ("academic", "Bakkevig Data ApS")
        assert customer.memberships.count() == 0
        assert accepted.agreement.number == "0099"


def test_the_rep_may_set_the_agreement_number(world: Any, acting: Acting) -> None:
    enrollment = submitted(acting, "lars", of_fjordbyg(world))
    accepted = decide(acting, "rikke", enrollment, "accept", agreement_number=" 0042 ")
    assert accepted.agreement.number == "0042"


def test_numbers_that_are_taken_are_passed_over(world: Any, acting: Acting) -> None:
    first = decide(acting, "rikke", submitted(acting, "lars", of_fjordbyg(world)), "accept")
    following = str(int(first.agreement.number) + 1)
    decide(acting, "rikke", submitted(acting, "jonas", wish(agreement_number=following)), "accept")
    third = decide(acting, "rikke", submitted(acting, "lars", of_fjordbyg(world)), "accept")
    assert int(third.agreement.number) == int(following) + 1


@pytest.mark.parametrize(
    ("number", "code"), [("61734", "agreement_taken"), ("62905", "agreement_taken"), ("A1", "number_digits")]
)
def test_a_bad_agreement_number_stops_the_acceptance(world: Any, acting: Acting, number: str, code: str) -> None:
    enrollment = submitted(acting, "jonas", wish())
    before = counts()
    with pytest.raises(Invalid) as wrong:
        decide(acting, "rikke", enrollment, "accept", agreement_number=number)
    assert codes(wrong) == {code}
    assert counts() == before
    with cast.looking():
        assert Enrollment.objects.get(pk=enrollment.pk).status == "submitted"


def test_nobody_decides_on_what_they_made(acting: Acting) -> None:
    enrollment = submitted(acting, "rikke", wish())
    for action in ("accept", "return", "reject"):
        with pytest.raises(Forbidden) as own:
            decide(acting, "rikke", enrollment, action, reason="because")
        assert codes(own) == {"own_case"}
    assert decide(acting, "soren", enrollment, "accept").status == "accepted"


def test_an_operator_decides_on_a_newcomer_too(acting: Acting) -> None:
    assert decide(acting, "admin", submitted(acting, "jonas", wish()), "accept").status == "accepted"


def test_a_rep_decides_only_in_the_own_territory(acting: Acting) -> None:
    german = wish(customer__country="DE", customer__registration_number="HRB 1", customer__vat_number="")
    enrollment = submitted(acting, "jonas", german)
    with pytest.raises(NotFound):
        decide(acting, "rikke", enrollment, "accept")


def test_another_tenant_finds_nothing(world: Any, acting: Acting) -> None:
    enrollment = submitted(acting, "jonas", of_fjordbyg(world))
    newcomer = submitted(acting, "jonas", wish())
    for case, action in product((enrollment, newcomer), TOLD):
        with pytest.raises(NotFound):
            decide(acting, "anna", case, action, reason="mine")


@pytest.mark.parametrize("action", ["return", "reject"])
def test_returning_and_rejecting_need_a_reason(world: Any, acting: Acting, action: str) -> None:
    enrollment = submitted(acting, "lars", of_fjordbyg(world))
    with pytest.raises(Invalid) as wrong:
        decide(acting, "rikke", enrollment, action, reason="  ")
    assert codes(wrong) == {"reason_required"}
    assert decide(acting, "rikke", enrollment, action, reason="No address").decision_reason == "No address"


def test_what_came_back_is_amended_and_submitted_again(world: Any, acting: Acting) -> None:
    enrollment = submitted(acting, "lars", of_fjordbyg(world))
    decide(acting, "rikke", enrollment, "return", reason="Which floor?")
    with acting("lars") as actor:
        amended = amend_enrollment(
            actor=actor, at=AT, enrollment_id=enrollment.pk, data=of_fjordbyg(world, customer__street="Kajvej 7, 2.")
        )
        assert amended.company["street"] == "Kajvej 7, 2."
        again = take(actor=actor, at=AT, on=ON, enrollment_id=enrollment.pk, action="submit")
    assert (again.status, again.decided_by, again.decision_reason) == ("submitted", None, "")
    assert decide(acting, "rikke", enrollment, "accept").status == "accepted"


def test_what_is_submitted_is_not_amended(world: Any, acting: Acting) -> None:
    enrollment = submitted(acting, "lars", of_fjordbyg(world))
    with acting("lars") as actor, pytest.raises(Refused):
        amend_enrollment(actor=actor, at=AT, enrollment_id=enrollment.pk, data=of_fjordbyg(world))


def test_an_old_version_is_stale(world: Any, acting: Acting) -> None:
    enrollment = submitted(acting, "lars", of_fjordbyg(world))
    with pytest.raises(Stale):
        decide(acting, "rikke", enrollment, "accept", version=1)
    assert decide(acting, "rikke", enrollment, "accept", version=2).status == "accepted"


def test_the_same_form_twice_is_refused_the_second_time(world: Any, acting: Acting) -> None:
    submitted(acting, "lars", of_fjordbyg(world))
    with pytest.raises(Refused) as twice:
        submitted(acting, "jonas", of_fjordbyg(world))
    assert codes(twice) == {"enrollment_open"}
    submitted(acting, "jonas", wish())
    with pytest.raises(Refused):
        submitted(acting, "jonas", wish())


def test_every_fault_at_once_and_nothing_is_written(acting: Acting) -> None:
    before = counts()
    data = wish(customer__registration_number="12345678", contacts={}, partner="nobody")
    with acting("lars") as actor, pytest.raises(Invalid) as wrong:
        create_enrollment(actor=actor, at=AT, data=data)
    assert codes(wrong) == {"registration_invalid", "contact_missing", "partner_unknown"}
    assert counts() == before


def test_a_partner_without_a_mandate_cannot_enroll_a_customer(world: Any, acting: Acting) -> None:
    data = wish(customer__registration_number=world.sydhavn.registration_number, customer__vat_number="")
    enrollment = submitted(acting, "jonas", data)
    assert enrollment.customer is None
    before = counts()
    with pytest.raises(Refused) as refused:
        decide(acting, "rikke", enrollment, "accept")
    assert codes(refused) == {"no_mandate"}
    assert counts() == before


def test_a_mandate_to_read_is_not_one_to_request(world: Any, acting: Acting) -> None:
    with acting("admin"):
        Mandate.objects.filter(customer=world.fjordbyg).update(can_write=False)
    with acting("jonas") as actor, pytest.raises(Forbidden) as refused:
        create_enrollment(actor=actor, at=AT, data=of_fjordbyg(world))
    assert codes(refused) == {"not_yours"}


def test_a_customer_keeps_its_type_with_a_second_agreement(world: Any, acting: Acting) -> None:
    data = wish(customer={"registration_number": world.nordvind.registration_number}, customer_type="government")
    with acting("mette") as actor, pytest.raises(Invalid) as wrong:
        create_enrollment(actor=actor, at=AT, data=data)
    assert codes(wrong) == {"customer_type_differs"}


class TestAdditional:
    """Additional Sites stand on the schedule, or wait (rule S3)."""

    def data(self, **changes: Any) -> dict[str, Any]:
        return wish(kind="additional", agreement_number="61734", customer_type="", **changes)

    def test_one_that_is_not_on_the_schedule_waits(self, world: Any, acting: Acting) -> None:
        enrollment = submitted(acting, "mette", self.data())
        with acting("mette") as actor:
            case = enrollment_case(actor, enrollment.pk, ON)
        assert (case.whose_turn, case.waiting) == ("primary_contact", True)
        before = counts()
        with pytest.raises(Refused) as waits:
            decide(acting, "rikke", enrollment, "accept")
        assert codes(waits) == {"schedule_missing"}
        assert counts() == before

    def test_it_is_accepted_once_the_primary_contact_has_added_it(self, world: Any, acting: Acting) -> None:
        enrollment = submitted(acting, "mette", self.data())
        with acting("mette") as actor:
            add_to_schedule(
                actor=actor, at=AT, on=ON, agreement=world.agreement, name="Bakkevig", registration_number=NEWCOMER
            )
            assert not enrollment_case(actor, enrollment.pk, ON).waiting
        accepted = decide(acting, "rikke", enrollment, "accept")
        with cast.looking():
            site = Site.objects.select_related("agreement", "customer").get(pk=accepted.site_id)
            assert (site.agreement, site.originating) == (world.agreement, False)
            assert site.customer.enterprise_id == world.nordvind.enterprise_id
            assert site.customer.customer_type == world.nordvind.customer_type

    @pytest.mark.parametrize("who", ["anna", "rikke", "admin", "lars"])
    def test_nobody_else_keeps_the_schedule(self, world: Any, acting: Acting, who: str) -> None:
        with acting(who) as actor, pytest.raises((Forbidden, NotFound)):
            add_to_schedule(
                actor=actor, at=AT, on=ON, agreement=world.agreement, name="Mine", registration_number=NEWCOMER
            )

    def test_a_mandate_that_includes_consent_keeps_it_too(self, world: Any, acting: Acting) -> None:
        with acting("jonas") as actor:
            entry = add_to_schedule(
                actor=actor, at=AT, on=ON, agreement=world.agreement, name="B", registration_number=NEWCOMER
            )
            with pytest.raises(Refused):
                add_to_schedule(
                    actor=actor, at=AT, on=ON, agreement=world.agreement, name="B", registration_number=NEWCOMER
                )
            with pytest.raises(Invalid) as wrong:
                add_to_schedule(actor=actor, at=AT, on=ON, agreement=world.agreement, name=" ", registration_number="1")
        assert entry.customer_id == world.nordvind.pk
        assert codes(wrong) == {"field_required", "registration_invalid"}

    def test_another_enterprise_has_no_site_there(self, world: Any, acting: Acting) -> None:
        data = self.data(customer={"registration_number": world.fjordbyg.registration_number})
        with acting("jonas") as actor, pytest.raises(Invalid) as wrong:
            create_enrollment(actor=actor, at=AT, data=data)
        assert codes(wrong) == {"enterprise_differs"}

    @pytest.mark.parametrize("number", ["62905", "99999"])
    def test_a_foreign_agreement_is_as_unknown_as_none(self, acting: Acting, number: str) -> None:
        with acting("mette") as actor, pytest.raises(Invalid) as wrong:
            create_enrollment(actor=actor, at=AT, data={**self.data(), "agreement_number": number})
        assert codes(wrong) == {"agreement_unknown"}


class TestUpdate:
    """Site information changes when a rep has accepted it."""

    def test_name_address_and_contact_follow(self, world: Any, acting: Acting) -> None:
        site = world.originating_site
        data = {
            "kind": "update",
            "site_number": site.site_number,
            "customer": {"name": "Nordvind A/S – Aarhus Nord", "street": "Nørrevej 3", "postal_code": "8200"},
            "contacts": {"primary": PRIMARY, "technical": {"name": "Ida", "email": "ida@nordvind.example"}},
        }
        enrollment = submitted(acting, "mette", data)
        assert enrollment.company["city"] == site.city
        decide(acting, "rikke", enrollment, "accept")
        with cast.looking():
            changed = Site.objects.get(pk=site.pk)
            contacts = SiteContact.objects.filter(site=site)
            assert (changed.name, changed.street) == ("Nordvind A/S – Aarhus Nord", "Nørrevej 3")
            assert {(c.role, c.user) for c in contacts.valid_on(ON)} == {("primary", world.lars), ("technical", None)}
            assert contacts.get(user=world.mette).valid_to < ON

    def test_a_second_change_on_the_same_day_replaces_the_first(self, world: Any, acting: Acting) -> None:
        for person in (PRIMARY, {"name": "Mette Lund", "email": "METTE@nordvind.example"}):
            data = {
                "kind": "update",
                "site_number": world.express_site.site_number,
                "contacts": {"primary": person},
            }
            decide(acting, "rikke", submitted(acting, "mette", data), "accept")
        with cast.looking():
            contact = SiteContact.objects.filter(site=world.express_site, role="primary").valid_on(ON).get()
        assert contact.user == world.mette

    @pytest.mark.parametrize("number", ["7011377", "9999999"])
    def test_a_foreign_site_is_as_unknown_as_none(self, acting: Acting, number: str) -> None:
        with acting("mette") as actor, pytest.raises(Invalid) as wrong:
            create_enrollment(actor=actor, at=AT, data=wish(kind="update", site_number=number))
        assert "site_unknown" in codes(wrong)

    def test_a_site_keeps_its_company(self, world: Any, acting: Acting) -> None:
        data = wish(kind="update", site_number=world.express_site.site_number)
        with acting("mette") as actor, pytest.raises(Invalid) as wrong:
            create_enrollment(actor=actor, at=AT, data=data)
        assert "registration_differs" in codes(wrong)


@pytest.mark.parametrize("status", ENROLLMENT.statuses)
@pytest.mark.parametrize("who", ["lars", "jonas", "rikke", "soren", "admin"])
def test_every_step_from_every_status_by_everybody(world: Any, acting: Acting, status: str, who: str) -> None:
    """The operation lets through what the table and the policy allow, and nothing else (Jonas made it)."""
    road = {
        "draft": [],
        "submitted": [],
        "accepted": [("rikke", "accept")],
        "returned": [("rikke", "return")],
        "rejected": [("rikke", "reject")],
        "withdrawn": [("jonas", "withdraw")],
    }
    data = of_fjordbyg(world)
    for action in TOLD:
        with acting("jonas") as actor:
            enrollment = create_enrollment(actor=actor, at=AT, data=data)
        if status != "draft":
            enrollment = decide(acting, "jonas", enrollment, "submit")
        for person, step in road[status]:
            enrollment = decide(acting, person, enrollment, step, reason="because")
        with acting(who) as actor:
            seen = Enrollment.objects.get(pk=enrollment.pk)
            allowed = action in ENROLLMENT.actions(seen.status, roles_on(actor, seen))
        if allowed:
            assert decide(acting, who, enrollment, action, reason="because").version == enrollment.version + 1
        else:
            with pytest.raises((Refused, Forbidden)):
                decide(acting, who, enrollment, action, reason="because")
        _close(acting, enrollment)


def _close(acting: Acting, enrollment: Enrollment) -> None:
    """Out of the way of the next one."""
    with cast.looking():
        status = Enrollment.objects.get(pk=enrollment.pk).status
    if "withdraw" in ENROLLMENT.actions(status, ["requester"]):
        decide(acting, "jonas", enrollment, "withdraw")


def test_a_mandate_to_read_sees_the_case_but_takes_no_step(world: Any, acting: Acting) -> None:
    enrollment = submitted(acting, "jonas", of_fjordbyg(world))
    with acting("admin"):
        Mandate.objects.filter(customer=world.fjordbyg).update(can_write=False)
    with pytest.raises(Forbidden) as refused:
        decide(acting, "jonas", enrollment, "withdraw")
    assert codes(refused) == {"not_yours"}


def test_the_requester_of_a_newcomer_reads_how_it_was_decided(acting: Acting) -> None:
    enrollment = submitted(acting, "jonas", wish())
    decide(acting, "rikke", enrollment, "return", reason="Which floor?")
    with acting("jonas") as actor:
        events = enrollment_case(actor, enrollment.pk, ON).events
    assert [(e.kind, e.data) for e in events][-1] == ("returned", {"reason": "Which floor?"})
    with acting("anna"):
        assert not Event.objects.filter(subject_id=enrollment.pk).exists()
