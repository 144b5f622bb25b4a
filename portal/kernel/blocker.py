"""What stands in the way, as data: the value that is shown is the value that gates."""

import dataclasses
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How a check of rule book section 5 bears on a line."""

    ERROR = "error"
    REVIEW = "review"
    WARNING = "warning"
    WAITS = "waits"
    INFO = "info"


@dataclasses.dataclass(frozen=True, slots=True)
class Blocker:
    """One finding: `code` (V1..V19), on `line` (an entitlement's id; None: the whole request).

    `mends` says who can mend it (customer, requester, rep, time, nobody, primary_contact), `heals_on` the day
    on which it heals by itself where that can be computed, `params` the figures for the sentence.
    """

    code: str
    severity: Severity
    mends: str
    line: str | None = None
    waivable: bool = False
    heals_on: date | None = None
    field: str | None = None
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
