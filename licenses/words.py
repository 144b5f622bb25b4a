"""Sentences for what can be wrong with licenses, cover, prices and questions about them."""

from django.utils.translation import gettext_lazy as _

from licenses.file_words import WORDS as _FILES
from sites.words import Words

WORDS = _FILES | {
    "policy_range": Words(
        _("“%(value)s” isn't a whole number from %(least)s to %(most)s."), _("Write a number between the two.")
    ),
    "days_unread": Words(
        _("“%(value)s” isn't a row of days, each nearer to the end of cover than the one before."),
        _(
            "Write up to %(count)s whole numbers from %(least)s to %(most)s, falling, with commas between; "
            "-1 at the end is the day after."
        ),
    ),
    "threshold_unread": Words(
        _("“%(value)s” isn't a number of points for level %(level)s."),
        _("Write a positive number with a decimal point and at most two places, or leave the level empty."),
    ),
    "ladder_falls": Words(
        _("Level %(level)s would begin at %(points)s points, not above the %(least)s of level %(below)s."),
        _("Each level begins at more points than the one below it."),
    ),
    "rule_book_same": Words(
        _("Nothing differs from rule book %(version)s."), _("Change a figure, or leave the rule book as it is.")
    ),
    "rule_book_past": Words(
        _("A rule book can't be in force from %(value)s: the past never changes."), _("Choose a day after %(today)s.")
    ),
    "rule_book_day_taken": Words(_("Another rule book is in force from %(value)s already."), _("Choose another day.")),
    "points_invalid": Words(
        _("That isn't a number of points."), _("Write a number other than zero, with at most two decimals.")
    ),
    "points_no_term": Words(
        _("Agreement %(agreement)s has no Term yet."), _("Points count from its first order or completed move on.")
    ),
    "points_day_early": Words(_("The first Term begins on %(first)s."), _("Choose that day or a later one.")),
    "points_day_late": Words(_("Points can't count for a day to come."), _("Choose a day up to %(today)s.")),
    "points_term_closed": Words(
        _("The Term from %(starts_on)s to %(ends_on)s is closed."),
        _("Choose a day of the open Term, or re-open that one with a reason."),
    ),
    "points_term_closed_now": Words(
        _("The Term of %(day)s was closed in the meantime."), _("Look at the case again, then decide.")
    ),
    "agreement_unseen": Words(_("There is no Agreement %(value)s that you can see."), _("Check the Agreement number.")),
    "site_not_under_agreement": Words(
        _("Site %(value)s isn't under Agreement %(agreement)s."), _("Choose one of the Agreement's sites.")
    ),
    "entry_reversed": Words(_("The entry %(reference)s was taken back already."), _("Nothing is left to do.")),
    "entry_is_reversal": Words(
        _("%(reference)s takes another entry back itself."), _("Propose an adjustment instead.")
    ),
    "correction_waits": Words(
        _("A correction of this entry waits for a second signature: %(number)s."),
        _("Sign, reject or withdraw it first."),
    ),
    "term_not_ended": Words(
        _("No ended Term of the Agreement begins on %(value)s."), _("Take the first day from the list of closed Terms.")
    ),
    "term_not_closed": Words(
        _("The Term from %(value)s is open: it takes entries already."), _("Propose the adjustment right away.")
    ),
    "part_unknown": Words(
        _("There is no part %(value)s in the catalog."), _("Check the part number, for example on your order.")
    ),
    "entitlement_unknown": Words(
        _("There is no license line %(value)s that you can see."), _("Take the id from the list of licenses.")
    ),
    "date_invalid": Words(
        _("“%(value)s” isn't a date of the calendar."), _("Write it as year-month-day, for example 2026-12-31.")
    ),
    "date_early": Words(_("%(value)s lies too far back."), _("Choose a day from %(first)s.")),
    "date_late": Words(_("%(value)s lies too far ahead."), _("Choose a day up to %(last)s.")),
    "instant_invalid": Words(
        _("“%(value)s” isn't an instant."), _("Write it as 2026-12-31T09:00:00Z, with its time zone.")
    ),
    "text_invalid": Words(_("The value holds a character that no text can hold."), _("Write it again by hand.")),
    "quantity_not_whole": Words(
        _("“%(value)s” isn't a whole number of units."), _("Write a whole number from 1 upwards.")
    ),
    "line_twice": Words(_("The license line is named more than once."), _("Name it once, with the whole quantity.")),
    "lines_missing": Words(_("No license line is named."), _("Name at least one, with a quantity.")),
    "query_json": Words(_("The value isn't JSON."), _("Write it as in a body, and escape it for the address.")),
    "horizon_range": Words(
        _("A horizon has %(least)s to %(most)s months."), _("Choose a number of months between the two.")
    ),
    "renewal_part_missing": Words(
        _("No renewal part is known for %(part_number)s, so it can't be renewed."),
        _("Ask your IBM rep to complete the catalog."),
    ),
    "cover_not_month_end": Words(
        _("Cover ends on %(cover_end)s, which isn't the end of a month."), _("Ask your IBM rep to correct the date.")
    ),
    "cover_missing": Words(
        _("%(part_number)s has no Software Subscription and Support to renew."),
        _("Leave the line out, or ask your IBM rep for a reinstatement."),
    ),
    "cover_lapsed": Words(
        _("Cover ended on %(cover_end)s and can't be renewed any more."),
        _("Ask your IBM rep for a reinstatement; the estimate is shown."),
    ),
    "own_line_not_renewed": Words(
        _("A line of the Agreement itself wasn't renewed: its cover ended on %(cover_end)s."),
        _("It is left out of the figures; ask your IBM rep for a reinstatement."),
    ),
    "price_missing": Words(
        _("There is no price for %(part_number)s at level %(level)s on %(on)s."),
        _("Ask your IBM rep; the line is left out of the figures."),
    ),
    "cover_overlaps": Words(
        _("Some of these days are already covered for %(part_number)s."), _("Start the new cover after the old one.")
    ),
    "reversal_renewed": Words(
        _("%(part_number)s was renewed after the move, so the move can't be taken back."),
        _("Ask your IBM rep about a credit."),
    ),
    "reversal_moved_on": Words(
        _("Units of %(part_number)s have moved on or are promised to another request."),
        _("Take back or withdraw that request first."),
    ),
    "unprintable_character": Words(
        _("%(paper)s holds the text “%(text)s”, which can't be printed."), _("Ask your IBM rep to correct the name.")
    ),
    "ledger_negative": Words(_("Line %(line)s (%(part_number)s) holds %(balance)s units.")),
    "ledger_negative_day": Words(_("Line %(line)s held %(balance)s units on %(on)s.")),
    "ledger_promised": Words(
        _("Line %(line)s (%(part_number)s) holds %(balance)s units and has promised %(promised)s to open requests.")
    ),
    "ledger_cover": Words(_("Line %(line)s (%(part_number)s) shows another cover than its latest period.")),
    "ledger_proof": Words(
        _("Line %(line)s (%(part_number)s) holds %(balance)s units; %(papers)s valid proofs say %(proved)s.")
    ),
    "ledger_conservation": Words(
        _("Of %(part_number)s, order %(order_reference)s, %(bought)s units were bought and %(balance)s are held.")
    ),
    "ledger_order_changed": Words(
        _(
            "Lines that came of %(line)s name another part, order or day of purchase than %(part_number)s of order"
            " %(order_reference)s."
        )
    ),
    "ledger_owner": Words(_("Movement %(movement)s stands in another customer's ledger than its line.")),
    "ledger_reversal": Words(_("Movement %(movement)s doesn't mirror the one that it reverses.")),
    "ledger_link": Words(_("The %(ledger)s chain of customer %(customer)s is broken at movement %(sequence)s.")),
    "ledger_gap": Words(_("The %(ledger)s ledger of customer %(customer)s lacks a movement before %(sequence)s.")),
    "ledger_head": Words(
        _("The %(ledger)s ledger of customer %(customer)s ends at movement %(sequence)s, its head says another.")
    ),
    "ledger_points_site": Words(_("Points movement %(movement)s names a site that isn't under its Agreement.")),
    "ledger_points_early": Words(_("Points movement %(movement)s counts for a day before the first Term.")),
    "ledger_day_closing": Words(
        _(
            "The closing of Agreement %(agreement)s on %(on)s says %(shown_points)s points, at most %(shown_highest)s;"
            " the entries make %(points)s, at most %(highest)s."
        )
    ),
    "ledger_term_closing": Words(
        _(
            "The Term of Agreement %(agreement)s from %(starts_on)s to %(ends_on)s was closed with %(shown_points)s"
            " points; its entries make %(points)s."
        )
    ),
    "ledger_points_late": Words(_("Points movement %(movement)s came into a Term that was closed.")),
    "ledger_level": Words(
        _(
            "Agreement %(agreement)s is shown with %(shown_points)s points at %(shown_level)s; the entries make"
            " %(points)s points at %(level)s."
        )
    ),
}
