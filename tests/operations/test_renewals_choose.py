"""Fewer lines, or part of a line: a new version at its own price, nothing half done, and what is declined stays so."""

from decimal import Decimal

import pytest

from licenses.ledger_audit import audit
from licenses.models import CoverPeriod, Entitlement, PointsMovement, Proof, QuantityMovement
from licenses.operations import hold, move_units
from licenses.rules.orders import lapses_on
from portal.kernel.errors import Forbidden, Invalid, NotFound, Refused
from renewals.models import LineChoice, RenewalQuote
from renewals.operations import Selection, accept, decline, foreseen, issue_express_quotes, read_selection, restore
from renewals.queries import difference_of, due_on
from renewals.rules.choosing import Wish
from sites.clock import now
from tests import cast
from tests.renewing import EARLY, LAPSED, LATE, express_line, issue, lines_of, move, status_of, told

WHY = "Fewer people use it."


def _of(quote: RenewalQuote, part: str):
    return next(line for line in lines_of(quote) if line.part_number == part)


def _key(line) -> str:
    return str(line.entitlement_id)


def _untouched(world) -> tuple[int, int, int]:
    with cast.looking():
        versions = RenewalQuote.objects.filter(agreement=world.agreement).count()
        return versions, LineChoice.objects.count(), PointsMovement.objects.filter(kind="renewal").count()


def test_a_declined_line_makes_the_next_version_without_it(world, today, as_actor):
    move(world, LATE, "D9X26LL")
    (first,) = issue(world)
    gone = _of(first, LATE)
    actor = as_actor("mette")
    fresh = decline(actor=actor, at=now(), on=today, quote_id=first.pk, version=1, wishes=[Wish(_key(gone), None, WHY)])
    assert (fresh.number, fresh.version, fresh.status, status_of(first)) == (first.number, 2, "issued", "superseded")
    assert _key(gone) not in {_key(line) for line in lines_of(fresh)}
    (left,) = [each for each in fresh.left_out if each["code"] == "line_declined"]
    assert (left["quantity"], left["params"]["reason"]) == (gone.quantity, WHY)
    ends = left["params"]["cover_end"]
    assert left["params"]["lapses_on"] > ends and Decimal(left["reinstatement"]) > 0
    with cast.looking():
        said = difference_of(first, fresh)
    assert [line.key for line in said.gone] == [_key(gone)]
    assert fresh.total == sum(line.amount for line in lines_of(fresh))
    assert told(first.pk) == ["quote_issued", "quote_lines_chosen", "quote_superseded"]


def test_it_stays_declined_when_the_facts_move_on_until_it_is_taken_back(world, today, as_actor):
    move(world, LATE)
    (first,) = issue(world)
    gone = _of(first, LATE)
    decline(actor=as_actor("mette"), at=now(), on=today, quote_id=first.pk, wishes=[Wish(_key(gone), None, WHY)])
    move(world, "D9X26LL", reference="TR-000002")
    (third,) = issue(world)
    assert third.version == 3
    assert _key(gone) not in {_key(line) for line in lines_of(third)}
    back = restore(actor=as_actor("mette"), at=now(), on=today, quote_id=third.pk, wishes=[Wish(_key(gone))])
    assert back.version == 4 and _of(back, LATE).quantity == gone.quantity
    assert not [each for each in back.left_out if each["code"] == "line_declined"]
    assert issue(world) == (back,)


def test_a_part_of_a_line_has_the_price_of_that_part(world, today, as_actor):
    move(world, LATE)
    (first,) = issue(world)
    whole = _of(first, LATE)
    keep = [Wish(_key(line), 1 if line == whole else None) for line in lines_of(first)]
    actor = as_actor("mette")
    fresh = accept(actor=actor, at=now(), on=today, quote_id=first.pk, version=1, wishes=keep, reason=WHY)
    part = _of(fresh, LATE)
    assert fresh.status == "issued" and part.quantity == 1 < whole.quantity
    assert fresh.points == sum(line.points for line in lines_of(fresh)) < first.points
    assert fresh.total == sum(line.amount for line in lines_of(fresh)) < first.total
    with cast.looking():
        assert not PointsMovement.objects.filter(reference__startswith=first.number).exists()


def test_fewer_points_may_take_the_price_level_down(world, today, as_actor):
    """Rule T10: prices hold for the whole quantity. What is left of an order is priced at what it earns itself (P4)."""
    move(world, *{line.part_id for line in world.lines(world.express_site)} - {LAPSED})
    quotes = issue(world)
    first = quotes[-1]
    smallest = min(lines_of(first), key=lambda line: line.points)
    actor = as_actor("mette")
    fresh = accept(
        actor=actor, at=now(), on=today, quote_id=first.pk, wishes=[Wish(_key(smallest))], reason=WHY
    )  # fmt: skip
    (line,) = lines_of(fresh)
    level = line.why["level"]["result"]
    assert fresh.points == line.points
    assert line.why["price"]["inputs"]["level"] == level
    assert line.unit_price >= smallest.unit_price


