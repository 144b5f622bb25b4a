"""Facts about what is held and what it is worth: parts, prices, entitlements, ledgers and proofs."""

from licenses.models.catalog import Part, PartKind, Price, PriceList
from licenses.models.closing import PointsAdjustment, PointsClosing, TermClosing, TermReopening
from licenses.models.entitlement import CoverPeriod, Entitlement, Hold, Proof
from licenses.models.entitlement_import import EntitlementImport, EntitlementImportRow
from licenses.models.ledger import LedgerHead, PointsMovement, QuantityMovement
from licenses.models.price_import import PriceImport, PriceImportRow
from licenses.models.rule_book import RuleBookVersion

__all__ = [
    "CoverPeriod",
    "Entitlement",
    "EntitlementImport",
    "EntitlementImportRow",
    "Hold",
    "LedgerHead",
    "Part",
    "PartKind",
    "PointsAdjustment",
    "PointsClosing",
    "PointsMovement",
    "Price",
    "PriceImport",
    "PriceImportRow",
    "PriceList",
    "Proof",
    "QuantityMovement",
    "RuleBookVersion",
    "TermClosing",
    "TermReopening",
]
