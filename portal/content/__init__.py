"""The help pages of the directory, in both languages, as they are when a database is new. Operators edit them."""

from portal.content.danish import PAGES as DANISH
from portal.content.english import PAGES as ENGLISH
from portal.models import ContentEntry

_STEP = 10


def load_content() -> None:
    """Put every help page that is missing; what operators wrote stays as it is."""
    kept = set(ContentEntry.objects.values_list("slug", flat=True))
    ContentEntry.objects.bulk_create(
        ContentEntry(
            slug=slug,
            position=position * _STEP,
            title_en=english.title,
            summary_en=english.summary,
            body_en=english.body,
            title_da=DANISH[slug].title,
            summary_da=DANISH[slug].summary,
            body_da=DANISH[slug].body,
        )
        for position, (slug, english) in enumerate(ENGLISH.items(), start=1)
        if slug not in kept
    )
