"""Proofs of Entitlement: issued for what is held, superseded when it changes (rule M8). Always by whole sets."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import translation

from licenses.models import Entitlement, Proof
from licenses.operations.sets import array
from licenses.paperwork import place_facts
from sites.models import Site
from sites.tenancy.actor import Actor


@dataclass(frozen=True, slots=True)
class Issue:
    """A proof to be issued for a line: `quantity` units (None: what the ledger says now), `issued_on` a day.

    `giver` is the line whose proof it supersedes where the line has none of its own.
    """

    line: UUID
    issued_on: date
    quantity: int | None = None
    giver: UUID | None = None


_RETIRE = """
WITH retired AS (
    UPDATE licenses_proof SET status = 'superseded'
     WHERE status = 'valid' AND entitlement_id = ANY (%s::uuid[]) RETURNING id, entitlement_id
)
SELECT coalesce(json_agg(retired), '[]')::text FROM retired
"""
_SITES = "SELECT DISTINCT site_id FROM licenses_entitlement WHERE id = ANY (%s::uuid[])"
# What a line says of itself; what its site and customer are comes as JSON, in the customer's language.
_ISSUE = """
WITH asked AS (
    SELECT * FROM unnest(%(lines)s::uuid[], %(givers)s::uuid[], %(quantities)s::bigint[], %(days)s::date[])
        WITH ORDINALITY AS a(line, giver, quantity, issued_on, place)
),
retired AS (SELECT * FROM json_to_recordset(%(retired)s) AS r(id uuid, entitlement_id uuid)),
frames AS (SELECT * FROM json_to_recordset(%(frames)s) AS f(site uuid, language text, facts jsonb)),
wanted AS (
    SELECT a.*, e.customer_id, e.site_id, e.part_id, e.order_reference, e.acquired_on, e.coverage_start,
           e.coverage_end, coalesce(a.quantity,
               coalesce((SELECT sum(m.quantity) FROM licenses_quantitymovement m WHERE m.target_id = a.line), 0)
             - coalesce((SELECT sum(m.quantity) FROM licenses_quantitymovement m WHERE m.source_id = a.line), 0)
           ) AS units
      FROM asked a JOIN licenses_entitlement e ON e.id = a.line
)
INSERT INTO licenses_proof (id, customer_id, entitlement_id, number, status, quantity, issued_on, language, paper,
                            supersedes_id)
SELECT gen_random_uuid(), w.customer_id, w.line, 'PoE-' || lpad(w.n::text, greatest(8, length(w.n::text)), '0'),
       'valid', w.units, w.issued_on, f.language,
       f.facts || jsonb_build_object(
           'part_number', p.part_number, 'description', p.description, 'metric', p.metric,
           'order_reference', w.order_reference, 'acquired_on', w.acquired_on,
           'cover_start', w.coverage_start, 'cover_end', w.coverage_end),
       coalesce(own.id, before.id)
  FROM (SELECT *, nextval('passage_proof_number') AS n FROM wanted WHERE units > 0 ORDER BY place) AS w
  JOIN licenses_part p ON p.part_number = w.part_id
  JOIN frames f ON f.site = w.site_id
  LEFT JOIN retired own ON own.entitlement_id = w.line
  LEFT JOIN retired before ON before.entitlement_id = w.giver
"""


@transaction.atomic
def issue_proof(*, actor: Actor, at: datetime, entitlement: Entitlement, quantity: int, on: date) -> Proof:
    """Issue a Proof of Entitlement that says what `quantity` units of the line are (rule M8)."""
    issue_proofs([Issue(entitlement.pk, on, quantity)])
    return Proof.objects.get(entitlement=entitlement, status=Proof.Status.VALID)


def issue_proofs(issues: Sequence[Issue], retired: str = "[]") -> None:
    """Issue proofs for lines with units, each in its customer's language.

    `retired` are proofs that were superseded just now, as JSON: the new ones name them.
    """
    if not issues:
        return
    lines = array(issue.line for issue in issues)
    with connection.cursor() as cursor:
        cursor.execute(_SITES, [lines])
        sites = [site for (site,) in cursor.fetchall()]
        asked: dict[str, Any] = {
            "lines": lines,
            "givers": array(issue.giver for issue in issues),
            "quantities": array(issue.quantity for issue in issues),
            "days": array(issue.issued_on for issue in issues),
            "retired": retired,
            "frames": json.dumps(_frames(sites)),
        }
        cursor.execute(_ISSUE, asked)


def _frames(sites: Iterable[UUID]) -> list[dict[str, Any]]:
    """What a proof says of each site and its customer, in the customer's language."""
    frames = []
    for site in Site.objects.filter(pk__in=sites).select_related("customer", "agreement"):
        with translation.override(site.customer.language):
            facts = place_facts(site)
        frames.append({"site": str(site.pk), "language": site.customer.language, "facts": facts})
    return frames


def renew_proofs(*, on: date, moved: Mapping[UUID, UUID] | None = None, changed: Iterable[UUID] = ()) -> None:
    """Each line that gave or changed units gets its proof superseded; what is there then gets new ones (rule M8).

    `moved` names for each line that gave units the one that got them.
    """
    wanted: dict[UUID, Issue] = {}
    for giver, receiver in (moved or {}).items():
        wanted.setdefault(receiver, Issue(receiver, on, giver=giver))
        wanted.setdefault(giver, Issue(giver, on))
    for line in changed:
        wanted.setdefault(line, Issue(line, on))
    with connection.cursor() as cursor:
        cursor.execute(_RETIRE, [array(wanted)])
        (retired,) = cursor.fetchone()
    issue_proofs(list(wanted.values()), retired)
