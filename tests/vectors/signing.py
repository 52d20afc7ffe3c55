"""Signing on the bench, in the ways of different products (ISO 32000-2, 12.8; ETSI EN 319 142-1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pikepdf import Array, Dictionary, Name, String

from .cms import Key, Value, make_cms
from .pdf import Edit, Table, Update, numbers

_ROOM = 6000
_HOLE = b"<" + b"0" * (2 * _ROOM) + b">"
_BLANK_RANGE = b"[0 0000000000 0000000000 0000000000]"

_VALUE = Value()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a document is signed."""

    field: str = "Signature1"
    """A field of this name that is there and empty is filled; otherwise one is made."""
    certify: int = 0
    """P of a certification signature (DocMDP); 0: an approval signature."""
    lock: tuple[str, tuple[str, ...]] | None = None
    """FieldMDP: ``All``, ``Include`` or ``Exclude``, and the names of fields."""
    box: tuple[float, float, float, float] | None = None
    appearance: bytes = b"0 0 1 RG 1 w 0.5 0.5 89 29 re S"
    page: int = 0
    is_separate: bool = False
    """Field and widget are two objects."""
    is_direct: bool = False
    """The signature dictionary is a direct object of its field."""
    table: Table = Table.CLASSIC
    sub_filter: str = "ETSI.CAdES.detached"
    kind: str = "Sig"
    entries: bytes = b"/M (D:20260305143000+07'00')"
    """Further entries of the signature dictionary."""
    value: Value = _VALUE
    edits: tuple[Edit, ...] = ()
    """What the signer's own revision changes besides."""
    make: Callable[[bytes], bytes] | None = None
    """Makes the signature value of the signed bytes; None: a CMS by the key."""
    sig_flags: int = 3


def sign(document: bytes, key: Key, plan: Plan = Plan()) -> bytes:
    """``document`` with one more revision that signs it."""
    revision = Update(document, plan.table)
    for edit in plan.edits:
        edit(revision)
    body = _dictionary(plan)
    place_signature(revision, plan, body)
    signed = fill_byte_range(revision.render(), len(document))
    start, end = hole(signed, len(document))
    data = signed[:start] + signed[end:]
    value = plan.make(data) if plan.make else make_cms(key, data, plan.value)
    return put_value(signed, (start, end), value)


def _dictionary(plan: Plan) -> bytes:
    references = []
    if plan.certify:
        references.append(
            b"<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/V/1.2/P %d>>>>"
            % plan.certify
        )
    if plan.lock:
        references.append(
            b"<</Type/SigRef/TransformMethod/FieldMDP/TransformParams<</Type/TransformParams/V/1.2"
            + _lock(plan.lock)
            + b">>>>"
        )
    reference = b"/Reference [" + b" ".join(references) + b"]" if references else b""
    head = b"/Type /%s /Filter /Adobe.PPKLite /SubFilter /%s " % (plan.kind.encode(), plan.sub_filter.encode())
    return (
        b"<< "
        + head
        + b"/ByteRange "
        + _BLANK_RANGE
        + b" /Contents "
        + _HOLE
        + b" "
        + plan.entries
        + reference
        + b" >>"
    )


def _lock(lock: tuple[str, Sequence[str]]) -> bytes:
    action, names = lock
    fields = b"/Fields [" + b"".join(b"(%s)" % item.encode() for item in names) + b"]" if names else b""
    return b"/Action/%s" % action.encode() + fields


def place_signature(revision: Update, plan: Plan, body: bytes) -> None:
    """Give ``body``, a signature dictionary, a field; make the form and the widget where they are missing."""
    root = revision.root
    if "/AcroForm" not in root:
        root.AcroForm = revision.add(Dictionary(Fields=Array(), SigFlags=plan.sig_flags))
        revision.touch(root)
    form = revision.form
    form.SigFlags = plan.sig_flags
    revision.touch(form if form.is_indirect else root)
    held: object = None
    try:
        field = revision.field(plan.field)
        revision.touch(field)
    except StopIteration:
        field = add_field(revision, plan)
    if plan.is_direct:
        # A direct dictionary cannot be made of raw bytes: the whole field is written with it.
        text = field.unparse(resolved=True)
        revision.raw[field.objgen[0]] = text[: text.rindex(b">>")] + b"/V " + body + b" >>"
    else:
        held = revision.add(body)
        field.V = held
    if plan.certify:
        if "/Perms" not in root:
            root.Perms = Dictionary()
        root.Perms.DocMDP = held
        revision.touch(root)


def add_field(revision: Update, plan: Plan) -> Dictionary:
    """An empty signature field with its widget."""
    page = revision.page(plan.page)
    widget = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=numbers(*(plan.box or (0, 0, 0, 0))), F=132, P=page)
    if plan.box:
        left, bottom, right, top = plan.box
        entries = {
            "/Type": Name.XObject,
            "/Subtype": Name.Form,
            "/BBox": numbers(0, 0, right - left, top - bottom),
            "/Resources": Dictionary(),
        }
        widget.AP = Dictionary(N=revision.stream(plan.appearance, entries))
    field = Dictionary(FT=Name.Sig, T=String(plan.field))
    if plan.lock:
        action, names = plan.lock
        field.Lock = Dictionary(Type=Name.SigFieldLock, Action=Name("/" + action))
        if names:
            field.Lock.Fields = Array([String(item) for item in names])
    if plan.is_separate:
        field = revision.add(field)
        widget.Parent = field
        shown = revision.add(widget)
        field.Kids = Array([shown])
    else:
        for key, value in widget.items():
            field[key] = value
        field = shown = revision.add(field)
    add_annotation(revision, page, shown)
    fields = revision.form.Fields
    fields.append(field)
    revision.touch(fields if fields.is_indirect else revision.form if revision.form.is_indirect else revision.root)
    return field


def add_annotation(revision: Update, page: Dictionary, annotation: Dictionary) -> None:
    if "/Annots" not in page:
        page.Annots = Array()
    page.Annots.append(annotation)
    revision.touch(page.Annots if page.Annots.is_indirect else page)


def fill_byte_range(document: bytes, after: int) -> bytes:
    """``document`` with its blank byte range filled in for the value that stands behind offset ``after``."""
    start, end = hole(document, after)
    found = b"[0 %d %d %d" % (start, end, len(document) - end)
    at = document.index(_BLANK_RANGE, after)
    padded = found.ljust(len(_BLANK_RANGE) - 1) + b"]"
    return document[:at] + padded + document[at + len(_BLANK_RANGE) :]


def hole(document: bytes, after: int = 0) -> tuple[int, int]:
    """From ``<`` to behind ``>`` of the first signature value behind ``after``."""
    found = re.compile(rb"/Contents (<[0-9A-Fa-f]*>)").search(document, after)
    assert found is not None
    return found.span(1)


def last_hole(document: bytes) -> tuple[int, int]:
    *_, found = re.finditer(rb"/Contents (<[0-9A-Fa-f]{400,}>)", document)
    return found.span(1)


def put_value(document: bytes, gap: tuple[int, int], value: bytes, padding: bytes = b"0") -> bytes:
    start, end = gap
    digits = value.hex().encode()
    assert len(digits) <= end - start - 2, (len(digits), end - start)
    return document[: start + 1] + digits.ljust(end - start - 2, padding) + document[end - 1 :]


def value_at(document: bytes, gap: tuple[int, int]) -> bytes:
    """The signature value with its padding."""
    return bytes.fromhex(document[gap[0] + 1 : gap[1] - 1].decode())
