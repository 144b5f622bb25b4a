"""What people do while the network breaks, each in a process of its own: python -m tests.faults.errands NAME …"""

import json
import sys
from typing import Any

import django

HEADINGS = "Afgivende lokation;Varenummer;Antal;Modtagende lokation;Ordrereference;Reference"


def upload() -> dict[str, Any]:
    """Jonas sends a form: every unit of six lines a row of its own, and three rows that can't be."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.db import transaction

    from migrations_app.operations import upload as take_in
    from sites.clock import now
    from tests.cast import World, acting

    world = World()
    target = world.originating_site.site_number
    lines = [x for x in world.lines(world.express_site) if x.part.kind == "LICENSE_PLUS_S&S" and not x.traded_up]
    places = [
        f"{x.site.site_number};{x.part_id};1;{target};{x.order_reference}" for x in lines for _ in range(x.quantity)
    ]
    rows = [f"{place};R{number}" for number, place in enumerate(places)]
    faulty = [f"{world.express_site.site_number};XXXXXLL;1;{target};;F{number}" for number in range(3)]
    file = SimpleUploadedFile("form.csv", "\n".join([HEADINGS, *rows, *faulty]).encode("utf-8-sig"))
    with acting("jonas") as actor, transaction.atomic():
        batch = take_in(actor=actor, at=now(), upload=file, mode="per_row")
    return {"batch": str(batch.pk), "rows": len(rows), "faulty": len(faulty), "lines": [str(x.pk) for x in lines]}


def submit(batch: str) -> None:
    """Jonas asks for the moves."""
    from uuid import UUID

    from migrations_app.operations import submit_batch
    from sites.clock import now
    from tests.cast import acting

    with acting("jonas") as actor:
        submit_batch(actor=actor, at=now(), batch_id=UUID(batch), waive_warnings="Agreed with Mette")


def approve(batch: str) -> int:
    """Rikke approves every request of the form."""
    from migrations_app.models import TransferRequest
    from migrations_app.operations import take
    from sites.clock import now, today
    from tests.cast import acting

    with acting("rikke") as actor:
        keys = list(TransferRequest.objects.filter(batch_id=batch).values_list("pk", flat=True))
        for key in keys:
            take("approve", actor=actor, at=now(), on=today(), request_id=key)
    return len(keys)


def limits() -> dict[str, Any]:
    """The time limits of a connection of the application's, at both of its ends."""
    from django.db import connection

    with connection.cursor() as cursor:
        found = {}
        for name in ("tcp_user_timeout", "tcp_keepalives_idle"):
            cursor.execute(f"SHOW {name}")
            found[name] = str(cursor.fetchone()[0])
        told = connection.connection.get_dsn_parameters()
    return {
        "client": {name: told[name] for name in ("tcp_user_timeout", "keepalives_idle", "connect_timeout")},
        "server": found,
    }


if __name__ == "__main__":
    django.setup()
    errand = {"upload": upload, "submit": submit, "approve": approve, "limits": limits}[sys.argv[1]]
    sys.stdout.write("\n" + json.dumps(errand(*sys.argv[2:])) + "\n")
