"""Broker and database go away in the middle of the work and come back; nobody repairs anything."""

from tests.faults.books import correct
from tests.faults.test_kills import CHECK, SUBMIT


def test_the_broker_is_killed_and_has_forgotten_every_message(stage, road):
    form = road.form()
    with stage.held(CHECK):
        road.upload(form)
        stage.until(lambda: stage.waiting_for(CHECK), "a worker in the middle of the check")
        # A second form, whose message nobody has heard yet, and a third, whose ring finds nobody at the door.
        unheard, unrung = road.form(), road.form()
        stage.broker.process.kill()
        assert road.upload(unheard), "the portal takes forms while the broker is away"
        stage.restart_broker()
        assert road.upload(unrung)
    road.drive(form, unheard, unrung)
    correct(stage, form, unheard, unrung)


def test_the_database_is_restarted_in_the_middle_of_check_and_submit(stage, road):
    form = road.form(mode="atomic")
    for table, press, then in ((CHECK, road.upload, "checked"), (SUBMIT, road.submit, "submitted")):
        with stage.held(table):
            press(form)
            stage.until(lambda table=table: stage.waiting_for(table), f"a worker in {table}")
            # What holds the table goes with the server.
            stage.restart_database()
        road.stands(form, then)
    road.drive(form)
    correct(stage, form)
