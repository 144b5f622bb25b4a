"""The drawn workflows are those of the tables."""

from pathlib import Path
from pkgutil import iter_modules

from scripts import draw_workflows

ROOT = Path(__file__).resolve().parents[2]


def test_page_is_up_to_date() -> None:
    assert draw_workflows.PAGE.read_text(encoding="utf-8") == draw_workflows.page(), (
        "a table changed: run python -m scripts.draw_workflows"
    )


def test_every_table_is_drawn() -> None:
    found = {
        f"{app}/rules/workflow.py"
        for app in ("sites", "licenses", "migrations_app", "renewals")
        if any(module.name == "workflow" for module in iter_modules([str(ROOT / app / "rules")]))
    }
    assert found == {place for _, _, place, _ in draw_workflows.CASES}
