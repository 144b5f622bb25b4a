"""Facts about moves: requests, their lines, consents and waivers; batches and their rows."""

from migrations_app.models.batch import BatchRow, TransferBatch
from migrations_app.models.request import Consent, TransferLine, TransferRequest, Waiver

__all__ = ["BatchRow", "Consent", "TransferBatch", "TransferLine", "TransferRequest", "Waiver"]
