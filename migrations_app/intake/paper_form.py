"""The transfer form as a fillable PDF: a page to sign or to send on, in our own words."""

import io

import fontpkg_ibm_plex_sans
from django.utils import translation
from django.utils.translation import gettext
from reportlab.lib.colors import black, white
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

from licenses.intake.headings import Column
from migrations_app.intake.guide import explanations, notes
from migrations_app.intake.headings import FORM
from migrations_app.intake.values import MAX_LENGTH

ROWS = 12
FONT = "IBMPlexSans"
MARGIN, GAP = 36.0, 3.0
ROW_HEIGHT = 20.0
WIDTHS = {"quantity": 0.6, "effective_on": 0.8, "reason": 1.5, "part_number": 0.8, "reference": 0.9}
FIELD_FONT_SIZE = 8


def pdf(lang: str) -> bytes:
    """The form with a header block and 12 rows; the fields are named `row1_part_number` and so on."""
    with translation.override(lang):
        buffer = io.BytesIO()
        page = Canvas(buffer, pagesize=landscape(A4), lang="da-DK" if lang.lower().startswith("da") else "en-US")
        page.setTitle(gettext("Transfer form"))
        page.setSubject(gettext("Move Passport Advantage Express licenses to a Passport Advantage site"))
        page.setAuthor("Passage")
        font = _font()
        top = _header(page, font)
        bottom = _rows(page, font, lang, top)
        _footer(page, font, bottom)
        page.save()
        return buffer.getvalue()


def _font() -> str:
    """The package's variable font at its default weight; Helvetica where it can't be read."""
    if FONT in pdfmetrics.getRegisteredFontNames():
        return FONT
    path = fontpkg_ibm_plex_sans.ROOT / "files" / "IBMPlexSans[wdth,wght].ttf"
    try:
        pdfmetrics.registerFont(TTFont(FONT, str(path)))
    except (TTFError, OSError):
        return "Helvetica"
    return FONT


def _field(page: Canvas, name: str, tip: str, x: float, y: float, width: float, longest: int) -> None:
    page.acroForm.textfield(
        name=name, tooltip=tip, x=x, y=y, width=width, height=ROW_HEIGHT - GAP, maxlen=longest,
        fontName="Helvetica", fontSize=FIELD_FONT_SIZE, borderWidth=0.5, forceBorder=True,
        fillColor=white, borderColor=black, textColor=black,
    )  # fmt: skip


def _header(page: Canvas, font: str) -> float:
    """Title and who asks. Returns the height at which the rows may begin."""
    width: float
    height: float
    width, height = landscape(A4)
    page.setFont(font, 18)
    page.drawString(MARGIN, height - MARGIN - 14, gettext("Transfer form"))
    page.setFont(font, 9)
    page.drawString(
        MARGIN, height - MARGIN - 30, gettext("Move Passport Advantage Express licenses to a Passport Advantage site")
    )
    fields = (
        ("customer_name", gettext("Customer")),
        ("agreement_number", gettext("Agreement number")),
        ("contact_name", gettext("Contact person")),
        ("contact_email", gettext("E-mail")),
        ("contact_phone", gettext("Telephone")),
        ("signed_on", gettext("Date")),
    )
    column = (width - 2 * MARGIN) / 3
    top = height - MARGIN - 52
    for index, (name, label) in enumerate(fields):
        x, y = MARGIN + (index % 3) * column, top - (index // 3) * 34
        page.setFont(font, 8)
        page.drawString(x, y, label)
        _field(page, name, label, x, y - ROW_HEIGHT, column - 12, 100)
    return top - 78


def _rows(page: Canvas, font: str, lang: str, top: float) -> float:
    width, _ = landscape(A4)
    unit = (width - 2 * MARGIN - 18) / sum(WIDTHS.get(c.field, 1.0) for c in FORM.columns)
    told = explanations()
    x = MARGIN + 18
    for column in FORM.columns:
        wide = unit * WIDTHS.get(column.field, 1.0)
        page.setFont(font, 7.5)
        page.drawString(x, top, _label(column, lang))
        for row in range(1, ROWS + 1):
            tip = f"{row}: {_label(column, lang)} - {told[column.field]}"
            y = top - 6 - row * ROW_HEIGHT
            _field(page, f"row{row}_{column.field}", tip, x, y, wide - GAP, MAX_LENGTH.get(column.field, 12))
        x += wide
    page.setFont(font, 8)
    for row in range(1, ROWS + 1):
        page.drawRightString(MARGIN + 12, top - row * ROW_HEIGHT - 1, str(row))
    return top - 6 - ROWS * ROW_HEIGHT


def _label(column: Column, lang: str) -> str:
    text = column.heading(lang).replace("_", " ")
    return f"{text[:1].upper()}{text[1:]}{' *' if column.required else ''}"


def _footer(page: Canvas, font: str, top: float) -> None:
    page.setFont(font, 7.5)
    y = top - 16
    for text in (gettext("* Needed in every row."), *notes()):
        page.drawString(MARGIN, y, text)
        y -= 11
    width, _ = landscape(A4)
    for index, label in enumerate(
        (
            gettext("Signature, Primary Contact of the source site"),
            gettext("Signature, Primary Contact of the target site"),
        )
    ):
        x = MARGIN + index * (width / 2 - MARGIN)
        page.line(x, y - 18, x + width / 2 - 2 * MARGIN, y - 18)
        page.drawString(x, y - 28, label)
