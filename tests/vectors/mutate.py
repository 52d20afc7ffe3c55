"""Random changes to signed files, made without a key that anybody accepts, and what must hold for each of them.

Biến đổi ngẫu nhiên. A file that passes must show, and give to copying, what the newest revision does that one of its
signers signed. :mod:`vectors.soak` runs them and judges.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf

from .bench import Bench
from .signing import put_value, value_at

Mutation = Callable[[random.Random, "Subject"], bytes]
MUTATIONS: list[Mutation] = []
INTERESTING = (0, 1, -1, 2, 3, 7, 90, 180, 255, 1000, 65535, 2**31 - 1)
KEYS = [
    "/Contents",
    "/Resources",
    "/MediaBox",
    "/CropBox",
    "/Rotate",
    "/Annots",
    "/Kids",
    "/Count",
    "/Parent",
    "/Type",
    "/Subtype",
    "/AP",
    "/AS",
    "/V",
    "/F",
    "/Ff",
    "/Rect",
    "/N",
    "/R",
    "/D",
    "/BBox",
    "/Matrix",
    "/Font",
    "/XObject",
    "/BaseFont",
    "/Encoding",
    "/ToUnicode",
    "/Widths",
    "/DA",
    "/DR",
    "/Fields",
    "/T",
    "/FT",
    "/OCProperties",
    "/OFF",
    "/OC",
    "/Names",
    "/OpenAction",
    "/AA",
    "/A",
    "/URI",
    "/Pages",
    "/AcroForm",
    "/Perms",
    "/DSS",
    "/Lang",
    "/UserUnit",
    "/SMask",
    "/ColorSpace",
    "/Length",
    "/Filter",
    "/DecodeParms",
    "/P",
    "/Metadata",
    "/NeedAppearances",
    "/Reference",
    "/TransformParams",
    "/ByteRange",
    "/SubFilter",
    "/M",
    "/Lock",
    "/Outlines",
    "/StructTreeRoot",
    "/Extensions",
]
_TOKEN = re.compile(
    rb"/[A-Za-z0-9]+|\b\d+(?:\.\d+)?\b|\([^()\\]{1,40}\)|<[0-9A-Fa-f]{2,40}>|\b(?:obj|endobj|stream|R|n|f|xref|trailer)\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A signed file, and others to take pieces from."""

    name: str
    document: bytes
    others: tuple[bytes, ...]
    updatable: bool = True


def mutation(function: Mutation) -> Mutation:
    MUTATIONS.append(function)
    return function


def subjects(bench: Bench) -> tuple[Subject, ...]:
    """What is mutated: one, two and three signatures, certifications, timestamps, tables of all kinds, a letter."""
    from .registry import VECTORS

    names = (
        "two-signatures",
        "six-signatures",
        "object-streams-by-qpdf",
        "tables-hybrid",
        "tables-object-streams",
        "separate-widgets",
        "archive",
        "approval-after-p2",
        "approval-after-p3",
        "lock-all-and-sign",
        "no-form-before",
        "numbered-and-sealed",
    )
    made = {name: VECTORS[name].build(bench) for name in names}
    made["approved"], made["certified-1"] = bench.base("approved"), bench.certified(1)
    return tuple(
        Subject(name=name, document=data, others=tuple(other for key, other in made.items() if key != name))
        for name, data in made.items()
    )


def mutate(random_: random.Random, subject: Subject) -> tuple[str, bytes]:
    """One to three changes in a row, and their names."""
    document, names = subject.document, []
    for _ in range(random_.choice((1, 1, 1, 2, 3))):
        change = random_.choice(MUTATIONS)
        try:
            document = change(random_, Subject(name=subject.name, document=document, others=subject.others))
        except (
            pikepdf.PdfError,
            ValueError,
            KeyError,
            IndexError,
            TypeError,
            AttributeError,
            StopIteration,
            zlib.error,
        ):
            continue  # what was changed before cannot be read any more: the bytes stay as they are
        names.append(change.__name__)
    return "+".join(names), document


# --- bytes --------------------------------------------------------------------------------------------------------


@mutation
def flip_bytes(random_: random.Random, subject: Subject) -> bytes:
    data = bytearray(subject.document)
    for _ in range(random_.choice((1, 1, 1, 2, 8))):
        data[random_.randrange(len(data))] ^= 1 << random_.randrange(8)
    return bytes(data)


@mutation
def edit_token(random_: random.Random, subject: Subject) -> bytes:
    """A name, number, string or keyword becomes another of the same file, of any length."""
    tokens = list(_TOKEN.finditer(subject.document))
    one, other = random_.choice(tokens), random_.choice(tokens)
    return subject.document[: one.start()] + other[0] + subject.document[one.end() :]


@mutation
def edit_token_in_place(random_: random.Random, subject: Subject) -> bytes:
    """A token becomes another one of the same length."""
    tokens = list(_TOKEN.finditer(subject.document))
    one = random_.choice(tokens)
    same = [item[0] for item in tokens if len(item[0]) == len(one[0]) and item[0] != one[0]]
    return subject.document[: one.start()] + random_.choice(same) + subject.document[one.end() :]


