"""Form fields after a signature that allows filling, or does not (ISO 32000-2, 12.7, 12.8.2; Mainka et al., 2021)."""

from __future__ import annotations

from dataclasses import replace

from pikepdf import Array, Dictionary, Name, String

from .bench import AGENCY, PERSON, Bench
from .edits import OTHER_PAGE, form_xobject, replace_stream
from .lawful_changes import check, choose_way, fill_text
from .pdf import Edit, Update, numbers, update
from .registry import Effect, Outcome, Vector, add_vector, attack
from .signing import add_annotation

SHOWN = Effect.SHOWN
_CHANGES = ("changes.", "structure.")


def _p2(name: str, about: str, *edits: Edit, effect: Effect = Effect.INVISIBLE, permission: int = 2) -> None:
    """Register a change after a certification that allows form filling."""
    add_vector(
        Vector(
            name=f"form-{name}",
            about=f"After a certification with P={permission}: {about}",
            build=lambda bench: update(bench.certified(permission), *edits),
            outcome=Outcome.FAILED,
            rules=_CHANGES,
            effect=effect,
            family="form",
        )
    )


def setting(name: str, **entries: object) -> Edit:
    """Set entries of a field."""

    def change(revision: Update) -> None:
        field = revision.field(name)
        for key, value in entries.items():
            field["/" + key] = value
        revision.touch(field)

    return change


def dropping(name: str, *keys: str) -> Edit:
    """Take entries out of a field."""

    def change(revision: Update) -> None:
        field = revision.field(name)
        for key in keys:
            del field["/" + key]
        revision.touch(field)

    return change


def _value_only(revision: Update) -> None:
    field = revision.field("Amount")
    field.V = String("900")
    revision.touch(field)


def _appearance_only(revision: Update) -> None:
    fonts = Dictionary(Font=Dictionary(Helv=revision.form.DR.Font.Helv))
    drawn = form_xobject(revision, b"BT /Helv 11 Tf 0 g 2 6 Td (900) Tj ET", 160, 20, fonts)
    field = revision.field("Amount")
    field.AP = Dictionary(N=drawn)
    revision.touch(field)


def _appearance_in_place(revision: Update) -> None:
    replace_stream(revision, 52, b"BT /Helv 11 Tf 0 g 2 6 Td (900) Tj ET")


def _cover(name: str) -> Edit:
    """An appearance that is larger than its field, over the text."""

    def change(revision: Update) -> None:
        field = revision.field(name)
        field.V = String("x")
        drawn = form_xobject(revision, b"1 g 0 0 160 20 re f", 160, 20)
        field.AP = Dictionary(N=drawn)
        field.Rect = numbers(60, 730, 560, 790)
        revision.touch(field)

    return change


def _new_field(box: tuple[float, float, float, float], drawn: bytes) -> Edit:
    def change(revision: Update) -> None:
        left, bottom, right, top = box
        look = form_xobject(revision, drawn, right - left, top - bottom)
        page = revision.page(0)
        entries = {"/Type": Name.Annot, "/Subtype": Name.Widget, "/F": 4, "/FT": Name.Tx, "/T": String("Added")}
        field = Dictionary(entries)
        field.Rect, field.P, field.AP, field.V = numbers(*box), page, Dictionary(N=look), String("x")
        shown = revision.add(field)
        revision.form.Fields.append(shown)
        revision.touch(revision.form)
        add_annotation(revision, page, shown)

    return change


def _second_widget(revision: Update) -> None:
    field, page = revision.field("Amount"), revision.page(1)
    entries = {"/Type": Name.Annot, "/Subtype": Name.Widget, "/F": 4, "/Parent": field, "/AP": field.AP}
    widget = Dictionary(entries)
    widget.Rect, widget.P = numbers(72, 735, 232, 755), page
    field.Kids = Array([revision.add(widget)])
    revision.touch(field)
    add_annotation(revision, page, field.Kids[0])


def _remove(revision: Update) -> None:
    form = revision.form
    form.Fields = Array([item for item in form.Fields if str(item.get("/T", "")) != "Amount"])
    page = revision.page(0)
    page.Annots = Array([item for item in page.Annots if item.objgen != (41, 0)])
    revision.touch(form, page)


