"""Binds parts that typst set one by one into one document: pages, structure and bookmarks in their order.

typst writes each tagged cell as an object of its own, open, and holds the whole document while it does. Here a part is
numbered on and leaves at once, in compressed object streams; what all parts share (fonts that are equal, the color
profile) is kept once. This reads what typst writes: whole objects, one table of references, flat lists of pages.
"""

import hashlib
import re
import zlib
from array import array
from base64 import b64encode
from collections.abc import Iterable, Iterator
from io import BytesIO

from licenses.papers.pieces import Part, Unbindable, compact, read_part, references

# Objects in one stream: readers unpack it whole to find one of them.
PACKED = 200
QUICK, WELL = 6, 8
# Pages from which on it pays to pack well: the packing takes as long as a fifth of the setting.
MANY = 150
# The numbers of the bound document's own objects.
CATALOG, PAGES, TREE, DOCUMENT, BOOKMARKS = 1, 2, 3, 4, 5
FIRST_FREE = 6

_PAGE_PARENTS = re.compile(rb"/StructParents (\d+)")
_NUMBERED = re.compile(rb"(\d+) (\d+) 0 R")
_NEXT_KEY = re.compile(rb"/ParentTreeNextKey (\d+)")
_ROLES = re.compile(rb"/RoleMap<<[^<>]*>>")
_TITLE = re.compile(rb"/Title((?:\(.*\)|<[0-9A-Fa-f]*>))/", re.DOTALL)
_DRAWN = re.compile(rb"<</Length (\d+)/Filter/FlateDecode>>\nstream\n")
_FINE = re.compile(rb"(?<=[1-9])\.(\d\d)\d+")
_ID = re.compile(rb"<xmpMM:(InstanceID|DocumentID)>([^<]*)<")
_PAGE_COUNT = re.compile(rb"<xmpTPg:NPages>\d+<")


def bind(parts: Iterable[bytes], pages: int) -> bytes:
    """One PDF of all `parts`, at least one: the first gives title, language and metadata. Headings of the first level
    in the others become the second's.

    Raises Unbindable for what typst wouldn't write, and where there aren't as many `pages` as they tell.
    """
    book = _Book(well=pages >= MANY)
    for pdf in parts:
        book.add(read_part(pdf))
    if len(book.pages) != pages:
        raise Unbindable(f"{len(book.pages)} pages instead of {pages}")
    return book.closed()


class _File:
    """Objects as they leave: streams at once, all others packed. Numbers are given out one after the other."""

    def __init__(self, level: int) -> None:
        self.out, self.level = BytesIO(), level
        self.out.write(b"%PDF-1.7\n%\x80\x80\x80\x80\n")
        # Of each number: where its object stands, or which stream it is in and at which place of it.
        self.kinds, self.first, self.second = array("B", [0]), array("Q", [0]), array("Q", [65535])
        self.waiting: list[tuple[int, bytes]] = []
        self.number_on(FIRST_FREE - 1)

    def number_on(self, count: int = 1) -> int:
        """The first of `count` new numbers."""
        number = len(self.kinds)
        self.kinds.extend([0] * count)
        self.first.extend([0] * count)
        self.second.extend([0] * count)
        return number

    def put(self, number: int, body: bytes) -> None:
        """An object without a stream."""
        self.waiting.append((number, body))
        if len(self.waiting) >= PACKED:
            self.flush()

    def write(self, number: int, body: bytes) -> None:
        """An object by itself, as streams must be."""
        self.kinds[number], self.first[number] = 1, self.out.tell()
        self.out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    def flush(self) -> None:
        """The waiting objects as one stream."""
        if not self.waiting:
            return
        number, at, heads = self.number_on(), 0, []
        for place, (each, body) in enumerate(self.waiting):
            heads.append(b"%d %d" % (each, at))
            self.kinds[each], self.first[each], self.second[each] = 2, number, place
            at += len(body) + 1
        head = b" ".join(heads) + b" "
        packed = zlib.compress(head + b" ".join(body for _number, body in self.waiting), self.level)
        told = b"<</Type/ObjStm/N %d/First %d/Length %d/Filter/FlateDecode>>"
        self.write(number, told % (len(self.waiting), len(head), len(packed)) + b"\nstream\n%s\nendstream" % packed)
        self.waiting.clear()

    def close(self, info: int, names: bytes) -> bytes:
        """The file with its table of references, which is a stream, too."""
        self.flush()
        number, start = self.number_on(), self.out.tell()
        self.kinds[number], self.first[number] = 1, start
        cells = zip(self.kinds, self.first, self.second, strict=True)
        rows = (b"%c%b%b" % (kind, at.to_bytes(4), place.to_bytes(2)) for kind, at, place in cells)
        table = zlib.compress(_differences(rows), self.level)
        told = (
            b"<</Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/ID[(%s)(%s)]"
            b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 7>>/Length %d>>"
        ) % (number + 1, CATALOG, info, names, names, len(table))
        self.out.write(b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, told, table))
        self.out.write(b"startxref\n%d\n%%%%EOF" % start)
        return self.out.getvalue()