def test_what_is_foreseen_is_what_is_made(world, today, as_actor):
    move(world, EARLY, LATE)
    transition, anniversary = issue(world)
    for quote in (anniversary, transition):
        some = lines_of(quote)[0]
        selection = Selection("decline", (Wish(_key(some), 1, WHY),))
        actor = as_actor("mette")
        quote = RenewalQuote.objects.select_related("agreement__customer", "customer").get(
            agreement=world.agreement, kind=quote.kind, status="issued"
        )
        before = _untouched(world)
        actor = as_actor("mette")
        draft = foreseen(actor=actor, on=today, quote=quote, reading=read_selection(quote, selection))
        assert draft and _untouched(world) == before
        made = decline(
            actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk, wishes=selection.wishes
        )  # fmt: skip
        assert (draft.order.amount, draft.order.points, draft.order.own_level) == (
            made.total, made.points, made.quote_level,
        )  # fmt: skip
        assert list(draft.left_out) == made.left_out


def test_an_accepted_part_parts_company_with_the_rest(world, today, as_actor):
    (arrived,) = move(world, LATE)
    (first,) = issue(world)
    whole = _of(first, LATE)
    only = [Wish(_key(whole), 1)]
    fresh = accept(actor=as_actor("mette"), at=now(), on=today, quote_id=first.pk, wishes=only, reason=WHY)
    done = accept(actor=as_actor("mette"), at=now(), on=today, quote_id=fresh.pk)
    assert done.status == "accepted"
    with cast.looking():
        kept = Entitlement.objects.with_quantity().get(pk=arrived.pk)
        rest = Entitlement.objects.with_quantity().get(moved_from=arrived.pk)
        assert (kept.quantity, rest.quantity) == (1, whole.quantity - 1)
        assert (kept.coverage_end, rest.coverage_end) == (whole.cover_end, arrived.coverage_end)
        assert (rest.site_id, rest.order_reference, rest.acquired_on) == (
            kept.site_id, kept.order_reference, kept.acquired_on,
        )  # fmt: skip
        assert CoverPeriod.objects.filter(entitlement=rest, source=f"{fresh.number}/2").count() == 0
        assert QuantityMovement.objects.get(target=rest).reason == "split"
        assert {(p.entitlement_id, p.quantity) for p in Proof.objects.filter(
            entitlement__in=[kept, rest], status="valid")} == {(kept.pk, 1), (rest.pk, rest.quantity)}  # fmt: skip
        points = PointsMovement.objects.filter(reference=f"{fresh.number}/2")
        assert [row.amount for row in points] == [fresh.points]
        assert audit(today).breaks == []
    # The rest stays declined for this Anniversary, so no quote is made for it, not even after it lapsed.
    assert not {rest.pk, arrived.pk} & {line.entitlement_id for q in issue(world) for line in lines_of(q)}
    assert arrived.coverage_end
    later = issue(world, lapses_on(arrived.coverage_end))
    assert str(rest.pk) not in {_key(line) for q in later for line in lines_of(q)}


def test_declined_in_the_transition_quote_a_line_leaves_both(world, today, as_actor):
    held = express_line(world, EARLY)
    with cast.looking() as portal:
        for reference, units in (("TR-000001", 1), ("TR-000002", held.quantity - 1)):
            move_units(
                actor=portal, at=now(), on=today, reference=reference, target_site=world.originating_site,
                lines={held.pk: units},
            )  # fmt: skip
    transition, _anniversary = issue(world)
    line, _other = lines_of(transition)
    decline(actor=as_actor("mette"), at=now(), on=today, quote_id=transition.pk, wishes=[Wish(_key(line), None, WHY)])
    again = issue(world)
    assert [(q.kind, q.version) for q in again] == [("transition", 2), ("anniversary", 2)]
    for quote in again:
        assert _key(line) not in {_key(each) for each in lines_of(quote)}
        assert _key(line) in {each["entitlement"] for each in quote.left_out if each["code"] == "line_declined"}
    with pytest.raises(Invalid):
        restore(actor=as_actor("mette"), at=now(), on=today, quote_id=again[1].pk, wishes=[Wish(_key(line))])


def test_a_part_of_a_transition_goes_on_as_that_part(world, today, as_actor):
    (arrived,) = move(world, EARLY)
    transition, _anniversary = issue(world)
    line = _of(transition, EARLY)
    assert line.quantity > 1
    wishes = [Wish(_key(line), line.quantity - 1, WHY)]
    part = decline(actor=as_actor("mette"), at=now(), on=today, quote_id=transition.pk, wishes=wishes)
    assert [_of(q, EARLY).quantity for q in issue(world)] == [1, 1]
    accept(actor=as_actor("mette"), at=now(), on=today, quote_id=part.pk)
    (left,) = issue(world)
    assert _of(left, EARLY).quantity == 1
    with cast.looking():
        rest = Entitlement.objects.get(moved_from=arrived.pk)
    assert {each["code"] for each in left.left_out if each["entitlement"] == str(rest.pk)} == {"line_declined"}


