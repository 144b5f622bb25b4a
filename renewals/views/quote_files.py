"""A quote as files, each in the language that the quote was made in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from licenses.readmodels import one
from licenses.views.shared import Item, actor_of
from renewals import operations
from renewals.models import RenewalQuote
from renewals.papers import QuotePaper, quote_ubl
from renewals.papers import quote_pdf as printed
from renewals.queries import is_long, kept_paper, paper_of, seen_quotes
from renewals.sheets import quote_csv, quote_xlsx
from sites.clock import now, today
from sites.views.files import file_answer

# What writes each kind of file, and its ending.
KINDS: dict[str, tuple[Callable[[QuotePaper, str], bytes], str]] = {
    "xlsx": (quote_xlsx, "xlsx"),
    "csv": (quote_csv, "csv"),
    "ubl": (quote_ubl, "xml"),
}


def quote_file(request: HttpRequest, pk: str, kind: str) -> HttpResponse:
    """The quote as a spreadsheet, as CSV or as UBL."""
    return kind_answer(one(seen_quotes(actor_of(request)), pk=pk), kind)


def kind_answer(quote: RenewalQuote, kind: str) -> HttpResponse:
    """One of the files beside the PDF."""
    written, ending = KINDS[kind]
    content = written(paper_of(quote), quote.language)
    return file_answer(content, f"{quote.number}-v{quote.version}.{ending}", language=quote.language)


def pdf_answer(quote: RenewalQuote) -> HttpResponse | None:
    """The paper as a file; None for a long one that wasn't made yet. Raises Unprintable."""
    content = kept_paper(quote, today()) if is_long(quote) else printed(paper_of(quote), quote.language)
    if content is None:
        return None
    return file_answer(content, f"{quote.number}-v{quote.version}.pdf", inline=True, language=quote.language)


def paper_page(request: HttpRequest, quote: RenewalQuote) -> HttpResponse:
    """The page that waits for a long paper, or has it made (POST): asked again by the page itself until it is there."""
    url = reverse("quote_pdf", args=[quote.pk])
    if request.method == "POST":
        operations.request_paper(actor=actor_of(request), at=now(), quote=quote)
        return redirect(f"{url}?asked=1")
    context = {
        "quote": quote,
        "lines": quote.lines.count(),
        "asked": "asked" in request.GET,
        "crumbs": [
            Item(_("Renewal quotes"), url=reverse("quotes")),
            Item(str(quote), url=reverse("quote_page", args=[quote.pk])),
            Item("PDF"),
        ],
    }
    template = "renewals/_paper_progress.html" if request.headers.get("HX-Request") else "renewals/paper_page.html"
    return render(request, template, context, status=202)
