"""What every tenant table has: an id nobody can guess, and an owner."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Func, Q
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from sites.tenancy.actor import Actor


class TenantQuerySet(models.QuerySet):
    """The first of the two walls; the second is the database's row-level security."""

    tenant = "customer"

    def visible_to(self, actor: "Actor") -> Self:
        """Only the rows of customers that `actor` may read now."""
        return self if actor.sees_all_customers else self.filter(actor.readable_filter(self.tenant))

    def among(self, field: str, keys: Iterable[UUID | None]) -> Self:
        """Only rows whose `field` is one of `keys`, of which there may be a hundred thousand: sent as one value."""
        sent = ",".join(str(key) for key in keys if key)
        return self.filter(**{f"{field}__one_of": RawSQL("SELECT unnest(%s::uuid[])", [f"{{{sent}}}"])})


@models.UUIDField.register_lookup
@models.ForeignKey.register_lookup
class OneOf(models.Lookup):
    """`column = ANY (ARRAY(query))`: rows by many keys, looked up by each.

    As a join, the planner would rather read all rows that the walls let the actor see: it takes them for few.
    """

    lookup_name = "one_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        query, params = compiler.compile(self.rhs)
        return f"{left} = ANY (ARRAY{query})", (*left_params, *params)


class Days(Func):
    """The range of days between two columns, both included, for exclusion constraints."""

    function = "DATERANGE"
    output_field = DateRangeField()


class UUIDModel(models.Model):
    """A primary key that says nothing about how many there are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


def dated_check(name: str) -> models.CheckConstraint:
    """A row that ends can't end before it starts."""
    ordered = Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from"))
    return models.CheckConstraint(condition=ordered, name=name)


class DatedQuerySet(TenantQuerySet):
    """Rows with `valid_from` and `valid_to`, both days included."""

    def valid_on(self, day: date) -> Self:
        """Rows in force on `day`."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)
