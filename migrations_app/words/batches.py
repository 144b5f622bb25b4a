"""What pages say about forms: where one stands, what was done to it, and what its columns are called."""

from django.utils.translation import gettext_lazy as _

STAGES = {
    "uploaded": _("Waiting for its turn"),
    "checking": _("Checking the rows"),
    "submitted": _("Requests are made and decided"),
    "applying": _("Licenses are moving"),
}

BATCH_DONE = {
    "submit": _("Form %(number)s is submitted; its requests are being made."),
    "retry": _("Form %(number)s is tried again."),
    "undo": _("Form %(number)s is undone."),
    "cancel": _("Form %(number)s is stopped."),
    "ask_undo": _("An IBM rep is asked to take form %(number)s back."),
    "reverse": _("Form %(number)s is being taken back."),
    "amend": _("What you changed in form %(number)s is being checked."),
}

UNDO_WAYS = {
    "reverse": _("can be taken back by a rep"),
    "withdraw": _("is withdrawn"),
    "blocked": _("can't be taken back"),
    "moving": _("is approved and moves on its day; it can be taken back after that"),
    "none": _("nothing to do"),
}

COLUMNS = {
    "source_site_number": _("Source site"),
    "part_number": _("Part number"),
    "quantity": _("Quantity"),
    "target_site_number": _("Target site"),
    "order_reference": _("Order reference"),
    "effective_on": _("Effective on"),
    "reference": _("Your reference"),
    "reason": _("Reason"),
}
