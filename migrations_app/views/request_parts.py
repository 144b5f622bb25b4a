"""One page of a request with thousands of lines: its sums are whole, lines and findings come part by part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from licenses.views.paging import Slice, part_of, slice_of
from licenses.views.shared import actor_of
from migrations_app import queries
from migrations_app.models import TransferLine, TransferRequest
from migrations_app.queries import RequestView, Sums
from migrations_app.queries.plan import PlanPage, part_of_plan, plan_page
from migrations_app.words.labels import SEVERITIES
from sites.clock import today

# Of lines, findings and former waivers on one page.
SIZE = 50


@dataclass(frozen=True, slots=True)
class CasePart:
    """What a page shows of a case. `lines`, `checks` and `former` (waivers of findings that are gone) lead to their
    neighbors; `severities` count all findings; `open_warnings` all that nobody has taken note of."""

    view: RequestView
    sums: Sums
    lines: Slice
    checks: Slice
    former: Slice
    severities: tuple[tuple[str, int], ...]
    open_warnings: int
    plan: PlanPage | None

    @property
    def in_part(self) -> bool:
        """Whether the page shows some of its lines alone."""
        return len(self.view.lines) < self.sums.lines


def part_of_case(request: HttpRequest, transfer: TransferRequest) -> CasePart:
    """The part of a case that the address asks for: `from` of its lines, `checks` and `former` by place. A fixed number
    of queries, whatever the number of lines."""
    lines = slice_of(TransferLine.objects.filter(request=transfer), ("entitlement_id",), request, size=SIZE)
    found = queries.findings(transfer, today())
    checks = part_of(found, request, "checks", size=SIZE)
    view = queries.describe_part(transfer, actor_of(request), lines.rows, checks.rows)
    severities = [check["severity"] for check in found]
    return CasePart(
        view=view,
        sums=queries.sums_of([transfer.pk]).get(transfer.pk, Sums()),
        lines=lines,
        checks=checks,
        former=part_of(_former(view.waivers, found), request, "former", size=SIZE),
        severities=tuple((str(SEVERITIES[s]), severities.count(s)) for s in dict.fromkeys(severities)),
        open_warnings=sum(check["waivable"] and not check["waived"] for check in found),
        plan=_plan(transfer, view),
    )


def _former(waivers: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Warnings that were taken note of and are no longer among the findings."""
    answerable = {(check["code"], check["line"]) for check in found} | {(check["code"], None) for check in found}
    return [waiver for waiver in waivers if (waiver["code"], waiver["line"]) not in answerable]


def _plan(transfer: TransferRequest, view: RequestView) -> PlanPage | None:
    if not view.plan:
        return None
    names = {str(line.entitlement): f"{line.part_number} · {line.order_reference}" for line in view.lines}
    left_out = {each["entitlement"] for name in ("reinstatements", "left_out") for each in view.plan.get(name, ())}
    asked = [UUID(key) for key in left_out - names.keys() if key]
    others = TransferLine.objects.filter(request=transfer).among("entitlement", asked) if asked else ()
    return plan_page(part_of_plan(view.plan, names, {str(line.entitlement_id) for line in others}), names)
