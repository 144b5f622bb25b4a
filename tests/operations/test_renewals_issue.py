"""Quotes are derived from the facts, and only a difference is written."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from dateutil.relativedelta import relativedelta

from licenses.models import Entitlement
from licenses.operations import acquire, move_units
from licenses.queries import agreement_states, held_lines, price_book, rule_book, standing
from licenses.rules.whatif import run
from portal.kernel.errors import Forbidden, Invalid, Refused
from portal.kernel.period import Period
from renewals.models import RenewalQuote
from renewals.operations import (
    ask_for_quotes,
    ensure_current,
    expire_quotes,
    issue_express_quotes,
    refresh_agreement,
    request_run,
)
from renewals.queries import is_stale
from sites.clock import now
from sites.models import Agreement, Customer, Job, Site
from tests import cast
from tests.renewing import EARLY, LAPSED, LATE, express_line, issue, lines_of, move, status_of, told

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def anniversary_of(world: cast.World, today: date) -> date:
    with cast.looking():
        found = standing(world.agreement, today).anniversary
    assert found
    return found


def test_quotes_agree_with_the_what_if(world, today):
    parts = (EARLY, LATE, "D9X26LL")
    with cast.looking():
        moving = [express_line(world, part) for part in parts]
        listed = price_book("DK", "DKK")
        foretold = run(
            held_lines(moving), agreement_states(world.agreement, [today])[today], today, 24, listed.book, rule_book()
        )
    move(world, *parts)
    transition, anniversary = issue(world)
    assert (transition.kind, anniversary.kind) == ("transition", "anniversary")
    for quote, order in zip((transition, anniversary), foretold.orders_with, strict=False):
        assert (quote.total, quote.points) == (order.amount, order.points)
        assert (quote.rsvp_level, quote.quote_level) == (order.rsvp_before, order.own_level)
        assert sorted(
            (line.part_number, line.quantity, line.cover_start, line.cover_end, line.unit_price, line.amount)
            for line in lines_of(quote)
        ) == sorted(
            (p.part_number, p.quantity, p.cover.starts_on, p.cover.ends_on, p.unit_price, p.amount) for p in order.lines
        )


def test_every_line_ends_on_the_day_before_the_next_anniversary(world, today):
    move(world, EARLY, LATE)
    transition, anniversary = issue(world)
    at = anniversary_of(world, today)
    assert transition.anniversary == anniversary.anniversary == at
    assert {line.cover_end for line in lines_of(transition)} == {at - DAY}
    assert {line.cover_end for line in lines_of(anniversary)} == {at + relativedelta(years=1) - DAY}
    stub = next(line for line in lines_of(anniversary) if line.part_number == LATE)
    early = next(line for line in lines_of(anniversary) if line.part_number == EARLY)
    assert stub.months < 12 and stub.cover_start == express_line_end(world, LATE) + DAY
    assert early.months == 12 and early.cover_start == at
    assert early.why["cover"]["inputs"]["transition_until"] == (at - DAY).isoformat()
    assert transition.valid_until == min(line.cover_start for line in lines_of(transition)) - DAY


def express_line_end(world: cast.World, part: str) -> date:
    with cast.looking():
        end = Entitlement.objects.filter(part_id=part, site=world.originating_site).get().coverage_end
    assert end
    return end


def test_asking_again_writes_nothing(world):
    move(world, EARLY)
    first = issue(world)
    events = [told(quote.pk) for quote in first]
    assert issue(world) == first
    assert [told(quote.pk) for quote in first] == events == [["quote_issued"], ["quote_issued"]]
    assert told(world.agreement.pk).count("quotes_looked_at") == 1


def test_a_change_makes_a_new_version_of_the_same_number(world):
    move(world, LATE)
    (old,) = issue(world)
    move(world, "D9X26LL", reference="TR-000002")
    with cast.looking():
        assert is_stale(RenewalQuote.objects.select_related("agreement").get(pk=old.pk), old.issued_at.date())
    (new,) = issue(world)
    assert (new.number, new.version) == (old.number, 2)
    assert (status_of(old), new.status) == ("superseded", "issued")
    assert told(old.pk) == ["quote_issued", "quote_superseded"]


def test_a_reversed_move_takes_its_lines_out_again(world, today):
    from licenses.operations import move_units_back

    move(world, EARLY, LATE)
    transition, _anniversary = issue(world)
    with cast.looking() as portal:
        move_units_back(actor=portal, at=now(), on=today, reference="TR-000001")
    (left,) = issue(world)
    assert status_of(transition) == "superseded"
    assert left.version == 2
    assert not {line.part_number for line in lines_of(left)} & {EARLY, LATE}


def test_lapsed_lines_are_left_out_with_an_estimate(world):
    (arrived,) = move(world, LAPSED)
    (quote,) = issue(world)
    (told_out,) = quote.left_out
    assert told_out["entitlement"] == str(arrived.pk)
    assert told_out["code"] == "cover_lapsed"
    assert Decimal(told_out["reinstatement"]) > 0
    assert LAPSED not in {line.part_number for line in lines_of(quote)}


def test_an_own_line_that_was_not_renewed_last_year_is_left_out(world, today):
    """Rule book section 6, step 4: no transition for what was never moved."""
    with cast.looking() as portal:
        bought = acquire(
            actor=portal,
            at=now(),
            site=world.originating_site,
            part=world.part(EARLY),
            quantity=3,
            order_reference="X1",
            acquired_on=date(2025, 11, 14),
            cover=Period(date(2025, 11, 14), date(2026, 11, 30)),
        )
    (quote,) = issue(world)
    assert [(each["code"], each["entitlement"]) for each in quote.left_out] == [
        ("own_line_not_renewed", str(bought.pk))
    ]


def test_a_line_without_a_renewal_part_is_told(world, today):
    (arrived,) = move(world, LATE)
    with cast.looking():
        part = world.part(LATE)
        part.renewal_part = None
        part.save(update_fields=["renewal_part"])
    (quote,) = issue(world)
    assert [(each["code"], each["entitlement"]) for each in quote.left_out] == [
        ("renewal_part_missing", str(arrived.pk))
    ]


def test_lines_of_another_customer_of_the_agreement_are_in_the_quote(world, today, as_actor):
    with cast.looking() as portal:
        sister = Customer.objects.create(name="Nordvind Service ApS", enterprise=world.nordvind.enterprise)
        branch = Site.objects.create(
            customer=sister, agreement=world.agreement, site_number="7999001", name="Branch", program="PA"
        )
        acquire(
            actor=portal,
            at=now(),
            site=branch,
            part=world.part(LATE),
            quantity=2,
            order_reference="X2",
            acquired_on=date(2026, 2, 14),
            cover=Period(date(2026, 2, 14), date(2027, 2, 28)),
        )
    actor = as_actor("mette")
    (quote,) = ask_for_quotes(actor=actor, at=now(), on=today, agreement_number=world.agreement.number)
    assert not Site.objects.filter(pk=branch.pk).exists()  # she is herself again, and sees no more than before
    assert "7999001" in {line.site_number for line in quote.lines.all()}


def test_express_renewals_stand_apart_at_level_bl(world, today):
    with cast.looking() as portal:
        quotes = issue_express_quotes(actor=portal, at=now(), on=today, site=world.express_site)
        book = price_book("DK", "DKK").book
    assert [q.ordered_on for q in quotes] == sorted({line.cover_start for q in quotes for line in lines_of(q)})
    assert len(quotes) > 3
    for quote in quotes:
        assert (quote.kind, quote.quote_level, quote.points, quote.anniversary) == ("express", "BL", 0, None)
        for line in lines_of(quote):
            row = book.find(line.renewal_part, "BL", line.cover_start)
            assert row and (line.unit_price, line.months) == (row.amount, 12)
            assert line.amount == row.amount * line.quantity
    assert LAPSED in {each["part_number"] for each in quotes[0].left_out}


def test_an_express_quote_goes_when_its_licenses_move(world, today):
    with cast.looking() as portal:
        quotes = issue_express_quotes(actor=portal, at=now(), on=today, site=world.express_site)
        open_on = {line.part_number: q for q in quotes for line in lines_of(q)}
    move(world, EARLY)
    with cast.looking() as portal:
        assert request_run(actor=portal, at=now(), on=today)
        assert Job.objects.filter(kind="quotes.run").exists()
        issue_express_quotes(actor=portal, at=now(), on=today, site=world.express_site)
    assert (status_of(open_on[EARLY]), status_of(open_on[LATE])) == ("superseded", "issued")


def test_prices_run_out(world, today):
    move(world, EARLY)
    transition, anniversary = issue(world)
    later = transition.valid_until + DAY
    with cast.looking() as portal:
        assert expire_quotes(actor=portal, at=now(), on=later) == 1
    assert status_of(transition) == "expired"
    # On the first day after its cover the line can still be renewed, from the day after on it has lapsed (rule T8).
    again = issue(world, later)
    assert [(q.kind, q.version, q.valid_until) for q in again if q.kind == "transition"] == [("transition", 2, later)]
    (left,) = issue(world, later + DAY)
    assert "cover_lapsed" in {each["code"] for each in left.left_out}
    assert left.number == anniversary.number


def test_who_may_ask(world, today, as_actor):
    number = world.agreement.number
    for who in ("mette", "jonas", "rikke", "admin"):
        assert ask_for_quotes(actor=as_actor(who), at=now(), on=today, agreement_number=number)
    with pytest.raises(Invalid) as unknown:
        ask_for_quotes(actor=as_actor("anna"), at=now(), on=today, agreement_number=number)
    assert [f.code for f in unknown.value.faults] == ["agreement_unknown"]
    for asked in ({}, {"agreement_number": number, "site_number": world.express_site.site_number}):
        with pytest.raises(Invalid):
            ask_for_quotes(actor=as_actor("mette"), at=now(), on=today, **asked)


def test_a_reader_may_not_ask(world, today, as_actor):
    with cast.looking():
        from sites.models import Membership

        Membership.objects.filter(user=world.mette).update(can_write=False)
    with pytest.raises(Forbidden):
        ask_for_quotes(actor=as_actor("mette"), at=now(), on=today, agreement_number=world.agreement.number)
    with cast.looking():
        assert not RenewalQuote.objects.filter(agreement=world.agreement).exists()


def test_nothing_to_renew_is_said(world, today, as_actor):
    with cast.looking():
        Agreement.objects.create(number="99001", customer=world.fjordbyg)
    with pytest.raises(Refused) as refusal:
        ask_for_quotes(actor=as_actor("lars"), at=now(), on=today, agreement_number="99001")
    assert refusal.value.code == "nothing_to_quote"


def test_a_first_move_to_a_new_agreement_is_quoted(world, today):
    with cast.looking() as portal:
        agreement = Agreement.objects.create(number="99002", customer=world.fjordbyg)
        target = Site.objects.create(
            customer=world.fjordbyg, agreement=agreement, site_number="7999002", name="New", program="PA"
        )
        source = world.sites(world.fjordbyg, "PAE")[0]
        lines = world.lines(source)[:2]
        move_units(
            actor=portal,
            at=now(),
            on=today,
            reference="TR-9",
            target_site=target,
            lines={line.pk: line.quantity for line in lines},
        )
        quotes = ensure_current(actor=portal, at=now(), on=today, agreement=agreement)
    assert [q.kind for q in quotes] == ["transition", "anniversary"]
    assert quotes[0].anniversary == date(2027, 12, 1)
    assert {q.rsvp_level for q in quotes} <= {"BL", "D"}


def test_the_timetable_quotes_only_who_renews_soon_or_moved(world, today):
    with cast.looking() as portal:
        agreement = world.agreement
        early = anniversary_of(world, today) - timedelta(days=200)
        assert refresh_agreement(actor=portal, at=now(), on=early, agreement=agreement) == ()
        assert not RenewalQuote.objects.filter(agreement=agreement).exists()
        assert refresh_agreement(actor=portal, at=now(), on=today, agreement=agreement)


def test_numbers_and_ids_are_text_and_uuid(world):
    (quote,) = issue(world)
    assert quote.number.startswith("RQ-") and len(quote.number) == 9
    assert isinstance(quote.pk, UUID)
    assert quote.language == "da"
