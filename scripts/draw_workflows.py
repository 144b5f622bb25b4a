"""Draws docs/workflows.md from the transition tables, which are the only place where a step is written down.

    python -m scripts.draw_workflows

Run it after a change of a table; a test says when it was forgotten.
"""

import sys
import textwrap
from pathlib import Path

from licenses.rules.workflow import ENTITLEMENT_IMPORT, POINTS_ADJUSTMENT, PRICE_IMPORT, RULE_BOOK
from migrations_app.rules.workflow import BATCH, TRANSFER
from portal.kernel.transition import Transition, Workflow
from renewals.rules.workflow import QUOTE, TURN
from sites.rules.workflow import ENROLLMENT

PAGE = Path(__file__).resolve().parent.parent / "docs" / "workflows.md"

HEAD = """\
# Workflows

Drawn by `python -m scripts.draw_workflows` from the tables that also decide which steps are allowed, which buttons are
shown, and which combinations the tests try. Change the table, not this page.
"""

# Title, the table, where it stands, and what the diagram can't say.
CASES: tuple[tuple[str, Workflow, str, str], ...] = (
    (
        "Transfer request",
        TRANSFER,
        "migrations_app/rules/workflow.py",
        (
            "A consent that is not the last one is recorded and leaves the request where it is. A request that waits "
            "for an enrollment keeps its status and says in `waiting_for` what it waits for."
        ),
    ),
    (
        "Transfer form",
        BATCH,
        "migrations_app/rules/workflow.py",
        "`system` is a job: it checks the rows, makes the requests and settles the form when they are decided.",
    ),
    (
        "Enrollment",
        ENROLLMENT,
        "sites/rules/workflow.py",
        "An Additional Site that is not on the Agreement's schedule waits in `submitted`; it is not refused.",
    ),
    (
        "Price import",
        PRICE_IMPORT,
        "licenses/rules/workflow.py",
        (
            "`second` is a rep or operator other than the one who uploaded the file. A list that moved on since it was "
            "compared is compared again before anybody can put the file into force."
        ),
    ),
    (
        "License import",
        ENTITLEMENT_IMPORT,
        "licenses/rules/workflow.py",
        (
            "`author` is anybody who may write for the customer, `desk` a rep of its country or an operator. "
            "A file of the desk's own is accepted by the check itself. A large one stays in `applying` until a worker "
            "has recorded it; where the record has moved on it goes back to `checked` and says so."
        ),
    ),
    (
        "Rule book",
        RULE_BOOK,
        "licenses/rules/workflow.py",
        "`author` is whoever proposed it, `second` any other rep or operator. Once in force it never changes.",
    ),
    (
        "Adjustment of points",
        POINTS_ADJUSTMENT,
        "licenses/rules/workflow.py",
        (
            "An adjustment, or a correction that takes an entry back. `author` is the rep who proposed it, `second` "
            "another rep of the customer's country, whose signature posts it."
        ),
    ),
    (
        "Renewal quote",
        QUOTE,
        "renewals/rules/workflow.py",
        (
            "A new version of a quote is another row; the older one becomes `superseded`. `choose` is the customer's "
            "choice of lines and quantities, whose next version has the price of that content."
        ),
    ),
    (
        "Whose turn it is with an open quote",
        TURN,
        "renewals/rules/workflow.py",
        (
            "Of a quote's number, whatever its version. The customer may accept or decline at any time; that ends it. "
            "`partner` is one with a mandate, and while one prepares no other does."
        ),
    ),
)


def people(step: Transition) -> str:
    """Who may take the step, in one order always."""
    return ", ".join(sorted(step.roles))


def diagram(flow: Workflow) -> list[str]:
    """The states and steps of `flow` in Mermaid's words, from its first status to those that nothing leaves."""
    left = {t.source for t in flow.transitions}
    steps = [f"    {t.source} --> {t.target}: {t.action}" for t in flow.transitions]
    ends = [f"    {status} --> [*]" for status in flow.statuses if status not in left]
    return ["```mermaid", "stateDiagram-v2", f"    [*] --> {flow.statuses[0]}", *steps, *ends, "```"]


def table(flow: Workflow) -> list[str]:
    """Every step of `flow` with who may take it."""
    rows = [f"| {t.action} | {t.source} | {t.target} | {people(t)} |" for t in flow.transitions]
    return ["| step | from | to | who |", "|---|---|---|---|", *rows]


def page() -> str:
    """The whole of docs/workflows.md."""
    parts = [HEAD]
    for title, flow, place, note in CASES:
        about = textwrap.fill(f"From `{place}`. {note}", 120)
        lines = [f"## {title}", "", about, "", *diagram(flow), "", *table(flow), ""]
        parts.append("\n".join(lines))
    return "\n".join(parts)


def main() -> int:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(PAGE.parents[1])} is drawn.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