@mutation
def edit_tail(random_: random.Random, subject: Subject) -> bytes:
    """A token of the last revision becomes another."""
    start = max(0, subject.document.rfind(b"\n/Contents <"), len(subject.document) - 1500)
    tokens = list(_TOKEN.finditer(subject.document, start))
    one, other = random_.choice(tokens), random_.choice(tokens)
    return subject.document[: one.start()] + other[0] + subject.document[one.end() :]


@mutation
def cut(random_: random.Random, subject: Subject) -> bytes:
    start = random_.randrange(len(subject.document))
    return subject.document[:start] + subject.document[start + random_.choice((1, 2, 20, 400, 10**7)) :]


@mutation
def insert(random_: random.Random, subject: Subject) -> bytes:
    """A piece of a file, or some bytes, anywhere or at the end."""
    document = subject.document
    source = random_.choice((document, *subject.others))
    start = random_.randrange(len(source))
    piece = random_.choice(
        (source[start : start + random_.randrange(1, 3000)], random_.randbytes(random_.randrange(1, 60)))
    )
    at = random_.choice((len(document), random_.randrange(len(document))))
    return document[:at] + piece + document[at:]


@mutation
def graft(random_: random.Random, subject: Subject) -> bytes:
    """A file cut at the end of a revision, with the later revisions of another behind it."""
    ends = [found.end() for found in re.finditer(rb"%%EOF\r?\n?", subject.document)]
    other = random_.choice(subject.others)
    theirs = [found.end() for found in re.finditer(rb"%%EOF\r?\n?", other)][:-1]
    return subject.document[: random_.choice(ends)] + (other[random_.choice(theirs) :] if theirs else other)


@mutation
def edit_table(random_: random.Random, subject: Subject) -> bytes:
    """An entry of a classic table leads elsewhere."""
    entries = list(re.finditer(rb"(\d{10}) (\d{5}) ([nf])", subject.document))
    objects = [found.start() for found in re.finditer(rb"(?<=\n)\d+ \d+ obj", subject.document)]
    one = random_.choice(entries)
    new = b"%010d %05d %s" % (random_.choice(objects), random_.choice((0, 0, 1)), random_.choice((b"n", b"n", b"f")))
    return subject.document[: one.start()] + new + subject.document[one.end() :]


@mutation
def edit_pointer(random_: random.Random, subject: Subject) -> bytes:
    """``startxref`` or ``Prev`` leads to another table, or near it."""
    found = list(re.finditer(rb"(startxref\s+|/Prev )(\d+)", subject.document))
    tables = [int(item[2]) for item in found] + [item.start() for item in re.finditer(rb"xref\n", subject.document)]
    one = random_.choice(found)
    new = b"%d" % max(0, random_.choice(tables) + random_.choice((0, 0, 0, 1, -1)))
    return subject.document[: one.start(2)] + new + subject.document[one.end(2) :]


@mutation
def repeat_pointer(random_: random.Random, subject: Subject) -> bytes:
    """Another pointer behind the end, to an older table."""
    tables = [item.start() for item in re.finditer(rb"(?<!start)xref\n", subject.document)]
    return subject.document + b"startxref\n%d\n%%%%EOF\n" % random_.choice(tables)


# --- signature values ---------------------------------------------------------------------------------------------


def _gaps(document: bytes) -> list[tuple[int, int]]:
    return [found.span(1) for found in re.finditer(rb"/Contents ?(<[0-9A-Fa-f]{400,}>)", document)]


@mutation
def copy_value(random_: random.Random, subject: Subject) -> bytes:
    """The value of another signature, of this or another file."""
    source = random_.choice((subject.document, *subject.others))
    value = value_at(source, random_.choice(_gaps(source))).rstrip(b"\0")
    return put_value(subject.document, random_.choice(_gaps(subject.document)), value)


@mutation
def edit_value(random_: random.Random, subject: Subject) -> bytes:
    gap = random_.choice(_gaps(subject.document))
    value = bytearray(value_at(subject.document, gap))
    used = len(bytes(value).rstrip(b"\0"))
    for _ in range(random_.choice((1, 1, 3))):
        value[random_.randrange(used)] = random_.randrange(256)
    return put_value(subject.document, gap, bytes(value))


@mutation
def edit_range(random_: random.Random, subject: Subject) -> bytes:
    """A byte range is another."""
    one = random_.choice(list(re.finditer(rb"/ByteRange ?\[([^]]*)\]", subject.document)))
    parts = [int(item) for item in one[1].split()]
    parts[random_.randrange(len(parts))] += random_.choice((1, -1, 20, -20, 1000))
    new = b" ".join(b"%d" % max(0, item) for item in parts)[: len(one[1])].ljust(len(one[1]))
    return subject.document[: one.start(1)] + new + subject.document[one.end(1) :]
