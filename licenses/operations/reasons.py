"""Why somebody decided as they did, in their own words."""

from portal.kernel.errors import Fault, Invalid

MOST_REASON = 2000


def read_reason(text: str) -> tuple[str, list[Fault]]:
    """What was said, at most 2,000 characters of it, and `reason_required` where nothing was."""
    said = text.replace("\0", "").strip()[:MOST_REASON]
    return said, [] if said else [Fault("reason_required", "reason")]


def required_reason(text: str) -> str:
    """What was said, as `read_reason`. Raises Invalid (`reason_required`) where nothing was."""
    said, missing = read_reason(text)
    if missing:
        raise Invalid(*missing)
    return said
