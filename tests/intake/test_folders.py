"""Folders of workers: what a killed one left is removed, what a living one holds stays."""

import os
import subprocess
import sys
import tempfile
import time

import pytest

from licenses.intake import folders

HOLDS = """
import time
from licenses.intake.folders import own_folder
with own_folder() as folder:
    print(folder, flush=True)
    time.sleep(60)
"""
LATER = folders.YOUNG + 5


@pytest.fixture
def room(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def holder(room, root):
    """A process of its own that holds a folder."""
    environment = {**os.environ, "TMPDIR": str(room)}
    with subprocess.Popen([sys.executable, "-c", HOLDS], stdout=subprocess.PIPE, cwd=root, env=environment) as process:
        assert process.stdout.readline()
        yield process
        process.kill()


def test_a_killed_owners_folder_is_removed_and_a_living_ones_stays(room, holder):
    with folders.own_folder() as mine:
        (mine / "file").write_bytes(b"x")
        assert len(list(room.iterdir())) == 2
        assert folders.remove_left(time.time() + LATER) == 0
        holder.kill()
        holder.wait()
        assert folders.remove_left() == 0, "somebody may just be about to hold it"
        assert folders.remove_left(time.time() + LATER) == 1
        assert list(room.iterdir()) == [mine] and (mine / "file").exists()
    assert not list(room.iterdir())


def test_whoever_needs_a_folder_removes_what_was_left(room, holder):
    holder.kill()
    holder.wait()
    (left,) = room.iterdir()
    os.utime(left, (0, 0))
    with folders.own_folder():
        assert not left.exists()


def test_what_was_never_held_is_kept_a_day_and_what_isnt_ours_for_good(room):
    (room / "passage-old").mkdir()
    (room / "other-old").mkdir()
    (room / "passage-file").write_bytes(b"")
    (room / "passage-link").symlink_to(room / "other-old")
    assert folders.remove_left(time.time() + LATER) == 0
    assert folders.remove_left(time.time() + folders.VERY_OLD + 5) == 1
    assert sorted(p.name for p in room.iterdir()) == ["other-old", "passage-file", "passage-link"]
