from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from renewals.queries import all_reruns
from renewals.words import broken_words
from sites.tenancy import system_actor


class Command(BaseCommand):
    help = "Computes every stored derivation of every quote again, with the rule book of its version."

    def handle(self, *args: Any, **options: Any) -> None:
        quotes = derivations = breaks = 0
        with transaction.atomic():
            with connection.cursor() as cursor:
                # One picture of all quotes, however long it takes to read.
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
            system_actor()
            for quote, made in all_reruns():
                quotes += 1
                derivations += made.derivations
                breaks += len(made.breaks)
                for found in made.breaks:
                    self.stdout.write(f"{quote}: {broken_words(found)}")
        self.stdout.write(f"{quotes:>12,} " + _("quotes"))
        self.stdout.write(f"{derivations:>12,} " + _("derivations"))
        if breaks:
            told = ngettext("%(count)s figure doesn't follow", "%(count)s figures don't follow", breaks)
            raise CommandError(told % {"count": breaks})
        self.stdout.write(_("Every figure still follows from its rule."))
