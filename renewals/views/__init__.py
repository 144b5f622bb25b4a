"""Renewals as pages."""

from renewals.views.quote_pages import (
    KINDS,
    kind_answer,
    pdf_answer,
    quote_file,
    quote_page,
    quote_pdf,
    quote_rerun,
    quote_verb,
    quotes,
)

__all__ = [
    "KINDS",
    "kind_answer",
    "pdf_answer",
    "quote_file",
    "quote_page",
    "quote_pdf",
    "quote_rerun",
    "quote_verb",
    "quotes",
]
