"""Every code that the intake can raise has its words, with a remedy. That they fit the figures, `told` checks."""

import ast
import re
from pathlib import Path

import licenses.intake
import migrations_app.intake
from licenses.file_words import WORDS as FILE_WORDS
from migrations_app.words.files import WORDS as FORM_WORDS
from sites.words import WORDS as GENERAL_WORDS

WORDS = FILE_WORDS | FORM_WORDS
SOURCES = [
    source
    for package in (licenses.intake, migrations_app.intake)
    for source in sorted(Path(package.__file__).parent.glob("*.py"))
]
CODE = re.compile(
    r"(file|row|value|quantity|amount|date|level|price|country|currency|site_number|part_number|mapping|period|import|told)"
    r"_[a-z_.]+"
)


def raised_codes() -> set[str]:
    """Strings in the sources that stand where codes stand: first argument of Fault, Unreadable or `_places`."""
    found: set[str] = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                first = node.args[0]
                if node.func.id in ("Fault", "Unreadable", "_places") and isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def test_every_code_has_words():
    assert len(raised_codes()) > 30
    assert raised_codes() <= set(WORDS | GENERAL_WORDS)


def test_words_are_sentences_with_a_remedy():
    for code, words in WORDS.items():
        assert CODE.fullmatch(code)
        assert str(words.message).endswith(".")
        assert words.remedy or code == "file_heading_unknown"
