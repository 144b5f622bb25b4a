"""Every write to enrollments, to the Authorized Additional Site Schedule and to declarations of ownership."""

from sites.operations.enrollments import amend_enrollment, create_enrollment, take
from sites.operations.notices import mark_read
from sites.operations.ownership import declare_ownership, withdraw_ownership
from sites.operations.schedule import add_to_schedule
from sites.operations.writing import check_written

__all__ = [
    "add_to_schedule",
    "amend_enrollment",
    "check_written",
    "create_enrollment",
    "declare_ownership",
    "mark_read",
    "take",
    "withdraw_ownership",
]
