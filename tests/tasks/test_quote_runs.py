"""The run over everybody: the same quotes as one by one, each once, whatever breaks off or breaks."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction

from renewals.models import QuoteLine, QuotePutAside, QuoteRun, RenewalQuote
from renewals.operations import issue_all, night, request_run, run_quotes
from renewals.queries import due_now
from renewals.tasks import refresh_quotes
from sites.clock import now
from sites.models import Agreement, Event, Job, Notification, Site
from sites.tenancy import seeing_only
from tests import cast, quoting
from tests.renewing import EARLY, LATE, express_line, lines_of, move, status_of, told

DAY = timedelta(days=1)


class Killed(BaseException):
    """As by kill -9: nothing of the step is left, and nobody catches it."""


def due(on: date) -> set[object]:
    with cast.looking():
        return {each.pk for each in due_now(on)}


def newest_run() -> QuoteRun:
    with cast.looking():
        return QuoteRun.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_by_sets_as_one_by_one(world: cast.World, today: date, seed: int) -> None:
    """Lines, prices, levels, derivations, what is left out: of holdings made at random."""
    quoting.holdings(seed, world, today)
    before = transaction.savepoint()
    with cast.looking() as portal:
        for each in list(due_now(today)):
            issue_all(actor=portal, at=now(), on=today, model=each.model, keys=[each.pk])
    one_by_one = quoting.said()
    transaction.savepoint_rollback(before)
    assert quoting.said() == []
    quoting.run(today)
    assert quoting.said() == one_by_one
    with cast.looking():
        assert RenewalQuote.objects.filter(kind="anniversary").exists() and QuoteLine.objects.count() > 5


@pytest.mark.django_db
def test_a_second_night_writes_nothing(world: cast.World, today: date) -> None:
    move(world, EARLY, LATE)
    quoting.run(today)
    kept, run = quoting.said(), newest_run()
    with cast.looking():
        events = Event.objects.count()
        assert run.issued == RenewalQuote.objects.count()
    assert run.looked_at == run.due > 3 and run.finished_at
    assert due(today) == set() == due(today + DAY)
    quoting.run(today + DAY)
    with cast.looking():
        assert (quoting.said(), Event.objects.count()) == (kept, events)


@pytest.mark.django_db
def test_what_moved_on_is_looked_at_and_nothing_else(world: cast.World, today: date) -> None:
    quoting.run(today)
    with cast.looking():
        (old,) = RenewalQuote.objects.filter(agreement=world.agreement, status="issued")
    move(world, EARLY)
    expected = {world.agreement.pk, *(site.pk for site in world.sites(world.nordvind, "PAE"))}
    assert due(today) == expected
    quoting.run(today)
    assert (status_of(old), told(old.pk)) == ("superseded", ["quote_issued", "quote_superseded"])
    with cast.looking():
        made = RenewalQuote.objects.filter(agreement=world.agreement, status="issued")
        assert {(q.kind, q.number == old.number, q.version) for q in made} == {
            ("transition", False, 1),
            ("anniversary", True, 2),
        }


@pytest.mark.django_db
@pytest.mark.parametrize("after", [1, 2, 4])
def test_killed_between_chunks_or_within_one(
    world: cast.World, today: date, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """What was done stays, what was under way is gone, and the next one does the rest: nothing lost, nothing twice."""
    quoting.holdings(7, world, today)
    whole = len(due(today))
    monkeypatch.setattr(night, "HOLDERS_AT_ONCE", 1)
    begun = 0

    @contextmanager
    def killed():
        nonlocal begun
        with quoting.step() as portal:
            yield portal
            begun += 1
            if begun > after:
                raise Killed

    with pytest.raises(Killed):
        run_quotes(step=killed, clock=now, on=today)
    # The first step only counts them; the last one's work is gone.
    assert len(due(today)) == whole - (after - 1)
    assert newest_run().finished_at is None
    quoting.run(today)
    run = newest_run()
    assert (run.looked_at, run.due, run.put_aside) == (whole, whole, 0) and run.finished_at
    with cast.looking():
        assert set(RenewalQuote.objects.values_list("version", flat=True)) == {1}
        assert RenewalQuote.objects.count() == run.issued
        assert Event.objects.filter(kind="quotes_looked_at").count() == whole


def break_data(agreement: Agreement) -> None:
    """A level that no rule book knows: nothing can be priced with it."""
    with cast.looking():
        Agreement.objects.filter(pk=agreement.pk).update(opening_level="ZZ")


@pytest.mark.django_db
def test_a_poison_agreement_stops_no_other(world: cast.World, today: date) -> None:
    bad, *good = quoting.holdings(3, world, today)
    break_data(bad)
    quoting.run(today)
    run = newest_run()
    assert (run.looked_at, run.put_aside) == (run.due, 1) and run.finished_at
    with cast.looking():
        (aside,) = QuotePutAside.objects.all()
        assert (aside.subject_id, aside.number, aside.tries) == (bad.pk, bad.number, 1)
        assert "'ZZ'" in aside.reason
        assert not RenewalQuote.objects.filter(agreement=bad).exists()
        assert RenewalQuote.objects.filter(agreement=world.agreement, status="issued").exists()
    assert told(bad.pk) == ["quotes_put_aside"]
    assert all("quotes_looked_at" in told(each.pk) for each in good)


@pytest.mark.django_db
def test_what_was_put_aside_is_tried_again_when_another_day_comes_or_its_facts_move(
    world: cast.World, today: date
) -> None:
    bad = world.agreement
    break_data(bad)
    quoting.run(today)
    assert bad.pk not in due(today)
    assert bad.pk in due(today + DAY)
    move(world, LATE)
    assert bad.pk in due(today)
    quoting.run(today)
    with cast.looking():
        assert QuotePutAside.objects.get().tries == 2
        Agreement.objects.filter(pk=bad.pk).update(opening_level="BL")
    quoting.run(today + DAY)
    with cast.looking():
        assert not QuotePutAside.objects.exists()
        assert RenewalQuote.objects.filter(agreement=bad, status="issued").exists()


@pytest.mark.django_db
def test_a_line_without_a_price_is_left_out_and_said(world: cast.World, today: date) -> None:
    (arrived,) = move(world, LATE)
    with cast.looking():
        part = world.part(LATE)
        part.renewal_part = None
        part.save(update_fields=["renewal_part"])
    quoting.run(today)
    with cast.looking():
        quote = RenewalQuote.objects.get(agreement=world.agreement)
        assert [(each["code"], each["entitlement"]) for each in quote.left_out] == [
            ("renewal_part_missing", str(arrived.pk))
        ]
        assert QuotePutAside.objects.count() == 0


@pytest.mark.django_db
def test_express_sites_are_quoted_when_a_renewal_is_near(world: cast.World, today: date) -> None:
    quoting.run(today)
    with cast.looking():
        quotes = list(RenewalQuote.objects.filter(site=world.express_site))
        ends = {
            line.coverage_end for line in world.lines(world.express_site)
            if line.coverage_end and today - DAY <= line.coverage_end <= today + 89 * DAY
        }  # fmt: skip
    assert ends and sorted(q.ordered_on for q in quotes) == sorted(end + DAY for end in ends)
    assert all({line.cover_start for line in lines_of(q)} == {q.ordered_on} for q in quotes)
    later = express_line(world, EARLY).coverage_end
    assert later
    opens = min(
        line.coverage_end - 89 * DAY for line in world.lines(world.express_site)
        if line.coverage_end and line.coverage_end > today + 89 * DAY
    )  # fmt: skip
    assert world.express_site.pk not in due(min(opens, min(q.valid_until for q in quotes) + DAY) - DAY)
    assert world.express_site.pk in due(opens)


@pytest.mark.django_db
def test_people_are_told_once_of_each_quote(world: cast.World, today: date) -> None:
    quoting.run(today)
    with cast.looking():
        issued = Event.objects.filter(kind="quote_issued").count()
        rows = Notification.objects.filter(kind="quote_issued")
        told_of = list(rows.values_list("user_id", "event"))
        assert issued == RenewalQuote.objects.count()
        assert told_of and len(told_of) == len(set(told_of)) <= issued
        assert Job.objects.filter(kind="notification.mail", subject_id__in=rows.values("pk")).count() == len(told_of)


def test_stored_derivations_follow_from_their_rules(committed: str, world: cast.World, today: date, capsys) -> None:
    quoting.holdings(5, world, today)
    quoting.run(today)
    call_command("verify_quotes")
    with cast.looking():
        assert capsys.readouterr().out.split()[0] == str(RenewalQuote.objects.count())


@pytest.mark.django_db
def test_whoever_sees_a_few_customers_sees_no_others(world: cast.World) -> None:
    """Sight can be narrowed within a transaction, never widened."""
    with cast.looking():
        with seeing_only([world.nordvind.pk]):
            assert set(Site.objects.values_list("customer_id", flat=True)) == {world.nordvind.pk}
        assert Site.objects.exclude(customer=world.nordvind).exists()
    with cast.acting("anna"), seeing_only([world.nordvind.pk, world.sydhavn.pk]):
        assert set(Site.objects.values_list("customer_id", flat=True)) == {world.sydhavn.pk}


def test_two_at_once_write_it_once(committed: str, world: cast.World, today: date, at_once) -> None:
    key = world.agreement.pk

    def one() -> int:
        with cast.acting("admin") as actor:
            made = issue_all(actor=actor, at=now(), on=today, model=Agreement, keys=[key])
            return len(made[key])

    assert at_once(one, one, one) == [1, 1, 1]
    with cast.looking():
        assert RenewalQuote.objects.filter(agreement=key).count() == 1
    assert told(key).count("quotes_looked_at") == 1


def test_asked_for_twice_it_runs_once(committed: str, world: cast.World, at_once, run_jobs) -> None:
    assert at_once(refresh_quotes, refresh_quotes) == [1, 1]
    with cast.looking():
        assert Job.objects.filter(kind="quotes.run").count() == 1
    run_jobs()
    assert refresh_quotes() == 0
    with cast.looking() as portal:
        assert request_run(actor=portal, at=now(), on=newest_run().on) == 0


@pytest.mark.django_db
def test_operators_see_the_run_and_what_it_put_aside(world: cast.World, today: date, client_of) -> None:
    break_data(world.agreement)
    quoting.run(today)
    page = client_of("admin").get("/admin/sites/job/").content.decode()
    assert world.agreement.number in page and "ZZ" in page
    told_by = client_of("admin").get("/metrics").content.decode()
    assert "passage_quotes_put_aside 1.0" in told_by
    assert f'passage_quote_run{{figure="looked_at"}} {newest_run().looked_at}.0' in told_by
