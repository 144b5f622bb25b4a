"""The API's doors to renewals."""

from renewals.api.quotes import QuoteAnswer, QuoteDetail, QuoteDifferences, QuoteList, QuotePdf

__all__ = ["QuoteAnswer", "QuoteDetail", "QuoteDifferences", "QuoteList", "QuotePdf"]
