"""Names that pages give to turns, steps, severities, assumptions and what is left out of a plan."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TURNS = {
    "requester": _("the requester"),
    "source_contact": _("the source site's Primary Contact"),
    "target_contact": _("the target site's Primary Contact"),
    "primary_contact": _("the Originating Site's Primary Contact"),
    "customer": _("the customer"),
    "rep": _("the IBM rep"),
    "system": _("the portal"),
    "time": _("time"),
    "nobody": _("nobody"),
}

STEPS = {
    "submit": pgettext_lazy("button", "Submit"),
    "consent": pgettext_lazy("button", "Consent"),
    "refuse": pgettext_lazy("button", "Refuse"),
    "approve": pgettext_lazy("button", "Approve"),
    "return": pgettext_lazy("button", "Return"),
    "reject": pgettext_lazy("button", "Reject"),
    "withdraw": pgettext_lazy("button", "Withdraw"),
    "reverse": pgettext_lazy("button", "Take the move back"),
    "retry": pgettext_lazy("button", "Try again"),
    "undo": pgettext_lazy("button", "Undo"),
    "cancel": pgettext_lazy("button", "Stop"),
}

DONE = {
    "submit": _("Request %(number)s is submitted."),
    "consent": _("You consented to request %(number)s."),
    "refuse": _("You refused request %(number)s."),
    "approve": _("Request %(number)s is approved. The portal moves the licenses on the effective date."),
    "return": _("Request %(number)s is returned to its requester."),
    "reject": _("Request %(number)s is rejected."),
    "withdraw": _("Request %(number)s is withdrawn."),
    "reverse": _("The move of request %(number)s is taken back."),
}

SEVERITIES = {
    "error": _("stops"),
    "warning": _("warning"),
    "review": _("for the rep"),
    "waits": _("waits"),
    "info": _("for information"),
}

ASSUMPTIONS = {
    "T1": _("The Agreement's first Term begins with the first order or the first completed move."),
    "T5": _("Cover that ends before the Anniversary is taken up to it by a transition quote."),
    "T5-long": _("Cover that ends before the Anniversary is taken a whole year past it by a transition quote."),
    "T7": _("Prorated charges are rounded once, on the extended amount, and count a least number of months."),
    "T7-alike": _(
        "Of more than 2,000 licenses those that are alike are priced as one: parts of a year may differ by half a "
        "minor unit a license from what is priced one by one."
    ),
    "T8": _("Without a reinstatement price, the estimate is the rule book's multiple of the annual renewal."),
    "P2": _("Points of a part of a year are rounded to two places for each line."),
    "P6": _("An order belongs to the Term of the day on which it is accepted."),
    "6.3": _(
        "Licenses that already stand under an Agreement are compared as if each renewed alone at level BL; what their "
        "present Agreement pays or loses without them isn't counted."
    ),
}

LEFT_OUT = {
    "cover_lapsed": _("its cover has lapsed; it can only be reinstated"),
    "cover_not_month_end": _("its cover doesn't end with a month"),
    "renewal_part_missing": _("no renewal part is known"),
    "price_missing": _("no price is known"),
    "own_line_not_renewed": _("it wasn't renewed last year"),
    "cover_never": _("it has no S&S, so there is nothing to renew"),
}

COVER = {
    "paid": _("Paid"),
    "renewal": _("Renewal"),
    "transition": _("Transition"),
    "gap": _("Gap"),
    "overlap": _("Paid twice"),
}

FIGURES = {
    "accrued_stay": _("Cost of cover if they stay"),
    "accrued_move": _("Cost of cover if they move"),
    "total_stay": _("All orders if they stay"),
    "total_move": _("All orders if they move"),
    "points": _("Points that the move brings"),
    "level_with": _("Price level at the end"),
    "level_without": _("Price level at the end without the move"),
    "events_stay": _("Order days, staying"),
    "events_move": _("Order days, moving"),
}

FAIR = _(
    "“Cost of the cover in these months” counts each order by the months of its cover that fall into the time "
    "compared. It is the fair comparison: an order for three months and one for a year aren't paid at the same time."
)
NET = _(
    "“Move” is what the Agreement pays with the move less what it pays without it: a better level on its other "
    "licenses counts."
)
