"""What pages, API and papers say about sites, license lines, points and proofs, alike."""

from licenses.readmodels.asked import Moments, day_fault, moments, read_day, read_instant
from licenses.readmodels.holdings import license_lines
from licenses.readmodels.keys import one
from licenses.readmodels.lineage import LineageStep, lineage
from licenses.readmodels.points import Entry, asked_entries, points_entries, statement_entries
from licenses.readmodels.points_charts import running_chart, term_chart
from licenses.readmodels.proofs import PublicProof, proof_chain, proof_paper, public_proof, visible_proofs
from licenses.readmodels.sites import SiteStanding, site_standings, visible_sites
from licenses.readmodels.standing import ExpectedAnniversary, PointsView, expected_anniversary, points_view
from licenses.readmodels.statements import MOST_IN_SHEET, MOST_ON_PAPER, holdings_statement, points_statement
from licenses.readmodels.told import expected_sentence, later_entry_sentence, later_sentences, standing_sentence
from licenses.readmodels.why import agreement_figures, agreement_why, anniversary_of, cover_why, proof_cover_why

__all__ = [
    "MOST_IN_SHEET",
    "MOST_ON_PAPER",
    "Entry",
    "ExpectedAnniversary",
    "LineageStep",
    "Moments",
    "PointsView",
    "PublicProof",
    "SiteStanding",
    "agreement_figures",
    "agreement_why",
    "anniversary_of",
    "asked_entries",
    "cover_why",
    "day_fault",
    "expected_anniversary",
    "expected_sentence",
    "holdings_statement",
    "later_entry_sentence",
    "later_sentences",
    "license_lines",
    "lineage",
    "moments",
    "one",
    "points_entries",
    "points_statement",
    "points_view",
    "proof_chain",
    "proof_cover_why",
    "proof_paper",
    "public_proof",
    "read_day",
    "read_instant",
    "running_chart",
    "site_standings",
    "standing_sentence",
    "statement_entries",
    "term_chart",
    "visible_proofs",
    "visible_sites",
]
