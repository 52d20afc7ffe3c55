"""Random revisions appended to signed files: dictionaries, streams, pages, comments, fields, table entries."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from pikepdf import Array, Dictionary, Name, Object, Stream, String

from .mutate import INTERESTING, KEYS, Subject, mutation
from .pdf import Table, Update, body_of


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
        lambda: random_.choice(INTERESTING),
        lambda: String("x" * random_.randrange(1, 9)),
        lambda: Name(random_.choice(KEYS)),
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
            key = random_.choice(keys) if keys and random_.random() < 0.75 else random_.choice(KEYS)
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
