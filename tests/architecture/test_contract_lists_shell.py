"""The import contract names every module of the shell, so that a new one can't be imported from below."""

import tomllib
from pathlib import Path
from pkgutil import iter_modules

ROOT = Path(__file__).resolve().parents[2]


def shell_modules() -> set[str]:
    return {f"portal.{module.name}" for module in iter_modules([str(ROOT / "portal")])} - {"portal.kernel"}


def listed_modules() -> set[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    shell = next(contract for contract in contracts if "shell" in contract["name"])
    return set(shell["forbidden_modules"])


def test_contract_lists_every_shell_module() -> None:
    assert listed_modules() == shell_modules()
