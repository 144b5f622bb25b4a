from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from licenses.ledger_audit import audit
from sites.clock import today
from sites.tenancy import system_actor
from sites.words import sentence


class Command(BaseCommand):
    help = "Recounts balances, conservation, holds, cover, proofs, chains and levels from the facts."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                # One picture of the whole book, however long it takes to read.
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL statement_timeout = 0")
            system_actor()
            result = audit(today())
        for name, count in result.counts.items():
            self.stdout.write(f"{count:>12,} {name}")
        for found in result.breaks:
            self.stdout.write(f"{found.code}: {sentence(found.code, found.params)}")
        if result.breaks:
            raise CommandError(_("%(count)s breaks") % {"count": len(result.breaks)})
        self.stdout.write(_("Everything agrees."))
