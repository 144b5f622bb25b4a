"""The customer's answer: what acceptance does, what keeps it from being done, and that it is done once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from licenses.models import CoverPeriod, Entitlement, PointsMovement
from licenses.queries import standing
from licenses.rules.levels import level_of
from licenses.rules.rulebook import CURRENT
from portal.kernel.errors import Forbidden, NotFound, Refused, Stale
from renewals.models import RenewalQuote
from renewals.operations import accept, decline, issue_express_quotes
from sites.clock import now
from tests import cast
from tests.renewing import EARLY, LATE, express_line, issue, lines_of, move, status_of, told

DAY = timedelta(days=1)


def _posted(quote: RenewalQuote) -> list[tuple[str, Decimal]]:
    with cast.looking():
        rows = PointsMovement.objects.filter(reference=f"{quote.number}/{quote.version}").order_by("amount")
        return [(row.kind, row.amount) for row in rows]


def test_acceptance_posts_points_once_a_site_and_extends_cover(world, today, as_actor):
    move(world, EARLY, LATE)
    transition, anniversary = issue(world)
    actor = as_actor("mette")
    before = standing(world.agreement, today)
    done = accept(actor=actor, at=now(), on=today, quote_id=transition.pk, version=1)
    assert (done.status, done.answered_by_id) == ("accepted", world.mette.pk)
    after = standing(world.agreement, today)
    assert after.points == before.points + transition.points
    assert _posted(transition) == [("renewal", transition.points)]
    for line in lines_of(transition):
        held = Entitlement.objects.get(pk=line.entitlement_id)
        assert (held.coverage_start, held.coverage_end) == (line.cover_start, line.cover_end)
        assert CoverPeriod.objects.filter(entitlement=held, source=f"{transition.number}/1").count() == 1
    assert told(transition.pk) == ["quote_issued", "quote_accepted"]

    # The Anniversary's quote counted on it, so it says the same still.
    assert issue(world) == (anniversary,)
    as_actor("mette")
    accept(actor=actor, at=now(), on=today, quote_id=anniversary.pk)
    by_site = {line.site_number: Decimal(0) for line in lines_of(anniversary)}
    for line in lines_of(anniversary):
        by_site[line.site_number] += line.points
    assert _posted(anniversary) == sorted((("renewal", points) for points in by_site.values()), key=lambda p: p[1])
    with cast.looking():
        level = standing(world.agreement, today)
    assert level.points == before.points + transition.points + anniversary.points
    assert level.level == level_of(level.points, CURRENT)
    assert issue(world) == ()


def test_a_second_acceptance_is_refused_and_changes_nothing(world, today, as_actor):
    move(world, LATE)
    (quote,) = issue(world)
    actor = as_actor("mette")
    accept(actor=actor, at=now(), on=today, quote_id=quote.pk)
    posted, events = _posted(quote), told(quote.pk)
    for verb in (accept, decline):
        with pytest.raises(Refused) as refusal:
            verb(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk)
        assert refusal.value.code == "not_from_here"
    assert (_posted(quote), told(quote.pk)) == (posted, events)


def test_more_licenses_after_acceptance_get_a_quote_of_their_own(world, today, as_actor):
    move(world, LATE)
    (quote,) = issue(world)
    accept(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk)
    move(world, "D9X26LL", reference="TR-000002")
    (second,) = issue(world)
    assert second.number != quote.number and second.version == 1
    assert {line.part_number for line in lines_of(second)} == {"D9X26LL"}
    accept(actor=as_actor("mette"), at=now(), on=today, quote_id=second.pk)
    assert issue(world) == ()


def test_the_transition_quote_comes_first(world, today, as_actor):
    move(world, EARLY)
    transition, anniversary = issue(world)
    with pytest.raises(Refused) as refusal:
        accept(actor=as_actor("mette"), at=now(), on=today, quote_id=anniversary.pk)
    (fault,) = refusal.value.faults
    assert (fault.code, fault.params["number"]) == ("quote_transition_first", transition.number)
    assert _posted(anniversary) == []


def test_stale_and_expired_quotes_are_refused_with_every_reason(world, today, as_actor):
    move(world, LATE)
    (quote,) = issue(world)
    move(world, "D9X26LL", reference="TR-000002")
    with pytest.raises(Refused) as refusal:
        accept(actor=as_actor("mette"), at=now(), on=quote.valid_until + DAY, quote_id=quote.pk)
    assert [f.code for f in refusal.value.faults] == ["quote_expired", "quote_stale"]
    assert status_of(quote) == "issued"
    with pytest.raises(Stale):
        accept(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk, version=7)


def test_only_the_customer_answers(world, today, as_actor):
    (quote,) = issue(world)
    for verb in (accept, decline):
        for who in ("jonas", "rikke", "admin"):
            with pytest.raises(Forbidden) as refusal:
                verb(actor=as_actor(who), at=now(), on=today, quote_id=quote.pk)
            assert refusal.value.code == "quote_customer_accepts"
        for key in (quote.pk, "0", "00000000-0000-0000-0000-000000000009"):
            with pytest.raises(NotFound):
                verb(actor=as_actor("anna"), at=now(), on=today, quote_id=key)
    assert told(quote.pk) == ["quote_issued"]


def test_a_declined_transition_is_not_offered_again_and_its_lines_leave_the_other(world, today, as_actor):
    move(world, EARLY, LATE)
    transition, anniversary = issue(world)
    decline(actor=as_actor("mette"), at=now(), on=today, quote_id=transition.pk, reason="Too dear.")
    (left,) = issue(world)
    assert (left.number, left.version) == (anniversary.number, 2)
    assert EARLY not in {line.part_number for line in lines_of(left)}
    assert {each["code"] for each in left.left_out} == {"transition_declined"}
    assert status_of(transition) == "declined"
    decline(actor=as_actor("mette"), at=now(), on=today, quote_id=left.pk)
    assert issue(world) == ()


def test_an_answer_brings_the_others_up_to_date_at_once(world, today, as_actor):
    move(world, EARLY)
    transition, anniversary = issue(world)
    decline(actor=as_actor("mette"), at=now(), on=today, quote_id=transition.pk)
    with cast.looking():
        left = RenewalQuote.objects.get(agreement=world.agreement, status="issued")
    assert (left.number, left.version) == (anniversary.number, 2)
    accept(actor=as_actor("mette"), at=now(), on=today, quote_id=left.pk)
    assert status_of(left) == "accepted"


def test_an_express_renewal_earns_nothing_and_lasts_a_year(world, today, as_actor):
    with cast.looking() as portal:
        quotes = issue_express_quotes(actor=portal, at=now(), on=today, site=world.express_site)
    quote = quotes[0]
    (line, *_rest) = lines_of(quote)
    accept(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk)
    assert _posted(quote) == []
    held = express_line(world, line.part_number)
    assert (held.coverage_start, held.coverage_end) == (line.cover_start, line.cover_end)
    with cast.looking() as portal:
        left = issue_express_quotes(actor=portal, at=now(), on=today, site=world.express_site)
    assert quote.number not in {q.number for q in left} and len(left) == len(quotes) - 1


def test_an_express_quote_is_stale_once_its_licenses_left(world, today, as_actor):
    with cast.looking() as portal:
        quotes = issue_express_quotes(actor=portal, at=now(), on=today, site=world.express_site)
    quote = next(q for q in quotes if EARLY in {line.part_number for line in lines_of(q)})
    move(world, EARLY)
    with pytest.raises(Refused) as refusal:
        accept(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk)
    assert refusal.value.code == "quote_stale"


def test_two_acceptances_at_once_count_once(world, today, at_once):
    move(world, LATE)
    (quote,) = issue(world)

    def answer() -> RenewalQuote:
        with cast.acting("mette") as actor:
            return accept(actor=actor, at=now(), on=today, quote_id=quote.pk)

    results = at_once(answer, answer)
    assert sorted(type(r).__name__ for r in results) == ["Refused", "RenewalQuote"]
    assert len(_posted(quote)) == len({line.site_number for line in lines_of(quote)})
