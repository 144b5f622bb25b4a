"""Sentences for requests and batches as wholes, and for bodies that can't be read."""

from django.utils.translation import gettext_lazy as _

from sites.words import Words

_BODY = {
    "body_object": Words(_("An object with named fields is needed here."), _("Send a JSON object.")),
    "body_list": Words(_("A list is needed here."), _("Send a JSON list.")),
    "body_text": Words(_("A text is needed here, not “%(value)s”."), _("Send it in quotation marks.")),
    "body_too_long": Words(_("The text has more than %(limit)s characters."), _("Shorten it.")),
    "body_too_many": Words(
        _("There are %(count)s entries; at most %(limit)s can be sent at once."),
        _("Make several requests, or upload a transfer form."),
    ),
    "id_invalid": Words(_("“%(value)s” isn't an id."), _("Send the id as the portal gave it to you.")),
    "quantity_range": Words(
        _("“%(value)s” units can't move."), _("Write a whole number, at least 1 and at most %(most)s.")
    ),
    "etag_invalid": Words(
        _("“%(value)s” isn't a version."), _('Send the ETag of your last reading in If-Match, such as "3".')
    ),
    "date_far": Words(_("%(value)s lies too far ahead."), _("Choose a day up to %(last)s.")),
    "file_missing": Words(_("No file came along."), _("Choose the filled-in form.")),
}

_REQUEST = {
    "target_missing": Words(
        _("It isn't said where the licenses go."),
        _("Name a target site, or the enrollment that will bring it into being."),
    ),
    "what_if_lines_gone": Words(
        _("A license that was compared isn't there any more, so nothing was asked for."),
        _("Compare again with the licenses that are there."),
    ),
    "scenario_name_missing": Words(_("A scenario needs a name."), _("Write one, such as “All in January”.")),
    "scenario_name_taken": Words(_("You keep a scenario called “%(name)s” already."), _("Choose another name.")),
    "scenarios_full": Words(
        _("You keep %(most)s scenarios of this customer already, and there is no place for more."),
        _("Delete one of them first."),
    ),
    "target_twice": Words(
        _("Both a target site and an enrollment are named."), _("Name one of them: the site, once it exists.")
    ),
    "date_past": Words(
        _("%(date)s is in the past; today is %(today)s."),
        _("Choose today or a later day, or leave it out: then the day of approval counts."),
    ),
    "enrollment_unknown": Words(
        _("There is no open enrollment %(value)s that you can see."),
        _("Choose one of your enrollments, or the site itself once it exists."),
    ),
    "line_unknown": Words(
        _("There is no such license at site %(site)s."), _("Choose among the licenses of the source site.")
    ),
    "waiver_unknown": Words(
        _("There is no warning %(code)s here that could be taken note of."),
        _("Leave it out, or look at the checks again: they may have changed."),
    ),
    "still_waiting": Words(
        _("The request still waits (check %(code)s)."), _("It can be approved as soon as what it waits for is there.")
    ),
    "ownership_needless": Words(_("Both sites belong to one Enterprise by record."), _("Nothing has to be declared.")),
    "end_hidden": Words(
        _("You can read one end of this move only, so you can't take this step."),
        _("Whoever made the request, or a rep of both countries, can take it."),
    ),
    "consent_missing": Words(
        _("The target site's Primary Contact hasn't consented yet."),
        _("Return the request; submitted again, it asks for that consent."),
    ),
    "wait_unknown": Words(
        _("There is nothing under check %(code)s here that could be waited for."),
        _("Leave it out, or look at the checks again: they may have changed."),
    ),
    "reversal_late": Words(
        _("The move could be taken back until %(last)s."), _("Make a new request in the other direction, or ask IBM.")
    ),
}

_BATCH = {
    "batch_fix_none": Words(
        _("No row would be another by that."), _("Choose rows whose value differs from the one you write.")
    ),
    "batch_cancelled": Words(
        _("The form was stopped before this row was asked for."),
        _("Try the form again to ask for the rows that are left."),
    ),
    "batch_given_up": Words(
        _("The portal's operators gave up the work on this form. The reason: “%(reason)s”."), _("Try the form again.")
    ),
    "batch_plan_given_up": Words(
        _("What the valid rows would do couldn't be worked out."),
        _("You can submit the form all the same; each request shows its own plan."),
    ),
    "batch_all_asked": Words(
        _("Every request of this form is made already, so there is nothing left to stop."),
        _("Undo the form instead: that withdraws the requests."),
    ),
    "batch_undone": Words(_("The form was undone."), _("To move these licenses after all, send the row again.")),
    "row_reversed": Words(
        _("An IBM rep took the move of this row back with request %(request)s. The reason: “%(reason)s”."),
        _("To move these licenses after all, send the row again."),
    ),
    "form_twice": Words(
        _("You uploaded this very file before, on %(date)s: it is form %(number)s."),
        _("Open that form; to send it again, undo it first or change the file."),
    ),
    "mandate_missing": Words(
        _("You may see site %(value)s, but not request anything for its customer."),
        _("Ask the customer for a mandate, or leave the row out."),
    ),
    "part_not_held": Words(
        _("Site %(site)s holds no license of part %(part_number)s."),
        _("Check part number and site; the licenses stand under Licenses."),
    ),
    "part_not_held.near": Words(
        _("Site %(site)s holds no license of part %(part_number)s."), _("Did you mean %(suggestions)s?")
    ),
    "order_not_held": Words(
        _("Order %(order)s brought no license of part %(part_number)s to this site."),
        _("Check the order reference, or leave it empty: then the oldest licenses move first."),
    ),
    "batch_nothing_valid": Words(
        _("None of the %(rows)s rows is valid, so there is nothing to submit."),
        _("Download the rows, mend them and upload the form again."),
    ),
    "batch_all_or_nothing": Words(
        _("The form was sent as “all rows or none”, and %(invalid)s rows aren't valid."),
        _("Mend these rows and upload the form again, or upload it as “every valid row”."),
    ),
    "batch_waiver_needed": Words(
        _("%(rows)s rows carry a warning."),
        _("Read what the warnings mean, and give one reason for taking note of them."),
    ),
    "undo_nothing": Words(
        _("Nothing of this form can be taken back."), _("Look below at what stands in the way of each request.")
    ),
    "undo_blocked": Words(
        _("Request %(request)s can't be taken back (reasons: %(blocked)s)."),
        _("Take back only the requests that can be, or clear what stands in the way first."),
    ),
    "undo_asked_already": Words(
        _("An IBM rep is asked already to take this form back."), _("Wait for the rep's decision.")
    ),
    "undo_needs_rep": Words(
        _("Request %(request)s is already approved or completed."), _("Ask your IBM rep to take it back first.")
    ),
}

WORDS = _BODY | _REQUEST | _BATCH
