"""The filled-in transfer form of a slot, as a spreadsheet."""

from pathlib import Path

import xlsxwriter
from django.db import connections

from benchmarks.transfer_world import Slot

HEADINGS = (
    "source_site_number", "part_number", "quantity", "target_site_number", "order_reference", "reference",
)  # fmt: skip
# The lines that move of each source, in the order of the pairs, each by its whole quantity.
_ROWS = """
SELECT s.site_number, e.part_id, m.quantity, t.site_number, e.order_reference
  FROM sites_site s JOIN sites_site t ON t.name = s.name AND t.program = 'PA'
  JOIN licenses_entitlement e ON e.site_id = s.id JOIN licenses_quantitymovement m ON m.target_id = e.id
 WHERE s.name = %s AND s.program = 'PAE' AND right(e.order_reference, 6)::int <= %s ORDER BY e.order_reference
"""


def write_form(slot: Slot, folder: Path, rows: int | None = None) -> Path:
    """The form with every row of `slot`, or the first `rows`; each names its order and has a reference of its own."""
    wanted = slot.rows if rows is None else rows
    path = folder / f"{slot.name.replace(' ', '-')}.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book, connections["owner"].cursor() as cursor:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        number = 0
        for pair in range(slot.pairs):
            cursor.execute(_ROWS, [f"{slot.name}/{pair}", slot.moving(pair)])
            for source, part, quantity, target, order in cursor.fetchall()[: wanted - number]:
                number += 1
                cells = (source, part, quantity, target, order, f"{slot.name}-{number}")
                for column, value in enumerate(cells):
                    sheet.write(number, column, value)
    if number != wanted:
        raise RuntimeError(f"{slot.name} has {number} rows: the world was loaded for other slots.")
    return path
