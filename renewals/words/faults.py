"""Sentences for what can stand in the way of a renewal quote."""

from django.utils.translation import gettext_lazy as _

from sites.words import Words

WORDS = {
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
