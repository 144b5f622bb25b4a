"""A renewal quote as PDF: what it says, and the calculation behind each line."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from licenses.papers.render import breakable, render
from licenses.why import why
from renewals.papers.figures import calculated, row_of, shared, site_title, sums, versions
from renewals.papers.parts import in_parts
from renewals.papers.quote import QuotePaper, QuotePaperLine, by_site
from sites.formats import format_amount, format_number

# Lines that are set as one document: a second's work. More would take more memory the more there are.
MOST_AT_ONCE = 200


def quote_pdf(paper: QuotePaper, lang: str) -> bytes:
    """The quote in `lang` (da or en): A4 landscape, PDF/A-2a and PDF/UA-1, the calculation of each line appended.

    One of many lines is set in parts, page by page, and its appendix takes one entry a line. Raises Unprintable for a
    character that the font lacks.
    """
    with override(lang):
        return (
            in_parts(paper, lang) if len(paper.lines) > MOST_AT_ONCE else render("quote.typ", _data(paper, lang), lang)
        )


def _data(paper: QuotePaper, lang: str) -> dict[str, Any]:
    rows = {line.item: row_of(line, paper.currency, lang) for line in paper.lines}
    sites = by_site(paper)
    return {
        **shared(paper, lang, rows.values()),
        "sites": [
            {
                "title": site_title(site),
                "lines": [rows[line.item] for line in lines],
                "sums": sums(site, lines, paper.currency, lang),
            }
            for site, lines in sites
        ],
        "appendix_text": f"{calculated()} {versions(paper)}",
        "appendix_labels": [
            _("Item"),
            _("Renewal part"),
            _("Site number"),
            _("Unit price × quantity × months ÷ 12 = amount"),
            _("Amount (%(currency)s)") % {"currency": paper.currency},
            _("Points"),
        ],
        "appendix": [_calculation(line, paper.currency, lang) for _where, lines in sites for line in lines],
    }


def _calculation(line: QuotePaperLine, currency: str, lang: str) -> list[str]:
    """Item, part, site, the derivation of the amount with that of the cover below it, the amount, and the derivation
    of the points."""
    derived = [line.amount_why, *([line.cover_why] if line.cover_why else [])]
    return [
        format_number(line.item, lang),
        breakable(line.renewal_part or line.part_number),
        line.site_number,
        ". ".join(why(each, currency).sentence for each in derived),
        format_amount(line.amount, currency, lang),
        why(line.points_why).sentence,
    ]