def test_declining_every_line_declines_the_quote(world, today, as_actor):
    (quote,) = issue(world)
    wishes = [Wish(_key(line), None, WHY) for line in lines_of(quote)]
    done = decline(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk, wishes=wishes)
    assert (done.pk, done.status, done.answer_reason) == (quote.pk, "declined", WHY)
    assert issue(world) == ()


def test_naming_every_line_whole_accepts(world, today, as_actor):
    (quote,) = issue(world)
    wishes = [Wish(_key(line), line.quantity) for line in lines_of(quote)]
    done = accept(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk, wishes=wishes)
    assert (done.pk, done.status) == (quote.pk, "accepted")


def test_refusals_tell_everything_and_change_nothing(world, today, as_actor):
    (quote,) = issue(world)
    line = lines_of(quote)[0]
    before = _untouched(world)
    wishes = [Wish("x"), Wish(_key(line), 10**6)]
    with pytest.raises(Invalid) as refusal:
        decline(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk, wishes=wishes)
    assert [f.code for f in refusal.value.faults] == ["quote_line_unknown", "quote_quantity", "quote_reason"]
    with pytest.raises(Refused) as nothing:
        restore(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk)
    assert nothing.value.code == "choice_changes_nothing"
    wish = [Wish(_key(line), None, WHY)]
    for verb in (accept, decline, restore):
        for who, kind in (("jonas", Forbidden), ("rikke", Forbidden), ("admin", Forbidden), ("anna", NotFound)):
            with pytest.raises(kind):
                verb(actor=as_actor(who), at=now(), on=today, quote_id=quote.pk, wishes=wish)
    assert _untouched(world) == before
    accept(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk)
    for verb in (accept, decline, restore):
        with pytest.raises(Refused) as settled:
            verb(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk, wishes=wish)
        assert settled.value.code == "not_from_here"


def test_a_superseded_version_is_refused(world, today, as_actor):
    move(world, LATE)
    (first,) = issue(world)
    wish = [Wish(_key(_of(first, LATE)), None, WHY)]
    decline(actor=as_actor("mette"), at=now(), on=today, quote_id=first.pk, wishes=wish)
    before = _untouched(world)
    for verb in (accept, decline):
        with pytest.raises(Refused) as refusal:
            verb(actor=as_actor("mette"), at=now(), on=today, quote_id=first.pk, wishes=wish)
        assert refusal.value.code == "not_from_here"
    assert _untouched(world) == before


def test_units_that_a_request_holds_are_not_left_behind(world, today, as_actor):
    (arrived,) = move(world, LATE)
    (first,) = issue(world)
    only = [Wish(_key(_of(first, LATE)), 1)]
    fresh = accept(actor=as_actor("mette"), at=now(), on=today, quote_id=first.pk, wishes=only, reason=WHY)
    with cast.looking() as portal:
        hold(actor=portal, at=now(), reference=fresh.pk, lines={arrived.pk: 2})
    with pytest.raises(Refused) as refusal:
        accept(actor=as_actor("mette"), at=now(), on=today, quote_id=fresh.pk)
    assert refusal.value.code == "quote_line_promised"


def test_part_of_an_express_renewal(world, today, as_actor):
    with cast.looking() as portal:
        quotes = issue_express_quotes(actor=portal, at=now(), on=today, site=world.express_site)
    quote = next(q for q in quotes if any(line.quantity > 1 for line in lines_of(q)))
    line = next(line for line in lines_of(quote) if line.quantity > 1)
    wish = [Wish(_key(line), 1, WHY)]
    fresh = decline(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk, wishes=wish)
    assert (fresh.number, fresh.version, due_on(fresh)) == (quote.number, 2, quote.ordered_on)
    accept(actor=as_actor("mette"), at=now(), on=today, quote_id=fresh.pk)
    with cast.looking() as portal:
        left = issue_express_quotes(actor=portal, at=now(), on=today, site=world.express_site)
        assert audit(today).breaks == []
    assert quote.ordered_on not in {q.ordered_on for q in left}


def test_two_choices_at_once_make_one_version(world, today, at_once):
    move(world, LATE, "D9X26LL")
    (quote,) = issue(world)

    def without(part: str):
        line = _of(quote, part)

        def answer() -> RenewalQuote:
            with cast.acting("mette") as actor:
                wishes = [Wish(_key(line), None, WHY)]
                return decline(actor=actor, at=now(), on=today, quote_id=quote.pk, version=1, wishes=wishes)

        return answer

    results = at_once(without(LATE), without("D9X26LL"))
    assert sorted(type(r).__name__ for r in results) == ["Refused", "RenewalQuote"]
    with cast.looking():
        assert RenewalQuote.objects.filter(number=quote.number).count() == 2
        assert LineChoice.objects.count() == 1
