"""In whose hands an open quote is: with a partner, with the rep, or back with something to look at."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from renewals.models import HandOver, RenewalQuote
from renewals.rules.choosing import Choice
from renewals.rules.workflow import whose_turn
from sites.models import Mandate, Partner
from sites.tenancy import Actor

Turn = HandOver.Turn


@dataclass(frozen=True, slots=True)
class Hands:
    """Where a quote is: `turn` of the workflow, `waits_for` a role, and what was handed over, asked or proposed."""

    turn: str
    waits_for: str
    current: HandOver | None


def open_hand_over(quote: RenewalQuote) -> HandOver | None:
    """What was handed over, asked or proposed about the quote's number and isn't over."""
    rows = HandOver.objects.filter(customer=quote.customer_id, number=quote.number).exclude(turn=Turn.CUSTOMER)
    return rows.select_related("partner", "asked_by", "replied_by").first()


def hands_of(quote: RenewalQuote) -> Hands:
    """Whose turn it is."""
    current = open_hand_over(quote)
    turn = current.turn if current else Turn.CUSTOMER.value
    return Hands(turn, whose_turn(quote.status, turn), current)


def past_hand_overs(quote: RenewalQuote) -> list[HandOver]:
    """What was asked, answered and proposed about the quote's number before, the newest first."""
    rows = HandOver.objects.filter(customer=quote.customer_id, number=quote.number, turn=Turn.CUSTOMER)
    return list(rows.select_related("partner", "asked_by", "replied_by").order_by("-asked_at"))


def seen_questions(actor: Actor) -> QuerySet[HandOver]:
    """What was ever asked of a rep, as far as `actor` sees it."""
    rows = HandOver.objects.visible_to(actor).filter(partner__isnull=True)
    return rows.select_related("customer", "quote", "asked_by", "replied_by")


def mandated_partners(customer_id: UUID, on: date) -> list[Partner]:
    """The partners that may prepare for the customer on `on`, by name."""
    mandates = Mandate.objects.valid_on(on).filter(customer=customer_id, can_write=True)
    return list(Partner.objects.filter(pk__in=mandates.values("partner")).order_by("name"))


def proposed_choices(hand_over: HandOver) -> dict[str, Choice]:
    """What a partner proposes of each line that isn't to be renewed whole."""
    return {each["entitlement"]: Choice(each["quantity"], each["reason"]) for each in hand_over.lines}
