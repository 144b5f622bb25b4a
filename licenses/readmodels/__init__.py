"""What pages, API and papers say about sites, license lines, points and proofs, alike."""

from licenses.readmodels.holdings import license_lines
from licenses.readmodels.keys import LAST_DAY, one
from licenses.readmodels.lineage import LineageStep, lineage
from licenses.readmodels.points import points_entries
from licenses.readmodels.proofs import PublicProof, proof_chain, proof_paper, public_proof, visible_proofs
from licenses.readmodels.sites import SiteStanding, site_standings, visible_sites

__all__ = [
    "LAST_DAY",
    "LineageStep",
    "PublicProof",
    "SiteStanding",
    "license_lines",
    "lineage",
    "one",
    "points_entries",
    "proof_chain",
    "proof_paper",
    "public_proof",
    "site_standings",
    "visible_proofs",
    "visible_sites",
]
