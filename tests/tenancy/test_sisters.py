"""A move between two customers opens the request to both and no other row: both walls say so."""

import pytest

from licenses.models import Entitlement, Hold, Proof
from migrations_app.models import Consent, TransferLine, TransferRequest, Waiver
from sites.models import Customer, Site
from tests.cast import looking
from tests.sisters import asked

pytestmark = pytest.mark.django_db
MOVE = ((TransferRequest, "pk"), (TransferLine, "request"), (Waiver, "request"), (Consent, "request"))
OWN = ((Site, "customer"), (Entitlement, "customer"), (Proof, "customer"), (Hold, "customer"), (Customer, "pk"))


@pytest.mark.parametrize(("who", "other"), [("mette", "fjordbyg"), ("lars", "nordvind")])
def test_each_end_sees_the_request_and_no_other_row(world, today, who, other):
    request, person, customer = asked(world, today), getattr(world, who), getattr(world, other)
    with looking(person) as actor:
        for model, column in MOVE:
            rows = model.objects.filter(**{column: request.pk})
            assert set(rows) == set(rows.visible_to(actor)), model
        for model, column in OWN:
            assert not model.objects.filter(**{column: customer.pk}).exists(), model
    with looking():
        assert TransferRequest.objects.visible_to(actor).filter(pk=request.pk).exists()
        for model, column in OWN:
            assert not model.objects.visible_to(actor).filter(**{column: customer.pk}).exists(), model


def test_a_stranger_sees_none_of_it(world, today):
    request = asked(world, today)
    with looking(world.anna) as actor:
        for model, column in MOVE:
            assert not model.objects.filter(**{column: request.pk}).exists()
    with looking():
        for model, column in MOVE:
            assert not model.objects.visible_to(actor).filter(**{column: request.pk}).exists()
