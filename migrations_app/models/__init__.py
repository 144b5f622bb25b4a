"""Facts about moves: requests, their lines, consents and waivers; batches and their rows; kept what-ifs."""

from migrations_app.models.batch import BatchRow, TransferBatch
from migrations_app.models.request import Consent, TransferLine, TransferRequest, Waiver
from migrations_app.models.scenario import MOST_SCENARIOS, Scenario

__all__ = [
    "MOST_SCENARIOS",
    "BatchRow",
    "Consent",
    "Scenario",
    "TransferBatch",
    "TransferLine",
    "TransferRequest",
    "Waiver",
]
