"""Sentences about renewal quotes: what stands in their way, what a new version changed, what no longer follows."""

from renewals.words.differences import DifferenceWords, LineWords, difference_words
from renewals.words.faults import WORDS as FAULTS
from renewals.words.notices import WORDS as NOTICES
from renewals.words.rerun import broken_words

WORDS = FAULTS | NOTICES

__all__ = ["WORDS", "DifferenceWords", "LineWords", "broken_words", "difference_words"]
