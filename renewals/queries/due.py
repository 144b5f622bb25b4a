"""Whose quotes have to be looked at: facts moved on since the last look, or the day for the next one came."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from licenses.queries import price_versions, rule_book
from licenses.sets import array
from renewals.queries.stored import LOOKED
from sites.models import Agreement, Site
from sites.tenancy import seeing_only

# The walls compare each row with every customer that is reached: of some hundred at a time that costs nothing.
CUSTOMERS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Due:
    """An Agreement or an Express site to be looked at; `customers` own what its quotes are made of, `lines` of them."""

    model: type[Agreement | Site]
    pk: UUID
    customers: tuple[UUID, ...]
    lines: int


# Every Agreement and every Express site of some customers, with the version of its facts.
_HOLDERS = """
WITH listed AS (SELECT * FROM unnest(%(countries)s::text[], %(currencies)s::text[], %(versions)s::bigint[])
                            AS p(country, currency, version)),
holder AS (
    SELECT 'agreement' AS kind, a.id, a.customer_id, a.head_version AS head
      FROM sites_agreement a WHERE a.customer_id = ANY (%(customers)s::uuid[])
    UNION ALL
    SELECT 'site', s.id, s.customer_id, coalesce(h.sequence, 0)
      FROM sites_site s LEFT JOIN licenses_ledgerhead h ON h.customer_id = s.customer_id AND h.ledger = 'quantity'
     WHERE s.customer_id = ANY (%(customers)s::uuid[]) AND s.agreement_id IS NULL
), basis AS (
    SELECT r.*, coalesce(p.version, 0) AS prices FROM holder r JOIN sites_customer c ON c.id = r.customer_id
      LEFT JOIN listed p ON p.country = c.country AND p.currency = c.currency
)
"""
# Never looked at, or something is another since; what was put aside waits until then, or for the next day.
_OF_THEM = """
SELECT b.kind, b.id, b.customer_id FROM basis b
  LEFT JOIN LATERAL (SELECT data FROM sites_event e
                      WHERE e.subject_type = b.kind AND e.subject_id = b.id AND e.kind = %(looked)s
                      ORDER BY e.id DESC LIMIT 1) AS look ON true
 WHERE (look.data ->> 'head_version')::bigint IS DISTINCT FROM b.head
    OR (look.data ->> 'prices')::bigint IS DISTINCT FROM b.prices
    OR look.data ->> 'rules' IS DISTINCT FROM %(rules)s
    OR coalesce((look.data ->> 'again_on')::date <= %(on)s, true)
EXCEPT
SELECT b.kind, b.id, b.customer_id FROM basis b JOIN renewals_quoteputaside u ON u.subject_id = b.id
 WHERE u.head_version = b.head AND u.prices = b.prices AND u.rules = %(rules)s AND u.tried_on >= %(on)s
"""
_DUE = _HOLDERS + _OF_THEM
_BASIS = _HOLDERS + "SELECT head, prices FROM basis WHERE id = %(id)s"  # noqa: S608  # as above
# Sites under an Agreement may be other customers': whose, is asked with the whole reach.
_OWNERS = """
SELECT h.id, s.customer_id FROM unnest(%(holders)s::uuid[]) AS h(id)
 CROSS JOIN LATERAL (SELECT customer_id FROM sites_site s WHERE s.agreement_id = h.id OFFSET 0) AS s
"""
# Not line by line of each: beside so many customers the planner would go through all of theirs each time.
_SIZES = """
WITH lines AS (SELECT e.site_id, count(*) AS n FROM licenses_entitlement e
                WHERE e.site_id = ANY (ARRAY(SELECT id FROM sites_site s
                                              WHERE s.id = ANY (%(holders)s::uuid[])
                                                 OR s.agreement_id = ANY (%(holders)s::uuid[])))
                GROUP BY e.site_id)
SELECT coalesce(s.agreement_id, s.id), sum(lines.n) FROM lines JOIN sites_site s ON s.id = lines.site_id GROUP BY 1
"""


def everybody() -> list[UUID]:
    """Every customer that the actor reaches, in one order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT customer FROM unnest(readable_customers()) AS customer ORDER BY 1")
        return [customer for (customer,) in cursor.fetchall()]


def due_now(on: date) -> Iterator[Due]:
    """Agreements first and Express sites of some hundred customers after the other: one question and its sizes each."""
    customers = everybody()
    asked = _versions() | {"looked": LOOKED, "rules": rule_book(on).version, "on": on}
    for start in range(0, len(customers), CUSTOMERS_AT_ONCE):
        some = customers[start : start + CUSTOMERS_AT_ONCE]
        with seeing_only(some):
            found = _ask(_DUE, asked | {"customers": array(some)})
        yield from _sized(Agreement, {key: owner for kind, key, owner in found if kind == "agreement"})
        yield from _sized(Site, {key: owner for kind, key, owner in found if kind == "site"})


def _sized(model: type[Agreement | Site], owner: Mapping[UUID, UUID]) -> Iterator[Due]:
    if not owner:
        return
    asked = {"holders": array(owner)}
    owners: dict[UUID, set[UUID]] = {key: {customer} for key, customer in owner.items()}
    for key, customer in _ask(_OWNERS, asked) if model is Agreement else ():
        owners[key].add(customer)
    with seeing_only({customer for some in owners.values() for customer in some}):
        lines = dict(_ask(_SIZES, asked))
    for key in sorted(owner):
        yield Due(model, key, tuple(owners[key]), int(lines.get(key, 0)))


def basis_of(due: Due, on: date) -> tuple[int, int, str] | None:
    """The versions that a look at it would be known by: of its facts, its price lists and the rules."""
    asked = _versions() | {"customers": array(due.customers)}
    rows = _ask(_BASIS, asked | {"id": due.pk})
    return (int(rows[0][0]), int(rows[0][1]), rule_book(on).version) if rows else None


def _versions() -> dict[str, Any]:
    listed = price_versions()
    return {
        "countries": [country for country, _ in listed],
        "currencies": [currency for _, currency in listed],
        "versions": list(listed.values()),
    }


def _ask(question: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchall()
