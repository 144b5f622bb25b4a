"""Hostile PDF forms."""

import io
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

from migrations_app.intake import templates

from ..builders import HEADINGS, ROW, in_memory, parts
from .files import MIB, OTHER, Build, Hostile, later, raw


def filled(**values: str) -> PdfWriter:
    """The PDF form as somebody sends it, with values by the names of its fields."""
    writer = PdfWriter(clone_from=io.BytesIO(templates.pdf("en")))
    row = {f"row1_{field}": text for field, text in zip(HEADINGS, ROW, strict=True)}
    writer.update_page_form_field_values(writer.pages[0], row | values, auto_regenerate=False)
    return writer


def paper(change: Callable[[PdfWriter], object]) -> Build:
    def build(path: Path) -> None:
        writer = filled()
        change(writer)
        writer.write(path)

    return build


def as_bytes(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def dictionary(**values: object) -> DictionaryObject:
    made = DictionaryObject()
    for key, value in values.items():
        made[NameObject(f"/{key}")] = NameObject(value) if str(value).startswith("/") else value  # type: ignore[index]
    return made


def pdf_of(objects: Iterable[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of bare objects, numbered from 1; the first is the catalog."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    return bytes(out) + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)


def stream(data: bytes, extra: bytes = b"", length: int | None = None) -> bytes:
    size = len(data) if length is None else length
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (size, extra, data)


def form_pdf(references: bytes, *more: bytes) -> bytes:
    """A PDF with a form of the fields that the references name; `more` are the objects from 4 on."""
    return pdf_of((b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[%s]>>>>" % references, *PAGES, *more))


def form_row(**values: bytes) -> bytes:
    """A PDF with a form whose first row has these values, written as PDFs write them."""
    fields = [b"<</FT/Tx/T(row1_%s)/V%s>>" % (name.encode(), value) for name, value in values.items()]
    return form_pdf(b" ".join(b"%d 0 R" % n for n in range(4, 4 + len(fields))), *fields)


PAGES = (b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")


def foreign_pdf() -> bytes:
    out = io.BytesIO()
    page = Canvas(out)
    page.drawString(100, 100, "Invoice")
    page.save()
    return out.getvalue()


def flattened(path: Path) -> None:
    writer = filled()
    writer.update_page_form_field_values(writer.pages[0], {}, flatten=True)
    writer.remove_annotations(subtypes="/Widget")
    del writer.root_object["/AcroForm"]
    writer.write(path)


def with_script(writer: PdfWriter) -> None:
    action = dictionary(S="/JavaScript", JS=TextStringObject("app.alert('x');"))
    writer.root_object[NameObject("/OpenAction")] = action


def with_field_action(writer: PdfWriter) -> None:
    action = dictionary(S="/JavaScript", JS=TextStringObject("app.launchURL('http://attacker.example')"))
    annotation = writer.pages[0]["/Annots"][0].get_object()
    annotation[NameObject("/AA")] = dictionary(K=action)


def with_launch(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/OpenAction")] = dictionary(S="/Launch", F=TextStringObject("cmd.exe"))


def with_xfa(writer: PdfWriter) -> None:
    writer.root_object["/AcroForm"].get_object()[NameObject("/XFA")] = ArrayObject([TextStringObject("x")])


def encrypted(writer: PdfWriter) -> None:
    writer.encrypt("", "owner", algorithm="RC4-128")


@cache
def bomb() -> bytes:
    """150 MB of nothing, packed as PDFs pack."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b"\0" * MIB) for _ in range(150)) + packer.flush()


PAPERS = [
    Hostile("somebody else's", "a.pdf", later(lambda: raw(foreign_pdf())), "file_pdf_foreign"),
    Hostile("flattened", "a.pdf", flattened, "file_pdf_flat"),
    Hostile("a script", "a.pdf", paper(with_script), "file_pdf_active"),
    Hostile("a script on a field", "a.pdf", paper(with_field_action), "file_pdf_active"),
    Hostile("a program to start", "a.pdf", paper(with_launch), "file_pdf_active"),
    Hostile("an attachment", "a.pdf", paper(lambda w: w.add_attachment("evil.exe", b"MZ")), "file_pdf_active"),
    Hostile("another form behind the form", "a.pdf", paper(with_xfa), "file_pdf_active"),
    Hostile("encrypted", "a.pdf", paper(encrypted), "file_password"),
    Hostile("a zip behind", "a.pdf", lambda p: p.write_bytes(as_bytes(filled()) + in_memory(parts())), OTHER),
    Hostile(
        "a zip within",
        "a.pdf",
        lambda p: p.write_bytes(as_bytes(filled())[:-6] + in_memory(parts())[:-2] + b"\x07\0\n%%EOF\n"),
        OTHER,
    ),
    Hostile("a page before", "a.pdf", lambda p: p.write_bytes(b"<html>" + as_bytes(filled())), OTHER),
    Hostile("cut in half", "a.pdf", lambda p: p.write_bytes(as_bytes(filled())[:50_000]), "file_damaged"),
    Hostile("a header and nothing else", "a.pdf", raw(b"%PDF-1.7\n%%EOF"), "file_damaged"),
    Hostile(
        "a table that starts beyond the end",
        "a.pdf",
        raw(b"%PDF-1.7\nstartxref\n99999999999999999999\n%%EOF\n"),
        "file_damaged",
    ),
    Hostile(
        "a table that goes back to itself",
        "a.pdf",
        later(lambda: raw(pdf_of((b"<</Type/Catalog/Pages 2 0 R>>", *PAGES), b"/Prev 178"))),
        "file_pdf_foreign",
    ),
    Hostile(
        "a table of a thousand million lines",
        "a.pdf",
        raw(
            b"%PDF-1.7\nxref\n0 1000000000\n0000000000 65535 f \ntrailer\n"
            b"<</Size 1000000000/Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
        ),
        "file_too_complex",
    ),
    Hostile(
        "a packed table of 150 MB",
        "a.pdf",
        later(
            lambda: raw(
                b"%PDF-1.7\n1 0 obj\n"
                + stream(bomb(), b"/Type/XRef/Size 2147483647/W[1 2 1]/Filter/FlateDecode/Root 2 0 R")
                + b"\nendobj\nstartxref\n9\n%%EOF\n"
            )
        ),
        "file_damaged",
    ),
    Hostile(
        "a bomb in an object stream",
        "a.pdf",
        later(
            lambda: raw(
                b"%PDF-1.7\n1 0 obj\n"
                + stream(bomb(), b"/Type/ObjStm/N 1000000/First 10/Filter/FlateDecode")
                + b"\nendobj\n2 0 obj\n"
                + stream(
                    zlib.compress(bytes.fromhex("00000000ff01000000ff010000090002000001000200000101")),
                    b"/Type/XRef/Size 5/W[1 3 1]/Filter/FlateDecode/Root 3 0 R",
                )
                + b"\nendobj\nstartxref\n%d\n%%%%EOF\n"
                % (9 + 8 + len(stream(bomb(), b"/Type/ObjStm/N 1000000/First 10/Filter/FlateDecode")) + 8)
            )
        ),
        "file_too_complex",
    ),
    Hostile(
        "a bomb as a value",
        "a.pdf",
        later(
            lambda: raw(
                form_pdf(b"4 0 R", b"<</FT/Tx/T(row1_part_number)/V 5 0 R>>", stream(bomb(), b"/Filter/FlateDecode"))
            )
        ),
        "file_too_complex",
    ),
    Hostile(
        "a stream of 2^31 bytes",
        "a.pdf",
        later(lambda: raw(form_pdf(b"4 0 R", b"<</FT/Tx/T(row1_part_number)/V 5 0 R>>", stream(b"x", length=2**31)))),
        "file_too_complex",
    ),
    Hostile(
        "a field within itself",
        "a.pdf",
        later(lambda: raw(form_pdf(b"4 0 R", b"<</FT/Tx/T(row1)/Kids[4 0 R]>>"))),
        "file_pdf_foreign",
    ),
    Hostile(
        "fields 5,000 deep",
        "a.pdf",
        later(
            lambda: raw(
                form_pdf(b"4 0 R", *(b"<</T(a)/Kids[%d 0 R]>>" % n for n in range(5, 5005)), b"<</FT/Tx/T(a)>>")
            )
        ),
        "file_too_complex",
    ),
    Hostile(
        "arrays 100,000 deep",
        "a.pdf",
        later(
            lambda: raw(pdf_of((b"<</Type/Catalog/Pages 2 0 R/X " + b"[" * 100_000 + b"]" * 100_000 + b">>", *PAGES)))
        ),
        "file_damaged",
    ),
    Hostile(
        "25,000 objects",
        "a.pdf",
        later(
            lambda: raw(
                form_pdf(
                    b" ".join(b"%d 0 R" % n for n in range(4, 25_004)),
                    *(b"<</FT/Tx/T(f%d)>>" % n for n in range(25_000)),
                )
            )
        ),
        "file_too_complex",
    ),
    Hostile(
        "pages within themselves",
        "a.pdf",
        later(lambda: raw(pdf_of((b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>")))),
        "file_pdf_foreign",
    ),
    Hostile(
        "NUL and a surrogate in a value",
        "a.pdf",
        later(
            lambda: raw(
                form_row(
                    source_site_number=b"<FEFF0030D800>",
                    quantity=b"(1\\0002)",
                    part_number=b"(=cmd)",
                    target_site_number=b"(1)",
                )
            )
        ),
        "",
        frozenset(("value_characters", "value_formula")),
    ),
    Hostile(
        "1 MB in a field",
        "a.pdf",
        later(lambda: raw(form_row(part_number=b"(%s)" % (b"x" * MIB)))),
        "file_cell_too_long",
    ),
    Hostile("11 MB", "a.pdf", later(lambda: raw(b"%PDF-1.7\n" + b"\0" * (11 * MIB))), "file_too_large"),
]
