"""What customers chose of the lines of their quotes, and what a quote offers to choose from."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from renewals.models import LineChoice, RenewalQuote
from renewals.rules.choosing import DECLINED, Choice, Choices, Offered
from sites.models import Customer

# By the order that they are about: the quote's kind, and its Anniversary or the day of an Express renewal.
ChoicesByOrder = Mapping[tuple[str, date], Choices]


def choices_in_force(customer: Customer) -> ChoicesByOrder:
    """All that the customer chose and hasn't taken back, whatever became of the lines."""
    return choices_of([customer.pk])[customer.pk]


def choices_of(customers: Iterable[UUID]) -> dict[UUID, ChoicesByOrder]:
    """The same of each of many customers: one query."""
    found: dict[UUID, dict[tuple[str, date], dict[str, Choice]]] = {customer: {} for customer in customers}
    rows = LineChoice.objects.among("customer_id", found).filter(ended_at__isnull=True)
    for row in rows.order_by("due_on", "kind"):
        order = found[row.customer_id].setdefault((row.kind, row.due_on), {})
        order[str(row.entitlement_id)] = Choice(row.quantity, row.reason)
    return dict(found)


def due_on(quote: RenewalQuote) -> date:
    """The day that a choice of the quote's lines is about."""
    return quote.anniversary or quote.ordered_on


def order_of(quote: RenewalQuote) -> tuple[str, date]:
    """What a choice of the quote's lines is about."""
    return str(quote.kind), due_on(quote)


def offered(quote: RenewalQuote) -> list[Offered]:
    """The lines that `quote` has and those of its order that were declined and can be taken back, in its order."""
    declined = {each["entitlement"]: each for each in declined_of(quote)}
    found = []
    for line in quote.lines.all():
        key = str(line.entitlement_id)
        left = declined.pop(key, None)
        more = left["quantity"] if left else 0
        found.append(Offered(key, line.quantity + more, line.quantity, left["params"]["reason"] if left else ""))
    return [
        *found, *(Offered(key, each["quantity"], 0, each["params"]["reason"]) for key, each in declined.items())
    ]  # fmt: skip


def declined_of(quote: RenewalQuote) -> list[dict[str, Any]]:
    """What is left out of `quote` because the customer declined it in the same order."""
    return [each for each in quote.left_out if each["code"] == DECLINED and each["params"]["kind"] == quote.kind]


def of_lines(quote: RenewalQuote, lines: Iterable[UUID]) -> list[LineChoice]:
    """The choices in force of these lines for the order of `quote`."""
    kind, day = order_of(quote)
    rows = LineChoice.objects.filter(customer=quote.customer_id, kind=kind, due_on=day, ended_at__isnull=True)
    return list(rows.filter(entitlement__in=list(lines)))
