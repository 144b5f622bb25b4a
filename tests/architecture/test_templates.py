"""Templates: each parses, none breaks the content policy, none calls elsewhere, each sentence of them is translated."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMES = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
INLINE = re.compile(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
ELSEWHERE = re.compile(r"""(?:src|href|action|url)\s*[=(]\s*["']?(?:https?:)?//""", re.IGNORECASE)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_parses(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_nothing_inline_and_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert INLINE.findall(text) == []
    assert ELSEWHERE.findall(text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_forms_that_post_carry_their_token(path: Path) -> None:
    text = path.read_text()
    forms = re.findall(r"<form\b[^>]*method=[\"']post[\"'][^>]*>.*?</form>", text, re.IGNORECASE | re.DOTALL)
    assert [form[:120] for form in forms if "csrf_token" not in form] == []


# A form's help texts are ours or a library's, lists of rules for passwords among them.
UNESCAPED = {"components/field_notes.html": ["|safe"]}


@pytest.mark.parametrize(("path", "name"), list(zip(TEMPLATES, NAMES, strict=True)), ids=NAMES)
def test_nobodys_words_reach_a_page_unescaped(path: Path, name: str) -> None:
    assert re.findall(r"\|\s*safe\b|\{%\s*autoescape off", path.read_text()) == UNESCAPED.get(name, [])
