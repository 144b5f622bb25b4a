"""The API's doors to renewals."""

from renewals.api.answers import QuoteAnswer, QuotePreview, QuoteTurn
from renewals.api.notices import AgreementNotices, CalendarAddress, NoticeBounce, NoticeChoices, SiteNotices
from renewals.api.overviews import CoverageRadar, RenewalCalendar
from renewals.api.quotes import (
    QuoteCsv,
    QuoteDetail,
    QuoteDifferences,
    QuoteList,
    QuotePdf,
    QuoteUbl,
    QuoteXlsx,
)

__all__ = [
    "AgreementNotices",
    "CalendarAddress",
    "CoverageRadar",
    "NoticeBounce",
    "NoticeChoices",
    "QuoteAnswer",
    "QuoteCsv",
    "QuoteDetail",
    "QuoteDifferences",
    "QuoteList",
    "QuotePdf",
    "QuotePreview",
    "QuoteTurn",
    "QuoteUbl",
    "QuoteXlsx",
    "RenewalCalendar",
    "SiteNotices",
]
