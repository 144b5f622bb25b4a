"""The big world of the benchmarks is a right one, though no check of the database was asked while it was written."""

import pytest
from django.db import connections

from benchmarks.transfer_form_file import write_form
from benchmarks.transfer_world import SENDER, Slot, is_loaded, load
from licenses.ledger_audit import audit
from licenses.models import Entitlement
from migrations_app.intake.form import open_form
from sites.models import Mandate
from tests.cast import acting, looking

pytestmark = pytest.mark.slow

# Every foreign key of the tables that were written without looking.
_KEYS = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
 WHERE contype = 'f' AND conrelid IN ('licenses_entitlement'::regclass, 'licenses_coverperiod'::regclass,
                                      'licenses_quantitymovement'::regclass, 'licenses_proof'::regclass)
"""


@pytest.fixture
def loaded(committed, tmp_path):
    slots = [Slot("one", 700, rows_a_pair=100), Slot("other", 100)]
    load(2_000, slots)
    return slots


def test_ledgers_agree_and_every_line_is_where_it_belongs(loaded, today):
    assert is_loaded()
    with looking():
        found = audit(today)
        assert found.breaks == []
        assert found.counts["license lines"] > 2_000
    with connections["owner"].cursor() as cursor:
        cursor.execute(_KEYS)
        keys = cursor.fetchall()
        assert len(keys) > 10
        for table, key in keys:
            # Checked anew: the database looks at every row.
            cursor.execute("UPDATE pg_constraint SET convalidated = false WHERE conname = %s", [key])
            cursor.execute(f'ALTER TABLE {table} VALIDATE CONSTRAINT "{key}"')


def test_a_form_names_each_line_of_its_slot_once(loaded, tmp_path):
    for slot in loaded:
        path = write_form(slot, tmp_path)
        with open_form(path, path.name, tmp_path) as form:
            rows = [parsed.row for parsed in form.rows()]
        assert len({(r.source_site_number, r.part_number, r.order_reference) for r in rows}) == slot.rows
        assert len({(r.source_site_number, r.target_site_number) for r in rows}) == slot.pairs


def test_the_portfolio_is_reached_by_its_sender_alone(loaded):
    with looking():
        customers = set(Mandate.objects.filter(partner__number="BP-BENCH").values_list("customer_id", flat=True))
    with acting(SENDER) as actor:
        assert actor.readable == customers and len(customers) == 5
        held = Entitlement.objects.visible_to(actor).count()
    with looking():
        assert 800 < held < Entitlement.objects.count()
