"""One way from data to PDF: archivable, accessible, and deaf to markup in the data."""

from dataclasses import replace
from typing import Any

import pytest
from pypdf.generic import DictionaryObject

from licenses.papers import typesetter
from licenses.papers.proof import proof_pdf
from licenses.papers.render import PaperError, Unprintable, breakable, render
from portal.kernel.errors import Refused
from renewals.papers import quote_pdf
from tests.papers.samples import PROOF, line, lines, quote, read, text_of

HOSTILE = [
    '#include "/etc/passwd"',
    '#read("/etc/passwd")',
    '"); #panic("out") //',
    "*bold* _thin_ `raw` = no heading",
    "$x^2$ costs $5",
    "back\\slash \\u{41} \\n",
    "<label> @reference ~ --- ...",
    "[content] {code} %(number)s {page} {{ 1 }}",
    "'single' \"double\"",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_printed_as_it_is(text: str) -> None:
    proof = text_of(proof_pdf(replace(PROOF, description=text, customer_name=text), "en"))
    assert proof.count(text) == 2
    only = line(1, description="plain")
    assert text in text_of(quote_pdf(quote(only, customer_name=text), "da"))


@pytest.mark.parametrize("text", ["漢字", "Kiosk ☃", "\U0001f600", "\ue000"])
def test_a_character_without_a_glyph_is_an_error_that_names_it(text: str) -> None:
    with pytest.raises(Unprintable) as caught:
        proof_pdf(replace(PROOF, customer_name=text), "en")
    assert isinstance(caught.value, Refused)
    (fault,) = caught.value.faults
    assert fault.code == "unprintable_character"
    assert fault.params["text"] in text
    assert PROOF.number in fault.params["paper"]


def test_long_papers_are_set_in_a_child_with_the_same_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    here = quote_pdf(quote(*lines(5)), "da")
    monkeypatch.setattr(typesetter, "LONGEST_HERE", 0)
    assert quote_pdf(quote(*lines(5)), "da") == here
    with pytest.raises(Unprintable) as caught:
        proof_pdf(replace(PROOF, site_name="Kiosk ☃"), "da")
    assert caught.value.faults[0].params["text"] == "☃"
    with pytest.raises(PaperError):
        render("proof.typ", {"title": "without the rest", "day": "2027-03-05"}, "en")


def test_a_child_that_breaks_down_or_hangs_is_our_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetter, "LONGEST_HERE", 0)
    with monkeypatch.context() as broken:
        broken.setattr("sys.executable", "/bin/false")
        with pytest.raises(PaperError, match="ended with 1"):
            proof_pdf(PROOF, "da")
    monkeypatch.setattr(typesetter, "SECONDS", 0.001)
    with pytest.raises(PaperError, match="took more than"):
        proof_pdf(PROOF, "da")


def test_a_letter_and_its_ring_are_printed_as_one_letter() -> None:
    assert "Århus" in text_of(proof_pdf(replace(PROOF, site_name="A\u030arhus"), "da"))


def test_direction_overrides_and_controls_are_dropped() -> None:
    name = "Nord\u202evind\x00 A/S\u2066\tÅ\nB"
    assert "Nordvind A/S Å B" in text_of(proof_pdf(replace(PROOF, customer_name=name), "da"))


def test_other_alphabets_of_the_font_are_printed() -> None:
    assert "Łódź Київ Αθήνα" in text_of(proof_pdf(replace(PROOF, customer_name="Łódź Київ Αθήνα"), "en"))


def test_long_runs_may_break_and_short_ones_stay_whole() -> None:
    assert breakable("D0DPLLL and E0DQTLL") == "D0DPLLL and E0DQTLL"
    run = "x" * 75
    assert breakable(run).replace("\u200b", "") == run
    assert max(map(len, breakable(run).split("\u200b"))) == 20


def test_a_template_of_ours_that_fails_is_our_error() -> None:
    with pytest.raises(PaperError):
        render("proof.typ", {"title": "without the rest", "day": "2027-03-05"}, "en")


def test_the_same_data_gives_the_same_bytes() -> None:
    assert proof_pdf(PROOF, "da") == proof_pdf(PROOF, "da")


@pytest.mark.parametrize("lang", ["da", "en"])
@pytest.mark.parametrize("kind", ["proof", "quote"])
def test_papers_declare_archive_and_accessibility_and_bring_what_these_need(kind: str, lang: str) -> None:
    pdf = proof_pdf(PROOF, lang) if kind == "proof" else quote_pdf(quote(*lines(3)), lang)
    reader = read(pdf)
    root: Any = reader.trailer["/Root"].get_object()
    about = root["/Metadata"].get_object().get_data().decode()
    for declared in ("<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"):
        assert declared in about
    assert root["/Lang"] == lang
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/OutputIntents"]
    title = PROOF.number if kind == "proof" else "Q-2027-00042"
    assert reader.metadata is not None
    assert title in (reader.metadata.title or "")
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == PROOF.issued_on
    assert not reader.is_encrypted
    fonts = {font["/BaseFont"].split("+")[1]: font for page in reader.pages for font in _fonts(page)}
    assert fonts
    assert all(name.startswith("IBMPlexSans") for name in fonts)
    assert all(_embedded(font) and "/ToUnicode" in font for font in fonts.values())
    assert "/JavaScript" not in pdf.decode("latin-1")


@pytest.mark.parametrize("lang", ["da", "en"])
def test_structure_holds_headings_tables_with_header_cells_and_a_described_code(lang: str) -> None:
    proof, offer = _tags(proof_pdf(PROOF, lang)), _tags(quote_pdf(quote(*lines(5)), lang))
    assert {"/H1", "/H2", "/Figure", "/Link"} <= {tag["/S"] for tag in proof}
    (figure,) = [tag for tag in proof if tag["/S"] == "/Figure"]
    assert PROOF.verify_url in figure["/Alt"]
    heads = [tag for tag in offer if tag["/S"] == "/TH"]
    # Two sites and the appendix: the title cell and twelve labels each, and six labels.
    assert len(heads) == 2 * 13 + 6
    assert all(_scope(head) in ("/Column", "/Both") for head in heads)
    assert len([tag for tag in offer if tag["/S"] == "/TR"]) == 2 * (2 + 1) + 5 + 1 + 5


def _fonts(page: Any) -> list[Any]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def _embedded(font: Any) -> bool:
    descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
    return "/FontFile2" in descriptor or "/FontFile3" in descriptor


def _scope(cell: Any) -> str | None:
    attributes = cell["/A"]
    entries = attributes if isinstance(attributes, list) else [attributes]
    return next((entry.get_object()["/Scope"] for entry in entries if "/Scope" in entry.get_object()), None)


def _tags(pdf: bytes) -> list[Any]:
    """Every structure element of `pdf`, in reading order."""
    found: list[Any] = []
    root: Any = read(pdf).trailer["/Root"]
    waiting: list[Any] = [root["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                waiting.append(node["/K"])
    return found
