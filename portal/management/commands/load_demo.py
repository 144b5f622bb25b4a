from typing import Any

from django.core.management.base import BaseCommand
from django.db import connections

from portal.world.demonstration import load
from sites.clock import now, today


class Command(BaseCommand):
    help = "Loads the demonstration world, once: the second time changes nothing."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not load(today=today(), at=now()):
            self.stdout.write("The demonstration world is there already; nothing was changed.")
            return
        # Foreign-key checks planned while tables were empty would go on scanning them.
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")
        self.stdout.write("The demonstration world is loaded.")
