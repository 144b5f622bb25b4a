"""What a file may weigh. The page that takes files shows the same figures."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, lengths in characters, times in seconds."""

    file_bytes: int = 50 * MIB
    data_rows: int = 100_000
    columns: int = 200
    cell_characters: int = 32_767
    # Of a CSV file: a row with its line breaks in quotes, and rows with the blank ones.
    line_characters: int = 1_000_000
    lines: int = 1_100_000
    # Rows x columns of the used area: readers keep all of it, empty cells too.
    area_cells: int = 5_000_000
    # A shared text counts each time a cell refers to it: that is what a reader unfolds.
    text_characters: int = 100_000_000
    parts: int = 2_000
    unpacked_bytes: int = 512 * MIB
    # Real sheets pack 10 to 40 times; below the floor the ratio says nothing.
    ratio: int = 200
    ratio_floor_bytes: int = 4 * MIB
    xml_depth: int = 200
    # A filled-in form on paper has some hundred kilobytes and some hundred objects.
    pdf_bytes: int = 10 * MIB
    pdf_objects: int = 20_000
    # How many places of one kind are named before it says "and more".
    places: int = 10
    child_memory_bytes: int = 1536 * MIB
    child_cpu_seconds: int = 60
    child_wall_seconds: int = 90
    child_output_bytes: int = 1024 * MIB


LIMITS = Limits()
