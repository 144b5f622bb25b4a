"""One way from data to PDF: a typst template of this folder, our font alone, archivable and accessible.

Whatever comes in the data is text: it reaches the template as JSON and is never read as markup.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from licenses.papers.binding import bind
from licenses.papers.pieces import Unbindable
from licenses.papers.typesetter import TypesettingError, measured, typeset, typeset_parts
from portal.kernel.errors import Fault, Refused

# Longer runs without a space get break opportunities, so that no cell overflows into its neighbor.
LONGEST_RUN = 20

_MISSING = re.compile(r'the text `"(?P<text>.*?)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{(?P<code>[0-9a-f]+)\}")
_LONG_RUN = re.compile(rf"[^\s\u00a0]{{{LONGEST_RUN + 1},}}")
_ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
# Direction overrides can show a figure backwards; the other controls have no picture at all.
_KEPT_FORMATS = {"\N{SOFT HYPHEN}", _ZERO_WIDTH_SPACE, "\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH NON-JOINER}"}


class PaperError(RuntimeError):
    """A template failed for another reason than the text put into it: a defect of ours."""


class Unprintable(Refused):
    """The text holds a character that the papers' font has no picture for.

    The fault's code is `unprintable_character`, its params `text` (what can't be printed) and `paper` (the title).
    """

    code = "unprintable_character"


def render(template: str, data: Mapping[str, Any], lang: str) -> bytes:
    """The PDF of `template` (a file name in this folder, say `proof.typ`) filled with `data`.

    `data` is plain JSON (text, whole numbers, booleans, lists, dicts; figures already written out for the reader)
    with `title`, which becomes the document's title, and `day`, an ISO date, which becomes its date: the same data
    gives the same bytes. `lang` (da or en) is the document's language, which hyphenation and screen readers follow.

    Raises Unprintable for a character that the font lacks, PaperError for anything else that typst refuses.
    """
    try:
        return typeset(template, _content(data, lang), date.fromisoformat(data["day"]))
    except TypesettingError as error:
        raise _told(error, str(data["title"])) from error


def render_parts(template: str, parts: Iterable[Mapping[str, Any]], lang: str, pages: int) -> bytes:
    """The PDF of all `parts`, each as `render` takes it, bound into one document of as many `pages`: for what is too
    long to be set as one. Of the parts as typst makes them a few are in memory at a time.

    Raises what `render` does.
    """
    first, *others = parts
    title, day = str(first["title"]), date.fromisoformat(first["day"])
    contents = (_content(each, lang) for each in (first, *others))
    try:
        return bind(typeset_parts(template, contents, day), pages)
    except TypesettingError as error:
        raise _told(error, title) from error
    except Unbindable as error:
        raise PaperError(f"{title}: {error}") from error


def heights(template: str, data: Mapping[str, Any], lang: str) -> Any:
    """What `template` measures, as its metadata <heights> tells it. Raises what `render` does."""
    try:
        return measured(template, _content(data, lang), "heights")
    except TypesettingError as error:
        raise _told(error, str(data["title"])) from error


def _content(data: Mapping[str, Any], lang: str) -> str:
    return json.dumps(_clean({**data, "lang": lang.split("-")[0]}), ensure_ascii=False, separators=(",", ":"))


def breakable(text: str) -> str:
    """`text` with an invisible place to break in each run of more than 20 characters without a space."""
    return _LONG_RUN.sub(_with_breaks, text)


def _with_breaks(run: re.Match[str]) -> str:
    return _ZERO_WIDTH_SPACE.join(run[0][i : i + LONGEST_RUN] for i in range(0, len(run[0]), LONGEST_RUN))


def _told(error: TypesettingError, title: str) -> Exception:
    missing = _MISSING.search(error.message)
    if missing is None:
        return PaperError(f"{error.message}\n{error.diagnostic}")
    text = _ESCAPED.sub(lambda escape: chr(int(escape["code"], 16)), missing["text"])
    return Unprintable(Fault("unprintable_character", params={"text": text, "paper": title}))


def _clean(value: Any) -> Any:
    """The same tree with composed letters (å as one character) and without characters that only steer."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else _clean_text(value)
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    return value


def _clean_text(text: str) -> str:
    if text.isprintable() and unicodedata.is_normalized("NFC", text):
        return text
    kept = (" " if c in "\t\r\n\v\f" else c for c in unicodedata.normalize("NFC", text) if not _steers(c))
    return "".join(kept)


def _steers(character: str) -> bool:
    if character in "\t\r\n\v\f" or character in _KEPT_FORMATS:
        return False
    return unicodedata.category(character) in ("Cc", "Cf", "Cs")
