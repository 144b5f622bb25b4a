"""A quote in other hands: a partner prepares, a rep is asked; the customer alone accepts. Every step by every role."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import transaction

from portal.kernel.errors import DomainError, Forbidden, Invalid, NotFound, Refused
from renewals.models import HandOver, LineChoice, RenewalQuote
from renewals.operations import accept, ask, hand_back, hand_over, propose, reply, take_over
from renewals.policies import turn_actions
from renewals.queries import hands_of, open_hand_over
from renewals.rules.choosing import Wish
from renewals.rules.workflow import TURN, whose_turn
from sites.clock import now
from sites.models import Mandate, Membership, Notification, Partner
from tests import cast
from tests.renewing import LATE, issue, lines_of, move, status_of, told

WHY = "Half of them are enough."
PEOPLE = {"customer": "mette", "partner": "jonas", "rep": "rikke"}


def _act(world, today, who: str, action: str, quote, as_actor):
    """`who` takes `action`, whatever it needs."""
    doing = {"actor": as_actor(who), "at": now(), "on": today, "quote_id": quote.pk}
    if action == "hand_over":
        return hand_over(**doing, partner=world.partner.number, note="Please.")
    if action == "ask":
        return ask(**doing, question="May we pay later?")
    if action == "reply":
        return reply(**doing, answer="Yes.")
    if action == "propose":
        return propose(**doing, note="As it is.")
    if action == "take_over":
        return take_over(**doing)
    return hand_back(**doing, action=action)


def _turn(quote) -> str:
    with cast.looking():
        return hands_of(RenewalQuote.objects.get(pk=quote.pk)).turn


def _bring(world, today, quote, turn: str, as_actor) -> None:
    roads = {
        "customer": [],
        "partner": [("mette", "hand_over")],
        "rep": [("mette", "ask")],
        "proposed": [("jonas", "propose")],
        "replied": [("mette", "ask"), ("rikke", "reply")],
    }
    for who, action in roads[turn]:
        _act(world, today, who, action, quote, as_actor)
    assert _turn(quote) == turn


@pytest.mark.parametrize("turn", TURN.statuses)
def test_every_step_from_here_by_everybody(world, today, as_actor, turn):
    """The table decides: what it lists is done and leads where it says, all else is refused and changes nothing."""
    (quote,) = issue(world)
    _bring(world, today, quote, turn, as_actor)
    actions = sorted({t.action for t in TURN.transitions})
    for action, role in product(actions, PEOPLE):
        step = TURN.find(action, turn)
        allowed = step is not None and role in step.roles
        with cast.looking(getattr(world, PEOPLE[role])) as actor:
            seen = RenewalQuote.objects.select_related("customer").get(pk=quote.pk)
            assert (action in turn_actions(actor, seen, open_hand_over(seen))) == allowed
        events = told(quote.pk)
        try:
            with cast.looking(), transaction.atomic():
                _act(world, today, PEOPLE[role], action, quote, as_actor)
                assert allowed, (action, role)
                assert _turn(quote) == step.target
                raise _Back
        except _Back:
            pass
        except DomainError:
            assert not allowed, (action, role)
        assert (_turn(quote), told(quote.pk)) == (turn, events)


class _Back(Exception):
    """Undoes a step that was tried."""


def test_a_proposal_becomes_a_version_when_the_customer_takes_it(world, today, as_actor):
    move(world, LATE)
    (quote,) = issue(world)
    _act(world, today, "mette", "hand_over", quote, as_actor)
    with cast.looking():
        assert Notification.objects.filter(kind="quote_handed_over", user=world.jonas).count() == 1
    line = next(line for line in lines_of(quote) if line.part_number == LATE)
    wishes = [Wish(str(each.entitlement_id), 1 if each == line else None) for each in lines_of(quote)]
    propose(
        actor=as_actor("jonas"), at=now(), on=today, quote_id=quote.pk, wishes=wishes, reason=WHY, note="Look."
    )  # fmt: skip
    with cast.looking():
        assert not LineChoice.objects.exists() and RenewalQuote.objects.filter(number=quote.number).count() == 1
        assert Notification.objects.filter(kind="quote_proposed", user=world.mette).count() == 1
    fresh = take_over(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk, version=1)
    assert (fresh.version, fresh.status) == (2, "issued")
    assert next(each for each in lines_of(fresh) if each.part_number == LATE).quantity == 1
    assert [each["params"]["reason"] for each in fresh.left_out if each["code"] == "line_declined"] == [WHY]
    assert _turn(fresh) == "customer"
    accept(actor=as_actor("mette"), at=now(), on=today, quote_id=fresh.pk)
    assert status_of(fresh) == "accepted"


def test_a_proposal_of_everything_changes_nothing(world, today, as_actor):
    (quote,) = issue(world)
    _bring(world, today, quote, "proposed", as_actor)
    assert take_over(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk) == quote
    assert (_turn(quote), status_of(quote)) == ("customer", "issued")


def test_partners_and_reps_never_accept(world, today, as_actor):
    (quote,) = issue(world)
    for turn in ("partner", "rep"):
        _bring(world, today, quote, turn, as_actor)
        for who in ("jonas", "rikke", "admin"):
            for verb in (accept, take_over):
                with pytest.raises(Forbidden):
                    verb(actor=as_actor(who), at=now(), on=today, quote_id=quote.pk)
        hand_back(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk, action="recall")
    assert status_of(quote) == "issued"


def test_strangers_find_nothing(world, today, as_actor):
    (quote,) = issue(world)
    for who in ("anna", "lars"):
        for action in sorted({t.action for t in TURN.transitions}):
            with pytest.raises(NotFound):
                _act(world, today, who, action, quote, as_actor)
    with cast.looking():
        assert not HandOver.objects.exists()


def test_a_partner_needs_a_mandate(world, today, as_actor):
    (quote,) = issue(world)
    with cast.looking():
        Partner.objects.create(name="Unknown", number="P-404")
    for number in ("P-404", "", "x"):
        with pytest.raises(Invalid) as refusal:
            hand_over(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk, partner=number)
        assert refusal.value.code == "partner_without_mandate"
    with cast.looking():
        Mandate.objects.filter(customer=world.nordvind).update(can_write=False)
    with pytest.raises(Invalid):
        _act(world, today, "mette", "hand_over", quote, as_actor)
    with pytest.raises(Forbidden):
        _act(world, today, "jonas", "propose", quote, as_actor)
    assert told(quote.pk) == ["quote_issued"]


def test_while_one_partner_prepares_no_other_does(world, today, as_actor):
    (quote,) = issue(world)
    with cast.looking():
        other = Partner.objects.create(name="Other", number="P-2")
        Mandate.objects.create(customer=world.nordvind, partner=other, signed_by="Mette", valid_from=today)
    hand_over(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk, partner="P-2")
    with pytest.raises(Forbidden) as refusal:
        _act(world, today, "jonas", "propose", quote, as_actor)
    assert refusal.value.code == "quote_partner_prepares"
    with cast.looking():
        Membership.objects.create(user=world.jonas, partner=other, valid_from=today)
    _act(world, today, "jonas", "propose", quote, as_actor)
    assert _turn(quote) == "proposed"


def test_an_answer_ends_whatever_hands_it_was_in(world, today, as_actor):
    (quote,) = issue(world)
    _bring(world, today, quote, "rep", as_actor)
    accept(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk)
    with cast.looking():
        (row,) = HandOver.objects.all()
        assert (row.turn, row.closed_at is not None) == ("customer", True)
    with pytest.raises(Refused) as refusal:
        _act(world, today, "rikke", "reply", quote, as_actor)
    assert refusal.value.code == "not_from_here"


def test_a_new_version_stays_in_the_same_hands(world, today, as_actor):
    move(world, LATE)
    (quote,) = issue(world)
    _bring(world, today, quote, "rep", as_actor)
    move(world, "D9X26LL", reference="TR-000002")
    (fresh,) = issue(world)
    assert fresh.version == 2 and _turn(fresh) == "rep"
    _act(world, today, "rikke", "reply", fresh, as_actor)
    assert _turn(fresh) == "replied"


def test_what_is_said_must_be_said(world, today, as_actor):
    (quote,) = issue(world)
    with pytest.raises(Invalid) as refusal:
        ask(actor=as_actor("mette"), at=now(), on=today, quote_id=quote.pk, question="  \0 ")
    assert [(f.code, f.field) for f in refusal.value.faults] == [("text_required", "question")]
    _bring(world, today, quote, "rep", as_actor)
    with pytest.raises(Invalid):
        reply(actor=as_actor("rikke"), at=now(), on=today, quote_id=quote.pk, answer="")
    with pytest.raises(Forbidden):
        reply(actor=as_actor("admin"), at=now(), on=today, quote_id=quote.pk, answer="Yes.")


def test_a_quote_that_ran_out_is_in_nobodys_hands(world, today, as_actor):
    (quote,) = issue(world)
    with pytest.raises(Refused) as refusal:
        ask(
            actor=as_actor("mette"), at=now(), on=quote.valid_until + timedelta(days=1), quote_id=quote.pk,
            question="Why?",
        )  # fmt: skip
    assert refusal.value.code == "quote_expired"
    assert whose_turn("expired", "rep") == "nobody"


def test_two_hand_overs_at_once_make_one(world, today, at_once):
    (quote,) = issue(world)

    def step(verb, **said):
        def go():
            with cast.acting("mette") as actor:
                return verb(actor=actor, at=now(), on=today, quote_id=quote.pk, **said)

        return go

    results = at_once(step(ask, question="A?"), step(hand_over, partner=world.partner.number))
    assert sorted(type(r).__name__ for r in results) == ["HandOver", "Refused"]
    with cast.looking():
        assert HandOver.objects.exclude(turn="customer").count() == 1
