"""The desk reads quotes and changes none."""

import pytest
from django.urls import reverse

from tests.renewing import issue, status_of

pytestmark = pytest.mark.django_db


def test_reps_read_quotes(world, client_of):
    (quote,) = issue(world)
    client = client_of("rikke")
    assert quote.number in client.get(reverse("admin:renewals_renewalquote_changelist")).content.decode()
    url = reverse("admin:renewals_renewalquote_change", args=[quote.pk])
    page = client.get(url)
    assert page.status_code == 200 and 'name="_save"' not in page.content.decode()
    assert client.post(url, {"status": "accepted"}).status_code == 403
    assert status_of(quote) == "issued"
    assert client.get(reverse("admin:renewals_renewalquote_add")).status_code == 403
