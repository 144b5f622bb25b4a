"""Words that all papers share, in the language that is active."""

from django.utils.translation import gettext as _

PRODUCT = "Passage"


def programs() -> dict[str, str]:
    """The program's name by its code."""
    return {"PA": "Passport Advantage", "PAE": "Passport Advantage Express"}


def page_template() -> str:
    """`Page {page} of {pages}`, filled in by the template."""
    return _("Page {page} of {pages}")


def not_affiliated() -> str:
    """The sentence that every paper carries."""
    return _("Not affiliated with IBM.")


def demonstration_prices() -> str:
    """The sentence of every paper whose prices are invented."""
    return _("Demonstration prices: invented, not IBM's prices.")


def demonstration_data() -> str:
    """The sentence of every statement of an invented world."""
    return _("Demonstration data: invented, about nobody.")
