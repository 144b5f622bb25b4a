"""The wall in code and the wall in the database say the same of who sees what."""

from typing import Any

import pytest
from django.apps import apps

from portal.tables import TABLES, TableKind
from sites.models import User
from tests import databases
from tests.cast import CAST, looking, person

MODELS = [
    model
    for model in apps.get_models()
    if TABLES.get(model._meta.db_table) is TableKind.TENANT and hasattr(model._default_manager.none(), "visible_to")
]
# Where the database shows more, because a page needs the other end's rows or a policy its own tables.
WIDER_IN_THE_DATABASE = {
    "licenses_quantitymovement": "both ends of a move",
    "licenses_pointsmovement": "an agreement has sites of several customers",
    "sites_membership": "one's own, a partner's people included",
}


@pytest.fixture
def everybody(walled: str, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), databases.used(walled):
        yield [person(name) for name in CAST]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.db_table)
def test_both_walls_stand_at_the_same_place(everybody: list[User], model: Any) -> None:
    wrong = []
    for user in everybody:
        with looking(user) as actor:
            by_database = set(model._default_manager.values_list("pk", flat=True))
            by_both = set(model._default_manager.visible_to(actor).values_list("pk", flat=True))
        with looking():
            by_code = set(model._default_manager.visible_to(actor).values_list("pk", flat=True))
        if by_code - by_database:
            wrong.append(f"{user.email}: the code alone would show {len(by_code - by_database)} more")
        if by_database - by_both and model._meta.db_table not in WIDER_IN_THE_DATABASE:
            wrong.append(f"{user.email}: the database alone shows {len(by_database - by_both)} more")
    assert wrong == []


def test_every_tenant_model_has_its_filter() -> None:
    tenant = [m for m in apps.get_models() if TABLES.get(m._meta.db_table) is TableKind.TENANT]
    assert {m._meta.db_table for m in tenant} - {m._meta.db_table for m in MODELS} <= {"sites_enterprise"}
