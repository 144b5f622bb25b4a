import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from portal.world.synthetic import Loaded, load
from sites.clock import now, today


class Command(BaseCommand):
    help = "Loads a synthetic world of any size. The same seed, on the same business date, is the same world."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, default=100)
        parser.add_argument("--entitlements", type=int, default=10_000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        started, total, told = time.monotonic(), Loaded(), 0
        try:
            steps = load(
                customers=options["customers"],
                entitlements=options["entitlements"],
                seed=options["seed"],
                today=today(),
                at=now(),
            )
            for step in steps:
                total += step
                if total.entitlements - told >= 100_000:
                    told = total.entitlements
                    self.stdout.write(f"{told:,} of {options['entitlements']:,} entitlements")
        except ValueError as refusal:
            raise CommandError(str(refusal)) from refusal
        # Foreign-key checks planned while tables were small would go on scanning them.
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")
        there = f"; {total.found:,} customers were there already" if total.found else ""
        seconds = time.monotonic() - started
        self.stdout.write(
            f"{total.customers:,} customers and {total.entitlements:,} entitlements in {seconds:.1f} s{there}."
        )
