"""A quote, locked for an answer."""

from collections.abc import Callable
from uuid import UUID

from licenses.readmodels import one
from portal.kernel.errors import Fault, Stale
from renewals.models import RenewalQuote
from sites.models import Agreement, Site
from sites.tenancy import Actor


def locked_quote(
    actor: Actor, quote_id: UUID | str, version: int | None, allowed: Callable[[Actor, RenewalQuote], None]
) -> RenewalQuote:
    """The quote, locked after its Agreement or site: the same order as where quotes are made.

    `allowed` raises for who may not. Raises NotFound, and Stale where `version` isn't the quote's.
    """
    quote = one(RenewalQuote.objects.visible_to(actor), pk=quote_id)
    allowed(actor, quote)
    agreement = None
    if quote.agreement_id is not None:
        agreements = Agreement.objects.select_for_update(of=("self",)).select_related("customer")
        agreement = agreements.get(pk=quote.agreement_id)
    elif quote.site_id is not None:
        Site.objects.select_for_update(of=("self",)).get(pk=quote.site_id)
    quotes = RenewalQuote.objects.select_for_update(of=("self",)).select_related("customer", "site__customer")
    quote = quotes.get(pk=quote.pk)
    quote.agreement = agreement
    if version is not None and version != quote.version:
        raise Stale(Fault("quote_other_version", "version", params={"asked": version, "version": quote.version}))
    return quote
