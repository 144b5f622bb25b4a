"""A zip archive that two readers can't understand differently: its structure is checked before anything is unpacked."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from licenses.intake.limits import Limits
from portal.kernel.errors import Fault, Invalid

CHUNK = 256 * 1024
LOCAL_HEADER = struct.Struct("<4s5H3I2H")
END_RECORD = struct.Struct("<4s4H2IH")
ZIP64_TAIL_BYTES = 76
DESCRIPTOR_BYTES = 24
ENCRYPTED_FLAG = 0x1
DESCRIPTOR_FLAG = 0x8
UTF8_FLAG = 0x800


def structure(reason: str, part: str = "") -> Invalid:
    """The archive contradicts itself: `reason` is a short stable word for logs and tests."""
    return Invalid(Fault("file_zip_structure", "file", params={"reason": reason, "part": part[:100]}))


def bomb(part: str) -> Invalid:
    """The archive unpacks to more than it may."""
    return Invalid(Fault("file_zip_bomb", "file", params={"part": part[:100]}))


class Archive:
    """The parts of one zip file, each unpacked as a stream and never to disk.

    Raises Invalid: `file_zip_structure`, `file_zip_bomb`, `file_password`, `file_damaged`.
    """

    def __init__(self, path: Path, limits: Limits):
        self.limits = limits
        self._file = path.open("rb")
        self._budget = limits.unpacked_bytes
        try:
            self._directory_start = self._check_tail(path.stat().st_size)
            try:
                with zipfile.ZipFile(self._file) as opened:
                    self.infos = opened.infolist()
            except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError) as error:
                raise structure("directory") from error
            self._check_entries()
            self._check_layout()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def names(self) -> tuple[str, ...]:
        """Every part's path, folders left out."""
        return tuple(i.filename for i in self.infos if not i.is_dir())

    def parts(self) -> Iterator[zipfile.ZipInfo]:
        """Every part, folders left out."""
        return (i for i in self.infos if not i.is_dir())

    def head(self, info: zipfile.ZipInfo, size: int = 4096) -> bytes:
        """The first `size` bytes of a part."""
        for chunk in self._unpack(info, size):
            return chunk[:size]
        return b""

    def stream(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """A part's bytes in chunks, counted against its declared size, the archive's budget and its checksum."""
        size, crc = 0, 0
        for chunk in self._unpack(info, CHUNK):
            size += len(chunk)
            self._budget -= len(chunk)
            if size > info.file_size or self._budget < 0:
                raise bomb(info.filename)
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if size != info.file_size or crc != info.CRC:
            raise structure("size_or_checksum", info.filename)

    def _unpack(self, info: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
        self._file.seek(self._data_start[info.filename])
        left = info.compress_size
        if info.compress_type == zipfile.ZIP_STORED:
            while left:
                position = self._file.tell()
                chunk = self._file.read(min(left, most))
                if not chunk:
                    raise structure("truncated", info.filename)
                left -= len(chunk)
                yield chunk
                self._file.seek(position + len(chunk))
            return
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        position = self._file.tell()
        pending = b""
        while not inflate.eof:
            if not pending:
                self._file.seek(position)
                pending = self._file.read(min(left, CHUNK))
                position += len(pending)
                left -= len(pending)
            fed = bool(pending)
            try:
                chunk = inflate.decompress(pending, most)
            except zlib.error as error:
                raise structure("compression", info.filename) from error
            pending = inflate.unconsumed_tail
            if chunk:
                yield chunk
            elif not fed and not inflate.eof:
                raise structure("truncated", info.filename)
        if left or inflate.unused_data:
            raise structure("trailing_data", info.filename)

    def _check_tail(self, size: int) -> int:
        """Where the directory starts. The end record must be the file's last 22 bytes: no comment, nothing after it."""
        if size < END_RECORD.size:
            raise structure("end_record")
        self._file.seek(size - END_RECORD.size)
        mark, disk, start_disk, here, total, length, start, comment = END_RECORD.unpack(self._file.read())
        if mark != b"PK\x05\x06" or comment or disk or start_disk or here != total:
            raise structure("end_record")
        gap = size - END_RECORD.size - start - length
        if gap == ZIP64_TAIL_BYTES:
            self._file.seek(start + length)
            tail = self._file.read(ZIP64_TAIL_BYTES)
            wide = struct.unpack_from("<4QI", tail, 24) if tail[:4] == b"PK\x06\x06" else ()
            if wide[:4] != (here, total, length, start) or wide[4] != 0x07064B50:
                raise structure("end_record")
        elif gap:
            raise structure("data_around")
        return int(start)

    def _check_entries(self) -> None:
        if not self.infos:
            raise structure("empty")
        if len(self.infos) > self.limits.parts:
            raise bomb("")
        seen: set[str] = set()
        for info in self.infos:
            name = info.filename
            if info.orig_filename != name or not _is_plain(name) or _has_second_name(info.extra):
                raise structure("path", name)
            if name.rstrip("/").casefold() in seen:
                raise structure("duplicate", name)
            seen.add(name.rstrip("/").casefold())
            if info.is_dir() and info.file_size:
                raise structure("path", name)
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise structure("link", name)
            if info.flag_bits & ENCRYPTED_FLAG:
                raise Invalid(Fault("file_password", "file"))
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise structure("method", name)
            packed = max(info.compress_size, 1)
            if info.file_size > self.limits.ratio_floor_bytes and info.file_size / packed > self.limits.ratio:
                raise bomb(name)
        if sum(i.file_size for i in self.infos) > self.limits.unpacked_bytes:
            raise bomb("")

    def _check_layout(self) -> None:
        """Parts lie one after the other from byte 0, and each local header says what the directory says."""
        self._data_start: dict[str, int] = {}
        end, slack = 0, 0
        for info in sorted(self.infos, key=lambda i: i.header_offset):
            if not end <= info.header_offset <= end + slack:
                raise structure("overlap" if info.header_offset < end else "data_around", info.filename)
            self._file.seek(info.header_offset)
            header = self._file.read(LOCAL_HEADER.size)
            if len(header) < LOCAL_HEADER.size:
                raise structure("local_header", info.filename)
            mark, _, flags, method, _, _, crc, packed, size, name_length, extra_length = LOCAL_HEADER.unpack(header)
            raw = self._file.read(name_length)
            try:
                name = raw.decode("utf-8" if flags & UTF8_FLAG else "cp437")
            except UnicodeDecodeError as error:
                raise structure("path", info.filename) from error
            same = mark == b"PK\x03\x04" and method == info.compress_type and name == info.orig_filename
            if not same or flags & ENCRYPTED_FLAG:
                raise structure("local_header", info.filename)
            streamed = bool(flags & DESCRIPTOR_FLAG)
            wide = 0xFFFFFFFF in (packed, size)
            if not streamed and not wide and (crc, packed, size) != (info.CRC, info.compress_size, info.file_size):
                raise structure("local_header", info.filename)
            start = info.header_offset + LOCAL_HEADER.size + name_length + extra_length
            self._data_start[info.filename] = start
            end, slack = start + info.compress_size, DESCRIPTOR_BYTES if streamed else 0
        if not end <= self._directory_start <= end + slack:
            raise structure("overlap" if self._directory_start < end else "data_around")


def _is_plain(name: str) -> bool:
    """A relative path of ordinary steps, the same on every system."""
    if not name or len(name) > 255 or "\\" in name or ":" in name or any(ord(c) < 32 or ord(c) == 127 for c in name):
        return False
    steps = name.removesuffix("/").split("/")
    return all(s and s not in (".", "..") and not s.endswith(" ") for s in steps)


def _has_second_name(extra: bytes) -> bool:
    """Whether the extra field carries another path (Info-ZIP 0x7075) that some readers prefer."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind == 0x7075:
            return True
        position += 4 + length
    return False
