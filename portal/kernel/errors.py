"""Refusals as data. Interfaces turn each fault into a sentence in the reader's language."""

import dataclasses
import errno
from collections.abc import Mapping
from datetime import date
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: `code`, the input's `field`, the `line` or row it stands in, figures for the words.

    `severity`, `mends` and `heals_on` are those of the checks where the fault is one.
    """

    code: str
    field: str | None = None
    line: str | None = None
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    severity: str = "error"
    mends: str | None = None
    heals_on: date | None = None


class DomainError(Exception):
    """Something was asked that can't be: carries every fault at once. HTTP status in `status`."""

    status = 400
    code = "invalid"

    def __init__(self, *faults: Fault, code: str | None = None):
        self.faults = faults
        self.code = code or (faults[0].code if len(faults) == 1 else type(self).code)
        super().__init__(", ".join(f.code for f in faults) or self.code)


class Invalid(DomainError):
    """The input is wrong."""


class Forbidden(DomainError):
    """The actor sees the object but may not do this to it."""

    status = 403
    code = "forbidden"


class NotFound(DomainError):
    """Unknown or foreign: the two are told alike."""

    status = 404
    code = "not_found"


class Refused(DomainError):
    """The object's state, or a rule, doesn't allow it now."""

    status = 409
    code = "refused"


class Stale(DomainError):
    """The object moved on since the caller read it."""

    status = 412
    code = "stale"


class NoRoom(DomainError):
    """A disk of ours is full: nothing of what was sent is kept. A technical fault, told as a sentence."""

    status = 507
    code = "storage_full"

    def __init__(self) -> None:
        super().__init__(Fault("storage_full", "file"))


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def no_room(error: BaseException | None) -> bool:
    """Whether the system said that there is no room for what was to be written."""
    return isinstance(error, OSError) and error.errno in _FULL
