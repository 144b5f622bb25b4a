"""Every write to enrollments and to the Authorized Additional Site Schedule."""

from sites.operations.enrollments import amend_enrollment, create_enrollment, take
from sites.operations.schedule import add_to_schedule
from sites.operations.writing import check_written

__all__ = ["add_to_schedule", "amend_enrollment", "check_written", "create_enrollment", "take"]
