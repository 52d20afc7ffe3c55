"""Number, date and seal of an official document (Decree 30/2020/NĐ-CP, articles 13 and 14, annex I.II)."""

from __future__ import annotations

from dataclasses import replace

from pikepdf import Array, Dictionary, Name, String

from edocs.model import Policy
from edocs.testing import Letter, forge_pdf, sample_letter

from .bench import AGENCY, PERSON, Bench
from .decree import fill, filled, reserved
from .edits import form_xobject
from .pdf import Edit, Update, numbers, update
from .registry import Effect, Outcome, Vector, add_vector, attack
from .signing import add_annotation

SHOWN = Effect.SHOWN
_RULES = ("changes.", "structure.")
_DEFAULT = (Policy.STRICT, Policy.DECREE_30)


def _number(name: str, about: str, value: str, *, shown: str | None = None, extra: Edit | None = None) -> None:
    """Register an approved letter whose number was filled in unlawfully."""
    add_vector(
        Vector(
            name=f"number-{name}",
            about=f"After approval {about}",
            build=lambda bench: filled(bench.base("approved"), value, shown=shown, extra=extra),
            outcome=Outcome.FAILED,
            rules=_RULES,
            signed="approved",
            policies=_DEFAULT,
            family="decree",
        )
    )


def _set(**entries: object) -> Edit:
    def change(revision: Update) -> None:
        field = reserved(revision, "number")
        for key, value in entries.items():
            field["/" + key] = value

    return change


def _cover(revision: Update) -> None:
    field = reserved(revision, "number")
    look = field.AP.N
    look.BBox = numbers(-500, -500, 900, 900)
    field.Rect = numbers(50, 400, 500, 800)


_number("words", "the number is no number.", "mười hai", shown="m")
_number("zero", "the number is 0.", "0")
_number("other-shown", "the number shown is another than the one stored.", "12", shown="13")
_number("nothing-shown", "the number is stored and not shown.", "12", shown="")
_number("sentence", "a sentence is written where the number belongs.", "12 and pay 9 000 000 dong")
_number("full-width", "the figures are those of another script.", "１２", shown="12")
_number("moved", "the number's field is moved over the text.", "12", extra=_cover)
_number("hidden", "the number's field is hidden.", "12", extra=_set(F=2))
_number("background", "the number's field gets a background.", "12", extra=_set(MK=Dictionary(BG=[1, 1, 1])))
_number(
    "script",
    "a script comes with the number.",
    "12",
    extra=_set(AA=Dictionary(F=Dictionary(S=Name.JavaScript, JS=String("1")))),
)


@attack("number-twice", *_RULES, signed="approved", policies=_DEFAULT)
def _(bench: Bench) -> bytes:
    """The number is filled in, and then another one."""
    return filled(filled(bench.base("approved"), "12"), "13")


@attack("number-removed", *_RULES, signed="approved", policies=_DEFAULT)
def _(bench: Bench) -> bytes:
    """The number is filled in, and taken out again."""

    def empty(revision: Update) -> None:
        field = reserved(revision, "number")
        del field["/V"], field["/AP"]
        revision.touch(field)

    return update(filled(bench.base("approved")), empty)


@attack("number-of-letters-that-nobody-signed", *_RULES, signed="approved", policies=_DEFAULT)
def _(bench: Bench) -> bytes:
    """The number is drawn in a font that came with it and calls its letters what it likes."""

    def font(revision: Update) -> None:
        fonts = reserved(revision, "number").AP.N.Resources.Font
        square = revision.stream(b"1000 0 0 0 750 750 d1 0 0 750 750 re f")
        entries = {"/Type": Name.Font, "/Subtype": Name.Type3, "/FirstChar": 49, "/LastChar": 50}
        fonts.F = Dictionary(entries)
        fonts.F.FontBBox, fonts.F.FontMatrix = numbers(0, 0, 750, 750), numbers(0.001, 0, 0, 0.001, 0, 0)
        fonts.F.CharProcs, fonts.F.Widths = Dictionary(one=square, two=square), numbers(1000, 1000)
        fonts.F.Encoding = Dictionary(Type=Name.Encoding, Differences=Array([49, Name.one, Name.two]))

    return filled(bench.base("approved"), extra=font)


