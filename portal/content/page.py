from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """A help page in one language: title, one sentence for the directory, paragraphs parted by blank lines."""

    title: str
    summary: str
    body: str
