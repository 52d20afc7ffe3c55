"""What lay ready in the signed file, and what a timestamp, which anybody can buy, brings along (ISO 32000-2, 7.5)."""

from __future__ import annotations

import re
from dataclasses import replace

from pikepdf import Array, Dictionary, Name, String

from edocs.model import Policy

from .bench import AGENCY, PERSON, Bench
from .edits import OTHER_PAGE, form_xobject, replace_stream
from .lawful_changes import fill_text
from .pdf import Table, Update, body_of, indirect, last_startxref, object_stream, update, xref_stream
from .registry import Effect, Outcome, attack
from .signing import Plan, add_field

SHOWN = Effect.SHOWN
_ANY = ("changes.", "structure.", "file.")
_BOX = (300.0, 200.0, 400.0, 260.0)


def _page_with_ghost(revision: Update) -> None:
    """Page 1 calls a drawing, object 190, that is nowhere defined."""
    page = revision.page(0)
    resources = revision.pdf.get_object((9, 0))
    revision.touch(page, resources)
    revision.raw[9] = body_of(resources).replace(b"/Patch 22 0 R", b"/Patch 22 0 R /Ghost 190 0 R")
    page.Contents = Array([page.Contents, revision.stream(b"\n/Ghost Do")])


def _ghost(number: int = 190) -> bytes:
    data = b"1 g 60 700 500 100 re f"
    head = b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Length %d>>" % len(data)
    return indirect(number, head + b"\nstream\n" + data + b"\nendstream")


