"""The actor of a request or a task: made once, from memberships, mandates and staff roles in force today."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Q

from sites.models.organization import Customer

SYSTEM_USER_ID = uuid.UUID(int=1)


@dataclass(frozen=True, slots=True)
class Mandated:
    """A customer that a partner's person acts for."""

    customer_id: UUID
    partner_id: UUID
    can_write: bool
    includes_consent: bool


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. `roles` are customer, partner, rep, operator, system; `territories` the countries of a rep."""

    user_id: UUID
    name: str
    roles: frozenset[str]
    member_of: frozenset[UUID] = frozenset()
    writer_of: frozenset[UUID] = frozenset()
    mandates: tuple[Mandated, ...] = ()
    partner_ids: frozenset[UUID] = frozenset()
    territories: frozenset[str] = frozenset()
    readable: frozenset[UUID] = field(default=frozenset())

    @property
    def sees_all_customers(self) -> bool:
        """Operators and the portal itself are bound to no territory."""
        return bool(self.roles & {"operator", "system"})

    @property
    def is_staff(self) -> bool:
        """Whether the admin views are this person's workplace."""
        return bool(self.roles & {"rep", "operator"})

    def readable_filter(self, customer: str = "customer") -> Q:
        """The filter over rows whose customer is reached by `customer` ('' for customers themselves)."""
        prefix = f"{customer}__" if customer else ""
        own = Q(**{f"{prefix}pk__in" if not customer else f"{customer}_id__in": self.readable})
        return own | Q(**{f"{prefix}country__in": self.territories}) if self.territories else own

    def covers(self, customer: Customer) -> bool:
        """Whether `customer` lies in the territory of this rep or operator."""
        return self.sees_all_customers or str(customer.country) in self.territories

    def may_write(self, customer: Customer) -> bool:
        """Whether this actor may request something for `customer`."""
        return (
            customer.pk in self.writer_of
            or any(m.customer_id == customer.pk and m.can_write for m in self.mandates)
            or self.covers(customer)
        )

    def mandate_for(self, customer_id: UUID) -> Mandated | None:
        """The mandate under which this actor acts for `customer_id`, if there is one."""
        return next((m for m in self.mandates if m.customer_id == customer_id), None)


def begin(user_id: UUID, *, name: str = "", using: str = DEFAULT_DB_ALIAS) -> Actor:
    """Make `user_id` the actor of the current transaction, for the database and for the code.

    The database takes the word for this transaction alone: the setting carries the transaction's own stamp.
    Raises RuntimeError outside a transaction.
    """
    connection = connections[using]
    if not connection.in_atomic_block:
        raise RuntimeError("begin() needs an open transaction: the actor holds for one transaction only.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT act_as(%s)", [user_id])
        facts = cursor.fetchone()[0]
    return _actor(user_id, name, json.loads(facts) if isinstance(facts, str) else facts)


def begin_nobody(*, using: str = DEFAULT_DB_ALIAS) -> None:
    """Nobody acts: the current transaction sees no tenant's rows."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('passage.actor', '', true)")


def system_actor(*, using: str = DEFAULT_DB_ALIAS) -> Actor:
    """The portal itself, for work that nobody asked for: timetables, imports of a world."""
    return begin(SYSTEM_USER_ID, name="Passage", using=using)


def _actor(user_id: UUID, name: str, facts: dict[str, Any]) -> Actor:
    members = [m for m in facts["memberships"] if m["customer_id"]]
    partners = {UUID(m["partner_id"]) for m in facts["memberships"] if m["partner_id"]}
    mandates = tuple(
        Mandated(UUID(m["customer_id"]), UUID(m["partner_id"]), m["can_write"], m["includes_consent"])
        for m in facts["mandates"]
    )
    staff = facts["staff"]
    roles = {s["role"] for s in staff} | ({"customer"} if members else set()) | ({"partner"} if partners else set())
    member_of = frozenset(UUID(m["customer_id"]) for m in members)
    return Actor(
        user_id=user_id,
        name=name or facts["name"] or "",
        roles=frozenset(roles),
        member_of=member_of,
        writer_of=frozenset(UUID(m["customer_id"]) for m in members if m["can_write"]),
        mandates=mandates,
        partner_ids=frozenset(partners),
        territories=frozenset(s["country"] for s in staff if s["role"] == "rep"),
        readable=member_of | {m.customer_id for m in mandates},
    )
