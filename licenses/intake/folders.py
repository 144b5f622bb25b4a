"""Folders for a file's time with a worker.

Whoever has one holds a lock in it, which ends with its process: what a killed worker left behind is known by that, also
beside workers in other containers, whose processes can't be seen from here.
"""

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

PREFIX = "passage-"
LOCK = "held"
# Between making a folder and holding it, its owner has so many seconds.
YOUNG = 60
# One without a lock was left in that very moment, or by an earlier release.
VERY_OLD = 24 * 3600


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder that is gone afterwards with all that was put there. First, what killed workers left is removed."""
    remove_left()
    with TemporaryDirectory(prefix=PREFIX) as name:
        lock = os.open(Path(name) / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield Path(name)
        finally:
            os.close(lock)


def remove_left(at: float | None = None) -> int:
    """Remove our folders whose owner is gone, as of `at` (seconds; now). Returns how many."""
    at = time.time() if at is None else at
    return sum(_removed(folder, at) for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"))


def _removed(folder: Path, at: float) -> bool:
    try:
        found = folder.lstat()
        age = at - found.st_mtime
        if age < YOUNG or found.st_uid != os.geteuid() or not stat.S_ISDIR(found.st_mode) or not _let_go(folder, age):
            return False
    except OSError:  # somebody else was quicker
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _let_go(folder: Path, age: float) -> bool:
    """Whether nobody holds the folder. Raises OSError where that can't be told."""
    try:
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return age >= VERY_OLD
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
