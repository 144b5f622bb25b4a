"""Headings in any order, in two languages, and what is said about those that aren't known."""

import pytest

from licenses.intake.headings import Column, HeadingTable, map_headings
from migrations_app.intake.headings import FIELDS, FORM

from .builders import told


@pytest.mark.parametrize("lang", ["en", "da", "da-dk"])
def test_each_languages_headings_in_any_order(lang):
    headings = [column.heading(lang) for column in reversed(FORM.columns)]
    mapped = map_headings(headings, FORM)
    assert not mapped.faults
    assert not mapped.warnings
    assert [headings[mapped.columns[f]] for f in FIELDS] == headings[::-1]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Source Site Number", "source_site_number"),
        ("SOURCE_SITE_NUMBER:", "source_site_number"),
        (" afgivende\u00a0lokation ", "source_site_number"),
        ("Part no.", "part_number"),
        ("Part #", "part_number"),
        ("\ufeffVarenr.", "part_number"),
        ("Qty", "quantity"),
        ("MÆNGDE", "quantity"),
        ("Ordrereference", "order_reference"),
        ("IBM order reference no.", "order_reference"),
        ("Virkningsdato", "effective_on"),
        ("Reference", "reference"),
        ("Begrundelse *", "reason"),
        ("color", None),
        ("", None),
    ],
)
def test_folding(heading, field):
    assert FORM.field_of(heading) == field


def test_no_known_heading():
    (fault,) = told(*map_headings(["farve", "form"], FORM).faults)
    assert fault.code == "file_headings_unknown"
    assert "varenummer" in fault.params["danish"]
    assert fault.params["headings"] == "farve, form"


def test_hints_follow_the_language_of_the_typing_error():
    mapped = map_headings(["quantity", "part_number", "source_site_nmber", "modtagende lokaton", "farve"], FORM, row=3)
    assert [f.field for f in mapped.faults] == ["source_site_number", "target_site_number"]
    assert {f.line for f in mapped.faults} == {"3"}
    hints = [(w.code, w.params["hint"]) for w in mapped.warnings]
    assert hints == [
        ("file_heading_near", "source_site_number"),
        ("file_heading_near", "modtagende lokation"),
        ("file_heading_unknown", ""),
    ]


def test_columns_of_a_form_that_was_sent_back_are_read_past():
    mapped = map_headings([c.heading("da") for c in FORM.columns] + ["årsager til afvisning", "række i filen"], FORM)
    assert not mapped.faults
    assert not mapped.warnings


def test_a_table_refuses_names_that_mean_two_fields():
    with pytest.raises(ValueError, match="two fields"):
        HeadingTable((Column("a", "same", "x", True), Column("b", "SAME", "y", True)))
