"""The quote as spreadsheet, CSV and UBL: the figures are those of the quote, text stays text, the language its own."""

import csv
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree

import openpyxl
import pytest

from renewals.papers import QuotePaper, quote_ubl
from renewals.papers.ubl import NAMESPACES
from renewals.sheets import quote_csv, quote_xlsx
from tests.papers.samples import line, lines, quote

TRAPS = ["=1+1", "+45 70 10 20", "-1", "@SUM(A1)", "＝2"]
SPACES = {**NAMESPACES, "q": NAMESPACES[""]}
# From the standard's schema: what a Quotation, a line of it, an item may hold, in this order.
ORDERS = {
    "Quotation": (
        "UBLVersionID ID IssueDate Note PricingCurrencyCode LineCountNumeric ValidityPeriod Contract"
        " SellerSupplierParty OriginatorCustomerParty QuotedMonetaryTotal QuotationLine"
    ),
    "Contract": "ID ContractType Note ValidityPeriod",
    "OriginatorCustomerParty": "SupplierAssignedAccountID Party",
    "Party": "PartyName PostalAddress PartyLegalEntity Contact",
    "PartyLegalEntity": "RegistrationName CompanyID",
    "Contact": "Name ElectronicMail Note",
    "QuotedMonetaryTotal": "LineExtensionAmount TaxExclusiveAmount PayableAmount",
    "QuotationLine": "ID Quantity LineExtensionAmount LineItem",
    "LineItem": "ID Note Quantity LineExtensionAmount Delivery PricingReference Price Item",
    "Delivery": "DeliveryLocation PromisedDeliveryPeriod",
    "DeliveryLocation": "ID Name Address",
    "PromisedDeliveryPeriod": "StartDate EndDate DurationMeasure",
    "Price": "PriceAmount BaseQuantity PriceType",
    "Item": "Description Name SellersItemIdentification AdditionalItemProperty",
}


def _book(paper: QuotePaper, lang: str = "en") -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(quote_xlsx(paper, lang)))


def _rows(paper: QuotePaper, lang: str) -> list[list[str]]:
    text = quote_csv(paper, lang).decode("utf-8-sig")
    return list(csv.reader(text.splitlines(), delimiter=";" if lang == "da" else ","))


def _xml(paper: QuotePaper, lang: str = "en") -> ElementTree.Element:
    return ElementTree.fromstring(quote_ubl(paper, lang))


def _yen(item: int, **changes: object) -> QuotePaper:
    price = Decimal("120000.00")
    return quote(
        line(item, list_unit_price=price, unit_price=price, amount=Decimal("70000.00"), **changes), currency="JPY"
    )


def test_the_sheet_holds_figures_as_figures_and_their_sums() -> None:
    paper = quote(*lines(8))
    book = _book(paper)
    assert book.sheetnames == ["Lines", "Subtotals", "About the quote"]
    head, *rows = book["Lines"].values
    assert head[:4] == ("Item", "Site number", "Part number", "Renewal part")
    for row, each in zip(rows, paper.lines, strict=True):
        assert row[:4] == (each.item, each.site_number, each.part_number, each.renewal_part)
        assert (row[5], row[6], row[8].date(), row[9].date(), row[10]) == (
            each.quantity, each.order_reference, each.cover_start, each.cover_end, each.months,
        )  # fmt: skip
        assert [Decimal(str(row[at])) for at in (7, 11, 12, 13)] == [
            each.points, each.list_unit_price, each.unit_price, each.amount,
        ]  # fmt: skip
    subtotals = list(book["Subtotals"].values)[1:]
    assert [row[0] for row in subtotals] == ["7001234", "7001235", "Total without VAT"]
    assert sum(Decimal(str(row[4])) for row in subtotals[:-1]) == paper.total == Decimal(str(subtotals[-1][4]))
    assert sum(Decimal(str(row[3])) for row in subtotals[:-1]) == paper.points


def test_the_sheet_says_what_the_quote_is_in_its_language() -> None:
    told = [str(value) for row in _book(quote(line(1)), "da")["Om tilbuddet"].values for value in row if value]
    assert {"Demonstrationspriser: opdigtede, ikke IBM's priser.", "Beløb er uden moms."} <= set(told)
    about = {row[0]: row[1] for row in _book(quote(line(1)))["About the quote"].values if row[0]}
    assert (about["Quote"], about["Version"], about["RSVP level"]) == ("Q-2027-00042", 2, "E")
    assert about["Total without VAT"] == 351.17
    assert {"Not affiliated with IBM.", "Demonstration prices: invented, not IBM's prices."} <= set(about)


@pytest.mark.parametrize("trap", TRAPS)
def test_text_is_never_a_formula(trap: str) -> None:
    paper = quote(line(1, description=trap, order_reference=trap))
    cells = _book(paper)["Lines"][2]
    assert [(cell.value, cell.data_type) for cell in (cells[4], cells[6])] == [(trap, "s")] * 2
    assert cells[4].quotePrefix
    for lang in ("da", "en"):
        row = _rows(paper, lang)[1]
        assert (row[6], row[8]) == (f"'{trap}", f"'{trap}")


