"""Whether a quote still follows from the facts, and what it counts on."""

from datetime import date

from licenses.queries import price_version, rule_book
from renewals.models import RenewalQuote
from renewals.queries.drafts import express_drafts, says_the_same
from renewals.queries.holdings import express_holdings
from renewals.queries.stored import last_look, lines_said

Kind, Status = RenewalQuote.Kind, RenewalQuote.Status


def is_stale(quote: RenewalQuote, on: date) -> bool:
    """Whether licenses, points, prices or rules changed since an issued quote was made or last compared with them.

    Needs `agreement` and `customer`, or `site` with its customer; an Express site keeps no version, so its quote is
    derived again.
    """
    if quote.rule_version != rule_book(on).version:
        return True
    if quote.agreement is not None:
        look = last_look(quote.agreement.pk)
        seen = max(quote.built_from, look.head_version if look else 0)
        customer = quote.customer
        priced = look.prices if look else 0
        return quote.agreement.head_version > seen or price_version(str(customer.country), customer.currency) > priced
    if quote.site is None:
        return False
    drafts = express_drafts(express_holdings([quote.site], on)[quote.site.pk])
    lines = lines_said([quote.pk]).get(quote.pk, [])
    return not any(d.order.on == quote.ordered_on and says_the_same(lines, d) for d in drafts)


def open_transition_of(quote: RenewalQuote) -> RenewalQuote | None:
    """The issued transition quote that an Anniversary's quote takes for accepted."""
    if quote.kind != Kind.ANNIVERSARY or quote.agreement_id is None:
        return None
    rows = RenewalQuote.objects.filter(
        agreement_id=quote.agreement_id, kind=Kind.TRANSITION, anniversary=quote.anniversary, status=Status.ISSUED
    )
    return rows.first()
