"""Requests and batches as pages, the API and the desk show them."""

from migrations_app.queries.batches import BatchView, batch_rows, batch_view, batch_views
from migrations_app.queries.ownership import Ownership, ownership_of
from migrations_app.queries.request_heads import RequestHead, Sums, heads, light_requests, sums_of
from migrations_app.queries.requests import (
    LineView,
    RequestView,
    actions,
    describe,
    describe_many,
    describe_part,
    findings,
    open_requests,
    preview,
    preview_of,
    queue,
    requests_for,
    reversal_days,
)
from migrations_app.queries.told import event_labels, timeline
from migrations_app.rules.workflow import whose_turn

__all__ = [
    "BatchView",
    "LineView",
    "Ownership",
    "RequestHead",
    "RequestView",
    "Sums",
    "actions",
    "batch_rows",
    "batch_view",
    "batch_views",
    "describe",
    "describe_many",
    "describe_part",
    "event_labels",
    "findings",
    "heads",
    "light_requests",
    "open_requests",
    "ownership_of",
    "preview",
    "preview_of",
    "queue",
    "requests_for",
    "reversal_days",
    "sums_of",
    "timeline",
    "whose_turn",
]
