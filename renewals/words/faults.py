"""Sentences for what can stand in the way of a renewal quote."""

from django.utils.translation import gettext_lazy as _

from sites.words import Words

WORDS = {
    "overview_too_wide": Words(
        _("You see more than %(most)s customers: too many to look at together."),
        _("Name a customer, a site or a partner."),
    ),
    "quote_customer_accepts": Words(
        _("Only the customer answers a renewal quote."),
        _("Prepare it and send the customer the address of this page."),
    ),
    "quote_expired": Words(
        _("The prices of quote %(number)s held until %(valid_until)s."), _("Ask for the renewal quote again.")
    ),
    "quote_stale": Words(
        _("Licenses or points changed since quote %(number)s, version %(version)s, was made."),
        _("Ask for the renewal quote again and look at the new version."),
    ),
    "line_declined": Words(
        _("%(quantity)s not renewed (%(reason)s); cover ends on %(cover_end)s."),
        _("Take this back while the quote is open; from %(lapses_on)s on, only a reinstatement helps."),
    ),
    "quote_lines_list": Words(
        _("A list of lines is expected here."), _("Name from 1 to %(most)s lines, or leave `lines` out for the whole.")
    ),
    "quote_line_shape": Words(
        _("A line is named by the id of its license line."),
        _("Write an object with `entitlement`, and `quantity` and `reason` where they apply."),
    ),
    "quote_quantity_whole": Words(
        _("“%(value)s” isn't a whole number of units."), _("Write a whole number, or leave it out for all of them.")
    ),
    "quote_verb_unknown": Words(
        _("“%(value)s” isn't something to look ahead at."), _("Write accept, decline or restore.")
    ),
    "quote_line_unknown": Words(
        _("The quote has no such line: %(value)s."), _("Name lines by the ids that the quote's newest version gives.")
    ),
    "quote_line_twice": Words(_("The line is named twice."), _("Name it once, with its whole quantity.")),
    "quote_quantity": Words(
        _("A quantity of %(quantity)s isn't possible here."), _("Name a whole number from %(least)s to %(most)s.")
    ),
    "quote_reason": Words(
        _("A line that isn't renewed whole needs a reason."), _("Say why, in a few words, for the line or for all.")
    ),
    "choice_changes_nothing": Words(
        _("Quote %(number)s, version %(version)s, already has just these lines and quantities."),
        _("Accept it, or choose otherwise."),
    ),
    "choice_renews_nothing": Words(
        _("Nothing of quote %(number)s would be renewed."), _("Keep at least one unit, or decline the whole quote.")
    ),
    "quote_line_promised": Words(
        _("Of %(part_number)s only %(quantity)s would be renewed, but open transfer requests hold %(held)s."),
        _("Withdraw such a request first, or renew at least what they hold."),
    ),
    "quote_transition_first": Words(
        _("This quote counts on the transition quote %(number)s, which is still open."),
        _("Accept or decline that one first."),
    ),
    "quote_other_version": Words(
        _("You answered version %(asked)s, and the quote is at version %(version)s now."),
        _("Look at version %(version)s and answer again."),
    ),
    "nothing_to_quote": Words(
        _("There is nothing to renew for %(number)s now."),
        _("A quote can be made when licenses with running cover stand there."),
    ),
    "quote_turn": Words(
        _("That isn't possible while the quote is “%(turn)s”."),
        _("Open the page again to see whose turn it is and what can be done now."),
    ),
    "quote_partner_prepares": Words(
        _("Only a partner that the quote was handed to, or that holds a mandate of the customer, prepares it."),
        _("Ask the customer to hand it over, or for a mandate."),
    ),
    "quote_rep_replies": Words(
        _("Only an IBM rep of the customer's country answers."), _("The question waits in the rep's queue.")
    ),
    "partner_without_mandate": Words(
        _("No partner “%(value)s” holds a mandate to act for this customer today."),
        _("Choose one that does, by its partner number, or have the mandate registered by your IBM rep."),
    ),
    "proposal_renews_nothing": Words(
        _("The proposal renews no line at all."), _("Decline the quote instead, or set the proposal aside.")
    ),
    "text_required": Words(_("A text is missing."), _("Write what you want to say.")),
    "told_quote_handed_over": Words(
        _("You are asked to prepare renewal quote %(number)s, version %(version)s."),
        _("Propose lines and quantities; the customer accepts."),
    ),
    "told_quote_proposed": Words(
        _("Your partner proposes what to renew with quote %(number)s, version %(version)s."),
        _("Look at the proposal, then take it over or set it aside."),
    ),
    "told_quote_replied": Words(
        _("Your IBM rep answered what you asked about quote %(number)s, version %(version)s."),
        _("Read the answer on the quote's page; then it is your turn."),
    ),
    "quote_subject_missing": Words(
        _("Neither an Agreement number nor an Express site is named."), _("Name one of the two.")
    ),
    "quote_subject_twice": Words(_("An Agreement number and a site are both named."), _("Name one of the two.")),
    "quote_site_not_express": Words(
        _("Site %(value)s isn't a Passport Advantage Express site."),
        _("Ask with its Agreement number: all its sites share one quote."),
    ),
    "quote_version_invalid": Words(_("“%(value)s” isn't a version of a quote."), _("Write a whole number.")),
    "quote_unconfirmed": Words(
        _("The confirmation is missing."), _("Set the mark that says that you accept the quote as shown.")
    ),
    "text_expected": Words(_("A text is expected here."), _("Write it in quotation marks.")),
    "told_quote_issued": Words(
        _("Renewal quote %(number)s, version %(version)s, is ready; its prices hold until %(day)s."),
        _("Look at it, then accept or decline it."),
    ),
    "transition_declined": Words(
        _("The transition quote was declined, so the cover of this line ends on %(cover_end)s."),
        _("Ask your IBM rep for a new one before that day."),
    ),
}
