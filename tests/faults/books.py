"""What came of a form, counted in the database past the product: each row exactly once, or not."""

from collections import Counter
from dataclasses import dataclass

from tests.faults.road import Form
from tests.faults.stage import Stage

_ROWS = "SELECT outcome, count(*), count(DISTINCT number) FROM migrations_app_batchrow WHERE batch_id = %s GROUP BY 1"
_MOVED = """
SELECT e.order_reference, sum(m.quantity)
  FROM licenses_quantitymovement m JOIN licenses_entitlement e ON e.id = m.source_id
 WHERE m.reason = 'transfer'
   AND m.reference IN (SELECT id::text FROM migrations_app_transferrequest WHERE batch_id = %s)
 GROUP BY 1
"""
_ASKED = """
SELECT e.order_reference, sum(l.quantity)
  FROM migrations_app_transferline l
  JOIN migrations_app_transferrequest r ON r.id = l.request_id
  JOIN licenses_entitlement e ON e.id = l.entitlement_id
 WHERE r.batch_id = %s AND r.status NOT IN ('withdrawn', 'rejected')
 GROUP BY 1
"""
_HOLDS = """
SELECT count(*) FROM licenses_hold WHERE released_at IS NULL
   AND reference IN (SELECT id FROM migrations_app_transferrequest WHERE batch_id = %s)
"""
# Told of one and the same thing more than once.
_TWICE = """
SELECT kind, count(*) FROM sites_notification
 WHERE subject_id = %(batch)s
    OR subject_id IN (SELECT id FROM migrations_app_transferrequest WHERE batch_id = %(batch)s)
 GROUP BY user_id, subject_id, kind HAVING count(*) > 1
UNION ALL
SELECT kind, count(*) FROM sites_event
 WHERE kind NOT IN ('consented')
   AND (subject_id = %(batch)s
        OR subject_id IN (SELECT id FROM migrations_app_transferrequest WHERE batch_id = %(batch)s))
 GROUP BY subject_id, kind HAVING count(*) > 1
"""
_TOLD = "SELECT kind FROM sites_notification WHERE subject_id = %s ORDER BY kind"
_PROOFS = """
SELECT count(*) FROM licenses_entitlement e
 WHERE e.id IN (SELECT m.target_id FROM licenses_quantitymovement m
                 WHERE m.reference IN (SELECT id::text FROM migrations_app_transferrequest WHERE batch_id = %s))
   AND (SELECT count(*) FROM licenses_proof p WHERE p.entitlement_id = e.id AND p.status = 'valid') <> 1
"""


@dataclass(frozen=True)
class Tally:
    """Rows of a form and what became of them: `lost` didn't move, `doubled` moved more than once."""

    rows: int
    lost: int
    doubled: int


def tally(stage: Stage, form: Form) -> Tally:
    """Count the units that moved for a form against those that it names."""
    wanted, moved = form.wanted(), Counter({order: int(units) for order, units in stage.ask(_MOVED, form.batch)})
    lost, doubled = (wanted - moved).total(), (moved - wanted).total()
    return Tally(form.rows, lost, doubled)


def flaws(stage: Stage, form: Form) -> list[str]:
    """Everything that isn't as it must be for a form whose every row has moved; empty if it is."""
    found = []
    rows = stage.ask(_ROWS, form.batch)
    if rows != [("applied", form.rows, form.rows)]:
        found.append(f"rows {rows}")
    if (counted := tally(stage, form)) != Tally(form.rows, 0, 0):
        found.append(f"moved {counted}")
    if Counter({order: int(units) for order, units in stage.ask(_ASKED, form.batch)}) != form.wanted():
        found.append("requests for something else")
    if holds := stage.ask(_HOLDS, form.batch)[0][0]:
        found.append(f"{holds} holds are left")
    with stage.sql() as cursor:
        cursor.execute(_TWICE, {"batch": form.batch})
        found += [f"told {times} times: {kind}" for kind, times in cursor.fetchall()]
    told = [kind for (kind,) in stage.ask(_TOLD, form.batch)]
    if told != ["batch_checked", "batch_completed"]:
        found.append(f"told {told}")
    if unproved := stage.ask(_PROOFS, form.batch)[0][0]:
        found.append(f"{unproved} lines without one valid proof")
    return found


def correct(stage: Stage, *forms: Form) -> None:
    """Every row of every form exactly once. Whether the ledgers agree is asked when the stage closes."""
    found = {form.name: said for form in forms if (said := flaws(stage, form))}
    assert not found, f"{found}\n{stage.told()}"
