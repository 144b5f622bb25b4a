"""Hostile CSV files."""

import gzip

from ..builders import HEADINGS
from .files import MIB, OTHER, Build, Hostile, later, raw

CSV_HEAD = ";".join(HEADINGS)


def text(*lines: str) -> Build:
    return raw("\n".join((CSV_HEAD, *lines, "")).encode("utf-8", "surrogatepass"))


TEXTS = [
    Hostile("a line of 50 MB", "a.csv", later(lambda: raw(b"x" * (50 * MIB))), "file_line_too_long"),
    Hostile("50 MB of separators", "a.csv", later(lambda: raw(b";" * (50 * MIB))), "file_line_too_long"),
    Hostile(
        "50 MB of separators below",
        "a.csv",
        later(lambda: raw(CSV_HEAD.encode() + b"\n" * 30 + b";" * (49 * MIB))),
        "file_line_too_long",
    ),
    Hostile(
        "one record of 50 MB in quotes",
        "a.csv",
        later(lambda: raw(CSV_HEAD.encode() + b'\n"' + b'ab\n";"' * (7 * MIB))),
        "file_line_too_long",
    ),
    Hostile(
        "a quote open from the start", "a.csv", later(lambda: raw(b'"' + b"a;b\n" * (5 * MIB))), "file_cell_too_long"
    ),
    Hostile("quotes and nothing else", "a.csv", later(lambda: raw(b'"' * (10 * MIB))), "file_line_too_long"),
    Hostile("carriage returns alone", "a.csv", later(lambda: raw(b"\r" * (20 * MIB))), "file_too_many_rows"),
    Hostile("blank lines alone", "a.csv", later(lambda: raw(b"\n" * (20 * MIB))), "file_too_many_rows"),
    Hostile(
        "10 MB in a cell",
        "a.csv",
        later(lambda: text(f"0012345;D0ABCLL;3;0099999;{'x' * 10_000_000}")),
        "file_line_too_long",
    ),
    Hostile("NUL", "a.csv", text("00\0345;D0ABCLL;3;0099999"), "", frozenset(("value_characters",))),
    Hostile("NULs alone", "a.csv", later(lambda: raw(b"\0" * MIB)), "file_cell_too_long"),
    Hostile("a surrogate", "a.csv", text("0012345;D0\ud800BCLL;3;0099999"), "", frozenset(("part_number_shape",))),
    Hostile(
        "half a pair in UTF-16",
        "a.csv",
        raw(b"\xff\xfe" + CSV_HEAD.encode("utf-16-le") + b"\x00\xd8\n\0"),
        "file_encoding",
    ),
    Hostile(
        "half a character in UTF-16", "a.csv", raw(b"\xff\xfe" + CSV_HEAD.encode("utf-16-le") + b"\n"), "file_encoding"
    ),
    Hostile("UTF-32", "a.csv", raw(CSV_HEAD.encode("utf-32")), "file_encoding"),
    Hostile(
        "a right-to-left override",
        "a.csv",
        text("\u202e0012345;D0ABCLL;3;0099999"),
        "",
        frozenset(("site_number_shape",)),
    ),
    Hostile("=cmd", "a.csv", text("=cmd|'/C calc'!A0;D0ABCLL;3;0099999"), "", frozenset(("value_formula",))),
    Hostile(
        "+HYPERLINK",
        "a.csv",
        text('0012345;"+HYPERLINK(""http://attacker.example"")";3;0099999'),
        "",
        frozenset(("value_too_long",)),
    ),
    Hostile("@SUM", "a.csv", text("0012345;@SUM(1);3;0099999"), "", frozenset(("part_number_shape",))),
    Hostile("HTML", "a.csv", raw(b"\n\n <HTML><script>alert(1)</script>"), OTHER),
    Hostile("gzip", "a.csv", raw(gzip.compress(CSV_HEAD.encode())), OTHER),
    Hostile("a program", "a.csv", raw(b"\x7fELF" + b"\0" * 100), OTHER),
    Hostile("100,001 rows", "a.csv", later(lambda: text(*["1;A;1;2"] * 100_001)), "file_too_many_rows"),
    Hostile(
        "a heading a thousand times",
        "a.csv",
        raw((";".join(["part_number"] * 1000) + "\n1").encode()),
        "file_too_many_columns",
    ),
]
