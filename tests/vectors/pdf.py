"""Incremental updates written byte by byte, so that the habits of any product can be imitated (ISO 32000-2, 7.5).

Objects are read and edited with pikepdf (qpdf), which the verifier does not use: an error of its parser is not ours
too. Nothing is written but what is asked for: no metadata, no dates.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream


class Table(StrEnum):
    """How the cross-references of a revision are written."""

    CLASSIC = "classic"
    CLASSIC_CR = "classic-cr"
    """Entries that end in a space and a line feed, as 7.5.4 allows besides CR LF."""
    STREAM = "stream"
    OBJECT_STREAM = "object-stream"
    """A cross-reference stream; whatever may be is put into an object stream."""
    HYBRID = "hybrid"
    """A classic table, and a stream behind ``/XRefStm`` for those objects that lie in an object stream."""


Edit = Callable[["Update"], None]


def last_startxref(document: bytes) -> int:
    return int(document[document.rindex(b"startxref") + 9 :].split()[0])


class Update:
    """One revision to come. ``touch`` or ``add`` an object, or it is not written."""

    def __init__(self, document: bytes, table: Table = Table.CLASSIC, *, prev: int | None = None) -> None:
        self.document = document
        self.table = table
        self.pdf = pikepdf.open(io.BytesIO(document), inherit_page_attributes=False)
        self.prev = last_startxref(document) if prev is None else prev
        self.trailer: dict[str, bytes] = {}
        self.extra: list[bytes] = []
        """Whole objects or other bytes that stand in the body and in no table."""
        self.objects: dict[int, Object] = {}
        self.raw: dict[int, bytes] = {}
        self.freed: dict[int, int] = {}
        self.generations: dict[int, int] = {}
        self._highest = 0
        self.aliases: dict[int, int] = {}
        """Table entries that lead to an offset of the earlier bytes."""

    @property
    def root(self) -> Object:
        return self.pdf.Root

    @property
    def form(self) -> Object:
        return self.pdf.Root.AcroForm

    def page(self, index: int) -> Object:
        return list(_pages(self.pdf.Root.Pages))[index]

    def field(self, name: str) -> Object:
        """The field of that full name."""
        found = self.form.Fields
        for part in name.split("."):
            node = next(item for item in found if str(item.get("/T", "")) == part)
            found = node.get("/Kids", Array())
        return node

    def touch(self, *objects: Object) -> None:
        for item in objects:
            if not item.is_indirect:
                raise ValueError("only indirect objects can be touched: touch what contains it")
            number, generation = item.objgen
            self.objects[number] = item
            if generation:
                self.generations[number] = generation

    def add(self, value: Object | bytes) -> Object:
        """A new object; bytes are its body as it must stand."""
        if isinstance(value, bytes):
            item = self.pdf.make_indirect(Dictionary())
            self.raw[item.objgen[0]] = value
        else:
            item = self.pdf.make_indirect(value)
        self.touch(item)
        return item

    def stream(self, data: bytes, entries: Mapping[str, Object | int | str] | None = None) -> Object:
        item = Stream(self.pdf, data)
        for key, value in (entries or {}).items():
            item[key] = value
        return self.add(item)

    def free(self, number: int) -> None:
        self.freed[number] = 1

    def render(self) -> bytes:
        """The document with this revision behind it."""
        start = self.document if self.document.endswith(b"\n") else self.document + b"\n"
        return start + self._revision(len(start))

    def _revision(self, base: int) -> bytes:
        out = io.BytesIO()
        offsets: dict[int, int | tuple[int, int]] = dict(self.aliases)
        for item in self.extra:
            out.write(item)
        packed: dict[int, bytes] = {}
        for number, item in sorted(self.objects.items()):
            body = self.raw.get(number) or body_of(item)
            if self.table in (Table.OBJECT_STREAM, Table.HYBRID) and _may_be_packed(item, number in self.raw):
                packed[number] = body
                continue
            offsets[number] = base + out.tell()
            out.write(indirect(number, body, self.generations.get(number, 0)))
        if packed:
            holder = self._new_number()
            offsets[holder] = base + out.tell()
            out.write(indirect(holder, object_stream(packed)))
            offsets.update({number: (holder, index) for index, number in enumerate(packed)})
        self._write_table(out, base, offsets)
        return out.getvalue()

    def _new_number(self) -> int:
        number = int(self.pdf.make_indirect(Dictionary()).objgen[0])
        self._highest = max(self._highest, number)
        return number

    def _size(self) -> int:
        return max(int(self.pdf.trailer.Size), self._highest + 1, *(number + 1 for number in self.objects))

    def _entries(self) -> dict[str, bytes]:
        found = {"/Root": b"%d %d R" % self.pdf.Root.objgen, "/Prev": b"%d" % self.prev}
        for key in ("/Info", "/ID"):
            if key in self.pdf.trailer:
                value = self.pdf.trailer[key]
                found[key] = b"%d %d R" % value.objgen if value.is_indirect else value.unparse()
        return {**found, **self.trailer}

    def _write_table(self, out: io.BytesIO, base: int, offsets: dict[int, int | tuple[int, int]]) -> None:
        if self.table in (Table.CLASSIC, Table.CLASSIC_CR):
            self._write_classic(out, base, offsets)
        elif self.table is Table.HYBRID:
            self._write_hybrid(out, base, offsets)
        else:
            number, at = self._new_number(), base + out.tell()
            offsets[number] = at
            entries = self._entries() | {"/Size": b"%d" % max(self._size(), number + 1)}
            out.write(indirect(number, xref_stream(offsets, self.freed, self.generations, entries)))
            out.write(b"startxref\n%d\n%%%%EOF\n" % at)

    def _write_classic(self, out: io.BytesIO, base: int, offsets: Mapping[int, int | tuple[int, int]]) -> None:
        at = base + out.tell()
        plain = {number: offset for number, offset in offsets.items() if isinstance(offset, int)}
        end = b" \n" if self.table is Table.CLASSIC_CR else b"\r\n"
        out.write(classic_table(plain, self.freed, self.generations, end))
        entries = self._entries() | {"/Size": b"%d" % self._size()}
        out.write(b"trailer\n<<" + _join(entries) + b">>\nstartxref\n%d\n%%%%EOF\n" % at)

    def _write_hybrid(self, out: io.BytesIO, base: int, offsets: Mapping[int, int | tuple[int, int]]) -> None:
        hidden = {number: place for number, place in offsets.items() if not isinstance(place, int)}
        at, number = base + out.tell(), self._new_number()
        out.write(indirect(number, xref_stream(hidden, {}, {}, {"/Size": b"%d" % (number + 1)})))
        self.trailer["/XRefStm"] = b"%d" % at
        self._write_classic(out, base, {**offsets, number: at})


def _pages(node: Object) -> Iterable[Object]:
    for kid in node.Kids:
        if "/Kids" in kid:
            yield from _pages(kid)
        else:
            yield kid


def _may_be_packed(item: Object, is_raw: bool) -> bool:
    return not is_raw and not isinstance(item, Stream) and item.objgen[1] == 0


def _join(entries: Mapping[str, bytes]) -> bytes:
    return b"".join(b" %s %s" % (key.encode(), value) for key, value in entries.items())


def body_of(item: Object) -> bytes:
    """An object as it stands in a file, without its number."""
    if not isinstance(item, Stream):
        return bytes(item.unparse(resolved=True))
    data = item.read_raw_bytes()
    entries = {key: value for key, value in item.stream_dict.items() if key != "/Length"}
    parts = {key: _value(value) for key, value in entries.items()}
    return b"<<" + _join({**parts, "/Length": b"%d" % len(data)}) + b">>\nstream\n" + data + b"\nendstream"


def _value(value: object) -> bytes:
    return (
        bytes(value.unparse())
        if isinstance(value, Object)
        else str(pikepdf.Array([value]).unparse()[1:-1], "ascii").encode()
    )


def indirect(number: int, body: bytes, generation: int = 0) -> bytes:
    return b"%d %d obj\n" % (number, generation) + body + b"\nendobj\n"


def object_stream(packed: Mapping[int, bytes]) -> bytes:
    head, data = b"", b""
    for number, body in packed.items():
        head += b"%d %d " % (number, len(data))
        data += body + b"\n"
    packed_data = zlib.compress(head + data)
    start = b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>" % (len(packed), len(head), len(packed_data))
    return start + b"\nstream\n" + packed_data + b"\nendstream"


def classic_table(
    offsets: Mapping[int, int], freed: Mapping[int, int], generations: Mapping[int, int], end: bytes = b"\r\n"
) -> bytes:
    """Subsections of consecutive numbers; of 20 bytes an entry."""
    lines = {number: b"%010d %05d n" % (at, generations.get(number, 0)) for number, at in offsets.items()}
    lines |= {number: b"%010d %05d f" % (0, generation) for number, generation in freed.items()}
    out, run = b"xref\n", list[int]()
    for number in [*sorted(lines), -1]:
        if run and number != run[-1] + 1:
            out += b"%d %d\n" % (run[0], len(run)) + b"".join(lines[item] + end for item in run)
            run = []
        run.append(number)
    return out if lines else out + b"0 0\n"


def xref_stream(
    offsets: Mapping[int, int | tuple[int, int]],
    freed: Mapping[int, int],
    generations: Mapping[int, int],
    entries: Mapping[str, bytes],
) -> bytes:
    rows: dict[int, tuple[int, int, int]] = {number: (0, 0, generation) for number, generation in freed.items()}
    for number, place in offsets.items():
        rows[number] = (2, *place) if isinstance(place, tuple) else (1, place, generations.get(number, 0))
    index = b" ".join(b"%d 1" % number for number in sorted(rows))
    data = b"".join(
        kind.to_bytes(1, "big") + second.to_bytes(4, "big") + third.to_bytes(2, "big")
        for _, (kind, second, third) in sorted(rows.items())
    )
    packed = zlib.compress(data)
    start = b"<</Type/XRef/W[1 4 2]/Index[" + index + b"]/Filter/FlateDecode/Length %d" % len(packed)
    return start + _join(entries) + b">>\nstream\n" + packed + b"\nendstream"


def update(document: bytes, *edits: Edit, table: Table = Table.CLASSIC) -> bytes:
    """``document`` with one more revision, in which all ``edits`` are made."""
    revision = Update(document, table)
    for edit in edits:
        edit(revision)
    return revision.render()


def write_document(bodies: Mapping[int, bytes], root: int, info: int = 0, table: Table = Table.CLASSIC) -> bytes:
    """A whole file of these objects."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets: dict[int, int | tuple[int, int]] = {}
    for number, body in bodies.items():
        offsets[number] = out.tell()
        out.write(indirect(number, body))
    entries = {
        "/Root": b"%d 0 R" % root,
        "/ID": b"[<65646f63732d766563746f7273000001><65646f63732d766563746f7273000001>]",
    }
    if info:
        entries["/Info"] = b"%d 0 R" % info
    at, size = out.tell(), max(bodies) + 1
    if table is Table.CLASSIC:
        plain = {number: offset for number, offset in offsets.items() if isinstance(offset, int)}
        out.write(classic_table(plain, {0: 65535}, {}))
        out.write(b"trailer\n<<" + _join(entries | {"/Size": b"%d" % size}) + b">>\n")
    else:
        offsets[size] = at
        out.write(indirect(size, xref_stream(offsets, {0: 65535}, {}, entries | {"/Size": b"%d" % (size + 1)})))
    out.write(b"startxref\n%d\n%%%%EOF\n" % at)
    return out.getvalue()


def name(text: str) -> Name:
    return Name("/" + text)


def numbers(*values: float) -> Array:
    return Array(list(values))
