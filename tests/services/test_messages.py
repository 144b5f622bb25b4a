"""Catalogs: compiled when they changed, and held against the sentences in the code."""

import gettext
import os
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from portal.services.problems import ServiceProblem
from scripts.check_messages import compare
from scripts.compile_messages import compile_messages

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def write(root: Path, body: str) -> Path:
    path = root / "locale" / "da" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def test_a_catalog_is_compiled_once(tmp_path: Path) -> None:
    source = write(tmp_path, 'msgid "Site"\nmsgstr "Lokation på Ærø"\n')
    assert compile_messages(tmp_path) == 1
    assert compile_messages(tmp_path) == 0
    with source.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Site") == "Lokation på Ærø"
    later = source.with_suffix(".mo").stat().st_mtime_ns + 1_000_000_000
    os.utime(source, ns=(later, later))
    assert compile_messages(tmp_path) == 1


def test_a_spoiled_catalog_is_named(tmp_path: Path) -> None:
    write(tmp_path, 'msgid "Site"\nmsgstr "Lokation"\n<<<<<<< here\n')
    with pytest.raises(ServiceProblem, match=r"django\.po, line 6 is no line of a catalog: '<<<<<<< here'"):
        compile_messages(tmp_path)


def catalog(**messages: str) -> Catalog:
    made = Catalog(locale="da")
    for original, translation in messages.items():
        made.add(original.replace("_", " "), translation)
    return made


def test_a_complete_catalog_has_no_faults() -> None:
    assert compare(catalog(My_site="Min lokation"), catalog(My_site="")) == []


def test_each_fault_is_named() -> None:
    committed = catalog(My_site="", Old_site="Gammel", Next_site="Næste")
    committed.add("%(count)s sites", "lokationer")
    committed.add("Here", "Her", flags=["fuzzy"])
    fresh = catalog(My_site="", New_site="", Next_site="")
    fresh.add("%(count)s sites", "")
    fresh.add("Here", "")
    assert compare(committed, fresh) == [
        "fuzzy: Here",
        "missing: New site",
        "no longer used: Old site",
        "other placeholders than the original: %(count)s sites",
        "untranslated: My site",
    ]
