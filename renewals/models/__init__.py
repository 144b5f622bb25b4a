"""Facts about renewals."""

from renewals.models.notices import CalendarFeed, Notice, NoticeChoice, NoticeRun
from renewals.models.quotes import HandOver, LineChoice, QuoteLine, QuotePutAside, QuoteRun, RenewalQuote

__all__ = [
    "CalendarFeed",
    "HandOver",
    "LineChoice",
    "Notice",
    "NoticeChoice",
    "NoticeRun",
    "QuoteLine",
    "QuotePutAside",
    "QuoteRun",
    "RenewalQuote",
]
