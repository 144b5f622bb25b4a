"""What somebody probably meant: the known numbers that a wrong one is a slip away from, likeliest first."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

# Of anything shorter too little is left to know it by.
LEAST = 4
# A number with more characters than any that we know is no slip of one.
LONGEST = 40
# So much of the end must be right where the start is wrong, and so much of the start may be.
TAIL, HEAD = 5, 2

_BETWEEN = re.compile(r"[\s\-_.,/\\'’–\u00ad\u200b\ufeff]+")
_LOOKS = str.maketrans("OIQSZB", "010528")  # read off paper: letters that look like digits


class Nearest:
    """Known words, to be asked what a wrong one may mean. Costs memory in proportion to their characters.

    Found are words that differ in case, blanks and dashes; in zeros before them; in letters that look like digits;
    by two neighbors swapped; by one character mistyped, left out or added; or at the start, with the rest right.
    """

    def __init__(self, words: Iterable[str]):
        self._same: dict[str, list[str]] = {}
        self._bare: dict[str, list[str]] = {}
        self._rests: dict[str, list[str]] = {}
        self._tails: dict[str, list[str]] = {}
        for word in sorted(set(words)):
            looks = _looks(word)
            self._same.setdefault(looks, []).append(word)
            self._bare.setdefault(looks.lstrip("0"), []).append(word)
            for rest in _rests(looks):
                self._rests.setdefault(rest, []).append(word)
            for tail in _tails(looks):
                self._tails.setdefault(tail, []).append(word)

    def of(self, value: str, most: int = 3) -> tuple[str, ...]:
        """The likeliest words that `value` may stand for, at most `most`, never itself; the same ones every time."""
        if len(value) > LONGEST:
            return ()
        looks = _looks(value)
        if not looks:
            return ()
        ranked: dict[str, int] = {}
        for rank, word in self._found(_written(value), looks):
            if word != value:
                ranked[word] = min(rank, ranked.get(word, rank))
        if not ranked:  # a wrong start says less than a slip: only where nothing is nearer
            ends = (self._tails.get(tail, ()) for tail in _tails(looks))
            ranked = {word: 0 for words in ends for word in words if word != value}
        return tuple(sorted(ranked, key=lambda word: (ranked[word], word))[:most])

    def _found(self, written: str, looks: str) -> Iterator[tuple[int, str]]:
        for word in self._same.get(looks, ()):
            yield (0 if _written(word) == written else 2), word
        bare = looks.lstrip("0")
        for word in self._bare.get(bare, ()) if bare else ():
            yield 1, word
        if len(looks) < LEAST:
            return
        for rest in _rests(looks):
            for word in self._rests.get(rest, ()):
                if rank := _slip(looks, _looks(word)):
                    yield rank, word


def nearest(value: str, candidates: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The likeliest of `candidates` for a wrong `value`, as `Nearest` says them: at most `most`, best first.

    Asked again with the same candidates it remembers them; a frozenset of them is recognized at once.
    """
    return _known(frozenset(candidates)).of(value, most)


@lru_cache(maxsize=4)
def _known(words: frozenset[str]) -> Nearest:
    return Nearest(words)


def _written(word: str) -> str:
    """A word without what doesn't count in a number: case, blanks and dashes."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", word)).upper()


def _looks(word: str) -> str:
    return _written(word).translate(_LOOKS)


def _rests(word: str) -> Iterator[str]:
    """What is left of a word, whole and with each character missing: words one slip apart share one."""
    yield word
    for at in range(len(word)):
        if not at or word[at] != word[at - 1]:
            yield word[:at] + word[at + 1 :]


def _tails(word: str) -> Iterator[str]:
    """The ends of a word whose start may be wrong, missing or too much."""
    for at in range(min(HEAD, len(word) - TAIL) + 1):
        yield word[at:]


def _slip(one: str, other: str) -> int:
    """3 for two neighbors swapped, 4 for one character mistyped, 5 for one left out or added, 0 for anything else."""
    if abs(len(one) - len(other)) > 1 or one == other or min(len(one), len(other)) < LEAST - 1:
        return 0
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if len(one) != len(other):
        longer, shorter = (one, other) if len(one) > len(other) else (other, one)
        return 5 if longer[at + 1 :] == shorter[at:] else 0
    if one[at + 1 :] == other[at + 1 :]:
        return 4
    swapped = one[at : at + 2] == other[at : at + 2][::-1]
    return 3 if swapped and one[at + 2 :] == other[at + 2 :] else 0
