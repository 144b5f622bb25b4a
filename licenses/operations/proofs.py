"""Proofs of Entitlement: issued for what is held, superseded when it changes (rule M8). Always by whole sets."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import translation

from licenses.models import Entitlement, Proof
from licenses.paperwork import place_facts
from licenses.sets import staged
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
     WHERE entitlement_id = ANY (ARRAY(SELECT line FROM issuing)) AND status = 'valid' RETURNING id, entitlement_id
)
UPDATE issuing i SET before = r.id FROM retired r WHERE i.line = r.entitlement_id
"""
# What a line says of itself; what its site and customer are comes as JSON, in the customer's language.
_ISSUE = """
INSERT INTO licenses_proof (id, customer_id, entitlement_id, number, status, quantity, issued_on, language, paper,
                            supersedes_id)
SELECT gen_random_uuid(), w.customer_id, w.line, 'PoE-' || lpad(w.n::text, greatest(8, length(w.n::text)), '0'),
       'valid', w.units, w.issued_on, f.language,
       f.facts || jsonb_build_object(
           'part_number', w.part_id, 'description', p.description, 'metric', p.metric,
           'order_reference', w.order_reference, 'acquired_on', w.acquired_on,
           'cover_start', w.coverage_start, 'cover_end', w.coverage_end),
       w.before
  FROM (SELECT u.*, nextval('passage_proof_number') AS n FROM (
            SELECT i.line, i.issued_on, coalesce(i.before, g.before) AS before, e.customer_id, e.site_id, e.part_id,
                   e.order_reference, e.acquired_on, e.coverage_start, e.coverage_end,
                   coalesce(i.quantity,
                       coalesce((SELECT sum(m.quantity) FROM licenses_quantitymovement m WHERE m.target_id = i.line), 0)
                     - coalesce((SELECT sum(m.quantity) FROM licenses_quantitymovement m WHERE m.source_id = i.line), 0)
                   ) AS units
              FROM issuing i
             CROSS JOIN LATERAL (SELECT * FROM licenses_entitlement x WHERE x.id = i.line OFFSET 0) AS e
              LEFT JOIN issuing g ON g.line = i.giver
             ORDER BY i.place) AS u
         WHERE u.units > 0) AS w
  JOIN licenses_part p ON p.part_number = w.part_id
  JOIN (SELECT * FROM jsonb_to_recordset(%s) AS x(site uuid, language text, facts jsonb)) AS f ON f.site = w.site_id
"""
_SITES = "SELECT DISTINCT site_id FROM licenses_entitlement WHERE id = ANY (ARRAY(SELECT line FROM issuing))"


@transaction.atomic
def issue_proof(*, actor: Actor, at: datetime, entitlement: Entitlement, quantity: int, on: date) -> Proof:
    """Issue a Proof of Entitlement that says what `quantity` units of the line are (rule M8)."""
    issue_proofs([Issue(entitlement.pk, on, quantity)])
    return Proof.objects.get(entitlement=entitlement, status=Proof.Status.VALID)


def issue_proofs(issues: Collection[Issue], *, renewed: bool = False) -> None:
    """Issue proofs for lines with units, each in its customer's language; no two for one line.

    With `renewed` the valid ones of these lines are superseded, and the new ones name them.
    """
    if not issues:
        return
    with staged(
        "issuing",
        line=("uuid", [issue.line for issue in issues]),
        giver=("uuid", [issue.giver for issue in issues]),
        quantity=("bigint", [issue.quantity for issue in issues]),
        issued_on=("date", [issue.issued_on for issue in issues]),
        before=("uuid", [None] * len(issues)),
    ) as cursor:
        if renewed:
            cursor.execute(_RETIRE)
        cursor.execute(_SITES)
        frames = _frames([site for (site,) in cursor.fetchall()])
        cursor.execute(_ISSUE, [json.dumps(frames)])


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
    issue_proofs(wanted.values(), renewed=True)