def _options(revision: Update) -> None:
    field = revision.field("Choice")
    field.Opt = Array([String("Ha Noi"), String("Another town")])
    field.V = String("Another town")
    revision.touch(field)


def _swap_states(revision: Update) -> None:
    states = revision.field("Agree").AP.N
    states.Yes, states.Off = states.Off, states.Yes
    revision.touch(revision.field("Agree"))


def _draw_state(revision: Update) -> None:
    replace_stream(revision, 51, b"2 w 2 2 m 18 18 l 2 18 m 18 2 l S")


def _state_only(revision: Update) -> None:
    field = revision.field("Agree")
    field.AS = Name.Yes
    revision.touch(field)


def replace_font(revision: Update) -> None:
    """The font that fields are drawn in becomes Symbol."""
    font = revision.pdf.get_object((12, 0))
    font.BaseFont = Name.Symbol
    del font["/Encoding"]
    revision.touch(font)


def _script(revision: Update) -> None:
    field = revision.field("Name")
    field.AA = Dictionary(F=Dictionary(S=Name.JavaScript, JS=String("event.value = '900';")))
    field.V = String("x")
    revision.touch(field)


_p2("value-without-appearance", "a value is changed, and the field shows the old one.", _value_only)
_p2("appearance-without-value", "a field shows another value than it has.", _appearance_only, effect=SHOWN)
_p2("appearance-in-place", "the stream that a field shows is redefined.", _appearance_in_place, effect=SHOWN)
_p2(
    "value-shown-otherwise",
    "the value is one, and what is shown another.",
    fill_text("Amount", "600", shown="900"),
    effect=SHOWN,
)
_p2("state-without-value", "a box looks ticked, and has no such value.", _state_only, effect=SHOWN)
_p2("states-exchanged", "the looks of the states of a box are exchanged.", _swap_states, effect=SHOWN)
_p2("state-drawn-otherwise", "a box that is not ticked is drawn as if it were.", _draw_state, effect=SHOWN)
_p2("moved", "a field is moved to another place.", setting("Amount", Rect=[300, 300, 460, 320]), effect=SHOWN)
_p2("resized", "a field is made larger and covers text.", _cover("Amount"), effect=SHOWN)
_p2("hidden", "a field is hidden.", setting("Amount", F=2), effect=SHOWN)
_p2("flags", "a field becomes a password field.", setting("Amount", Ff=8192))
_p2("type", "a text field becomes a list.", setting("Amount", FT=Name.Ch, Opt=["500", "900"]))
_p2("renamed", "a field is called otherwise.", setting("Amount", T="Price"))
_p2("tooltip", "a field is described otherwise.", setting("Amount", TU="Sum in dollars"))
_p2("default-value", "resetting the form gives another value.", setting("Amount", DV="900"))
_p2("length", "a field takes one letter only.", setting("Name", MaxLen=1))
_p2("rich-text", "a field shows rich text.", setting("Amount", RV="<body><p>900</p></body>", Ff=1 << 25))
_p2(
    "page",
    "a field is said to stand on another page.",
    lambda revision: setting("Amount", P=revision.page(1))(revision),
)
_p2("look", "a field gets a background and a border.", setting("Amount", MK=Dictionary(BG=[1, 1, 1], BC=[1, 0, 0])))
_p2("script", "a script runs when the field is shown.", _script, effect=SHOWN)
_p2(
    "action",
    "pressing the field leads to a web page.",
    setting("Amount", A=Dictionary(S=Name.URI, URI=String("https://x.vn"))),
)
_p2("options", "the list of choices is changed.", _options, effect=SHOWN)
_p2(
    "layer",
    "a field is put on a layer that is off.",
    lambda revision: setting("Amount", OC=revision.pdf.get_object((27, 0)))(revision),
)
_p2(
    "added-over-text",
    "a new field covers the text.",
    _new_field((60, 730, 560, 790), b"1 g 0 0 500 60 re f"),
    effect=SHOWN,
)
_p2("added", "a new field stands on blank paper.", _new_field((300, 200, 400, 220), b"0 0 100 20 re S"), effect=SHOWN)
_p2("second-widget", "a field is shown a second time, over the text of another page.", _second_widget, effect=SHOWN)
_p2("removed", "a field is taken away.", _remove, effect=SHOWN)
_p2("appearance-removed", "a field shows nothing any more.", dropping("Amount", "AP"), effect=SHOWN)
_p2(
    "font-exchanged",
    "a field is filled, and the font of all fields exchanged.",
    fill_text("Name", "Binh"),
    replace_font,
    effect=SHOWN,
)
_p2(
    "filled-after-p1",
    "a field is filled although nothing may change.",
    fill_text("Name", "Binh"),
    effect=SHOWN,
    permission=1,
)
_p2(
    "ticked-after-p1", "a box is ticked although nothing may change.", check("Agree", "Yes"), effect=SHOWN, permission=1
)
_p2(
    "pressed-after-p1", "a radio button is pressed although nothing may change.", choose_way, effect=SHOWN, permission=1
)


