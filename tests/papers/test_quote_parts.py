"""The paper of a long quote is bound from parts: nothing is lost, and it archives and reads aloud like a short one."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import gettext, override
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from licenses.papers.binding import bind
from licenses.papers.pieces import Unbindable, read_part
from licenses.papers.render import PaperError, Unprintable
from licenses.rules.explaining import no_points
from portal.kernel.explanation import Explanation
from renewals.papers import QuotePaper, QuotePaperSite, parts, pdf, quote_pdf
from tests.papers.samples import line, lines, quote, read

COUNT = 120
SITES = tuple(QuotePaperSite(f"70{number:05}", f"Værksted {number}", ("6870 Ølgod",)) for number in range(7))


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred lines are many, and parts are short."""
    monkeypatch.setattr(pdf, "MOST_AT_ONCE", 100)
    monkeypatch.setattr(parts, "LINE_PAGES", 2)
    monkeypatch.setattr(parts, "APPENDIX_PAGES", 1)


def _long() -> QuotePaper:
    held = tuple(replace(each, site_number=SITES[(each.item * 5) % 7].number) for each in lines(COUNT))
    return quote(*held, sites=SITES)


@pytest.fixture(scope="module", params=["da", "en"])
def printed(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "MOST_AT_ONCE", 100)
        patch.setattr(parts, "LINE_PAGES", 2)
        patch.setattr(parts, "APPENDIX_PAGES", 1)
        return request.param, quote_pdf(_long(), request.param)


def _text(page: Any) -> str:
    return " ".join(page.extract_text().replace("\N{ZERO WIDTH SPACE}", "").split())


def test_no_line_is_lost_and_pages_are_counted_through(printed: tuple[str, bytes]) -> None:
    lang, content = printed
    paper, pages = _long(), [_text(page) for page in read(content).pages]
    for each in paper.lines:
        assert sum(page.count(each.order_reference) for page in pages) == 1
    with override(lang):
        for number, page in enumerate(pages, start=1):
            assert gettext("Page {page} of {pages}").format(page=number, pages=len(pages)) in page
            assert "Q-2027-00042, version 2" in page
            assert gettext("Not affiliated with IBM.") in page
    assert len(pages) > 6


def test_each_site_is_carried_on_and_summed_once(printed: tuple[str, bytes]) -> None:
    lang, content = printed
    paper, pages = _long(), [_text(page) for page in read(content).pages]
    whole = " ".join(pages)
    with override(lang):
        for site in paper.sites:
            assert whole.count(gettext("Subtotal of site %(number)s") % {"number": site.number}) == 1
        titles = whole.count(f"{SITES[0].number}: Værksted 0")
        carried = whole.count(gettext("%(site)s (carried on)") % {"site": "6870 Ølgod"})
    assert titles >= 1 and carried >= 1
    at = [whole.index(f"{site.number}: Værksted") for site in paper.sites]
    assert at == sorted(at)


def test_the_appendix_has_an_entry_for_each_line(printed: tuple[str, bytes]) -> None:
    lang, content = printed
    whole = " ".join(_text(page) for page in read(content).pages)
    first = "1: T7 602,00 × 1 × 7 ÷ 12 ≈ 351,17; P2 7,82 × 1 × 7 ÷ 12 ≈ 4,56"
    second = "2: T7 602,00 × 2 × 12 ÷ 12 = 1.204,00; P2 7,82 × 2 × 12 ÷ 12 = 15,64"
    for entry in (first, second):
        assert (entry if lang == "da" else entry.translate(str.maketrans(",.", ".,"))) in whole
    assert len(re.findall(r"\d: T7 602", whole)) == COUNT


def test_it_archives_and_reads_aloud_as_one_document(printed: tuple[str, bytes]) -> None:
    lang, content = printed
    reader = read(content)
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == lang and root["/MarkInfo"]["/Marked"] and root["/ViewerPreferences"]["/DisplayDocTitle"]
    told = root["/Metadata"].get_data().decode()
    declared = ("<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<", f"NPages>{len(reader.pages)}<")
    assert [each for each in declared if each not in told] == []
    assert len(root["/OutputIntents"]) == 1
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[union-attr, index]
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            assert "/ToUnicode" in font
    identifier = reader.trailer["/ID"]
    assert identifier[0] == identifier[1]


def _kids(element: DictionaryObject) -> list[Any]:
    kids = element.get("/K", ArrayObject())
    return list(kids) if isinstance(kids, ArrayObject) else [kids]


def _walk(reference: IndirectObject, found: list[tuple[IndirectObject, DictionaryObject]]) -> None:
    element = reference.get_object()
    assert isinstance(element, DictionaryObject)
    found.append((reference, element))
    for kid in _kids(element):
        if isinstance(kid, IndirectObject):
            assert kid.get_object()["/P"] == element  # type: ignore[index]
            _walk(kid, found)