def test_yen_have_no_decimals_anywhere() -> None:
    paper = _yen(1)
    assert _book(paper)["Lines"]["N2"].number_format == "#,##0"
    assert _rows(paper, "da")[1][13:16] == ["120000", "120000", "70000"]
    total = _xml(paper).find("cac:QuotedMonetaryTotal/cbc:PayableAmount", SPACES)
    assert total is not None and (total.text, total.get("currencyID")) == ("70000", "JPY")


def test_csv_speaks_as_its_readers_write() -> None:
    paper = quote(line(1))
    assert quote_csv(paper, "da").startswith(b"\xef\xbb\xbf")
    danish, english = _rows(paper, "da"), _rows(paper, "en")
    assert danish[0][:2] == ["Tilbud", "Version"] and english[0][:2] == ["Quote", "Version"]
    assert danish[1][10:16] == ["1.7.2027", "31.1.2028", "7", "650,00", "602,00", "351,17"]
    assert english[1][10:16] == ["2027-07-01", "2028-01-31", "7", "650.00", "602.00", "351.17"]
    assert "Demonstration prices" in english[1][-1] and "Not affiliated with IBM." in english[1][-1]


def test_csv_has_a_row_for_each_line_whose_amounts_make_the_total() -> None:
    paper = quote(*lines(40))
    rows = _rows(paper, "en")[1:]
    assert sum(Decimal(row[15]) for row in rows) == paper.total
    assert sum(Decimal(row[9]) for row in rows) == paper.points


def test_ubl_elements_stand_in_the_order_of_the_standard() -> None:
    paper = quote(*lines(3), registration_number="10150817", country="DK")
    for element in _xml(paper).iter():
        name = element.tag.partition("}")[2]
        if name not in ORDERS or (name == "Party" and len(element) == 1):
            continue
        order = ORDERS[name].split()
        found = [child.tag.partition("}")[2] for child in element]
        assert sorted(found, key=order.index) == found, name


def test_ubl_says_the_quote() -> None:
    paper = quote(*lines(8), registration_number="10150817", country="DK")
    xml = _xml(paper)

    def text(path: str) -> str | None:
        return xml.findtext(path, namespaces=SPACES)

    assert xml.tag == f"{{{NAMESPACES['']}}}Quotation"
    assert (text("cbc:UBLVersionID"), text("cbc:ID")) == ("2.1", "Q-2027-00042-v2")
    assert (text("cbc:IssueDate"), text("cac:ValidityPeriod/cbc:EndDate")) == ("2027-03-05", "2027-06-30")
    assert (text("cac:Contract/cbc:ID"), text("cbc:LineCountNumeric")) == ("0004711", "8")
    assert text("cac:SellerSupplierParty/cac:Party/cac:PartyName/cbc:Name") == "Passage"
    company = xml.find("cac:OriginatorCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID", SPACES)
    assert company is not None and (company.text, company.get("schemeID")) == ("DK10150817", "DK:CVR")
    notes = [note.text for note in xml.findall("cbc:Note", SPACES)]
    assert {"Amounts are without VAT.", "Not affiliated with IBM."} <= set(notes)
    amounts = [e.text or "" for e in xml.findall("cac:QuotationLine/cbc:LineExtensionAmount", SPACES)]
    assert sum(map(Decimal, amounts)) == paper.total == Decimal(text("cac:QuotedMonetaryTotal/cbc:PayableAmount") or "")
    first = "cac:QuotationLine/cac:LineItem/"
    assert text(first + "cac:Item/cac:SellersItemIdentification/cbc:ID") == "E0DQTLL"
    assert text(first + "cac:Price/cbc:PriceAmount") == "602.00"
    assert text(first + "cac:PricingReference/cac:AlternativeConditionPrice/cbc:PriceAmount") == "650.00"
    assert text(first + "cac:Delivery/cac:PromisedDeliveryPeriod/cbc:DurationMeasure") == "7"


def test_ubl_of_a_customer_elsewhere_names_no_danish_register() -> None:
    xml = _xml(quote(line(1), registration_number="HRB 4711", country="DE", agreement_number="", anniversary=None))
    company = xml.find(".//cbc:CompanyID", SPACES)
    assert company is not None and (company.text, company.attrib) == ("HRB 4711", {})
    assert xml.find("cac:Contract", SPACES) is None


@pytest.mark.parametrize("text", ["<&>\"'", "]]>", "Ærø & Søn", "nul\0, bell\a, half \ud800"])
def test_ubl_holds_any_text(text: str) -> None:
    found = _xml(quote(line(1, description=text))).findtext(".//cac:Item/cbc:Description", namespaces=SPACES)
    assert found == "".join(c for c in text if c not in "\0\a\ud800")


def test_a_quote_without_lines_at_a_site_has_no_subtotal_of_it() -> None:
    rows = list(_book(quote(line(1)))["Subtotals"].values)
    assert [row[0] for row in rows[1:]] == ["7001234", "Total without VAT"]
