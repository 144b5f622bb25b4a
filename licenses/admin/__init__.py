"""The desk's views of catalog, holdings and ledgers; importing them registers them."""

from licenses.admin import catalog, ledgers

__all__ = ["catalog", "ledgers"]
