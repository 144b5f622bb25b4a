"""Papers to print in tests: believable, with Danish letters, every figure computed from its parts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from licenses.papers.proof import ProofPaper
from licenses.rules.pricing import extend, line_points
from portal.kernel.money import round_money, round_points
from portal.kernel.period import Period
from renewals.papers import QuotePaper, QuotePaperContact, QuotePaperLine, QuotePaperSite

PROOF = ProofPaper(
    number="PoE-2027-000123",
    issued_on=date(2027, 3, 5),
    program="PA",
    part_number="D0DPLLL",
    description="IBM i2 Analyst's Notebook Concurrent User License + SW Subscription & Support 12 Months",
    metric="Concurrent User",
    quantity=1250,
    order_reference="0012345678",
    cover=Period(date(2026, 7, 1), date(2027, 6, 30)),
    customer_name="Ærø Energi A/S",
    customer_address=("Åboulevarden 12", "8000 Aarhus C"),
    customer_number="DK00123",
    site_name="Værkstedet i Ølgod",
    site_number="7001234",
    site_address=("Østergade 4", "6870 Ølgod"),
    verify_url="https://passage.example/verify/PoE-2027-000123",
    agreement_number="0004711",
    supersedes=("PoE-2024-000017",),
)
SITES = (QuotePaperSite("7001234", "Hovedkontoret", ("8000 Aarhus C",)), QuotePaperSite("7001235", "Ølgod"))
DESCRIPTIONS = (
    "IBM i2 Analyst's Notebook Concurrent User Annual SW Subscription & Support Renewal 12 Months",
    "IBM Db2 Standard Edition VPC Annual SW Subscription & Support Renewal",
)


def line(item: int, **changes: Any) -> QuotePaperLine:
    """Line `item`: 7 months where the item is odd, else 12; the first three quarters at the first site."""
    months = 7 if item % 2 else 12
    quantity, price, each = item, Decimal("602.00"), Decimal("7.82")
    made = QuotePaperLine(
        item=item,
        part_number="D0DPLLL",
        renewal_part="E0DQTLL",
        description=DESCRIPTIONS[item % 2],
        quantity=quantity,
        order_reference=f"{item:010}",
        site_number=SITES[item % 4 == 0].number,
        points=round_points(each * quantity * months / 12),
        cover_start=date(2027, 7, 1),
        cover_end=date(2028, 1, 31) if months == 7 else date(2028, 6, 30),
        months=months,
        list_unit_price=Decimal("650.00"),
        unit_price=price,
        amount=round_money(price * quantity * months / 12, "DKK"),
        amount_why=extend(price, quantity, months, "DKK", "2026.1").explanation,
        points_why=line_points(each, quantity, months, "2026.1")[1],
    )
    return replace(made, **changes)


def quote(*lines: QuotePaperLine, **changes: Any) -> QuotePaper:
    """A quote of `lines` whose sums agree."""
    fields: dict[str, Any] = {
        "number": "Q-2027-00042",
        "version": 2,
        "kind": "anniversary",
        "status": "issued",
        "issued_on": date(2027, 3, 5),
        "valid_until": date(2027, 6, 30),
        "customer_name": "Ærø Energi A/S",
        "customer_address": ("Åboulevarden 12", "8000 Aarhus C"),
        "customer_number": "DK00123",
        "sites": SITES,
        "lines": lines,
        "points": sum((each.points for each in lines), Decimal(0)),
        "total": sum((each.amount for each in lines), Decimal(0)),
        "currency": "DKK",
        "quote_level": "D",
        "rsvp_level": "E",
        "agreement_number": "0004711",
        "anniversary": date(2027, 7, 1),
        "contacts": (QuotePaperContact("Primary Contact", "Mette Ærø", "mette@nordvind.example"),),
        "demo_prices": True,
    }
    return QuotePaper(**{**fields, **changes})


def lines(count: int) -> tuple[QuotePaperLine, ...]:
    return tuple(line(item) for item in range(1, count + 1))


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """What a reader copies out of `pdf`, with plain single spaces and without break opportunities."""
    text = "\n".join(page.extract_text() for page in read(pdf).pages)
    return " ".join(text.replace("\N{ZERO WIDTH SPACE}", "").split())
