"""What happened, told in the reader's language."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from sites.models import Event


def timeline(events: Iterable[Event]) -> tuple[dict[str, Any], ...]:
    """What happened, oldest first."""
    labels = event_labels()
    return tuple(
        {"at": e.at, "actor": str(e.actor), "kind": e.kind, "label": labels.get(e.kind, e.kind), "data": e.data}
        for e in events
    )


def event_labels() -> dict[str, str]:
    """Events in words."""
    return {
        "drafted": _("Drafted"),
        "submitted": _("Submitted"),
        "consented": _("Consent given"),
        "sent_to_rep": _("Sent to the IBM rep"),
        "refused": _("Consent refused"),
        "approved": _("Approved"),
        "returned": _("Returned"),
        "rejected": _("Rejected"),
        "withdrawn": _("Withdrawn"),
        "completed": _("Completed: the licenses have moved"),
        "reversed": _("Reversed"),
        "woke": _("What it waited for is done"),
        "stopped_by_rule": _("Stopped by a rule"),
        "ownership_declared": _("Ownership declared"),
        "broke_off": _("Held up by a technical fault"),
        "waits_in_vain": _("What it waits for won't come"),
        "failed": _("Couldn't be read"),
        "uploaded": _("Uploaded"),
        "checked": _("Checked"),
        "retried": _("Tried again"),
        "undone": _("Undone"),
        "amended": _("Rows changed"),
        "cancel_asked": _("Asked to stop"),
        "cancelled": _("Stopped"),
        "given_up": _("Given up by the portal's operators"),
        "undo_asked": _("An IBM rep is asked to undo it"),
        "undo_started": _("The undo has begun"),
        "undo_refused": _("The undo was refused"),
        "undone_in_part": _("Undone in part"),
        "completed_with_errors": _("Completed with errors"),
    }
