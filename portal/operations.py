"""The shell's own writes."""

from datetime import datetime

from portal.models import ContactWish


def wish_contact(*, name: str, company: str, email: str, site_number: str, message: str, at: datetime) -> None:
    """Keep a visitor's wish to be contacted; reps find it at their desk. The visitor can't read it back."""
    wish = ContactWish(name=name, company=company, email=email, site_number=site_number, message=message, created_at=at)
    ContactWish.objects.bulk_create([wish])
