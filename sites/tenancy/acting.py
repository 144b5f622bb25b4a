"""The portal acts for a while in somebody's transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from sites.tenancy.actor import Actor, begin, system_actor


@contextmanager
def as_portal(actor: Actor) -> Iterator[Actor]:
    """The portal itself is the transaction's actor inside, `actor` again afterwards.

    For what must be known whole to serve somebody who sees a part of it: a quote holds the lines of all sites of its
    Agreement, a job may have been asked for by others. Open a savepoint inside, so that a fault in it leaves a
    transaction that `actor` can be named in again.
    """
    if "system" in actor.roles:
        yield actor
        return
    try:
        yield system_actor()
    finally:
        begin(actor.user_id, name=actor.name)
