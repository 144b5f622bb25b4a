"""One stage for the tests of this folder, which all run in one process, with ground to move on it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.road import Road
from tests.faults.stage import Stage, opened


def pytest_itemcollected(item: pytest.Item) -> None:
    if Path(__file__).parent in item.path.parents:
        item.add_marker(pytest.mark.faults)
        if sys.platform != "linux":
            item.add_marker(pytest.mark.skip(reason="processes are found by what /proc says of them"))


@pytest.fixture(scope="session")
def staged() -> Iterator[tuple[Stage, Road]]:
    """The stage and the road over it. At the end the ledgers agree: nothing that a test wrote there is ever gone."""
    with opened() as stage:
        yield stage, Road.on(stage)
        stage.verify()


@pytest.fixture
def road(staged: tuple[Stage, Road]) -> Road:
    """The road over the stage."""
    return staged[1]


@pytest.fixture
def stage(staged: tuple[Stage, Road]) -> Iterator[Stage]:
    """The stage with one worker; whoever is left of the workers goes with the test."""
    stage = staged[0]
    stage.hire()
    yield stage
    for worker in list(stage.workers):
        stage.kill(worker)
