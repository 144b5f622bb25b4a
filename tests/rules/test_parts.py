"""Parts are classified by their description, in the rule book's order."""

import pytest

from licenses.models import PartKind as KeptKind
from licenses.rules.parts import PartKind, classify, earns_points


@pytest.mark.parametrize(
    ("description", "kind"),
    [
        ("IBM Cloud Pak VPC SW Subscription & Support Reinstatement 12 Months", PartKind.REINSTATEMENT),
        ("IBM Cloud Pak VPC Trade Up from Prior Programs", PartKind.TRADE_UP),
        ("IBM Db2 Trade-up License + SW Subscription & Support 12 Months", PartKind.TRADE_UP),
        ("IBM Db2 Extended Support Annual Renewal", PartKind.EXTENDED_SUPPORT),
        ("IBM Db2 Advanced Support", PartKind.ADVANCED_SUPPORT),
        ("IBM DataPower Appliance Business Critical Service Renewal", PartKind.APPLIANCE_RENEWAL),
        ("IBM DataPower Appliance Service Upgrade", PartKind.APPLIANCE_SERVICE),
        ("IBM Db2 Annual SW Subscription & Support Renewal 12 Months", PartKind.RENEWAL),
        ("IBM Db2 VPC Monthly License", PartKind.MONTHLY_LICENSE),
        ("IBM Db2 Committed Term License", PartKind.COMMITTED_TERM),
        ("IBM Db2 Subscription Licence", PartKind.SUBSCRIPTION),
        ("IBM Db2 Authorized User License + SW Subscription & Support 12 Months", PartKind.LICENSE),
        ("IBM Db2 brochure", PartKind.OTHER),
    ],
)
def test_descriptions(description: str, kind: PartKind) -> None:
    assert classify(description, "D0AAALL") is kind


def test_an_image_is_known_by_its_number() -> None:
    assert classify("IBM Db2 V11 Multiplatform", "CC3P1ML") is PartKind.MEDIA


def test_media_earn_no_points() -> None:
    assert not earns_points("MEDIA_IMAGE")
    assert earns_points("S&S_RENEWAL")


def test_the_catalog_keeps_every_kind_that_a_description_can_name() -> None:
    assert {kind.value for kind in KeptKind} == {kind.value for kind in PartKind}
