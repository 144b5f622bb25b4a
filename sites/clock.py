"""The one clock. Interfaces and tasks read it and pass the instant on; rules and operations are told."""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone


def today() -> date:
    """The business date in Copenhagen; stands still at CLOCK_TODAY where that is set."""
    return settings.CLOCK_TODAY or timezone.localdate(timezone=timezone.get_default_timezone())


def now() -> datetime:
    """The instant a thing is recorded: always the real one, in UTC."""
    return timezone.now()