def _differences(rows: Iterable[bytes]) -> bytes:
    """Each row less the one above it (PNG's second predictor): neighbors hardly differ, so this packs well."""
    made, above = bytearray(), bytes(7)
    for row in rows:
        made.append(2)
        made += bytes((new - old) & 255 for new, old in zip(row, above, strict=True))
        above = row
    return bytes(made)


class _Book:
    """The document as parts come: what their objects are called now, and what must be told at the end."""

    def __init__(self, *, well: bool) -> None:
        self.file, self.well = _File(WELL if well else QUICK), well
        self.shared: dict[bytes, int] = {}
        self.pages: list[int] = []
        self.kids: list[int] = []
        self.parents: list[tuple[int, int]] = []
        self.bookmarks: list[tuple[bytes, int]] = []
        self.next_key = 0
        self.catalog = self.metadata = self.info = self.roles = b""

    def add(self, part: Part) -> None:
        """Append a part."""
        later = bool(self.pages)
        tree = part.named(part.root, b"StructTreeRoot")
        document = part.kids(tree)[0]
        pages, metadata = part.named(part.root, b"Pages"), part.named(part.root, b"Metadata")
        marks = list(_bookmarks(part))
        left = {part.root, part.info, tree, document, pages, metadata, *part.outline()}
        if later:
            intents = part.named(part.root, b"OutputIntents")
            left |= {intents, *references(part.objects[intents])}
        names = {pages: PAGES, tree: TREE, document: DOCUMENT}
        self._name(part, left, names)
        if not later:
            self._begin(part, tree, metadata, names)
        self.pages += [names[each] for each in part.kids(pages)]
        self.kids += [names[each] for each in part.kids(document)]
        nums = part.objects[tree].partition(b"/Nums[")[2].partition(b"]")[0]
        self.parents += [(int(key) + self.next_key, names[int(each)]) for key, each in _NUMBERED.findall(nums)]
        self.bookmarks += [(title, names[dest]) for title, dest in marks]
        self._put(part, left, names, later)
        found = _NEXT_KEY.search(part.objects[tree])
        self.next_key += int(found[1]) if found else len(part.kids(pages))

    def _name(self, part: Part, left: set[int], names: dict[int, int]) -> None:
        """New numbers for all that stays; a stream that an earlier part had, too, keeps that one's."""
        for number, body in part.objects.items():
            if number in left:
                continue
            if part.is_stream(number) and not references(body):
                digest = hashlib.sha256(body).digest()
                names[number] = self.shared.get(digest) or self.file.number_on()
                if digest not in self.shared:
                    self.shared[digest] = names[number]
                    self.file.write(names[number], _packed_well(body) if self.well else body)
                left.add(number)
            else:
                names[number] = self.file.number_on()

    def _begin(self, part: Part, tree: int, metadata: int, names: dict[int, int]) -> None:
        names[metadata] = self.file.number_on()
        names |= dict.fromkeys(part.outline()[:1], BOOKMARKS)
        self.catalog = compact(part.objects[part.root], names)
        self.metadata, self.metadata_number = part.objects[metadata], names[metadata]
        self.info = part.objects[part.info]
        roles = _ROLES.search(part.objects[tree])
        self.roles = roles[0] if roles else b""

    def _put(self, part: Part, left: set[int], names: dict[int, int], later: bool) -> None:
        for number, body in part.objects.items():
            if number in left:
                continue
            told = compact(body, names)
            if later and told.startswith(b"<</S/H1/"):
                told = told.replace(b"/S/H1/", b"/S/H2/", 1)
            if told.startswith(b"<</Type/Page/"):
                told = _PAGE_PARENTS.sub(lambda m: b"/StructParents %d" % (int(m[1]) + self.next_key), told)
            (self.file.write if part.is_stream(number) else self.file.put)(names[number], told)

    def closed(self) -> bytes:
        """The file."""
        put = self.file.put
        put(PAGES, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self.pages), _listed(self.pages)))
        nums = b" ".join(b"%d %d 0 R" % pair for pair in self.parents)
        tree = b"<</Type/StructTreeRoot%s/K[%d 0 R]/ParentTree<</Nums[%s]>>/ParentTreeNextKey %d>>"
        put(TREE, tree % (self.roles, DOCUMENT, nums, self.next_key))
        put(DOCUMENT, b"<</Type/StructElem/S/Document/P %d 0 R/K[%s]>>" % (TREE, _listed(self.kids)))
        self._put_bookmarks()
        info = self.file.number_on()
        put(info, self.info)
        self.file.write(CATALOG, self.catalog)
        self.file.flush()
        name = b64encode(hashlib.sha256(self.file.out.getbuffer()).digest()[:16])
        self.file.write(self.metadata_number, _metadata(self.metadata, len(self.pages), name))
        return self.file.close(info, name)

    def _put_bookmarks(self) -> None:
        """The first heading, the others below it."""
        count = len(self.bookmarks)
        first = self.file.number_on(count)
        put = self.file.put
        if not count:
            put(BOOKMARKS, b"<</Type/Outlines/Count 0>>")
            return
        put(BOOKMARKS, b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % (first, first, count))
        for place, (title, dest) in enumerate(self.bookmarks):
            number, parent = first + place, first if place else BOOKMARKS
            told = b"<</Parent %d 0 R/Title%s/Dest %d 0 R" % (parent, title, dest)
            if place > 1:
                told += b"/Prev %d 0 R" % (number - 1)
            if 0 < place < count - 1:
                told += b"/Next %d 0 R" % (number + 1)
            if place == 0 and count > 1:
                told += b"/First %d 0 R/Last %d 0 R/Count %d" % (first + 1, first + count - 1, count - 1)
            put(number, told + b">>")


