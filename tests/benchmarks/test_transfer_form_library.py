"""The library's side of the benchmark moves what the form names: it isn't slow by doing something else."""

import pytest

from benchmarks.transfer_form_file import write_form
from benchmarks.transfer_form_library import BulkMoveResource, MoveResource, imported
from benchmarks.transfer_world import Slot, load
from licenses.ledger_audit import audit
from migrations_app.models import TransferLine
from tests.cast import looking

pytestmark = pytest.mark.slow


def test_each_row_moves_once_in_default_use_and_in_bulk(committed, tmp_path, today):
    slots = [Slot("default", 30, rows_a_pair=15), Slot("bulk", 30, rows_a_pair=15)]
    load(600, slots)
    for slot, resource in zip(slots, (MoveResource, BulkMoveResource), strict=True):
        imported(write_form(slot, tmp_path), resource, 30)
    with looking():
        lines = list(TransferLine.objects.select_related("entitlement", "arrived_as__site", "request"))
        assert len(lines) == 60 and {line.arrived_as.site_id for line in lines} == {
            line.request.target_site_id for line in lines
        }
        assert all(line.arrived_as.order_reference == line.entitlement.order_reference for line in lines)
        assert audit(today).breaks == []


def test_a_row_that_breaks_a_rule_stops_the_import(committed, tmp_path):
    slot = Slot("one", 10)
    load(400, [slot])
    form = write_form(slot, tmp_path)
    imported(form, MoveResource, 10)
    with pytest.raises(Exception, match="holds nothing of that order"):
        imported(form, MoveResource, 10)
