"""Every sentence of templates and code has its Danish, with the same figures in it."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.architecture.test_templates import ROOT, TEMPLATES

CATALOG = ROOT / "locale" / "da" / "LC_MESSAGES" / "django.po"
PACKAGES = ("licenses", "migrations_app", "portal", "renewals", "sites")
KEYWORDS = {
    **dict.fromkeys(("_", "_now", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
FIGURE = re.compile(r"%\((\w+)\)|%[sd]|\{(\w+)\}")
CODE = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    if not CATALOG.exists():
        pytest.skip("locale/da isn't there yet")
    with CATALOG.open("rb") as file:
        return read_po(file, locale="da")


def _of_code(source: str) -> Iterator[tuple[str | None, str]]:
    """(context, sentence) of everything that is marked; of a plural, the singular finds both."""
    for _line, found, _comments, context in extract("python", BytesIO(source.encode()), keywords=KEYWORDS):
        yield context, found if isinstance(found, str) else found[0]


CALL = re.compile(r"\b(n?p?gettext|_)\(")


def _of_template(source: str) -> Iterator[tuple[str | None, str]]:
    """The same of a template. Django makes calls of its tags, between letters that are no Python."""
    text = templatize(source, origin="template")
    for start in CALL.finditer(text):
        call = _call(text, start.start())
        words = [part.value for part in call.args if isinstance(part, ast.Constant)]
        yield (words[0], words[1]) if "p" in start[1] else (None, words[0])


def _call(text: str, start: int) -> ast.Call:
    end = start
    while (end := text.index(")", end) + 1) and end - start < 5000:
        try:
            found = ast.parse(text[start:end], mode="eval").body
        except SyntaxError:
            continue
        assert isinstance(found, ast.Call)
        return found
    raise AssertionError(text[start : start + 100])


def _untold(catalog: Catalog, sentences: Iterator[tuple[str | None, str]]) -> list[str]:
    wrong = []
    for context, sentence in sentences:
        message = catalog.get(sentence, context)
        if message is None or message.fuzzy or not all(_texts(message)):
            wrong.append(sentence)
    return wrong


def _texts(message: Message | None) -> list[str]:
    told = message.string if message else ""
    return list(told) if isinstance(told, tuple | list) else [str(told)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_speak_danish(catalog: Catalog, path: Path) -> None:
    assert _untold(catalog, _of_template(path.read_text())) == []


def test_code_speaks_danish(catalog: Catalog) -> None:
    wrong = {str(path.relative_to(ROOT)): _untold(catalog, _of_code(path.read_text())) for path in CODE}
    assert {path: sentences for path, sentences in wrong.items() if sentences} == {}


def test_translations_keep_their_figures(catalog: Catalog) -> None:
    wrong = []
    for message in catalog:
        asked = message.id if isinstance(message.id, tuple | list) else (message.id,)
        known = {figure for text in asked for figure in FIGURE.findall(text)}
        wrong += [text for text in _texts(message) if message.id and not set(FIGURE.findall(text)) <= known]
    assert wrong == []


def test_the_search_finds_what_it_is_for(catalog: Catalog) -> None:
    """A template's sentence, a plural and a context, none of which any catalog has."""
    source = (
        '{% load i18n %}{% translate "Nobody says this" %}{% translate "Nor this" context "walk" %}{{ _("Nor that") }}'
        "{% blocktranslate count n=n %}one thing (untold){% plural %}{{ n }} things untold{% endblocktranslate %}"
    )
    assert _untold(catalog, _of_template(source)) == ["Nobody says this", "Nor this", "Nor that", "one thing (untold)"]
    assert _untold(catalog, _of_code("gettext('Nobody either')")) == ["Nobody either"]
