"""Facts about who: people, customers, partners, agreements, sites, enrollments, events and jobs."""

from sites.models.address import DeadAddress
from sites.models.enrollment import Enrollment
from sites.models.event import Event
from sites.models.job import Job
from sites.models.notification import Notification
from sites.models.organization import Customer, Enterprise, Mandate, Membership, Partner, StaffRole
from sites.models.ownership import OwnershipDeclaration
from sites.models.refusal import RefusalCount
from sites.models.site import Agreement, Program, ScheduleEntry, Site, SiteContact
from sites.models.user import User

__all__ = [
    "Agreement",
    "Customer",
    "DeadAddress",
    "Enrollment",
    "Enterprise",
    "Event",
    "Job",
    "Mandate",
    "Membership",
    "Notification",
    "OwnershipDeclaration",
    "Partner",
    "Program",
    "RefusalCount",
    "ScheduleEntry",
    "Site",
    "SiteContact",
    "StaffRole",
    "User",
]