def _packed_well(body: bytes) -> bytes:
    """What is drawn on a page, places to a hundredth of a point, packed as well as can be: it is most of the file.

    Such a stream tells its length alone. Texts in it are numbers of glyphs, so no dot in them stands between digits.
    """
    found = _DRAWN.match(body)
    if found is None:
        return body
    drawn = zlib.decompress(body[found.end() : found.end() + int(found[1])])
    if not drawn.startswith(b"/Artifact"):
        return body
    packed = zlib.compress(_FINE.sub(rb".\1", drawn), WELL)
    return b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(packed), packed)


def _listed(numbers: Iterable[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _bookmarks(part: Part) -> Iterator[tuple[bytes, int]]:
    """Title and place of each heading, in reading order."""
    for number in part.outline()[1:]:
        title = _TITLE.search(part.objects[number])
        if title:
            yield title[1], part.named(number, b"Dest")


def _metadata(body: bytes, pages: int, name: bytes) -> bytes:
    """The same said of the bound document: it must stay readable as it is, so it isn't packed."""
    head, _sep, told = body.partition(b"\nstream\n")
    told = told.removesuffix(b"\nendstream")
    for _kind, old in _ID.findall(told):
        told = told.replace(old, name)
    told = _PAGE_COUNT.sub(b"<xmpTPg:NPages>%d<" % pages, told)
    head = re.sub(rb"/Length \d+", b"/Length %d" % len(told), head)
    return head + b"\nstream\n" + told + b"\nendstream"
