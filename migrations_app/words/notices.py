"""What people are told of requests and forms: the sentence, and what they can do now."""

from django.utils.translation import gettext_lazy as _

from sites.words import Words

_REQUESTS = {
    "told_transfer_consent_asked": Words(
        _("Transfer request %(number)s of %(name)s waits for your consent."),
        _("Look at what moves, then consent or refuse."),
    ),
    "told_transfer_approved": Words(
        _("Transfer request %(number)s is approved."), _("The portal moves the licenses; nothing is needed from you.")
    ),
    "told_transfer_returned": Words(
        _("Transfer request %(number)s was returned. The reason: “%(reason)s”."), _("Mend it and submit it again.")
    ),
    "told_transfer_rejected": Words(
        _("Transfer request %(number)s was rejected by an IBM rep. The reason: “%(reason)s”."),
        _("Ask the rep if you don't understand why."),
    ),
    "told_transfer_refused": Words(
        _("The consent to transfer request %(number)s was refused. The reason: “%(reason)s”."),
        _("Talk to the site's Primary Contact before you ask again."),
    ),
    "told_transfer_completed": Words(
        _("Transfer request %(number)s is completed: %(units)s units moved to site %(site)s."),
        _("The new Proofs of Entitlement are on the request's page."),
    ),
    "told_transfer_reversed": Words(
        _("The move of transfer request %(number)s was taken back. The reason: “%(reason)s”."),
        _("The licenses are back at the site they came from."),
    ),
    "told_transfer_woke": Words(
        _("What transfer request %(number)s waited for is done; it goes on."), _("Nothing is needed from you.")
    ),
    "told_transfer_woke_stopped": Words(
        _("Transfer request %(number)s woke, but the rules have something against it now (check %(codes)s)."),
        _("Open it to see what stands in the way and who can mend it."),
    ),
    "told_transfer_in_vain": Words(
        _("The enrollment that transfer request %(number)s waits for was rejected or withdrawn."),
        _("Withdraw the request, or begin a new one with another target."),
    ),
    "told_transfer_stopped": Words(
        _("A rule stopped the approved transfer request %(number)s (check %(codes)s). Nothing has moved."),
        _("Open it to see who can mend that; it goes on by itself when it is mended."),
    ),
    "told_transfer_given_up": Words(
        _(
            "The portal's operators gave up the move of transfer request %(number)s. Nothing has moved. The reason: "
            "“%(reason)s”."
        ),
        _("It stays approved: ask them to try it again."),
    ),
}

_FORMS = {
    "told_batch_checked": Words(
        _("Transfer form %(number)s is checked: %(rows_valid)s of %(rows_read)s rows are valid."),
        _("Look at the rows, then submit the form."),
    ),
    "told_batch_failed": Words(
        _("Transfer form %(number)s couldn't be read."), _("Open it to see why, mend the file and upload it again.")
    ),
    "told_batch_given_up": Words(
        _("The portal's operators gave up the work on transfer form %(number)s. The reason: “%(reason)s”."),
        _("Open it to see how far it came, and try it again."),
    ),
    "told_batch_undo_asked": Words(
        _("The sender of transfer form %(number)s asks you to take it back. The reason: “%(reason)s”."),
        _("Open it at the desk to see what can go back, and decide."),
    ),
    "told_batch_undone": Words(
        _("Transfer form %(number)s is taken back: its licenses are at their former sites again.")
    ),
    "told_batch_undone_in_part": Words(
        _("Transfer form %(number)s is taken back in part: %(rows)s rows went back."),
        _("Open it to see what stayed, and why."),
    ),
    "told_batch_undo_refused": Words(
        _("Transfer form %(number)s wasn't taken back (%(codes)s). Nothing has moved."),
        _("Open it to see what stands in the way."),
    ),
    "told_batch_completed": Words(_("Transfer form %(number)s is completed.")),
    "told_batch_completed_with_errors": Words(
        _("Transfer form %(number)s is completed with errors."), _("Open it to see the rows that didn't go through.")
    ),
}

WORDS = _REQUESTS | _FORMS
