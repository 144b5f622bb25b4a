"""Choosing lines of a quote, and whose turn it is, as pages that work without JavaScript."""

import re

import pytest
from django.urls import reverse

from migrations_app.models import TransferRequest
from renewals.models import HandOver, LineChoice, RenewalQuote
from renewals.operations import issue_express_quotes
from sites.clock import now
from tests import cast
from tests.renewing import LATE, issue, lines_of, move, status_of

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}


def _text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def _page(client, quote) -> str:
    answer = client.get(reverse("quote_page", args=[quote.pk]), headers=ENGLISH)
    assert answer.status_code == 200
    return _text(answer)


def _line(quote, part: str = LATE):
    return next(line for line in lines_of(quote) if line.part_number == part)


def _keys(quote) -> list[str]:
    return [str(line.entitlement_id) for line in lines_of(quote)]


def test_the_page_says_before_the_decision_what_lapses(world, client_of):
    move(world, LATE)
    (quote,) = issue(world)
    page = _page(client_of("mette"), quote)
    assert "Renew only some of it" in page and "Unrenewed, cover ends on" in page
    assert "Reinstating all of it may cost about" in page
    assert re.search(r"from [\w ,]+ on they can't be renewed, only reinstated", page)


def test_choose_look_make_accept(world, client_of):
    move(world, LATE)
    (quote,) = issue(world)
    client, line = client_of("mette"), _line(quote)
    url = reverse("quote_choose", args=[quote.pk])
    assert client.get(url).status_code == 302
    typed = {"keep": _keys(quote), f"quantity-{line.entitlement_id}": "1"}
    looked = client.post(url, typed, headers=ENGLISH)
    assert looked.status_code == 200
    text = _text(looked)
    assert "Nothing is changed yet" in text and f"{line.quantity - 1} of {line.quantity} not renewed" in text
    assert "Price level" in text and "RSVP level once accepted" in text and "Make version 2" in text
    with cast.looking():
        assert not LineChoice.objects.exists()
    make = {"step": "make", "version": 1, f"less-{line.entitlement_id}": "1"}
    silent = client.post(url, make, headers=ENGLISH)
    assert silent.status_code == 400 and "needs a reason" in _text(silent) and LATE in _text(silent)
    made = client.post(url, {**make, f"why-{line.entitlement_id}": "One is enough."})
    assert made.status_code == 302
    with cast.looking():
        fresh = RenewalQuote.objects.get(number=quote.number, version=2)
    assert made.url == f"{reverse('quote_page', args=[fresh.pk])}#answer"
    page = _page(client_of("mette"), fresh)
    assert "Version 2 instead of 1" in page and "One is enough." in page and "1 line changed" in page
    accept = reverse("quote_verb", args=[fresh.pk, "accept"])
    assert client.post(accept, {"version": 2, "confirmed": "on"}).status_code == 302
    assert status_of(fresh) == "accepted"
    again = client.post(url, make, headers=ENGLISH)
    assert again.status_code == 409 and "possible while the status" in _text(again)


def test_taking_a_line_back_is_setting_its_mark(world, client_of):
    move(world, LATE)
    (quote,) = issue(world)
    client, key = client_of("mette"), str(_line(quote).entitlement_id)
    url = reverse("quote_choose", args=[quote.pk])
    client.post(url, {"step": "make", f"less-{key}": "0", f"why-{key}": "Replaced."})
    with cast.looking():
        fresh = RenewalQuote.objects.get(number=quote.number, version=2)
    assert "Declined in this version: Replaced." in _page(client_of("mette"), fresh)
    back = client.post(reverse("quote_choose", args=[fresh.pk]), {"step": "make"})
    assert back.status_code == 302
    with cast.looking():
        third = RenewalQuote.objects.get(number=quote.number, version=3)
        assert (third.total, LineChoice.objects.filter(ended_at__isnull=True).count()) == (quote.total, 0)


def test_a_choice_that_is_none_is_said(world, client_of):
    (quote,) = issue(world)
    url = reverse("quote_choose", args=[quote.pk])
    mette = client_of("mette")
    assert "This is what the quote has already" in _text(mette.post(url, {"keep": _keys(quote)}, headers=ENGLISH))
    assert "Nothing would be renewed" in _text(mette.post(url, {}, headers=ENGLISH))
    key = _keys(quote)[0]
    wrong = mette.post(url, {"keep": [key], f"quantity-{key}": "1.5"}, headers=ENGLISH)
    assert wrong.status_code == 400 and "1.5" in _text(wrong)
    nothing = {"step": "make", "reason": "No.", **{f"less-{each}": "0" for each in _keys(quote)}}
    assert mette.post(url, nothing, headers=ENGLISH).status_code == 409
    assert status_of(quote) == "issued"


