"""Sentences for what is found about files of holdings."""

from django.utils.translation import gettext_lazy as _

from sites.words import Words

WORDS = {
    "mapping_shape": Words(
        _("The mapping isn't an object of headings and fields."),
        _('Write it as {"Part no.": "part_number", "Remarks": null}.'),
    ),
    "mapping_field_unknown": Words(
        _("The heading “%(heading)s” is given the field “%(value)s”, which doesn't exist."),
        _("Choose one of: %(choices)s."),
    ),
    "mapping_field_twice": Words(_("More than one heading is given the field “%(value)s”."), _("Keep one of them.")),
    "period_shape": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” doesn't name a first and a last day."),
        _("Write it as “Start date 01 Jan 2027 End date 31 Dec 2027” or 1.1.2027 - 31.12.2027."),
    ),
    "file_row_above": Words(
        _("Row %(row)s stands above the headings and wasn't read: “%(value)s”."),
        _("Nothing needs to be done where it is a title."),
    ),
    "import_row_sum": Words(_("Row %(row)s only sums up others: it isn't a license."), _("Nothing needs to be done.")),
    "import_row_headings": Words(
        _("Row %(row)s repeats the headings: it isn't a license."), _("Nothing needs to be done.")
    ),
    "import_site_unknown": Words(
        _("Row %(row)s, “%(heading)s”: site %(value)s isn't one of the customer's."),
        _("Correct the number, or upload the rows of another customer by themselves."),
    ),
    "import_customer_other": Words(
        _("Row %(row)s, “%(heading)s”: %(value)s is another customer; the file is brought in for customer %(known)s."),
        _("Upload the rows of another customer for a site of that customer's."),
    ),
    "import_agreement_other": Words(
        _("Row %(row)s, “%(heading)s”: %(value)s isn't the Agreement of site %(site)s, which is %(known)s."),
        _("Correct the number, or name the row's own site."),
    ),
    "import_part_unknown": Words(
        _("Row %(row)s: the catalog doesn't know part %(value)s, and the file doesn't describe it."),
        _("Correct the part number, or add a column with the part's description."),
    ),
    "import_site_unknown.near": Words(
        _("Row %(row)s, “%(heading)s”: site %(value)s isn't one of the customer's."), _("Did you mean %(suggestions)s?")
    ),
    "import_part_unknown.near": Words(
        _("Row %(row)s: the catalog doesn't know part %(value)s, and the file doesn't describe it."),
        _("Did you mean %(suggestions)s? Otherwise add a column with the part's description."),
    ),
    "import_part_unusual": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” is unusual for a part number."),
        _("Check it; it is read all the same."),
    ),
    "import_row_twice": Words(
        _("Row %(row)s names the same line as row %(other)s: site, part, order and day of purchase."),
        _("Keep one row with the whole quantity."),
    ),
    "import_day_late": Words(
        _("Row %(row)s, “%(heading)s”: %(value)s is still to come, so nothing is held yet."), _("Correct the date.")
    ),
    "import_cover_half": Words(
        _("Row %(row)s: cover has only one of its two days."), _("Fill in “%(heading)s”, or leave both empty.")
    ),
    "import_cover_order": Words(
        _("Row %(row)s: cover ends on %(value)s, before it starts on %(first)s."), _("Correct one of the dates.")
    ),
    "import_cover_odd_end": Words(
        _("Row %(row)s: cover ends on %(value)s, which isn't the end of a month."),
        _("It is read as it stands; a rep looks at it before the line moves."),
    ),
    "import_day_differs": Words(
        _("%(part_number)s of this order was acquired on %(day)s, says the record."),
        _("Correct the date in the file, or ask your IBM rep to correct the record."),
    ),
    "import_cover_shorter": Words(
        _("The record covers %(part_number)s until %(until)s; the file says %(end)s."),
        _("Cover that was recorded stays: no file takes it away. Ask your IBM rep where it is wrong."),
    ),
    "import_line_moved": Words(
        _("Units of %(part_number)s have moved between sites here, so a file can't say how many are left: %(before)s."),
        _("Correct the quantity in the file, or ask your IBM rep."),
    ),
    "import_line_promised": Words(
        _("%(held)s of the %(before)s units of %(part_number)s are promised to an open request; %(value)s is fewer."),
        _("Withdraw the request first, or correct the quantity."),
    ),
    "import_file_twice": Words(_("The same file waits for this site already: %(number)s."), _("Open that one.")),
    "import_record_moved": Words(
        _("What is held has changed since the file was compared with it, so the difference shown is out of date."),
        _("It is compared again: look at the difference as it is now, then decide."),
    ),
    "import_given_up": Words(
        _("The portal's operators gave up the work on this file. The reason: “%(reason)s”."),
        _("Upload the file again."),
    ),
    "import_record_given_up": Words(
        _("The portal's operators gave up recording this file. Nothing was recorded. The reason: “%(reason)s”."),
        _("Decide on it again."),
    ),
    "told_import_given_up": Words(
        _("The portal's operators gave up the work on file %(number)s. The reason: “%(reason)s”."),
        _("Upload the file again."),
    ),
    "told_import_record_given_up": Words(
        _("The portal's operators gave up recording file %(number)s. Nothing was recorded. The reason: “%(reason)s”."),
        _("Decide on it again."),
    ),
    "import_unreadable": Words(
        _("The file itself can't be read, so its headings aren't known."), _("Upload it again in another format.")
    ),
}
