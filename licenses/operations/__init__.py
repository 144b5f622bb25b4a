"""Every write to holdings, ledgers, cover, proofs and the catalog. Each function is one transaction."""

from licenses.operations.holdings import (
    acquire,
    extend_cover,
    extend_covers,
    hold,
    open_initial_term,
    release,
)
from licenses.operations.moves import move_units, move_units_back, split_units, what_blocks
from licenses.operations.postings import PointsEntry, QuantityEntry, post_points, post_quantities
from licenses.operations.proofs import issue_proof

__all__ = [
    "PointsEntry",
    "QuantityEntry",
    "acquire",
    "extend_cover",
    "extend_covers",
    "hold",
    "issue_proof",
    "move_units",
    "move_units_back",
    "open_initial_term",
    "post_points",
    "post_quantities",
    "release",
    "split_units",
    "what_blocks",
]
