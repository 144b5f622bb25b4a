"""Cases that begin with a file: it is taken in once, and the case goes along its table from there."""

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models.fields.files import FieldFile

from licenses.intake.gate import check_name
from portal.kernel.errors import Fault, Invalid, NoRoom, no_room
from portal.kernel.transition import Workflow

LONGEST_NAME = 200


class FileCase(Protocol):
    """What a case of this kind has."""

    pk: UUID
    status: str
    version: int
    filename: str
    fingerprint: str

    @property
    def file(self) -> FieldFile: ...

    def save(self, *, force_insert: bool = False, update_fields: Iterable[str] | None = None) -> None: ...


Case = TypeVar("Case", bound=FileCase)


def named(upload: UploadedFile, *, paper: bool = False) -> tuple[str, list[Fault]]:
    """The file's own name, and what speaks against its kind or size; with `paper` PDF forms are taken, too.

    The name comes without folders and without what can't be seen (NUL, marks that turn the writing around), and has
    at most 200 characters.
    """
    seen = "".join(c for c in upload.name or "" if c.isprintable())
    name = seen.replace("\\", "/").rpartition("/")[2][-LONGEST_NAME:]
    try:
        check_name(name, upload.size or 0, paper=paper)
    except Invalid as refusal:
        return name, list(refusal.faults)
    return name, []


def keep_file(case: Case, upload: UploadedFile, refuse_repeat: Callable[[Case], None]) -> None:
    """Save the new `case` with the upload as its file and the SHA-256 of it as its fingerprint.

    `refuse_repeat` raises Refused where another case has the same file; a constraint of the table decides between two
    at once, and the file of the one that comes second isn't kept. Raises NoRoom where the storage is full: nothing is
    kept then, not even a part of the file.
    """
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    case.fingerprint = digest.hexdigest()
    refuse_repeat(case)
    upload.seek(0)
    _store(case, upload)
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except Exception as fault:
        case.file.delete(save=False)
        if isinstance(fault, IntegrityError):
            refuse_repeat(case)
        raise


def _store(case: Case, upload: UploadedFile) -> None:
    name = f"{case.pk}.{case.filename.rpartition('.')[2].lower()}"
    try:
        case.file.save(name, upload, save=False)
    except OSError as fault:
        # The case's own key is the name, so this is nobody else's file.
        with suppress(OSError):
            case.file.storage.delete(f"{case.file.field.upload_to}{name}")
        if no_room(fault):
            raise NoRoom from fault
        raise


def take_step(workflow: Workflow, case: FileCase, action: str, **changes: Any) -> None:
    """Take the case along its table, with `changes` of its fields. Raises Refused where the table has no such step."""
    case.status = workflow.require(action, case.status).target
    case.version += 1
    for name, value in changes.items():
        setattr(case, name, value)
    case.save(update_fields=["status", "version", *changes])