@attack("undefined-object-defined", *_ANY, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """The signed page calls an object that does not exist; a later revision defines it."""
    signed = bench.sign(update(bench.plain, _page_with_ghost))
    revision = Update(signed)
    start = len(signed)
    revision.extra.append(_ghost())
    revision.aliases[190] = start
    revision.trailer["/Size"] = b"191"
    return revision.render()


@attack("freed-object-defined", *_ANY, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """The signed page calls an object that was freed; a later revision defines it under the freed number."""

    def free(revision: Update) -> None:
        revision.free(21)

    signed = bench.sign(update(bench.plain, free))

    def define(revision: Update) -> None:
        revision.raw[21] = _ghost(21)[len(b"21 0 obj\n") : -len(b"\nendobj\n")]
        revision.objects[21] = revision.root

    return update(signed, define)


@attack("size-raised", *_ANY, effect=SHOWN, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The object lies in the signed file beyond /Size, where it counts as missing; a later trailer raises /Size."""

    def prepare(revision: Update) -> None:
        _page_with_ghost(revision)
        revision.extra.append(_ghost())
        revision.aliases[190] = len(bench.plain)
        revision.trailer["/Size"] = b"60"

    signed = bench.sign(update(bench.plain, prepare))
    revision = Update(signed)
    revision.trailer["/Size"] = b"191"
    return revision.render()


@attack("stream-length", *_ANY, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A stream's length is an object of its own; a later revision makes it shorter, and some viewers cut."""

    def prepare(revision: Update) -> None:
        old = revision.pdf.get_object((6, 0))
        data = old.read_bytes()
        length = revision.add(b"%d" % len(data))
        revision.touch(old)
        revision.raw[6] = b"<</Length %d 0 R>>\nstream\n%s\nendstream" % (length.objgen[0], data)

    signed = bench.sign(update(bench.plain, prepare))
    revision = Update(signed)
    revision.aliases[56] = len(signed)
    revision.extra.append(indirect(56, b"100"))
    return revision.render()


@attack("escaped-key", *_ANY, effect=SHOWN, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A later page names its stream twice, once with the key's letters escaped."""
    revision = Update(bench.one)
    page = revision.page(0)
    revision.touch(page)
    body = body_of(page).replace(b"/Contents 6 0 R", b"")
    revision.raw[page.objgen[0]] = body[: body.rindex(b">>")] + b"/Contents 6 0 R /C#6fntents 8 0 R >>"
    return revision.render()


@attack("escaped-key-signed", "structure.", effect=SHOWN, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The page was signed with such a key: programs differ in what it shows."""

    def prepare(revision: Update) -> None:
        page = revision.page(0)
        revision.touch(page)
        body = body_of(page)
        revision.raw[page.objgen[0]] = body[: body.rindex(b">>")] + b"/C#6fntents 8 0 R >>"

    return bench.sign(update(bench.plain, prepare))


@attack("object-stream-index", *_ANY, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The table names a place in an object stream where an object of another number stands."""
    start = len(bench.one)
    page = re.search(rb"(?<!\d)3 0 obj\n(.*?)\nendobj", bench.one[len(bench.plain) :], re.DOTALL)
    assert page
    evil = page[1].replace(b"/Contents 6 0 R", b"/Contents 8 0 R")
    holder = indirect(58, object_stream({3: page[1], 60: evil}))
    table = xref_stream({58: start, 3: (58, 1), 59: start + len(holder)}, {}, {}, _trailer(bench.one, 61))
    tail = b"startxref\n%d\n%%%%EOF\n" % (start + len(holder))
    return bench.one + holder + indirect(59, table) + tail


def _trailer(document: bytes, size: int) -> dict[str, bytes]:
    return {"/Root": b"1 0 R", "/Size": b"%d" % size, "/Prev": b"%d" % last_startxref(document)}


@attack("information-exchanged", *_ANY)
def _(bench: Bench) -> bytes:
    """The trailer leads to another information dictionary, with another title."""
    revision = Update(bench.one)
    other = revision.add(Dictionary(Title=String("Decision No. 13")))
    revision.trailer["/Info"] = b"%d 0 R" % other.objgen[0]
    return revision.render()


@attack("signature-flags", *_ANY)
def _(bench: Bench) -> bytes:
    """The form says that it holds no signatures, and may be saved anew."""
    revision = Update(bench.one)
    revision.form.SigFlags = 0
    revision.touch(revision.form)
    return revision.render()


@attack("timestamp-in-place-of-the-seal", *_ANY, "format.", outcome=Outcome.REFUSED, effect=SHOWN, signed="approved")
def _(bench: Bench) -> bytes:
    """Somebody without the seal's key puts a timestamp into the field reserved for it, which shows a false seal."""

    def draw(revision: Update) -> None:
        field = revision.field("edocs.seal")
        left, bottom, right, top = (float(item) for item in field.Rect)
        field.AP = Dictionary(N=form_xobject(revision, b"1 0 0 rg 5 5 60 60 re f", right - left, top - bottom))

    return bench.timestamp(bench.base("approved"), "edocs.seal", edits=(draw,))


@attack("timestamp-in-a-reserved-field", *_ANY, "format.", outcome=Outcome.REFUSED, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """Somebody puts a timestamp into a visible field that the draft reserved for another signer."""

    def reserve(revision: Update) -> None:
        revision.touch(revision.form)
        add_field(revision, replace(AGENCY, box=_BOX, appearance=b""))

    def draw(revision: Update) -> None:
        field = revision.field("Agency")
        field.AP = Dictionary(N=form_xobject(revision, b"1 0 0 rg 0 0 100 60 re f", 100, 60))

    certified = bench.sign(update(bench.plain, reserve), "leader", replace(PERSON, certify=2))
    return bench.timestamp(certified, "Agency", edits=(draw,))


@attack("timestamp-with-action", *_ANY)
def _(bench: Bench) -> bytes:
    """The field of a timestamp runs a script when its page is opened."""

    def act(revision: Update) -> None:
        field = add_field(revision, Plan(field="Timestamp"))
        field.AA = Dictionary(PO=Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))

    return bench.timestamp(bench.one, edits=(act,))


@attack("timestamp-that-locks", *_ANY, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A timestamp makes itself the certification of the document."""
    return bench.timestamp(bench.one, certify=1)


@attack("timestamp-with-fields", *_ANY, effect=SHOWN, policies=(Policy.STRICT, Policy.DECREE_30))
def _(bench: Bench) -> bytes:
    """In the revision of a timestamp a text field is filled that nothing reserved."""
    return bench.timestamp(bench.one, edits=(fill_text("Name", "Somebody"),), table=Table.OBJECT_STREAM)


@attack("page-by-two-names", *_ANY, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """A page that lay unused in the signed file is hung into the tree by a later revision."""

    def prepare(revision: Update) -> None:
        page = Dictionary(Type=Name.Page, Contents=revision.stream(OTHER_PAGE), Parent=revision.root.Pages)
        revision.add(page)

    signed = bench.sign(update(bench.plain, prepare))

    def hang(revision: Update) -> None:
        tree = revision.root.Pages
        hidden = next(item for item in revision.pdf.objects if _is_hidden_page(item, tree))
        tree.Kids = Array([hidden, *list(tree.Kids)[1:]])
        revision.touch(tree)

    return update(signed, hang)


def _is_hidden_page(item: object, tree: Dictionary) -> bool:
    known = {kid.objgen for kid in tree.Kids}
    return isinstance(item, Dictionary) and item.get("/Type") == Name.Page and item.objgen not in known


@attack("signature-appearance-exchanged", "changes.", "structure.", effect=SHOWN, signed="stamped")
def _(bench: Bench) -> bytes:
    """After signing, the picture of a visible signature is exchanged."""

    def swap(revision: Update) -> None:
        drawn = revision.field("Person").AP.N
        replace_stream(revision, drawn.objgen[0], b"1 0 0 rg 0 0 90 30 re f")

    return update(bench.base("stamped"), swap)


@attack("signature-moved", "changes.", "structure.", effect=SHOWN, signed="stamped")
def _(bench: Bench) -> bytes:
    """After signing, a visible signature is moved to another place."""

    def move(revision: Update) -> None:
        field = revision.field("Person")
        field.Rect = Array([300, 100, 390, 130])
        revision.touch(field)

    return update(bench.base("stamped"), move)
