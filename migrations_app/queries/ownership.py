"""Whether a request needs it declared that its two customers are of one Enterprise, and who may (check V2)."""

from dataclasses import dataclass
from datetime import date

from migrations_app.models import TransferRequest
from sites.models import Customer, OwnershipDeclaration
from sites.policies import signs_for
from sites.queries import declaration_between, same_by_record
from sites.tenancy.actor import Actor
from sites.words import ownership_statement


@dataclass(frozen=True, slots=True)
class Ownership:
    """How a request's customers are tied where the records don't say so.

    `declaration` is the one in force, `signer` the customer that the actor may sign for (the source's first), and
    `statement` what would be signed.
    """

    declaration: OwnershipDeclaration | None
    signer: Customer | None
    other: Customer | None
    statement: str = ""

    @property
    def may_declare(self) -> bool:
        """Whether the actor can mend check V2 now."""
        return self.declaration is None and self.signer is not None


def ownership_of(request: TransferRequest, actor: Actor, on: date) -> Ownership | None:
    """None where one customer, or the records, make it unnecessary, and for who reads one end alone."""
    if not request.both_ends_seen:
        return None
    source, site = request.source_site.customer, request.target_site
    if site is None or same_by_record(source, site.customer):
        return None
    target = site.customer
    declaration = declaration_between(source, target, on)
    for signer, other in ((source, target), (target, source)):
        if signs_for(actor, signer):
            return Ownership(declaration, signer, other, ownership_statement(signer.name, other.name))
    return Ownership(declaration, None, None)
