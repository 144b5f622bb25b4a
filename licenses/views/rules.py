"""The rule book for its readers: policies with their values, versions, and what each changed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from licenses.policy_words import ANSWERS, change_words, ladder_lines, policy_lines
from licenses.queries.editions import Edition, editions
from licenses.rule_words import CHECKS, rules_told
from sites.clock import today


def rules_page(request: HttpRequest) -> HttpResponse:
    """What the figures of this portal stand on: one query."""
    books = editions()
    on = today()
    present = next(e for e in books if e.row.valid_from <= on)
    context = {
        "present": present.row,
        "policies": policy_lines(present.book),
        "answers": list(ANSWERS.items()),
        "ladder": ladder_lines(present.book),
        "outside": ", ".join(present.book.outside_levels),
        "coming": [_shown(e) for e in reversed(books) if e.row.valid_from > on],
        "earlier": [_shown(e) for e in books if e.row.valid_from <= on],
        "rules": rules_told(),
        "checks": list(CHECKS.items()),
    }
    return render(request, "licenses/rules.html", context)


def _shown(edition: Edition) -> dict[str, object]:
    told = [change_words(change) for change in edition.changed] or [_("The rule book that the portal began with.")]
    return {"version": edition.row.version, "valid_from": edition.row.valid_from, "changes": told}
