"""The columns of the transfer form, in English and Danish, with their synonyms."""

from licenses.intake.headings import Column, HeadingTable

# What we add to rows that are sent back.
FINDINGS = {"en": ("reasons", "row in the file"), "da": ("årsager til afvisning", "række i filen")}

FORM = HeadingTable(
    (
        Column(
            "source_site_number",
            "source_site_number",
            "afgivende lokation",
            True,
            (
                "source site",
                "from site",
                "from site number",
                "afgivende lokationsnummer",
                "fra lokation",
                "afgivende site",
            ),
        ),
        Column(
            "part_number",
            "part_number",
            "varenummer",
            True,
            ("part", "part no", "part num", "partnumber", "varenr", "vare nr", "delnummer", "produktnummer"),
        ),
        Column(
            "quantity",
            "quantity",
            "antal",
            True,
            ("qty", "number of licenses", "units", "mængde", "stk", "antal licenser"),
        ),
        Column(
            "target_site_number",
            "target_site_number",
            "modtagende lokation",
            True,
            (
                "target site",
                "to site",
                "to site number",
                "modtagende lokationsnummer",
                "til lokation",
                "modtagende site",
            ),
        ),
        Column(
            "order_reference",
            "order_reference",
            "ordrereference",
            False,
            ("order ref", "order number", "order no", "IBM order reference no", "ordrenummer", "ordrenr", "ordre ref"),
        ),
        Column(
            "effective_on",
            "effective_on",
            "virkningsdato",
            False,
            ("effective date", "effective", "date", "ikrafttrædelsesdato", "dato", "virkning fra"),
        ),
        Column(
            "reference",
            "reference",
            "reference",
            False,
            ("ref", "your reference", "row reference", "deres reference", "id"),
        ),
        Column(
            "reason",
            "reason",
            "begrundelse",
            False,
            ("comment", "comments", "note", "årsag", "bemærkning", "kommentar"),
        ),
    ),
    ignored=(*FINDINGS["en"], *FINDINGS["da"]),
)
FIELDS = tuple(column.field for column in FORM.columns)
REQUIRED = tuple(column.field for column in FORM.columns if column.required)
