"""Where a thing has its page: each package says so of its own, whoever tells of the thing asks here."""

from uuid import UUID

from django.urls import reverse

_pages: dict[str, str] = {}


def register(subject_type: str, page: str) -> None:
    """Things of the model `subject_type` are shown at the address named `page`, which takes their id alone."""
    _pages[subject_type] = page


def page_of(subject_type: str, subject_id: UUID) -> str:
    """The path of the thing's page; that of everything one was told where it has none."""
    name = _pages.get(subject_type)
    return reverse(name, args=[subject_id]) if name else reverse("notifications")
