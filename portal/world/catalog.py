"""The demonstration's parts and prices.

`parts.csv` holds public facts, each with where it is named. `products.csv` and the tables below are invented: part
numbers that begin with D9X or E9X, points that `parts.csv` leaves open, and every price. The price lists say so
themselves (`demonstration`). Descriptions are written the way the public ones are.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from licenses.models import Part, PartKind, Price, PriceList
from portal.kernel.money import round_money

HERE = Path(__file__).parent
VALID_FROM = date(2020, 1, 1)
PERCENT_OFF = {"BL": 0, "D": 4, "E": 8, "F": 12, "G": 16, "H": 20, "GV": 18, "ED": 45}
KRONER_A_EURO = Decimal("7.45")
LISTS = (("Danmark 2026", "DK", "DKK", Decimal(1)), ("Deutschland 2026", "DE", "EUR", KRONER_A_EURO))
_TIMES_RENEWAL = Decimal(3)


@dataclass(frozen=True, slots=True)
class CatalogPart:
    """A part with its price in kroner at level BL: for one unit, or for 12 months of S&S. None: not sold alone."""

    number: str
    description: str
    kind: str
    metric: str
    product: str
    points: Decimal | None
    price: Decimal | None
    renewal: str | None = None
    reinstatement: str | None = None


@dataclass(frozen=True, slots=True)
class _Single:
    """What is added by hand to a part of `parts.csv` that no product's row names."""

    product: str
    points: str | None = None
    price: str | None = None
    renewal: str | None = None
    reinstatement: str | None = None


_SINGLES = {
    "D24XNLL": _Single("IBM Cloud Pak for Applications", "14.25", "26125.00", "E0QB6LL", "D24XKLL"),
    "D24XPLL": _Single("IBM Cloud Pak for Applications for IBM Z", "20.40", "37400.00", "E0QB7LL", "D24XMLL"),
    "D24XHLL": _Single("IBM Cloud Pak for Applications", "1.30", "1430.00"),
    "D24Q5LL": _Single("IBM Mobile Foundation", "0.95", "1045.00"),
    "D283ZLL": _Single("IBM Edge Application Manager", "0.09", "99.00"),
    "D28I1LL": _Single("IBM Edge Application Manager", "0.74", "814.00"),
    "CC3P1ML": _Single("IBM WebSphere Application Server Network Deployment"),
    "CC5W4EN": _Single("IBM Cloud Pak for Multicloud Management"),
    "CC7X4EN": _Single("IBM Cloud Pak for Multicloud Management"),
}

# Invented as well: parts for a time, which a rep looks at before they move (check V6).
_FOR_A_TIME = (
    CatalogPart(
        "D9X45LL",
        "IBM SPSS Statistics Base Authorized User Subscription License 12 Months",
        PartKind.SUBSCRIPTION,
        "Authorized User",
        "IBM SPSS Statistics Base",
        Decimal("3.60"),
        Decimal("3960.00"),
    ),
    CatalogPart(
        "D9X46LL",
        "IBM Planning Analytics User Authorized User Committed Term License 12 Months",
        PartKind.COMMITTED_TERM,
        "Authorized User",
        "IBM Planning Analytics User",
        Decimal("5.40"),
        Decimal("5940.00"),
    ),
)


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _product_parts(row: dict[str, str]) -> Iterator[CatalogPart]:
    """The three parts of a product, described as the public lists do."""
    product, metric = row["product"], row["metric"]
    renewal_points, renewal_price = Decimal(row["renewal_points"]), Decimal(row["renewal_price"])
    about = f"{product} {metric}"
    yield CatalogPart(
        row["renewal"],
        f"{about} Annual SW Subscription & Support Renewal 12 Months",
        PartKind.RENEWAL,
        metric,
        product,
        renewal_points,
        renewal_price,
    )
    yield CatalogPart(
        row["reinstatement"],
        f"{about} SW Subscription & Support Reinstatement 12 Months",
        PartKind.REINSTATEMENT,
        metric,
        product,
        renewal_points * _TIMES_RENEWAL,
        renewal_price * _TIMES_RENEWAL,
    )
    yield CatalogPart(
        row["license"],
        f"{about} License + SW Subscription & Support 12 Months",
        PartKind.LICENSE,
        metric,
        product,
        Decimal(row["license_points"]),
        Decimal(row["license_price"]),
        row["renewal"],
        row["reinstatement"],
    )


def _as_published(fact: dict[str, str], made_up: CatalogPart | None) -> CatalogPart:
    """A part of `parts.csv`: what stands there goes before what was made up."""
    number = fact["part_number"]
    single = _SINGLES.get(number)
    points: Decimal | None = None
    price: Decimal | None = None
    if made_up is not None:
        product, renewal, reinstatement = made_up.product, made_up.renewal, made_up.reinstatement
        points, price = made_up.points, made_up.price
    elif single is not None:
        product, renewal, reinstatement = single.product, single.renewal, single.reinstatement
        points = Decimal(single.points) if single.points else None
        price = Decimal(single.price) if single.price else None
    else:
        raise ValueError(f"{number} of parts.csv belongs to no product")
    return CatalogPart(
        number=number,
        description=fact["description"],
        kind=fact["kind"],
        metric=fact["metric"],
        product=product,
        points=Decimal(fact["points_each"]) if fact["points_each"] else points,
        price=price,
        renewal=renewal,
        reinstatement=reinstatement,
    )


@cache
def catalog() -> tuple[CatalogPart, ...]:
    """Every part of the demonstration, renewals and reinstatements before the licenses that name them."""
    made_up = {part.number: part for row in _rows("products.csv") for part in _product_parts(row)}
    made_up |= {part.number: part for part in _FOR_A_TIME}
    for fact in _rows("parts.csv"):
        made_up[fact["part_number"]] = _as_published(fact, made_up.get(fact["part_number"]))
    return tuple(sorted(made_up.values(), key=lambda part: (part.renewal is not None, part.number)))


def level_price(base: Decimal, level: str, currency: str, kroner: Decimal) -> Decimal:
    """The invented price at `level` from the one in kroner at BL, rounded half up to the minor unit."""
    return round_money(base * (100 - PERCENT_OFF[level]) / 100 / kroner, currency)


def load_catalog() -> None:
    """Put the parts and both price lists where they are missing; what is there already stays as it is."""
    parts = [
        Part(
            part_number=part.number,
            description=part.description,
            kind=part.kind,
            metric=part.metric,
            product=part.product,
            points_each=part.points,
            renewal_part_id=part.renewal,
            reinstatement_part_id=part.reinstatement,
        )
        for part in catalog()
    ]
    Part.objects.bulk_create(parts, ignore_conflicts=True)
    for name, country, currency, kroner in LISTS:
        _load_prices(name, country, currency, kroner)


def _load_prices(name: str, country: str, currency: str, kroner: Decimal) -> None:
    if PriceList.objects.filter(country=country, currency=currency).exists():
        return
    price_list = PriceList.objects.create(name=name, country=country, currency=currency, demonstration=True)
    rows = [
        Price(
            price_list=price_list,
            part_id=part.number,
            level=level,
            amount=level_price(part.price, level, currency, kroner),
            valid_from=VALID_FROM,
        )
        for part in catalog()
        if part.price is not None
        for level in PERCENT_OFF
    ]
    Price.objects.bulk_create(rows, batch_size=1000)
