"""Sentences for what the intake of files finds: what is wrong, and what to do about it."""

from django.utils.translation import gettext_lazy as _

from licenses.import_words import WORDS as IMPORT_WORDS
from sites.words import Words

_SAVE_AGAIN = _("Open it in your spreadsheet program, save it as a new .xlsx file and upload that.")
_PASTE_VALUES = _("Copy the cells and paste them as values only, then save and upload again.")
_SPLIT = _("Split it into several files.")

FILE_WORDS = {
    "file_too_large": Words(_("The file has %(size)s MB; at most %(limit)s MB can be read."), _SPLIT),
    "file_empty": Words(_("The file is empty."), _("Fill in the template and upload it again.")),
    "file_kind": Words(
        _("Files of the kind “%(extension)s” can't be read."),
        _("Save the form as .xlsx, .ods or .csv, or download the template."),
    ),
    "file_old_xls": Words(
        _("This is a workbook in the old .xls format."),
        _("Open it in Excel or LibreOffice, choose Save As and the format “Excel Workbook (.xlsx)”, and upload that."),
    ),
    "file_not_what_it_says": Words(
        _("The file is named %(extension)s, but its content is something else (%(looks)s)."), _SAVE_AGAIN
    ),
    "file_password": Words(
        _("The file is protected by a password."), _("Remove the password, save the file and upload it again.")
    ),
    "file_zip_structure": Words(_("The file's inner structure is contradictory (%(reason)s)."), _SAVE_AGAIN),
    "file_zip_bomb": Words(_("The file unpacks to far more than a form can hold."), _SAVE_AGAIN),
    "file_damaged": Words(_("The file is damaged and can't be read."), _SAVE_AGAIN),
    "file_dtd": Words(_("The file holds a document type definition, which isn't allowed in a form."), _SAVE_AGAIN),
    "file_macros": Words(
        _("The file holds macros or other program code."), _("Save it as .xlsx without macros and upload that.")
    ),
    "file_external_links": Words(
        _("The file holds links to other files or data sources."),
        _("Break the links, save the file and upload it again."),
    ),
    "file_ole": Words(
        _("The file holds embedded objects."), _("Delete the objects, save the file and upload it again.")
    ),
    "file_activex": Words(
        _("The file holds ActiveX controls."), _("Delete the controls, save the file and upload it again.")
    ),
    "file_pdf_foreign": Words(
        _("The PDF doesn't have the fields of the portal's form."),
        _("Download the PDF form here, fill in its fields and upload it, or use the workbook."),
    ),
    "file_pdf_flat": Words(
        _("The PDF shows the form, but its fields are gone: it was printed, scanned or flattened."),
        _("Save the filled-in form itself instead of printing it to a PDF, or use the workbook."),
    ),
    "file_pdf_active": Words(
        _("The PDF holds scripts, actions or attached files."),
        _("Download the PDF form anew, fill in its fields and upload that."),
    ),
    "file_formula": Words(
        _("Cell %(cell)s holds a formula; the form takes values only. Formulas in the sheet: %(count)s."), _PASTE_VALUES
    ),
    "file_error_value": Words(
        _("Cell %(cell)s shows an error instead of a value. Such cells in the sheet: %(count)s."),
        _("Correct the cells, save and upload again."),
    ),
    "file_too_many_rows": Words(_("The sheet has %(rows)s rows or more; at most %(limit)s can be read."), _SPLIT),
    "file_too_many_columns": Words(
        _("The sheet uses %(columns)s columns; at most %(limit)s can be read."),
        _("Delete the columns that don't belong to the form."),
    ),
    "file_too_many_cells": Words(
        _("The sheet's used area holds more than %(limit)s cells, or more text than can be read."),
        _("Delete stray cells far from the form, or split it into several files."),
    ),
    "file_cell_too_long": Words(
        _("Row %(row)s holds a cell with more than %(limit)s characters."),
        _("Shorten it; in a CSV file, look for a quotation mark that is never closed."),
    ),
    "file_line_too_long": Words(
        _("Row %(row)s of the CSV file has more than %(limit)s characters."),
        _("Write each row in a line of its own, and look for a quotation mark that is never closed."),
    ),
    "file_encoding": Words(
        _("Line %(row)s holds characters that are neither UTF-8, UTF-16 nor Windows-1252."),
        _("Save the file as “CSV UTF-8” and upload it again."),
    ),
    "file_csv_broken": Words(
        _("Row %(row)s of the CSV file can't be read."), _("Look for a quotation mark that is never closed.")
    ),
    "file_too_complex": Words(_("Reading the file takes more memory than is allowed."), _SPLIT),
    "file_took_too_long": Words(_("Reading the file takes longer than %(limit)s seconds."), _SPLIT),
    "file_no_rows": Words(_("The file has headings but no rows."), _("Write at least one row below the headings.")),
}

HEADING_WORDS = {
    "file_headings_unknown": Words(
        _("None of the headings in the first row is known: %(headings)s."),
        _("Use these headings: %(english)s (in Danish: %(danish)s), or download the template."),
    ),
    "file_heading_missing": Words(
        _("The column “%(heading)s” (in Danish “%(danish)s”) is missing."), _("Add the column to the first row.")
    ),
    "file_heading_twice": Words(
        _("The columns “%(other)s” and “%(heading)s” mean the same."),
        _("Keep one of them and rename or delete the other."),
    ),
    "file_heading_unknown": Words(_("The column “%(heading)s” isn't part of the form and wasn't read.")),
    "file_heading_near": Words(
        _("The column “%(heading)s” isn't part of the form and wasn't read."), _("Did you mean “%(hint)s”?")
    ),
}

