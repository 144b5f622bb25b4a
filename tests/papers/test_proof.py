"""The certificate says what it proves, and whether it still stands."""

from dataclasses import replace

import pytest
from django.utils.translation import gettext, override

from licenses.papers.proof import SUPERSEDED, WITHDRAWN, proof_pdf
from tests.papers.samples import PROOF, read, text_of


def test_danish_figures_and_letters() -> None:
    text = text_of(proof_pdf(PROOF, "da"))
    for said in ("1.250", "5.3.2027", "1.7.2026 – 30.6.2027", "Ærø Energi A/S", "Åboulevarden 12", "Østergade 4"):
        assert said in text


def test_english_figures() -> None:
    text = text_of(proof_pdf(PROOF, "en"))
    for said in ("1,250", "5 March 2027", "1 July 2026 – 30 June 2027"):
        assert said in text


@pytest.mark.parametrize("lang", ["da", "en"])
def test_it_says_everything_of_rule_book_section_7(lang: str) -> None:
    pdf = proof_pdf(PROOF, lang)
    text = text_of(pdf)
    said: tuple[str, ...] = (
        PROOF.number,
        PROOF.part_number,
        PROOF.description,
        PROOF.metric,
        PROOF.order_reference,
        PROOF.site_name,
    )
    said += (PROOF.customer_number, PROOF.site_number, PROOF.agreement_number, PROOF.supersedes[0], PROOF.verify_url)
    assert [each for each in said if each not in text] == []
    with override(lang):
        assert gettext("Not affiliated with IBM.") in text
        assert gettext("Keep the paid invoice: the certificate and the invoice prove the right together.") in text
        assert gettext("Demonstration data: this paper grants no right.") not in text
    assert len(read(pdf).pages) == 1


def test_one_that_no_longer_stands_says_so_first() -> None:
    with override("en"):
        gone = text_of(proof_pdf(replace(PROOF, status=SUPERSEDED, superseded_by=("PoE-2028-000009",)), "en"))
        assert "no longer stands: it is superseded by PoE-2028-000009." in gone
        assert "no longer stands." in text_of(proof_pdf(replace(PROOF, status=WITHDRAWN), "en"))
        assert "no longer stands" not in text_of(proof_pdf(PROOF, "en"))


def test_a_license_without_cover_and_invented_data() -> None:
    text = text_of(proof_pdf(replace(PROOF, cover=None, program="PAE", demo=True), "en"))
    assert "Passport Advantage Express" in text
    assert "Demonstration data: this paper grants no right." in text


def test_long_text_stays_on_the_paper() -> None:
    long = replace(PROOF, description="Ø" * 400, customer_name="Interessentskabet af " * 12, site_name="x" * 120)
    text = text_of(proof_pdf(long, "da")).replace(" ", "")
    assert "Ø" * 400 in text
    assert "x" * 120 in text
