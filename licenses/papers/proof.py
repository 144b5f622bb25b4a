"""Proof of Entitlement as a paper: the portal's own certificate (rule book section 7)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import segno
from django.utils.translation import gettext as _
from django.utils.translation import override

from licenses.papers.frame import NOTHING, frame, shown_facts
from licenses.papers.labels import not_affiliated, programs
from licenses.papers.render import breakable, render
from portal.kernel.period import Period
from sites.formats import format_date, format_number

VALID, SUPERSEDED, WITHDRAWN = "valid", "superseded", "withdrawn"


@dataclass(frozen=True, slots=True)
class ProofPaper:
    """What one Proof of Entitlement says.

    `program` is PA or PAE, `status` one of valid, superseded, withdrawn; `cover` is None for a license without S&S.
    Addresses are lines. `supersedes` and `superseded_by` are numbers of other proofs. `demo` marks invented data.
    """

    number: str
    issued_on: date
    program: str
    part_number: str
    description: str
    metric: str
    quantity: int | Decimal
    order_reference: str
    cover: Period | None
    customer_name: str
    customer_address: tuple[str, ...]
    customer_number: str
    site_name: str
    site_number: str
    site_address: tuple[str, ...]
    verify_url: str
    agreement_number: str = ""
    registration_number: str = ""
    acquired_on: date | None = None
    supersedes: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    status: str = VALID
    demo: bool = False


def proof_pdf(paper: ProofPaper, lang: str) -> bytes:
    """The certificate of `paper` in `lang` (da or en): PDF/A-2a and PDF/UA-1, one A4 page unless texts are very long.

    Raises Unprintable for a character that the font lacks.
    """
    with override(lang):
        return render("proof.typ", _data(paper, lang), lang)


def _data(paper: ProofPaper, lang: str) -> dict[str, Any]:
    heading = _("Proof of Entitlement")
    verify = paper.verify_url
    return {
        **frame(f"{heading} {paper.number}", paper.issued_on),
        "heading": heading,
        "number": breakable(paper.number),
        "statement": _(
            "This certificate is issued by the portal. Together with the paid invoice it proves the right to use "
            "the program below; neither proves it alone."
        ),
        "banners": _banners(paper),
        "sections": [_program(paper, lang), _holder(paper), _certificate(paper, lang)],
        "check_title": _("Check this certificate"),
        "check_text": _("Scan the code or open the address to see whether the certificate still stands:"),
        "verify_url": verify,
        "verify_shown": breakable(verify),
        "qr": _qr(verify),
        "qr_alt": _("QR code that opens %(url)s") % {"url": verify},
        "notes": _notes(paper),
    }


def _program(paper: ProofPaper, lang: str) -> dict[str, Any]:
    period = NOTHING
    if paper.cover:
        first, last = format_date(paper.cover.starts_on, lang), format_date(paper.cover.ends_on, lang)
        period = f"{first} {NOTHING} {last}"
    acquired = format_date(paper.acquired_on, lang) if paper.acquired_on else NOTHING
    return _section(
        _("Program"),
        [
            (_("Description"), paper.description),
            (_("Part number"), paper.part_number),
            (_("Quantity"), format_number(paper.quantity, lang)),
            (_("Metric"), paper.metric),
            (_("Software Subscription and Support"), period),
            (_("Acquired on"), acquired),
            (_("Order reference"), paper.order_reference),
            (_("Offering"), programs().get(paper.program, paper.program)),
        ],
        columns=2,
    )


def _holder(paper: ProofPaper) -> dict[str, Any]:
    return _section(
        _("Customer and site"),
        [
            (_("Customer"), [paper.customer_name, *paper.customer_address]),
            (_("Site"), [paper.site_name, *paper.site_address]),
            (_("IBM Customer Number"), paper.customer_number),
            (_("Site number"), paper.site_number),
            (_("Registration number"), paper.registration_number),
            (_("Agreement number"), paper.agreement_number),
        ],
        columns=2,
    )


def _certificate(paper: ProofPaper, lang: str) -> dict[str, Any]:
    return _section(
        _("Certificate"),
        [
            (_("Number"), paper.number),
            (_("Issued on"), format_date(paper.issued_on, lang)),
            (_("Status"), _statuses().get(paper.status, paper.status)),
            (_("Supersedes"), list(paper.supersedes)),
            (_("Superseded by"), list(paper.superseded_by)),
        ],
        columns=3,
    )


def _section(title: str, facts: list[tuple[str, str | list[str]]], columns: int) -> dict[str, Any]:
    return {"title": title, "columns": columns, "facts": shown_facts(facts)}


def _statuses() -> dict[str, str]:
    return {VALID: _("Valid"), SUPERSEDED: _("Superseded"), WITHDRAWN: _("Withdrawn")}


def _banners(paper: ProofPaper) -> list[str]:
    if paper.status == SUPERSEDED and paper.superseded_by:
        numbers = {"numbers": ", ".join(paper.superseded_by)}
        return [_("This certificate no longer stands: it is superseded by %(numbers)s.") % numbers]
    if paper.status != VALID:
        return [_("This certificate no longer stands.")]
    return []


def _notes(paper: ProofPaper) -> list[str]:
    notes = [
        _("This is not a paper from IBM. The portal keeps the record that it was made from."),
        _("Keep the paid invoice: the certificate and the invoice prove the right together."),
        not_affiliated(),
    ]
    if paper.demo:
        notes.append(_("Demonstration data: this paper grants no right."))
    return notes


def _qr(url: str) -> str:
    """The QR code of `url` as SVG, with the quiet zone of four modules that readers need."""
    out = BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=4, xmldecl=False, svgns=True, scale=4)
    return out.getvalue().decode()
