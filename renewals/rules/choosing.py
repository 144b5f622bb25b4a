"""Which of the offered lines a customer renews (rule T10): line by line, whole, in part, or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from licenses.rules.orders import HeldLine, lapses_on
from portal.kernel.errors import Fault

# The code of a line, or of a part of one, that is left out because the customer declined it.
DECLINED = "line_declined"


@dataclass(frozen=True, slots=True)
class Choice:
    """How many units of a line are renewed, 0 for none, and why not all of them."""

    quantity: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """A line that the quote offers: `quantity` units in all, of which this version renews `kept`; `reason` is why the
    others were declined."""

    key: str
    quantity: int
    kept: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody says of one line: `quantity` units of it, None for as many as there are."""

    key: str
    quantity: int | None = None
    reason: str = ""


Choices = Mapping[str, Choice]


def chosen(lines: Iterable[HeldLine], choices: Choices) -> tuple[list[HeldLine], list[Fault]]:
    """The lines as far as they are renewed, and what is declined of them: how much, why, and when it lapses (T8).

    A choice counts for as long as it is there, also where the line got smaller in the meantime.
    """
    kept: list[HeldLine] = []
    declined: list[Fault] = []
    for line in lines:
        choice = choices.get(line.key)
        renewed = line.quantity if choice is None else min(choice.quantity, line.quantity)
        if renewed:
            kept.append(line if renewed == line.quantity else replace(line, quantity=renewed))
        if choice is not None and renewed < line.quantity:
            params = {
                "quantity": line.quantity - renewed,
                "reason": choice.reason,
                "cover_end": line.cover_end,
                "lapses_on": lapses_on(line.cover_end),
            }
            declined.append(Fault(DECLINED, line=line.key, params=params))
    return kept, declined


def accepting(offered: Sequence[Offered], wishes: Sequence[Wish], reason: str = "") -> tuple[Choices, list[Fault]]:
    """The choices of somebody who names what to renew: what isn't named, or with quantity 0, is declined with `reason`.

    Every fault at once: a line that isn't offered or is named twice, a quantity that isn't there, a reason missing.
    """
    named, faults = _named(offered, wishes, least=0)
    choices = {}
    for line in offered:
        wish = named.get(line.key)
        renewed = 0 if wish is None else line.quantity if wish.quantity is None else wish.quantity
        choices[line.key] = Choice(renewed, (wish.reason if wish else "") or reason or line.reason)
    return choices, [*faults, *_reasonless(offered, choices)]


def declining(offered: Sequence[Offered], wishes: Sequence[Wish], reason: str = "") -> tuple[Choices, list[Fault]]:
    """The choices of somebody who names what not to renew: these units less than this version has, all else stays.

    Without a quantity the whole line is declined. Faults as in `accepting`.
    """
    named, faults = _named(offered, wishes, kept=True)
    choices = _as_is(offered)
    for line in offered:
        if (wish := named.get(line.key)) is not None:
            less = line.kept if wish.quantity is None else wish.quantity
            choices[line.key] = Choice(max(line.kept - less, 0), wish.reason or reason or line.reason)
    return choices, [*faults, *_reasonless(offered, choices)]


def restoring(offered: Sequence[Offered], wishes: Sequence[Wish]) -> tuple[Choices, list[Fault]]:
    """The choices of somebody who takes declined units back: those named, or every one where none is named."""
    named, faults = _named(offered, wishes, declined=True)
    choices = _as_is(offered)
    for line in offered:
        wish = named.get(line.key) if wishes else Wish(line.key)
        if wish is not None:
            more = line.quantity - line.kept if wish.quantity is None else wish.quantity
            choices[line.key] = Choice(min(line.kept + more, line.quantity), line.reason)
    return choices, faults


def changed(offered: Iterable[Offered], choices: Choices) -> bool:
    """Whether `choices` renew something else than this version does, or say another reason."""
    return any(_said(line, Choice(line.kept, line.reason)) != _said(line, choices[line.key]) for line in offered)


def _said(line: Offered, choice: Choice) -> tuple[int, str]:
    return choice.quantity, choice.reason if choice.quantity < line.quantity else ""


def _as_is(offered: Iterable[Offered]) -> dict[str, Choice]:
    return {line.key: Choice(line.kept, line.reason) for line in offered}


def _named(
    offered: Sequence[Offered], wishes: Sequence[Wish], *, kept: bool = False, declined: bool = False, least: int = 1
) -> tuple[dict[str, Wish], list[Fault]]:
    """Each line's wish; at most what is `kept`, or `declined`, of the line, or all of it, can be named."""
    lines = {line.key: line for line in offered}
    found: dict[str, Wish] = {}
    faults: list[Fault] = []
    for wish in wishes:
        line = lines.get(wish.key)
        if line is None:
            faults.append(Fault("quote_line_unknown", "lines", wish.key, params={"value": wish.key}))
            continue
        most = line.kept if kept else line.quantity - line.kept if declined else line.quantity
        if wish.key in found:
            faults.append(Fault("quote_line_twice", "lines", wish.key))
        elif not most or (wish.quantity is not None and not least <= wish.quantity <= most):
            asked = wish.quantity if wish.quantity is not None else line.quantity
            faults.append(
                Fault("quote_quantity", "quantity", wish.key, params={"quantity": asked, "least": least, "most": most})
            )
        found[wish.key] = wish
    return found, faults


def _reasonless(offered: Iterable[Offered], choices: Choices) -> list[Fault]:
    return [
        Fault("quote_reason", "reason", line.key)
        for line in offered
        if choices[line.key].quantity < line.quantity and not choices[line.key].reason.strip()
    ]
