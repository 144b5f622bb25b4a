"""Sentences for what is found in rows of a transfer form alone; those for any file are in `licenses.file_words`."""

from django.utils.translation import gettext_lazy as _

from sites.words import Words

WORDS = {
    "site_number_shape": Words(
        _("Row %(row)s, “%(heading)s”: “%(value)s” isn't a site number."),
        _("A site number has digits only, usually 7; keep leading zeros."),
    ),
}
