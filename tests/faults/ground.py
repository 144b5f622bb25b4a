"""What there is to move on a stage: `python -m tests.faults.ground LINES` writes lines and says where they are.

Most are on Nordvind's Express site, every third at Aarhus. Tokens for those who ask are made, too.
"""

import json
import sys
from datetime import date, timedelta

import django
from dateutil.relativedelta import relativedelta

QUANTITY = 1_000_000
EXPRESS, AARHUS, ODENSE = "7004511", "7004620", "7004621"


def main(lines: int) -> None:
    """Write the lines, and print them with the tokens as one line of JSON."""
    django.setup()
    from django.db import transaction
    from rest_framework.authtoken.models import Token

    from sites.models import User
    from sites.tenancy import system_actor

    with transaction.atomic():
        system_actor()
        made = list(write(lines))
        people = {"jonas": "jonas@partner.example", "rikke": "rikke@rep.example"}
        tokens = {
            who: Token.objects.get_or_create(user=User.objects.get(email=email))[0].key for who, email in people.items()
        }
    print(json.dumps({"lines": made, "tokens": tokens}))


def write(lines: int):
    """One line a step: (site, part, order)."""
    from licenses.models import Part, PartKind
    from licenses.operations import acquire
    from portal.kernel.period import DAY, Period
    from sites.clock import now, today
    from sites.models import Site
    from sites.tenancy import system_actor

    actor = system_actor()
    parts = list(Part.objects.filter(kind=PartKind.LICENSE, renewal_part__isnull=False).order_by("part_number")[:20])
    sites = {number: Site.objects.get(site_number=number) for number in (EXPRESS, AARHUS)}
    # Cover that ends with a month, far enough ahead that no renewal is under way.
    end = date(today().year, today().month, 1) + relativedelta(months=9) - DAY
    start = date(end.year - 1, end.month, 1) + relativedelta(months=1)
    for index in range(lines):
        number = AARHUS if index % 3 == 2 else EXPRESS
        part, order = parts[index % len(parts)], f"F{index:06d}"
        acquire(
            actor=actor,
            at=now(),
            site=sites[number],
            part=part,
            quantity=QUANTITY,
            order_reference=order,
            acquired_on=min(start, today() - timedelta(days=60)),
            cover=Period(start, end),
        )
        yield number, part.part_number, order


if __name__ == "__main__":
    main(int(sys.argv[1]))
