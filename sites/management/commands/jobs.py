"""The work behind the portal for people at a terminal."""

import argparse
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from portal.kernel.errors import DomainError
from sites.clock import now
from sites.models import Job
from sites.operations.jobs import give_up_job, redrive_dead, redrive_job
from sites.readmodels.jobs import FILTERS, chosen, job_rows, queues, state_of
from sites.tenancy import Actor, system_actor
from sites.words import fault_sentence


class Command(BaseCommand):
    """manage.py jobs [list|redrive|give-up]; alone, the queues."""

    help = "Queues of jobs; `list` shows jobs, `redrive` tries again, `give-up` takes one out of its queue."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The three things that can be asked for."""
        asked = parser.add_subparsers(dest="what")
        listed = asked.add_parser("list", help="jobs, the newest first")
        listed.add_argument("--kind", default="")
        listed.add_argument("--state", default="stuck", choices=FILTERS)
        listed.add_argument("--most", type=int, default=50)
        again = asked.add_parser("redrive", help="a new round of tries for one job, or for all dead ones of a kind")
        again.add_argument("job", nargs="?", type=UUID)
        again.add_argument("--kind", help="every dead job of this kind")
        dropped = asked.add_parser("give-up", help="take a job out of its queue")
        dropped.add_argument("job", type=UUID)
        dropped.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it as the portal itself; what can't be done ends with its sentence."""
        do = {"list": self._list, "redrive": self._redrive, "give-up": self._give_up}.get(options["what"], self._queues)
        try:
            with transaction.atomic():
                do(system_actor(), options)
        except DomainError as refusal:
            said = " ".join(fault_sentence(fault) for fault in refusal.faults)
            raise CommandError(said or "There is no such job.") from refusal

    def _queues(self, actor: Actor, options: dict[str, Any]) -> None:
        midnight = timezone.localtime(now()).replace(hour=0, minute=0, second=0, microsecond=0)
        row = "{:<22}{:>8}{:>10}{:>9}{:>6}{:>9}{:>9}{:>6}{:>8}{:>8}"
        heads = ("kind", "due", "oldest s", "running", "left", "failing", "waiting", "dead", "today", "hour")
        self.stdout.write(row.format(*heads))
        for q in queues(actor, midnight):
            oldest = "–" if q.oldest is None else f"{q.oldest:.0f}"
            figures = (q.running, q.left, q.failing, q.waiting, q.dead, q.done_today, q.done_last_hour)
            self.stdout.write(row.format(q.kind, q.due, oldest, *figures))

    def _list(self, actor: Actor, options: dict[str, Any]) -> None:
        rows = chosen(job_rows(actor), {"kind": options["kind"], "state": options["state"]})
        for job in rows.order_by("-created_at", "-id")[: options["most"]]:
            self.stdout.write(
                f"{job.pk}  {job.kind}  {state_of(job)}  due {job.due_at:%Y-%m-%d %H:%M:%S}Z"
                f"  tries {job.tries}  crashes {job.crashes}  {job.reason}"
            )

    def _redrive(self, actor: Actor, options: dict[str, Any]) -> None:
        if bool(options["job"]) == bool(options["kind"]):
            raise CommandError("Name either one job or --kind.")
        if options["job"]:
            job: Job = redrive_job(actor=actor, at=now(), job_id=options["job"])
            self.stdout.write(f"{job.kind} {job.pk} is tried again.")
        else:
            count = redrive_dead(actor=actor, at=now(), kind=options["kind"])
            self.stdout.write(f"{count} jobs are tried again.")

    def _give_up(self, actor: Actor, options: dict[str, Any]) -> None:
        job = give_up_job(actor=actor, at=now(), job_id=options["job"], reason=options["reason"])
        self.stdout.write(f"{job.kind} {job.pk} is given up.")
