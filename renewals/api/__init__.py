"""The API's doors to renewals."""

from renewals.api.quotes import (
    QuoteAnswer,
    QuoteCsv,
    QuoteDetail,
    QuoteDifferences,
    QuoteList,
    QuotePdf,
    QuoteUbl,
    QuoteXlsx,
)

__all__ = [
    "QuoteAnswer",
    "QuoteCsv",
    "QuoteDetail",
    "QuoteDifferences",
    "QuoteList",
    "QuotePdf",
    "QuoteUbl",
    "QuoteXlsx",
]
