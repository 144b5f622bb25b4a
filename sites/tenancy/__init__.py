"""Who acts, and what they may see: one wall in code, one in the database."""

from sites.tenancy.acting import as_portal
from sites.tenancy.actor import SYSTEM_USER_ID, Actor, begin, system_actor
from sites.tenancy.narrowing import seeing_only

__all__ = ["SYSTEM_USER_ID", "Actor", "as_portal", "begin", "seeing_only", "system_actor"]