ROW_WORDS = {
    "row_too_wide": Words(
        _("Row %(row)s has %(cells)s cells, but there are only %(headings)s headings."),
        _("Remove what stands to the right, or put texts that hold the separator in quotation marks."),
    ),
    "value_missing": Words(_("Row %(row)s, “%(heading)s”: the value is missing."), _("Fill in the cell.")),
    "value_characters": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” holds characters that can't be read."), _("Type the value again.")
    ),
    "value_formula": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” looks like a formula."), _("Write the value itself.")
    ),
    "value_error": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” is an error instead of a value."), _("Write the value itself.")
    ),
    "value_shortened": Words(
        _("Row %(row)s, “%(heading)s”: the spreadsheet has shortened the number to “%(value)s”."),
        _("Format the column as text and type the number again."),
    ),
    "value_too_long": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” has more than %(limit)s characters."), _("Shorten it.")
    ),
    "part_number_shape": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” isn't a part number."),
        _("A part number has letters and digits only, such as D0ABCLL."),
    ),
    "row_quantity_not_whole": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” isn't a whole number."), _("Write a whole number, such as 12.")
    ),
    "row_quantity_range": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” isn't between 1 and %(most)s."),
        _("Write a whole number, at least 1."),
    ),
    "quantity_ambiguous": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” can be read in two ways."),
        _("Write the number without separators, such as 1000."),
    ),
    "date_shape": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” isn't a date."), _("Write the date as 31.1.2027 or 2027-01-31.")
    ),
    "date_ambiguous": Words(
        _("Row %(row)s, “%(heading)s”: in “%(value)s”, day and month can't be told apart."),
        _("Write the date as 31.1.2027 or 2027-01-31."),
    ),
    "date_unknown_day": Words(
        _("Row %(row)s, “%(heading)s”: the day “%(value)s” doesn't exist."), _("Correct the date.")
    ),
    "date_range": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” isn't between the years %(first)s and %(last)s."),
        _("Correct the year."),
    ),
}

PRICE_WORDS = {
    "amount_shape": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” isn't an amount."),
        _("Write digits with at most one decimal mark, such as 1234.50 or 1.234,50, and no currency."),
    ),
    "amount_ambiguous": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” can be read in two ways."),
        _("Write the amount with two decimals, such as 1234.00."),
    ),
    "amount_range": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” is negative or too large for a price."), _("Correct the amount.")
    ),
    "amount_decimals": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” is finer than prices in %(currency)s can be."),
        _("Round the amount to %(decimals)s decimals."),
    ),
    "level_unknown": Words(
        _("Row %(row)s, “%(heading)s”: there is no level “%(value)s”."), _("Write one of: %(levels)s.")
    ),
    "price_part_unknown": Words(
        _("Row %(row)s, “%(heading)s”: there is no part “%(value)s” in the catalog."),
        _("Correct the number, or have an operator add the part first."),
    ),
    "price_part_unknown.near": Words(
        _("Row %(row)s, “%(heading)s”: there is no part “%(value)s” in the catalog."), _("Did you mean “%(hint)s”?")
    ),
    "country_differs": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” isn't %(expected)s, the country of this price list."),
        _("Leave the row out, or choose the price list of that country."),
    ),
    "currency_differs": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” isn't %(expected)s, the currency of this price list."),
        _("Leave the row out, or choose the price list in that currency."),
    ),
    "price_past": Words(
        _("Row %(row)s, “%(heading)s”: %(value)s has passed, and prices of the past are never changed."),
        _("Leave the cell empty, or write a day from %(today)s on."),
    ),
    "price_early": Words(
        _("Row %(row)s, “%(heading)s”: %(value)s comes before %(effective_on)s, the day that the file counts from."),
        _("Leave the cell empty, or upload the file with an earlier effective day."),
    ),
    "price_days_order": Words(
        _("Row %(row)s, “%(heading)s”: the price would end on %(value)s, before it begins on %(first)s."),
        _("Correct one of the two days."),
    ),
    "price_twice": Words(
        _("Row %(row)s: %(part_number)s at level %(level)s already has its price for these days in row %(other)s."),
        _("Delete one of the two rows."),
    ),
    "price_overlap": Words(
        _("Row %(row)s: %(part_number)s at level %(level)s has another price for some of these days in row %(other)s."),
        _("Let the earlier price end the day before the later one begins."),
    ),
    "price_list_unknown": Words(_("There is no such price list in your countries."), _("Choose one of the list.")),
    "price_day_past": Words(
        _("%(value)s has passed, and prices of the past are never changed."), _("Choose a day from %(today)s on.")
    ),
    "price_day_late": Words(_("%(value)s lies too far ahead."), _("Choose a day up to %(last)s.")),
    "price_file_twice": Words(
        _("The same file was uploaded as %(number)s on %(date)s for the same list and day."),
        _("Open that one, or reject it first."),
    ),
    "price_import_faulty": Words(
        _("%(rows)s rows can't be taken over, and a list goes into force as a whole."),
        _("Mend the rows in the file, reject this import and upload the file again."),
    ),
    "price_nothing_changes": Words(
        _("The file says what the list says already."), _("Reject the import: there is nothing to put into force.")
    ),
    "price_levels_order": Words(
        _("Parts that cost more at a better level than at a lower one: %(parts)s."),
        _("That can be meant; look at them before the file goes into force."),
    ),
    "price_list_moved": Words(
        _("The price list was changed after this file was compared with it."),
        _("Compare again and look at the difference before it goes into force."),
    ),
}

WORDS = FILE_WORDS | HEADING_WORDS | ROW_WORDS | PRICE_WORDS | IMPORT_WORDS
