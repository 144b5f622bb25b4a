"""Why a figure is what it is: rule, inputs, result, version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Explanation:
    """`rule` is a code of the rule book, `inputs` what went in, `result` what came out.

    `rounding` names the step where one was taken; `parts` are explanations that this one stands on.
    """

    rule: str
    inputs: Mapping[str, Any]
    result: Any
    version: str
    rounding: str = ""
    parts: tuple["Explanation", ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The same in plain JSON types, decimals and dates as text."""
        return {
            "rule": self.rule,
            "inputs": {k: _plain(v) for k, v in self.inputs.items()},
            "result": _plain(self.result),
            "version": self.version,
            "rounding": self.rounding,
            "parts": [p.as_json() for p in self.parts],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Explanation":
        """What `as_json` wrote; its decimals and dates stay text. Raises KeyError where rule or result is missing."""
        return cls(
            rule=stored["rule"],
            inputs=stored.get("inputs", {}),
            result=stored["result"],
            version=stored.get("version", ""),
            rounding=stored.get("rounding", ""),
            parts=tuple(cls.from_json(part) for part in stored.get("parts", ())),
        )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int)) else str(value)
