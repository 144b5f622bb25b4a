"""What somebody probably meant: the known word that one slip of the keyboard away stands nearest."""

from collections.abc import Iterable, Iterator


class Nearby:
    """Known words by what is left of each when one character is missing.

    Two words share such a rest when one character was added, left out, mistyped or swapped with its neighbor.
    """

    def __init__(self, words: Iterable[str]):
        self._by_rest: dict[str, str] = {}
        for word in sorted(words):
            for rest in _rests(word):
                self._by_rest.setdefault(rest, word)

    def hint(self, word: str) -> str:
        """The known word that `word` probably stands for; of several, one and always the same. Empty for none."""
        return next((self._by_rest[rest] for rest in _rests(word) if rest in self._by_rest), "")


def _rests(word: str) -> Iterator[str]:
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
