"""Price lists as the rules take them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum
from django.db.models.functions import Coalesce

from licenses.models import Price, PriceList
from licenses.rules.pricing import PriceBook, PriceRow


@dataclass(frozen=True, slots=True)
class ListedPrices:
    """A price book ready for the rules, and whether its prices are invented ones."""

    book: PriceBook
    name: str
    demonstration: bool


def price_book(country: str, currency: str, parts: Iterable[str] | None = None) -> ListedPrices:
    """The list of a country and currency; of the named parts only, where they are given.

    Without a list the book is empty: every line then says that its price is missing.
    """
    found = PriceList.objects.filter(country=country, currency=currency).order_by("name").first()
    if found is None:
        return ListedPrices(PriceBook(currency, (), ""), "", False)
    prices = Price.objects.filter(price_list=found)
    if parts is not None:
        prices = prices.filter(part_id__in=set(parts))
    rows = tuple(
        PriceRow(part, level, amount, valid_from, valid_to, list_amount)
        for part, level, amount, valid_from, valid_to, list_amount in prices.values_list(
            "part_id", "level", "amount", "valid_from", "valid_to", "list_amount"
        )
    )
    return ListedPrices(PriceBook(currency, rows, found.name), found.name, found.demonstration)


def price_version(country: str, currency: str) -> int:
    """How often prices of a country and currency were written: what was priced from fewer writings is stale."""
    rows = PriceList.objects.filter(country=country, currency=currency)
    return int(rows.aggregate(version=Coalesce(Sum("version"), 0))["version"])


def price_versions() -> dict[tuple[str, str], int]:
    """The same of every country and currency that has a list."""
    rows = PriceList.objects.order_by().values_list("country", "currency").annotate(version=Sum("version"))
    return {(str(country), currency): version for country, currency, version in rows}
