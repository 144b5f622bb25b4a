"""A corpus of hostile files."""

from .books import BOOKS
from .files import Hostile
from .papers import PAPERS
from .tables import TABLES
from .texts import TEXTS

ALL = [*TEXTS, *BOOKS, *TABLES, *PAPERS]

__all__ = ["ALL", "Hostile"]