def test_what_is_marked_on_a_page_belongs_to_one_element_of_the_structure(printed: tuple[str, bytes]) -> None:
    reader = read(printed[1])
    tree: Any = reader.trailer["/Root"]["/StructTreeRoot"]  # type: ignore[index]
    found: list[tuple[IndirectObject, DictionaryObject]] = []
    _walk(list.__getitem__(tree["/K"], 0), found)
    kinds = [element["/S"] for _reference, element in found]
    assert kinds.count("/H1") == 1 and kinds.count("/H2") == 1 and kinds.count("/Document") == 1
    rows = [element for _reference, element in found if element["/S"] == "/TR"]
    assert sum(len(_kids(row)) == 12 and row["/K"][0]["/S"] == "/TD" for row in rows) == COUNT
    heads = [element for _reference, element in found if element["/S"] == "/TH"]
    assert heads and all("Column" in str(head["/A"]) for head in heads)
    by_page: dict[Any, set[int]] = {}
    for _reference, element in found:
        for kid in _kids(element):
            if isinstance(kid, int):
                page = element.raw_get("/Pg").idnum
                assert kid not in by_page.setdefault(page, set())
                by_page[page].add(kid)
    nums = tree["/ParentTree"]["/Nums"]
    parents = {nums[at]: nums[at + 1].get_object() for at in range(0, len(nums), 2)}
    for page in reader.pages:
        reference = page.indirect_reference
        assert reference is not None
        marked = set(map(int, re.findall(rb"/MCID (\d+)", page.get_contents().get_data())))  # type: ignore[union-attr]
        assert marked == by_page[reference.idnum] == set(range(len(parents[page["/StructParents"]])))
        for number, parent in enumerate(parents[page["/StructParents"]]):
            assert number in _kids(parent.get_object())


def test_lines_that_earn_no_points_say_why_and_covers_what_was_paid_before() -> None:
    told = {"paid_until": "2027-03-31", "transition_until": "2027-06-30", "anniversary": "2027-07-01"}
    cover = Explanation("T4", told, "2027-07-01..2028-06-30", "2026.1")
    held = [line(item, points_why=no_points("2026.1"), points=Decimal(0), cover_why=cover) for item in range(1, 121)]
    whole = " ".join(_text(page) for page in read(quote_pdf(quote(*held), "en")).pages)
    ends = "T4 paid until 31 March 2027, by the transition quote until 30 June 2027"
    assert f"2: T7 602.00 × 2 × 12 ÷ 12 = 1,204.00; P3 Express orders earn no points; {ends}" in whole


def test_bookmarks_lead_to_the_quote_and_its_appendix(printed: tuple[str, bytes]) -> None:
    lang, content = printed
    reader = read(content)
    outline: Any = reader.outline
    with override(lang):
        assert outline[1][0].title == gettext("Appendix: how each line is calculated")
        page = reader.get_destination_page_number(outline[1][0])
        assert page is not None and outline[1][0].title in _text(reader.pages[page])


def test_a_title_that_looks_like_a_reference_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "7 0 R (and (8 0 R)) \\ 9 0 R"
    content = quote_pdf(replace(_long(), number=name), "en")
    outline: Any = read(content).outline
    assert name in outline[0].title and name in (read(content).metadata or {})["/Title"]


def test_the_same_quote_gives_the_same_bytes() -> None:
    assert quote_pdf(_long(), "en") == quote_pdf(_long(), "en")


def test_a_character_without_a_glyph_is_named() -> None:
    long = _long()
    last = replace(long.lines[-1], description="Kiosk ☃")
    with pytest.raises(Unprintable) as caught:
        quote_pdf(replace(long, lines=(*long.lines[:-1], last)), "en")
    assert caught.value.faults[0].params["text"] == "☃"


def test_descriptions_of_any_length_stay_on_their_page() -> None:
    held = [
        line(item, description="Lang tekst " * (item % 27), order_reference="R" * (item % 40)) for item in range(1, 121)
    ]
    whole = " ".join(_text(page) for page in read(quote_pdf(quote(*held), "da")).pages)
    assert all(f"{item}: T7 602" in whole for item in range(1, 121))


def test_pages_that_run_over_are_our_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SPARE", -60.0)
    with pytest.raises(PaperError, match="pages instead of"):
        quote_pdf(_long(), "en")


def test_what_typst_did_not_write_is_not_bound() -> None:
    with pytest.raises(Unbindable):
        read_part(b"%PDF-1.7\nstartxref\n0\n%%EOF")
    part = quote_pdf(quote(line(1)), "en")
    with pytest.raises(Unbindable, match="pages instead of"):
        bind([part, part], pages=3)
