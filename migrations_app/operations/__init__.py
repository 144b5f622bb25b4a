"""Every write to moves: requests and their decisions, completion, batches."""

from migrations_app.operations.amendments import AVAILABLE, Rows, amend_row, fix_group
from migrations_app.operations.batches import retry_batch, settle_batch, submit_batch, upload
from migrations_app.operations.cancelling import cancel_batch
from migrations_app.operations.completion import complete
from migrations_app.operations.decisions import take
from migrations_app.operations.ownership import declare
from migrations_app.operations.requests import create_request
from migrations_app.operations.scenarios import drop_scenario, keep_scenario
from migrations_app.operations.undoing import ask_undo, reverse_batch, undo_batch
from migrations_app.operations.waking import sleepers, wake
from migrations_app.operations.what_ifs import ask_for
from migrations_app.reading import LineInput, WaiverInput

__all__ = [
    "AVAILABLE",
    "LineInput",
    "Rows",
    "WaiverInput",
    "amend_row",
    "ask_for",
    "ask_undo",
    "cancel_batch",
    "complete",
    "create_request",
    "declare",
    "drop_scenario",
    "fix_group",
    "keep_scenario",
    "retry_batch",
    "reverse_batch",
    "settle_batch",
    "sleepers",
    "submit_batch",
    "take",
    "undo_batch",
    "upload",
    "wake",
]
