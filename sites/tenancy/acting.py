"""The portal acts for a while in somebody's transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from sites.tenancy.actor import Actor, begin, begin_nobody, system_actor


@contextmanager
def as_portal(actor: Actor | None) -> Iterator[Actor]:
    """The portal itself is the transaction's actor inside, `actor` again afterwards, or nobody.

    For what must be known whole to serve somebody who sees a part of it: a quote holds the lines of all sites of its
    Agreement, a job may have been asked for by others. Open a savepoint inside, so that a fault in it leaves a
    transaction that `actor` can be named in again.
    """
    if actor is not None and "system" in actor.roles:
        yield actor
        return
    try:
        yield system_actor()
    finally:
        if actor is None:
            begin_nobody()
        else:
            begin(actor.user_id, name=actor.name)
