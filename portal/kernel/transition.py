"""A workflow is one table: who may take a case from where to where, by which action."""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.kernel.errors import Fault, Refused


@dataclass(frozen=True, slots=True)
class Transition:
    """`action` takes a case from `source` to `target` when one of `roles` asks for it."""

    action: str
    source: str
    target: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Workflow:
    """The whole table of one kind of case."""

    name: str
    transitions: tuple[Transition, ...]

    def find(self, action: str, status: str) -> Transition | None:
        """The one transition of `action` out of `status`, if there is one."""
        return next((t for t in self.transitions if (t.action, t.source) == (action, status)), None)

    def require(self, action: str, status: str) -> Transition:
        """Like `find`; raises Refused (code `not_from_here`) where there is none."""
        found = self.find(action, status)
        if found is None:
            raise Refused(Fault("not_from_here", params={"action": action, "status": status}))
        return found

    def actions(self, status: str, roles: Iterable[str]) -> tuple[str, ...]:
        """What somebody with `roles` may do next, in the table's order."""
        held = set(roles)
        return tuple(t.action for t in self.transitions if t.source == status and t.roles & held)

    @property
    def statuses(self) -> tuple[str, ...]:
        """Every status that the table names, in order of appearance."""
        named = [s for t in self.transitions for s in (t.source, t.target)]
        return tuple(dict.fromkeys(named))
