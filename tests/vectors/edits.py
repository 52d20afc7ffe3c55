"""Changes to the specimen that alter what a reader sees or gets, each as an edit that any revision can make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pikepdf import Dictionary, Name, Object, Stream

from .pdf import Edit, Update
from .registry import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentEdit:
    """One change, and what it is of."""

    name: str
    about: str
    apply: Edit
    effect: Effect


EDITS: dict[str, ContentEdit] = {}


def edit(name: str, effect: Effect = Effect.INVISIBLE) -> Callable[[Edit], Edit]:
    """Register a change; its docstring says what is changed."""

    def register(apply: Edit) -> Edit:
        assert name not in EDITS and apply.__doc__, name
        EDITS[name] = ContentEdit(name=name, about=apply.__doc__.strip(), apply=apply, effect=effect)
        return apply

    return register


OTHER_PAGE = (
    b"BT /F1 14 Tf 72 770 Td (Decision No. 12: pay 9 000 000 dong to somebody else) Tj ET\n"
    b"BT /F2 14 Tf 72 740 Td (The director of the department has decided so) Tj ET\n"
)


def replace_stream(revision: Update, number: int, data: bytes) -> None:
    """Object ``number`` with other data, the rest of its dictionary kept."""
    old = revision.pdf.get_object((number, 0))
    entries = {key: value for key, value in old.stream_dict.items() if key not in ("/Length", "/Filter")}
    body = Dictionary(entries) if entries else Dictionary()
    text = bytes(body.unparse())
    revision.touch(old)
    head = text[: text.rindex(b">>")] + b"/Length %d>>" % len(data)
    revision.raw[number] = head + b"\nstream\n" + data + b"\nendstream"


def new_stream(revision: Update, data: bytes, **entries: object) -> Object:
    item = Stream(revision.pdf, data)
    for key, value in entries.items():
        item["/" + key] = value
    return revision.add(item)


def form_xobject(revision: Update, data: bytes, width: float, height: float, resources: Object | None = None) -> Object:
    return new_stream(
        revision,
        data,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=[0, 0, width, height],
        Resources=resources if resources is not None else Dictionary(),
    )


def obj(revision: Update, number: int) -> Object:
    """An object of the specimen, to be written anew."""
    found = revision.pdf.get_object((number, 0))
    revision.touch(found)
    return found
