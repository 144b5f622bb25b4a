"""The desk's views of catalog, prices, holdings and ledgers; importing them registers them."""

from licenses.admin import catalog, entitlement_imports, ledgers, points, price_imports, rule_books

__all__ = ["catalog", "entitlement_imports", "ledgers", "points", "price_imports", "rule_books"]
