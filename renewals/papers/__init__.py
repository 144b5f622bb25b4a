"""A renewal quote as a paper: what it says, and its shapes. No database here."""

from renewals.papers.pdf import quote_pdf
from renewals.papers.quote import QuotePaper, QuotePaperContact, QuotePaperLine, QuotePaperSite
from renewals.papers.ubl import quote_ubl

__all__ = ["QuotePaper", "QuotePaperContact", "QuotePaperLine", "QuotePaperSite", "quote_pdf", "quote_ubl"]
