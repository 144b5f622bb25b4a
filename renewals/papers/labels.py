"""Words that every shape of a quote shares, in the language that is active."""

from django.utils.translation import gettext as _

from licenses.papers.labels import demonstration_prices, not_affiliated
from renewals.papers.quote import QuotePaper


def kinds() -> dict[str, str]:
    """What a kind of quote takes where."""
    return {
        "anniversary": _("All cover of the agreement, taken to one anniversary"),
        "transition": _("Transition quote: cover up to the first anniversary after the move"),
        "express": _("Renewal of Passport Advantage Express licenses"),
    }


def statuses() -> dict[str, str]:
    """The status by its code."""
    return {
        "draft": _("Draft"),
        "issued": _("Issued"),
        "accepted": _("Accepted"),
        "declined": _("Declined"),
        "superseded": _("Superseded"),
        "expired": _("Expired"),
    }


def banners(paper: QuotePaper) -> list[str]:
    """That prices don't hold, where they don't."""
    told = {
        "draft": _("Draft: the prices are not offered yet."),
        "declined": _("Declined: this version can't be accepted any more."),
        "superseded": _("Superseded: a later version of this quote replaces this one."),
        "expired": _("Expired: these prices no longer hold."),
    }
    return [told[paper.status]] if paper.status in told else []


def disclaimers(paper: QuotePaper) -> list[str]:
    """Whose quote this is not, and whose prices."""
    return [not_affiliated(), *([demonstration_prices()] if paper.demo_prices else [])]


def column_labels() -> list[str]:
    """The headings of the lines on paper, where the site stands above them and the currency with the sums."""
    return [_("Item"), _("Part and renewal part"), *_figure_labels()]


def line_labels() -> list[str]:
    """The headings of the lines in a sheet, whose rows stand for themselves."""
    return [_("Item"), _("Site number"), _("Part number"), _("Renewal part"), *_figure_labels(), _("Currency")]


def _figure_labels() -> list[str]:
    return [
        _("Description"),
        _("Quantity"),
        _("Order reference"),
        _("Points"),
        _("Cover start"),
        _("Cover end"),
        _("Months"),
        _("List unit price"),
        _("Unit price"),
        _("Amount"),
    ]


def quote_title(paper: QuotePaper) -> str:
    """The heading of every shape."""
    return _("Renewal quote %(number)s, version %(version)s") % {"number": paper.number, "version": paper.version}
