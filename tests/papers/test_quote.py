"""The quote says every line, its sums per site, and how each amount came about."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils.translation import gettext, override

from renewals.papers import quote_pdf
from tests.papers.samples import DESCRIPTIONS, SITES, line, lines, quote, read, text_of


def test_rule_t7_opens_to_its_calculation_in_both_languages() -> None:
    stub = line(1, quantity=1)
    danish, english = text_of(quote_pdf(quote(stub), "da")), text_of(quote_pdf(quote(stub), "en"))
    assert "602,00 × 1 × 7 ÷ 12 = 351,17" in danish
    assert "602.00 × 1 × 7 ÷ 12 = 351.17, rounded half up to the øre 351.17" in english
    assert "7,82 × 1 × 7 ÷ 12 = 4,56" in danish
    assert "351,17 DKK" in danish
    assert "DKK 351.17" in english


def test_exact_products_say_so() -> None:
    assert "602.00 × 2 × 12 ÷ 12 = 1,204.00, exact 1,204.00" in text_of(quote_pdf(quote(line(2)), "en"))


def test_dates_and_figures_of_a_line() -> None:
    danish, english = text_of(quote_pdf(quote(*lines(3)), "da")), text_of(quote_pdf(quote(*lines(3)), "en"))
    assert "1.7.2027 31.1.2028 7 650,00 602,00 351,17" in danish
    assert "1 July 2027 31 January 2028 7 650.00 602.00 351.17" in english


@pytest.mark.parametrize("lang", ["da", "en"])
def test_it_says_everything_of_rule_book_section_7(lang: str) -> None:
    paper = quote(*lines(8))
    text = text_of(quote_pdf(paper, lang))
    said = [paper.number, paper.customer_name, paper.customer_number, paper.agreement_number, "Mette Ærø"]
    said += [*DESCRIPTIONS, *(site.number for site in SITES), *(each.order_reference for each in paper.lines)]
    assert [each for each in said if each not in text] == []
    with override(lang):
        assert gettext("Not affiliated with IBM.") in text
        assert gettext("Demonstration prices: invented, not IBM's prices.") in text
        plain = text_of(quote_pdf(replace(paper, demo_prices=False), lang))
        assert gettext("Demonstration prices: invented, not IBM's prices.") not in plain


def test_subtotals_stand_with_their_site() -> None:
    text = text_of(quote_pdf(quote(*lines(8)), "en"))
    # Items 4 and 8 at the second site: 12 months each, 12 units in all.
    assert "Subtotal of site 7001235 93.84 DKK 7,224.00" in text
    assert text.index("Subtotal of site 7001234") < text.index("Site 7001235: ")


@pytest.mark.parametrize("lang", ["da", "en"])
def test_ten_lines_take_one_page_and_the_appendix_another(lang: str) -> None:
    pages = read(quote_pdf(quote(*lines(10)), lang)).pages
    assert len(pages) == 2
    with override(lang):
        assert gettext("Appendix: how each line is calculated") in pages[1].extract_text()
        assert gettext("Page {page} of {pages}").format(page=1, pages=2) in pages[0].extract_text()
    box = pages[0].mediabox
    assert (round(box.width), round(box.height)) == (842, 595)


def test_hundreds_of_lines_repeat_the_heads_and_lose_no_line() -> None:
    paper = quote(*lines(300))
    pages = [page.extract_text() for page in read(quote_pdf(paper, "en")).pages]
    tables = [page for page in pages if "Part and" in page]
    assert len(tables) > 5
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Renewal quote Q-2027-00042, version 2" in page
    assert all("Site 700123" in page for page in tables)
    for each in paper.lines:
        assert sum(page.count(each.order_reference) for page in pages) == 1


def test_a_row_stays_on_one_page() -> None:
    long = " ".join(["word"] * 60)
    paper = quote(*(line(item, description=f"<{item}> {long} </{item}>") for item in range(1, 41)))
    for page in [page.extract_text() for page in read(quote_pdf(paper, "en")).pages]:
        for item in range(1, 41):
            assert (f"<{item}>" in page) == (f"</{item}>" in page)


def test_a_description_longer_than_a_page_is_printed_to_its_end() -> None:
    assert "the very end" in text_of(quote_pdf(quote(line(1, description="word " * 3000 + "the very end")), "en"))


@pytest.mark.parametrize("status", ["draft", "declined", "superseded", "expired"])
def test_prices_that_do_not_hold_are_marked(status: str) -> None:
    told = {"draft": "Draft: ", "declined": "Declined: ", "superseded": "Superseded: ", "expired": "Expired: "}
    text = text_of(quote_pdf(quote(line(1), status=status), "en"))
    assert told[status] in text
    assert not any(said in text_of(quote_pdf(quote(line(1)), "en")) for said in told.values())


def test_an_express_quote_has_no_agreement() -> None:
    paper = quote(line(1), kind="express", agreement_number="", anniversary=None, rsvp_level="", contacts=())
    assert "Passport Advantage Express" in text_of(quote_pdf(paper, "en"))


def test_sums_that_disagree_are_never_printed() -> None:
    with pytest.raises(ValueError, match="isn't the sum of its lines"):
        quote(line(1), total=Decimal("1.00"))
    with pytest.raises(ValueError, match="aren't the sum of its lines"):
        quote(line(1), points=Decimal("1.00"))
    with pytest.raises(ValueError, match="7009999"):
        quote(line(1, site_number="7009999"))
