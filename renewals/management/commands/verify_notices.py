"""Derives anew, and another way, which notices of ends of cover should have gone out; exit 0 and counts, or 1."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from renewals.queries.breaks import breaks_on
from sites.clock import now, today
from sites.tenancy import system_actor


class Command(BaseCommand):
    """A line for each notice that should have gone out and didn't, then the counts."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """As the portal itself, which alone sees all; reads, and writes nothing."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
            system_actor()
            expected, found = breaks_on(today(), now())
        for each in found:
            self.stdout.write(str(each))
        self.stdout.write(f"{expected:>12,} " + _("notices expected by today"))
        if found:
            told = ngettext("%(count)s break", "%(count)s breaks", len(found))
            raise CommandError(told % {"count": len(found)})
        self.stdout.write(_("Every notice that should have gone out did."))
