"""The self-check: derives what should have been told without the ladder's rules, in the database's own words.

A break is something that should have gone out and didn't: no run, no notice at the latest rung, a letter that waits.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Min

from licenses.queries import NOT_RENEWED, rule_book
from renewals.models import Notice, NoticeRun
from sites.models import DeadAddress

# A letter that waits longer than this isn't merely late.
LETTER_LATE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Break:
    """What lacks: `kind` is no_run, not_told or letter_late; `number` of the Agreement or site, the end, the rung."""

    kind: str
    number: str = ""
    ends_on: str = ""
    rung: int | None = None
    person: str = ""

    def as_json(self) -> dict[str, object]:
        return asdict(self)

    def __str__(self) -> str:
        return " ".join(str(value) for value in asdict(self).values() if value not in ("", None))


_EXPECTED = """
WITH sites AS MATERIALIZED (
    -- Each table by itself: joined behind the walls, every customer would be looked at for each row.
    SELECT id, site_number, customer_id, agreement_id, originating FROM sites_site
), agreements AS MATERIALIZED (
    SELECT id, number, customer_id, term_start FROM sites_agreement
), contacts AS MATERIALIZED (
    SELECT site_id, role, user_id, email FROM sites_sitecontact
     WHERE role IN ('administrative', 'primary') AND %(day)s BETWEEN valid_from AND coalesce(valid_to, 'infinity')
), told AS MATERIALIZED (
    SELECT agreement_id, site_id, ends_on, rung, person FROM renewals_notice WHERE ends_on >= %(day)s - 50
), lines AS MATERIALIZED (
    SELECT DISTINCT e.site_id, e.coverage_end
      FROM licenses_entitlement e
     WHERE e.follows_id IS NULL AND NOT e.traded_up
       AND e.part_id NOT IN (SELECT part_number FROM licenses_part WHERE kind = ANY (%(not_renewed)s))
       AND e.coverage_end BETWEEN %(day)s - 44 AND %(day)s + 731
       AND (SELECT coalesce(sum(m.quantity), 0) FROM licenses_quantitymovement m WHERE m.target_id = e.id)
         > (SELECT coalesce(sum(m.quantity), 0) FROM licenses_quantitymovement m WHERE m.source_id = e.id)
), held AS (
    SELECT lines.coverage_end, s.id AS site, s.site_number, a.id AS agreement, a.number, a.term_start,
           coalesce(a.customer_id, s.customer_id) AS customer
      FROM lines JOIN sites s ON s.id = lines.site_id LEFT JOIN agreements a ON a.id = s.agreement_id
), counted AS (
    SELECT DISTINCT customer, agreement, CASE WHEN agreement IS NULL THEN site END AS site,
           coalesce(number, site_number) AS number,
           CASE WHEN renews >= %(day)s THEN renews - 1 ELSE coverage_end END AS ends_on
      FROM held
      LEFT JOIN LATERAL (
          -- The first Term ends with a month, a year after it began; each Anniversary is a year after the one before.
          SELECT max(each)::date AS renews
            FROM generate_series(
                date_trunc('month', term_start + interval '1 year')
                + CASE WHEN extract(day FROM term_start) = 1 THEN interval '0' ELSE interval '1 month' END,
                (coverage_end + 1)::timestamp, interval '1 year') AS each
      ) AS anniversaries ON agreement IS NOT NULL
), rungs AS (
    SELECT counted.*, rung::int
      FROM counted
      LEFT JOIN LATERAL (
          SELECT rungs FROM renewals_noticechoice
           WHERE customer_id = customer AND user_id IS NULL AND valid_from <= %(day)s
           ORDER BY valid_from DESC, set_at DESC, id DESC LIMIT 1
      ) AS chosen ON true
      CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(chosen.rungs, %(ladder)s::jsonb)) AS rung
), latest AS (
    SELECT customer, agreement, site, number, ends_on, min(rung) AS rung
      FROM rungs WHERE ends_on - rung <= %(day)s GROUP BY 1, 2, 3, 4, 5
), named AS (
    SELECT latest.*, coalesce(c.user_id::text, lower(c.email), '') AS person,
           row_number() OVER (PARTITION BY agreement, site, ends_on
                              ORDER BY c.role IS NULL, ((c.role = 'primary') = (rung = %(check)s)) DESC) AS turn
      FROM latest
      LEFT JOIN sites s ON s.agreement_id = latest.agreement AND s.originating
      LEFT JOIN contacts c ON c.site_id = coalesce(latest.site, s.id)
     WHERE %(day)s <= greatest(ends_on, ends_on - rung) + 14
)
SELECT number, named.ends_on::text, named.rung, named.person, told.rung IS NOT NULL AS settled
  FROM named
  LEFT JOIN told ON coalesce(told.agreement_id, told.site_id) = coalesce(agreement, site)
        AND told.ends_on = named.ends_on AND told.rung = named.rung AND told.person = named.person
 WHERE turn = 1 ORDER BY number, named.ends_on
"""


def breaks_on(on: date, at: datetime) -> tuple[int, list[Break]]:
    """How many notices were expected by `on`, at their latest rung, and every break; for the portal, which sees all."""
    book = rule_book(on)
    ladder = [book.contact_check_days, book.quote_days, *book.reminder_days]
    asked: dict[str, Any] = {
        "day": on,
        "not_renewed": list(NOT_RENEWED),
        "ladder": json.dumps(ladder),
        "check": book.contact_check_days,
    }
    with connection.cursor() as cursor:
        cursor.execute(_EXPECTED, asked)
        rows = cursor.fetchall()
    found = [Break("not_told", number, ends, rung, who) for number, ends, rung, who, settled in rows if not settled]
    run = NoticeRun.objects.filter(day=on).first()
    if run is None or run.finished_at is None:
        found.insert(0, Break("no_run", ends_on=on.isoformat()))
    late = Notice.objects.filter(mail=Notice.Mail.DUE, at__lt=at - LETTER_LATE).order_by("at", "id")
    found += [
        Break("letter_late", str(n.data.get("number", "")), n.ends_on.isoformat(), n.rung, n.person) for n in late
    ]
    return len(rows), found


@dataclass(frozen=True, slots=True)
class Watch:
    """Notices at a glance: the latest run and what its check found, letters that wait, addresses that fail."""

    day: date | None
    finished_at: datetime | None
    checked_at: datetime | None
    told: int
    expected: int
    breaks: tuple[Break, ...]
    letters_due: int
    oldest_letter: float | None
    dead_addresses: int


def watch(on: date, at: datetime) -> Watch:
    """As of now; for operators and the portal. Four queries."""
    run = NoticeRun.objects.filter(day__lte=on).order_by("-day").first()
    waiting = Notice.objects.filter(mail=Notice.Mail.DUE).aggregate(count=Count("pk"), since=Min("at"))
    return Watch(
        day=run.day if run else None,
        finished_at=run.finished_at if run else None,
        checked_at=run.checked_at if run else None,
        told=run.told if run else 0,
        expected=run.expected if run else 0,
        breaks=tuple(Break(**each) for each in run.breaks) if run else (),
        letters_due=waiting["count"],
        oldest_letter=(at - waiting["since"]).total_seconds() if waiting["since"] else None,
        dead_addresses=DeadAddress.objects.open_on(on).count(),
    )