@attack("number-changed-after-the-seal", *_RULES, effect=SHOWN, signed="issued")
def _(bench: Bench) -> bytes:
    """The number is changed after the agency signed."""
    return filled(bench.base("issued"), "13")


@attack("date-changed-after-the-seal", *_RULES, effect=SHOWN, signed="issued")
def _(bench: Bench) -> bytes:
    """The date is changed after the agency signed."""
    return update(bench.base("issued"), fill("date", "ngày 06 tháng 3 năm 2026"))


@attack("seal-hidden", *_RULES, effect=SHOWN, signed="issued")
def _(bench: Bench) -> bytes:
    """The agency's seal is hidden after it signed."""

    def hide(revision: Update) -> None:
        field = reserved(revision, "seal")
        field.F = 2
        revision.touch(field)

    return update(bench.base("issued"), hide)


@attack("seal-drawn-by-nobody", *_RULES, effect=SHOWN, signed="approved")
def _(bench: Bench) -> bytes:
    """The place of the seal shows a picture, and nobody signed it."""

    def draw(revision: Update) -> None:
        field = reserved(revision, "seal")
        left, bottom, right, top = (float(item) for item in field.Rect)
        field.AP = Dictionary(N=form_xobject(revision, b"1 0 0 rg 5 5 60 60 re f", right - left, top - bottom))
        revision.touch(field)

    return update(bench.base("approved"), draw)


@attack("letter-rewritten", *_RULES, effect=SHOWN, signed="issued")
def _(bench: Bench) -> bytes:
    """The first page of an issued letter shows another text."""
    return forge_pdf(
        bench.base("issued"), sample_letter(Letter(body=("Điều khoản này được viết thêm sau khi ký số./.",)))
    )


@attack("letter-rewritten-before-the-seal", *_RULES, effect=SHOWN, signed="approved")
def _(bench: Bench) -> bytes:
    """The text is changed between the person's and the agency's signature."""
    other = sample_letter(Letter(body=("Điều khoản này được viết thêm sau khi ký số./.",)))
    forged = forge_pdf(bench.base("approved"), other)
    return bench.sign(forged, "seal", replace(AGENCY, field="edocs.seal"))


@attack("letter-rewritten-with-the-number", *_RULES, effect=SHOWN, signed="approved")
def _(bench: Bench) -> bytes:
    """Whoever fills in the number draws over a line of the text as well, on the page itself."""

    def blot(revision: Update) -> None:
        page = revision.page(0)
        page.Contents = Array([page.Contents, revision.stream(b"\n1 g 60 300 480 60 re f")])
        revision.touch(page)

    return filled(bench.base("approved"), extra=blot)


@attack("letter-covered-with-the-number", *_RULES, effect=SHOWN, signed="approved")
def _(bench: Bench) -> bytes:
    """Whoever fills in the number adds a field that covers a line of the text."""

    def blot(revision: Update) -> None:
        page = revision.page(0)
        look = form_xobject(revision, b"1 g 0 0 480 60 re f", 480, 60)
        widget = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, F=4, P=page, AP=Dictionary(N=look))
        widget.T, widget.Rect = String("extra"), numbers(60, 300, 540, 360)
        shown = revision.add(widget)
        revision.form.Fields.append(shown)
        revision.touch(revision.form if revision.form.is_indirect else revision.root)
        add_annotation(revision, page, shown)

    return filled(bench.base("approved"), extra=blot)


@attack("number-after-a-closed-approval", *_RULES, signed="approved", policies=_DEFAULT)
def _(bench: Bench) -> bytes:
    """The person's signature locked every field, and the number is filled in all the same."""

    def reserve(revision: Update) -> None:
        fonts = Dictionary()
        field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, F=4, DR=fonts)
        field.T, field.Rect, field.P = String("number"), numbers(300, 300, 400, 320), revision.page(0)
        group = revision.add(Dictionary(T=String("edocs")))
        field.Parent = group
        kid = revision.add(field)
        group.Kids = Array([kid])
        revision.form.Fields.append(group)
        revision.touch(revision.form)
        add_annotation(revision, revision.page(0), kid)

    person = bench.sign(update(bench.plain, reserve), "leader", replace(PERSON, lock=("All", ())))
    return filled(person)
