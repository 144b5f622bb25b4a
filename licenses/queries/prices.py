"""Price lists as the rules take them."""

from collections.abc import Iterable
from dataclasses import dataclass

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
