"""What kinds and states of jobs are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: dict[str, str | Promise] = {
    "batch.check": _("Check a transfer form"),
    "batch.plan": _("Work out what a transfer form would do"),
    "batch.undo": _("Take a transfer form back"),
    "batch.submit": _("Make the requests of a transfer form"),
    "transfer.complete": _("Complete a transfer"),
    "prices.check": _("Check a price list"),
    "entitlements.import": _("Read or record a file of holdings"),
    "quotes.issue": _("Issue renewal quotes"),
    "quotes.run": _("Renewal quotes of everybody"),
    "quotes.paper": _("Make the paper of a long quote"),
    "notices.run": _("Tell of ends of cover"),
    "notices.mail": _("Send the letters of notices"),
    "notices.check": _("Check that every notice went out"),
    "notification.mail": _("Send a notification by mail"),
}
STATES: dict[str, str | Promise] = {
    "stuck": _("stuck"),
    "due": _("due"),
    "running": _("running"),
    "left": _("left by its worker"),
    "waiting": _("waits for its day"),
    "dead": _("dead"),
    "done": _("done"),
    "dropped": _("given up"),
}
FILES: dict[str, str | Promise] = {
    "batch": _("Transfer form"),
    "prices": _("Price list"),
    "holdings": _("File of holdings"),
}
STEPS: dict[str, str | Promise] = {"redrive": _("Try again now"), "give_up": _("Give up")}
EVENTS: dict[str, str | Promise] = {"redriven": _("Given a new round of tries"), "given_up": _("Given up")}


def kind_label(kind: str) -> str:
    """A kind of job in words; its code where there are none."""
    return str(KINDS.get(kind, kind))