def test_a_partner_proposes_and_the_customer_takes_it(world, client_of):
    move(world, LATE)
    (quote,) = issue(world)
    mette, jonas, key = client_of("mette"), client_of("jonas"), str(_line(quote).entitlement_id)
    given = {"partner": world.partner.number, "note": "Do we need all?"}
    assert mette.post(reverse("quote_verb", args=[quote.pk, "hand_over"]), given).status_code == 302
    page = _page(client_of("jonas"), quote)
    assert "Do we need all?" in page and "It is your turn: propose what to renew." in page
    assert "Accept the quote" not in page and "Decline the quote" not in page
    url = reverse("quote_choose", args=[quote.pk])
    looked = _text(jonas.post(url, {"keep": []}, headers=ENGLISH))
    assert "What you propose comes to this" in looked
    made = jonas.post(url, {"step": "make", f"less-{key}": "1", f"why-{key}": "Enough.", "note": "One will do."})
    assert made.status_code == 302
    page = _page(client_of("mette"), quote)
    assert "One will do." in page and "Take the proposal over" in page and "It is your turn." in page
    with cast.looking():
        assert not LineChoice.objects.exists()
    assert jonas.post(reverse("quote_verb", args=[quote.pk, "take_over"])).status_code == 403
    taken = mette.post(reverse("quote_verb", args=[quote.pk, "take_over"]))
    with cast.looking():
        fresh = RenewalQuote.objects.get(number=quote.number, version=2)
    assert taken.url == reverse("quote_page", args=[fresh.pk])


def test_a_question_goes_to_the_desk_and_comes_back(world, client_of):
    (quote,) = issue(world)
    mette, rikke = client_of("mette"), client_of("rikke")
    ask = reverse("quote_verb", args=[quote.pk, "ask"])
    empty = mette.post(ask, {"question": " "}, headers=ENGLISH)
    assert empty.status_code == 400 and "A text is missing" in _text(empty)
    mette.post(ask, {"question": "May we pay in January?"})
    assert "It is the IBM rep's turn." in _page(mette, quote)
    with cast.looking():
        case = HandOver.objects.get()
    queue = rikke.get(reverse("admin:renewals_handover_changelist"), headers=ENGLISH)
    assert "May we pay in January?" in queue.content.decode()
    desk = rikke.get(reverse("admin:renewals_handover_change", args=[case.pk]), headers=ENGLISH)
    assert "Send the answer" in desk.content.decode()
    reply = reverse("admin:renewals_handover_verb", args=[case.pk, "reply"])
    assert rikke.post(reply, {"reason": ""}).status_code == 409
    assert client_of("admin").post(reply, {"reason": "Yes."}).status_code == 403
    assert rikke.post(reply, {"reason": "Yes, you may."}).status_code == 302
    page = _page(client_of("mette"), quote)
    assert "Yes, you may." in page and "It is your turn." in page
    mette.post(reverse("quote_verb", args=[quote.pk, "set_aside"]))
    assert "Asked, answered and proposed" in _page(client_of("mette"), quote)


@pytest.mark.parametrize("verb", ["choose", "hand_over", "ask", "take_over", "recall", "set_aside", "withdraw"])
def test_strangers_get_404(world, client_of, verb):
    (quote,) = issue(world)
    for who in ("anna", "lars"):
        assert client_of(who).post(reverse("quote_verb", args=[quote.pk, verb])).status_code == 404


def test_who_stays_on_express_sees_what_moving_now_would_change(world, today, client_of):
    with cast.looking() as portal:
        quotes = issue_express_quotes(actor=portal, at=now(), on=today, site=world.express_site)
    client = client_of("mette")
    page = _page(client, quotes[0])
    assert "If these licenses moved now" in page and "Cost of cover in 36 months" in page
    action = re.search(r'action="(/transfers/new/[^"]+)"', page)
    assert action
    reason = re.search(r'name="reason" value="(Instead of the Express renewal of [^"]+)"', page)
    assert reason
    units = dict(re.findall(r'name="(quantity-[0-9a-f-]{36})" value="(\d+)"> *(?:<input type="hidden"|<button)', page))
    draft = client.post(action[1].replace("&amp;", "&"), {**units, "reason": reason[1], "action": "save"})
    assert draft.status_code == 302
    with cast.looking():
        request = TransferRequest.objects.get(status="draft", source_site=world.express_site)
        assert request.lines.count() == len(lines_of(quotes[0]))


def test_express_only_customers_have_nothing_to_compare_with(world, today, client_of):
    with cast.looking() as portal:
        site = world.sites(world.fjordbyg, "PAE")[0]
        quotes = issue_express_quotes(actor=portal, at=now(), on=today, site=site)
    assert "If these licenses moved now" not in _page(client_of("lars"), quotes[0])
