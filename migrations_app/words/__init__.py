"""Sentences for everything that a move, or a form of moves, can be told: by code, with the remedy."""

from migrations_app.words.cases import WORDS as _CASES
from migrations_app.words.checks import WORDS as _CHECKS
from migrations_app.words.files import WORDS as _FILES
from migrations_app.words.notices import WORDS as _NOTICES

WORDS = _FILES | _CHECKS | _CASES | _NOTICES
