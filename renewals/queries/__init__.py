"""Read models of renewal quotes: what they should be, and what pages, API and papers show of them."""

from renewals.queries.choices import ChoicesByOrder, choices_in_force, declined_of, due_on, of_lines, offered, order_of
from renewals.queries.current import is_stale, open_transition_of
from renewals.queries.differences import difference_of, version_beside, versions_of
from renewals.queries.drafts import Draft, DraftLine, agreement_drafts, express_drafts
from renewals.queries.due import Due, basis_of, due_now
from renewals.queries.foresight import Foresight, foresight
from renewals.queries.hands import (
    Hands,
    hands_of,
    mandated_partners,
    open_hand_over,
    past_hand_overs,
    proposed_choices,
    seen_questions,
)
from renewals.queries.holdings import (
    Holdings,
    agreement_holdings,
    coming_anniversary,
    customers_of,
    express_holdings,
    ledger_heads,
    moved_into,
)
from renewals.queries.kept import is_long, kept_paper
from renewals.queries.offers import LapseDay, Offer, lapse_days, offers
from renewals.queries.pages import (
    QuoteView,
    live_quotes,
    open_quote_numbers,
    quote_choices,
    quote_view,
    seen_quotes,
    settled_quotes,
    waiting_quotes,
)
from renewals.queries.paper import paper_of
from renewals.queries.rerun import all_reruns, rerun_of
from renewals.queries.staying import MovingNow, moving_now
from renewals.queries.stored import (
    LOOKED,
    LineSaid,
    Look,
    content,
    declined_transition,
    last_look,
    last_looks,
    latest_of,
    lines_said,
    quotes_of,
    state_of,
)
from renewals.queries.why import line_why, quote_why

__all__ = [
    "LOOKED",
    "ChoicesByOrder",
    "Draft",
    "DraftLine",
    "Due",
    "Foresight",
    "Hands",
    "Holdings",
    "LapseDay",
    "LineSaid",
    "Look",
    "MovingNow",
    "Offer",
    "QuoteView",
    "agreement_drafts",
    "agreement_holdings",
    "all_reruns",
    "basis_of",
    "choices_in_force",
    "coming_anniversary",
    "content",
    "customers_of",
    "declined_of",
    "declined_transition",
    "difference_of",
    "due_now",
    "due_on",
    "express_drafts",
    "express_holdings",
    "foresight",
    "hands_of",
    "is_long",
    "is_stale",
    "kept_paper",
    "lapse_days",
    "last_look",
    "last_looks",
    "latest_of",
    "ledger_heads",
    "line_why",
    "lines_said",
    "live_quotes",
    "mandated_partners",
    "moved_into",
    "moving_now",
    "of_lines",
    "offered",
    "offers",
    "open_hand_over",
    "open_quote_numbers",
    "open_transition_of",
    "order_of",
    "paper_of",
    "past_hand_overs",
    "proposed_choices",
    "quote_choices",
    "quote_view",
    "quote_why",
    "quotes_of",
    "rerun_of",
    "seen_questions",
    "seen_quotes",
    "settled_quotes",
    "state_of",
    "version_beside",
    "versions_of",
    "waiting_quotes",
]
