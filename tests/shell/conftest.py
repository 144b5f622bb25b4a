from collections.abc import Callable

import pytest

from sites.models import SiteContact
from tests.cast import looking


@pytest.fixture
def written(database: None) -> Callable[[], int]:
    """How many times the probe's write has come to stay."""

    def count() -> int:
        with looking():
            return SiteContact.objects.filter(name="Probe").count()

    return count
