"""Renewals as pages."""

from renewals.views.quote_pages import pdf_answer, quote_page, quote_pdf, quote_rerun, quote_verb, quotes

__all__ = ["pdf_answer", "quote_page", "quote_pdf", "quote_rerun", "quote_verb", "quotes"]
