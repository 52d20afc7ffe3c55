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
from pikepdf import Array, Dictionary, Name, Object, Stream, String

from .bench import Bench
from .pdf import Table, Update, body_of
from .signing import put_value, value_at

Mutation = Callable[[random.Random, "Subject"], bytes]
MUTATIONS: list[Mutation] = []
_INTERESTING = (0, 1, -1, 2, 3, 7, 90, 180, 255, 1000, 65535, 2**31 - 1)
_KEYS = [
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


# --- revisions ----------------------------------------------------------------------------------------------------


def _revision(random_: random.Random, subject: Subject) -> Update:
    return Update(subject.document, random_.choice(list(Table)))


def _any(random_: random.Random, revision: Update) -> Object:
    """An object of the document; more often one that is drawn or hangs on the catalogue."""
    near = [revision.root, revision.root.Pages, *revision.root.Pages.Kids]
    for page in revision.root.Pages.Kids:
        contents = page.get("/Contents")
        near += list(contents) if isinstance(contents, Array) else [contents] if contents is not None else []
        near += list(page.get("/Annots", Array()))
    if "/AcroForm" in revision.root:
        near += [revision.form, *revision.form.Fields]
    everything = [item for item in revision.pdf.objects if isinstance(item, Dictionary | Stream | Array)]
    pool = [item for item in near if item.is_indirect] if random_.random() < 0.6 else everything
    return random_.choice(pool or everything)


def _dictionaries(item: Object, depth: int = 0) -> list[Object]:
    """The object, and the direct dictionaries and arrays in it."""
    found = [item]
    if depth < 4:
        values = (
            item.stream_dict.values()
            if isinstance(item, Stream)
            else item.values()
            if isinstance(item, Dictionary)
            else item
        )
        for value in values:
            if isinstance(value, Dictionary | Array) and not value.is_indirect and not isinstance(value, Stream):
                found += _dictionaries(value, depth + 1)
    return found


def _new_value(random_: random.Random, revision: Update, old: object) -> object:
    choices: list[Callable[[], object]] = [
        lambda: random_.choice(_INTERESTING),
        lambda: String("x" * random_.randrange(1, 9)),
        lambda: Name(random_.choice(_KEYS)),
        lambda: Array([random_.randrange(-100, 900) for _ in range(4)]),
        Dictionary,
        lambda: random_.choice([True, False]),
        lambda: _any(random_, revision),
    ]
    if isinstance(old, int | float):
        choices += [lambda: old + random_.choice((1, -1, 90, 100))] * 4  # type: ignore[operator]
    if isinstance(old, Array) and len(old) > 1:
        choices += [lambda: Array(random_.sample(list(old), len(old)))] * 3
    return random_.choice(choices)()


@mutation
def edit_dictionary(random_: random.Random, subject: Subject) -> bytes:
    """An entry of an object is set, taken out, or copied from another, in a new revision."""
    revision = _revision(random_, subject)
    for _ in range(random_.choice((1, 1, 1, 2, 4))):
        item = _any(random_, revision)
        target = random_.choice(_dictionaries(item))
        if isinstance(target, Array):
            _edit_array(random_, revision, target)
        else:
            keys = list((target.stream_dict if isinstance(target, Stream) else target).keys())
            key = random_.choice(keys) if keys and random_.random() < 0.75 else random_.choice(_KEYS)
            if random_.random() < 0.25 and key in keys:
                del target[key]
            else:
                target[key] = _new_value(random_, revision, target.get(key))
        revision.touch(item)
    return revision.render()


def _edit_array(random_: random.Random, revision: Update, target: Array) -> None:
    if len(target) and random_.random() < 0.5:
        index = random_.randrange(len(target))
        if random_.random() < 0.4:
            del target[index]
        else:
            target[index] = _new_value(random_, revision, target[index])
    else:
        target.append(_new_value(random_, revision, None))


@mutation
def edit_stream(random_: random.Random, subject: Subject) -> bytes:
    """A stream is decoded, edited and written again."""
    revision = _revision(random_, subject)
    streams = [item for item in revision.pdf.objects if isinstance(item, Stream)]
    item = random_.choice(streams)
    data = bytearray(item.read_bytes())
    kind = random_.randrange(4)
    if kind == 0 and data:
        for _ in range(random_.choice((1, 3, 20))):
            data[random_.randrange(len(data))] = random_.randrange(256)
    elif kind == 1:
        data += b"\nq 1 g 0 0 2000 2000 re f Q\n"
    elif kind == 2:
        data = bytearray(random_.choice(streams).read_bytes())
    else:
        tokens = list(re.finditer(rb"\d+(?:\.\d+)?|\([^()]*\)|[A-Za-z]{1,2}\b", bytes(data)))
        one, other = random_.choice(tokens), random_.choice(tokens)
        data[one.start() : one.end()] = other[0]
    item.write(bytes(data))
    revision.touch(item)
    return revision.render()


@mutation
def swap_objects(random_: random.Random, subject: Subject) -> bytes:
    """An object gets the body of another, is freed, or becomes null."""
    revision = _revision(random_, subject)
    one, other = _any(random_, revision), _any(random_, revision)
    kind = random_.randrange(4)
    if kind == 0:
        revision.free(one.objgen[0])
    else:
        revision.touch(one)
        revision.raw[one.objgen[0]] = b"null" if kind == 1 else body_of(other)
    return revision.render()


@mutation
def rewrite(random_: random.Random, subject: Subject) -> bytes:
    """Objects are written anew as they are: this must stay harmless where nothing else is done."""
    revision = _revision(random_, subject)
    for _ in range(random_.randrange(1, 6)):
        revision.touch(_any(random_, revision))
    return revision.render()


@mutation
def lead_back(random_: random.Random, subject: Subject) -> bytes:
    """Table entries of a new revision lead to any object of the file, or to a new one that it hides in a comment."""
    revision = _revision(random_, subject)
    places = [found.start() for found in re.finditer(rb"(?<=\n)\d+ 0 obj", subject.document)]
    for _ in range(random_.choice((1, 1, 2))):
        at = random_.choice(places)
        number = int(subject.document[at : at + 8].split()[0])
        revision.aliases[number if random_.random() < 0.7 else _any(random_, revision).objgen[0]] = at
    return revision.render()


@mutation
def edit_pages(random_: random.Random, subject: Subject) -> bytes:
    """Pages are taken out, repeated, exchanged, turned or cut off."""
    revision = _revision(random_, subject)
    tree, kind = revision.root.Pages, random_.randrange(5)
    kids = list(tree.Kids)
    page = random_.choice(kids)
    if kind == 0:
        kids.remove(page)
    elif kind == 1:
        kids.insert(random_.randrange(len(kids) + 1), page)
    elif kind == 2:
        random_.shuffle(kids)
    elif kind == 3:
        page.Rotate = random_.choice((90, 180, 270, 360, 0, 45))
    else:
        page[random_.choice(("/CropBox", "/MediaBox"))] = Array([0, random_.randrange(400), 595, 842])
    tree.Kids, tree.Count = Array(kids), len(kids)
    revision.touch(tree, page)
    return revision.render()


@mutation
def add_annotation(random_: random.Random, subject: Subject) -> bytes:
    """An annotation of any kind, drawn or not, anywhere on a page."""
    revision = _revision(random_, subject)
    page = random_.choice(list(revision.root.Pages.Kids))
    left, bottom = random_.randrange(500), random_.randrange(750)
    kinds = ("FreeText", "Stamp", "Square", "Widget", "Link", "Text", "Ink", "Redact", "Highlight", "Watermark")
    note = Dictionary(Type=Name.Annot, Subtype=Name("/" + random_.choice(kinds)), F=random_.choice((0, 2, 4, 132)))
    note.Rect = Array([left, bottom, left + random_.randrange(1, 300), bottom + random_.randrange(1, 100)])
    note.Contents = String("x")
    if random_.random() < 0.7:
        drawn = random_.choice((b"0 g 0 0 900 900 re f", b"1 g 0 0 900 900 re f", b"0 0 1 RG 3 w 0 0 m 50 50 l S"))
        look = Stream(revision.pdf, drawn)
        look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 100, 100])
        note.AP = Dictionary(N=revision.add(look))
    if note.Subtype == Name.Widget:
        note.FT, note.T = (
            random_.choice((Name.Tx, Name.Sig, Name.Btn)),
            String(random_.choice(("Added", "Person", "number"))),
        )
    shown = revision.add(note)
    page.Annots = Array([*page.get("/Annots", Array()), shown])
    revision.touch(page)
    if note.Subtype == Name.Widget and random_.random() < 0.6 and "/AcroForm" in revision.root:
        revision.form.Fields.append(shown)
        revision.touch(revision.form if revision.form.is_indirect else revision.root)
    return revision.render()


@mutation
def edit_field(random_: random.Random, subject: Subject) -> bytes:
    """A field gets another value, look, flag or place."""
    revision = _revision(random_, subject)
    field = random_.choice(list(revision.form.Fields))
    while "/Kids" in field and random_.random() < 0.8:
        field = random_.choice(list(field.Kids))
    for _ in range(random_.choice((1, 2, 3))):
        key = random_.choice(("/V", "/AP", "/AS", "/F", "/Ff", "/Rect", "/T", "/MK", "/DA", "/Kids", "/FT", "/Lock"))
        if random_.random() < 0.3 and key in field:
            del field[key]
        else:
            field[key] = _new_value(random_, revision, field.get(key))
    revision.touch(field)
    return revision.render()


@mutation
def sign_without_trust(random_: random.Random, subject: Subject) -> bytes:
    """Every signature is taken out of the form, or one is; the rest stays."""
    revision = _revision(random_, subject)
    fields = list(revision.form.Fields)
    fields.remove(random_.choice(fields))
    revision.form.Fields = Array(fields if random_.random() < 0.7 else [])
    revision.touch(revision.form if revision.form.is_indirect else revision.root)
    return revision.render()
