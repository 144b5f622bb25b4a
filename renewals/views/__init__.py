"""Renewals as pages."""

from renewals.views.quote_files import KINDS, kind_answer, pdf_answer, quote_file
from renewals.views.quote_pages import (
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
