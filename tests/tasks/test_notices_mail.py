"""Letters of notices over a real mail server: sent once, put off, refused for good, and what becomes of that."""

import socket
from contextlib import contextmanager
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.test import override_settings

from renewals import tasks
from renewals.models import Notice, NoticeRun
from renewals.operations.letters import send_next
from renewals.operations.notices import tell_all
from sites.clock import now
from sites.models import DeadAddress, Job, Notification, SiteContact
from sites.operations.addresses import deal_with_address
from tests.cast import looking

pytestmark = pytest.mark.django_db


class Mailbox:
    """Keeps what it accepts; says `answers` to recipients by address."""

    def __init__(self):
        self.letters, self.answers = [], {}

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 aiosmtpd's name
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.letters.append((envelope.rcpt_tos[0], envelope.content.decode()))
        return "250 OK"


@contextmanager
def serving(mailbox, port):
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield port
    finally:
        server.stop()


def mail_to(port):
    return override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        EMAIL_TIMEOUT=2,
    )


@pytest.fixture
def port():
    """One that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def server(mailbox, port):
    with serving(mailbox, port), mail_to(port):
        yield port


def told(today):
    """One notice to everybody who is told today; returns how many letters wait."""
    with looking() as portal:
        tell_all(actor=portal, at=now(), on=today)
        return Notice.objects.filter(mail="due").count()


def send(today, at=None):
    """Letters until none is due or no server answers."""
    outcomes = []
    with looking() as portal:
        while (outcome := send_next(actor=portal, at=at or now(), on=today)) not in (None, "away"):
            outcomes.append(outcome)
    return outcomes


def test_every_letter_arrives_once_in_its_readers_language(world, today, mailbox, server, danish):
    waiting = told(today)
    assert send(today) == ["sent"] * waiting and send(today) == []
    assert len(mailbox.letters) == waiting
    to_mette = [text for to, text in mailbox.letters if to == "mette@nordvind.example"]
    assert any("61734" in text and "Content-Language: da" in text and "text/html" in text for text in to_mette)
    with looking():
        assert all(n.mailed_at and n.mail_tries == 1 for n in Notice.objects.filter(mail="sent"))


def test_a_server_that_is_away_delays_and_loses_nothing(world, today, mailbox, port):
    waiting = told(today)
    with mail_to(port):
        assert send(today) == []
        with looking():
            assert Notice.objects.filter(mail="due").count() == waiting
            assert Notice.objects.filter(mail_tries=1).count() == 1
        with serving(mailbox, port):
            assert len(send(today, now() + timedelta(minutes=2))) == waiting
    ids = [line for _, text in mailbox.letters for line in text.splitlines() if line.startswith("Message-ID")]
    assert len(set(ids)) == len(ids) == waiting


def test_a_worker_that_dies_after_the_servers_yes_sends_again_under_the_same_id(world, today, mailbox, server):
    waiting = told(today)
    send(today)
    with looking():
        Notice.objects.filter(mail="sent").update(mail="due", mailed_at=None)
    send(today)
    ids = [line for _, text in mailbox.letters for line in text.splitlines() if line.startswith("Message-ID")]
    assert len(ids) == 2 * waiting and len(set(ids)) == waiting


def test_a_full_mailbox_puts_its_letter_off_and_no_other(world, today, mailbox, server):
    waiting = told(today)
    mailbox.answers["anna@sydhavn.example"] = "451 try later"
    outcomes = send(today)
    assert outcomes.count("later") == 1 and outcomes.count("sent") == waiting - 1
    mailbox.answers.clear()
    assert send(today, now() + timedelta(seconds=30)) == []
    assert send(today, now() + timedelta(minutes=2)) == ["sent"]
    with looking():
        assert not DeadAddress.objects.exists()


def test_an_address_refused_for_good_is_a_task_of_the_rep_once(world, today, mailbox, server, client_of):
    told(today)
    mailbox.answers["mette@nordvind.example"] = "550 no such user here"
    outcomes = send(today)
    with looking():
        (task,) = DeadAddress.objects.all()
        assert outcomes.count("refused") == Notice.objects.filter(mail="refused").count() >= 2
    assert (task.customer_id, task.email, task.reason) == (
        world.nordvind.pk, "mette@nordvind.example", "550 no such user here",
    )  # fmt: skip
    for rep in (world.rikke, world.soren):
        with looking(rep):
            assert Notification.objects.filter(kind="address_dead").count() == 1
    page = client_of("mette").get(f"/sites/{world.originating_site.site_number}/").content.decode()
    assert "doesn&#x27;t work" in page or "doesn't work" in page
    assert "came back" in client_of("mette").get("/agreements/61734/notices/").content.decode()


def test_the_task_is_done_with_a_new_address_or_a_word(world, today, mailbox, server, as_actor):
    told(today)
    mailbox.answers["mette@nordvind.example"] = "550 no"
    send(today)
    with looking():
        (task,) = DeadAddress.objects.open_on(today)
        SiteContact.objects.filter(email="mette@nordvind.example").update(email="lund@nordvind.example")
        assert not DeadAddress.objects.open_on(today)
        SiteContact.objects.filter(email="lund@nordvind.example").update(email="mette@nordvind.example")
        assert DeadAddress.objects.open_on(today)
    deal_with_address(actor=as_actor("rikke"), at=now(), address_id=task.pk, note="called her")
    with looking():
        assert not DeadAddress.objects.open_on(today)


def test_the_portals_other_letters_find_dead_addresses_too(world, today, mailbox, server, run_jobs, as_actor):
    from tests.web.test_notifications import returned

    mailbox.answers["mette@nordvind.example"] = "553 gone"
    returned(world, as_actor, today)
    run_jobs()
    with looking():
        assert DeadAddress.objects.get().reason == "553 gone"
        assert not Job.objects.filter(kind="notification.mail").exclude(status="done").exists()


def test_the_timetable_runs_the_day_once_sends_and_checks(world, today, mailbox, server, run_jobs, settings):
    settings.NOTICE_HOUR = 0
    assert tasks.look_after_notices() == 1
    assert tasks.look_after_notices() == 0
    run_jobs()
    with looking():
        run = NoticeRun.objects.get(day=today)
        assert run.finished_at and run.checked_at and run.told == len(mailbox.letters) and run.breaks == []
    assert tasks.look_after_notices() == 0
    run_jobs()
    assert run.told == len(mailbox.letters)
