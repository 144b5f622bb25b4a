"""Hostile OpenDocument spreadsheets."""

from ..builders import HEADINGS, ROW, ods, ods_row, pack, parts
from .files import LAUGHS, OTHER, Build, Hostile, later, noise


def table(xml: str, changes: dict[str, str | bytes] | None = None) -> Build:
    return lambda path: ods(path, xml, changes)


TABLES = [
    Hostile("a billion laughs", "a.ods", lambda p: ods(p, "", {"content.xml": LAUGHS + "<a>&l9;</a>"}), "file_dtd"),
    Hostile(
        "a million empty columns",
        "a.ods",
        table(
            ods_row(HEADINGS)
            + ods_row(ROW).replace(
                "</table:table-row>", '<table:table-cell table:number-columns-repeated="1000000"/></table:table-row>'
            )
        ),
        "",
    ),
    Hostile(
        "a million empty columns, a thousand times",
        "a.ods",
        table(
            ods_row(HEADINGS)
            + ods_row(ROW).replace(
                "</table:table-row>", '<table:table-cell table:number-columns-repeated="1000000"/></table:table-row>'
            )
            * 1000
        ),
        "",
    ),
    Hostile(
        "a million empty columns in a million rows",
        "a.ods",
        table(
            ods_row(HEADINGS) + ods_row(ROW) + '<table:table-row table:number-rows-repeated="1000000">'
            '<table:table-cell table:number-columns-repeated="1000000"/></table:table-row>'
        ),
        "",
    ),
    Hostile(
        "empty rows 2^63 times",
        "a.ods",
        table(
            ods_row(HEADINGS)
            + ods_row(ROW)
            + '<table:table-row table:number-rows-repeated="9223372036854775807"><table:table-cell/></table:table-row>'
        ),
        "",
    ),
    Hostile(
        "a used row 2^31 times",
        "a.ods",
        table(ods_row(HEADINGS) + ods_row(ROW, 'table:number-rows-repeated="2147483647"')),
        "file_too_many_rows",
    ),
    Hostile(
        "a far row",
        "a.ods",
        table(
            ods_row(HEADINGS)
            + '<table:table-row table:number-rows-repeated="100000000"><table:table-cell/></table:table-row>'
            + ods_row(ROW)
        ),
        "file_too_many_cells",
    ),
    Hostile(
        "repeated -5 times",
        "a.ods",
        table(ods_row(HEADINGS) + ods_row(ROW, 'table:number-rows-repeated="-5"')),
        "file_damaged",
    ),
    Hostile(
        "repeated x times",
        "a.ods",
        table(ods_row(HEADINGS) + ods_row(ROW, 'table:number-rows-repeated="x"')),
        "file_damaged",
    ),
    Hostile(
        "a repeat under another prefix",
        "a.ods",
        table(
            ods_row(HEADINGS)
            + ods_row(
                ROW, 'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0" t:number-rows-repeated="2147483647"'
            )
        ),
        "",
    ),
    Hostile(
        "a thousand million blanks",
        "a.ods",
        table(ods_row(HEADINGS) + ods_row(['a<text:s text:c="1000000000"/>b'])),
        "file_too_many_cells",
    ),
    Hostile(
        "a formula",
        "a.ods",
        table(
            ods_row(HEADINGS)
            + '<table:table-row><table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>'
            "</table:table-row>"
        ),
        "file_formula",
    ),
    Hostile(
        "a script", "a.ods", table('<script:event-listener script:language="x"/>' + ods_row(HEADINGS)), "file_macros"
    ),
    Hostile(
        "a password",
        "a.ods",
        table(
            ods_row(ROW),
            {
                "META-INF/manifest.xml": '<m:manifest xmlns:m="a"><m:file-entry><m:encryption-data/>'
                "</m:file-entry></m:manifest>"
            },
        ),
        "file_password",
    ),
    Hostile("a workbook", "a.ods", lambda p: pack(p, parts()), OTHER),
    Hostile(
        "10 MB in a cell",
        "a.ods",
        later(lambda: table(ods_row(HEADINGS) + ods_row([noise(10_000_000)]))),
        "file_cell_too_long",
    ),
    Hostile(
        "tables in tables", "a.ods", table('<table:table table:name="x">' * 150 + "</table:table>" * 150), "file_empty"
    ),
]
