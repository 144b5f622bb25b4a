"""Read models of renewal quotes, for the page, the API and the PDF alike."""

from renewals.models import RenewalQuote
from sites.tenancy import Actor


def live_quotes(actor: Actor) -> list[RenewalQuote]:
    """The issued quotes that `actor` sees, newest first."""
    issued = RenewalQuote.objects.visible_to(actor).filter(status=RenewalQuote.Status.ISSUED)
    return list(issued.select_related("agreement", "site", "customer").order_by("-issued_at", "id"))