def _locked(bench: Bench, action: str, *names: str) -> bytes:
    return bench.sign(bench.plain, "leader", replace(PERSON, lock=(action, names)))


@attack("lock-all-filled", *_CHANGES, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """A field is filled although the signature locks all."""
    return update(_locked(bench, "All"), fill_text("Name", "Binh"))


@attack("lock-included-filled", *_CHANGES, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """A field is filled that the signature locks by name."""
    return update(_locked(bench, "Include", "Name"), fill_text("Name", "Binh"))


@attack("lock-group-filled", *_CHANGES, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """A field is filled whose group the signature locks."""
    return update(_locked(bench, "Include", "Group"), fill_text("Group.Note", "x"))


@attack("lock-excluded-others-filled", *_CHANGES, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """A field is filled that is not among those that the signature leaves open."""
    return update(_locked(bench, "Exclude", "Amount"), fill_text("Name", "Binh"))


@attack("lock-in-a-later-revision", *_CHANGES, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """Two updates: the second fills what the signature locks."""
    once = update(_locked(bench, "Include", "Name"), fill_text("Group.Note", "x"))
    return update(once, fill_text("Name", "Binh"))


@attack("form-field-shadowed", *_CHANGES, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """A second field of the same name is put in front of the signed one."""

    def twin(revision: Update) -> None:
        _new_field((72, 490, 232, 510), b"0 g 2 2 100 10 re f")(revision)
        added = revision.form.Fields[-1]
        added.T = String("Amount")
        revision.form.Fields = Array([added, *list(revision.form.Fields)[:-1]])

    return update(bench.certified(2), twin)


@attack("form-kids-exchanged", *_CHANGES, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """The two radio buttons change places."""

    def swap(revision: Update) -> None:
        first, second = revision.field("Way").Kids
        first.Rect, second.Rect = second.Rect, first.Rect
        first.AP.N.One = form_xobject(revision, b"2 w 0 0 20 20 re f", 20, 20)
        first.AS = Name.One
        revision.touch(first, second)

    return update(bench.certified(2), swap)


@attack("restored-between-signatures", "changes.")
def _(bench: Bench) -> bytes:
    """The page was another when the second signer looked at it, and is again what it was."""
    original = bench.one

    def spoil(revision: Update) -> None:
        replace_stream(revision, 6, OTHER_PAGE)

    def restore(revision: Update) -> None:
        revision.aliases[6] = original.index(b"\n6 0 obj") + 1

    return bench.sign(update(update(original, spoil), restore), "seal", AGENCY)


@attack("restored-after-signature", "changes.")
def _(bench: Bench) -> bytes:
    """The page is changed under the second signature and restored after it: nobody sees what was sealed."""
    original = bench.one

    def restore(revision: Update) -> None:
        revision.aliases[6] = original.index(b"\n6 0 obj") + 1

    sealed = bench.sign(update(original, lambda revision: replace_stream(revision, 6, OTHER_PAGE)), "seal", AGENCY)
    return update(sealed, restore)
