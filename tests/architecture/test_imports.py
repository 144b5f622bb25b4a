"""Nine arrows and no cycle: the import contract holds."""

from pathlib import Path

import pytest
from importlinter.cli import lint_imports


def test_the_import_contract_holds(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.chdir(root)
    code = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert code == 0, capsys.readouterr().out
