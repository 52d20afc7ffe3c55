"""Lawful files: further habits of second signers' products, without effect on what anybody sees or gets."""

from __future__ import annotations

from dataclasses import replace

from pikepdf import Array, Dictionary, Name, Object, String

from .bench import AGENCY, PERSON, Bench
from .edits import form_xobject
from .pdf import Table, Update, numbers, update
from .registry import lawful
from .signing import add_field
from .specimen import metadata, plain_page

BOX = (72, 100, 162, 130)


@lawful("flags-raised")
def _(bench: Bench) -> bytes:
    """The first product says that there are signatures, the second also that the file is only appended to."""
    return bench.sign(bench.sign(bench.plain, "leader", replace(PERSON, sig_flags=1)), "seal", AGENCY)


@lawful("form-drawn-by-programs")
def _(bench: Bench) -> bytes:
    """The form tells programs to draw its fields, before and after."""

    def tell(revision: Update) -> None:
        revision.form.NeedAppearances = True
        revision.touch(revision.form)

    return bench.sign(bench.sign(update(bench.base("page"), _form, tell)), "seal", AGENCY)


def _form(revision: Update) -> None:
    revision.root.AcroForm = revision.add(Dictionary(Fields=Array(), SigFlags=0))
    revision.touch(revision.root)


@lawful("annotations-shared")
def _(bench: Bench) -> bytes:
    """Two pages have one list of annotations, an object of its own, which grows by an invisible widget."""

    def share(revision: Update) -> None:
        first, second = revision.page(1), revision.page(2)
        first.Annots = second.Annots = revision.add(Array())
        revision.touch(first, second)

    return bench.sign(bench.sign(update(bench.plain, share)), "seal", replace(AGENCY, page=1))


@lawful("annotations-made-an-object")
def _(bench: Bench) -> bytes:
    """The list of a page's annotations is moved into an object of its own, and grows by a visible widget."""

    def move(revision: Update) -> None:
        page = revision.page(0)
        page.Annots = revision.add(Array(list(page.Annots)))
        revision.touch(page)

    return bench.sign(bench.one, "seal", replace(AGENCY, box=BOX, edits=(move,), table=Table.OBJECT_STREAM))


@lawful("inherited-made-direct")
def _(bench: Bench) -> bytes:
    """A page is written with what it inherited so far: resources and size."""

    def inherit(revision: Update) -> None:
        root = revision.root.Pages
        resources = root.get("/Resources")
        for page in (revision.page(0), revision.page(1)):
            if resources is not None:
                page.Resources = Dictionary(dict(resources.items()))
            page.MediaBox = Array(list(root.get("/MediaBox", page.get("/MediaBox"))))
            revision.touch(page)

    return bench.sign(bench.one, "seal", replace(AGENCY, edits=(inherit,)))


@lawful("metadata-added")
def _(bench: Bench) -> bytes:
    """The document had no XMP; the second signer writes some that repeats the title."""

    def title(revision: Update) -> None:
        revision.trailer["/Info"] = b"%d 0 R" % revision.add(Dictionary(Title=String("Decision No. 12"))).objgen[0]

    def describe(revision: Update) -> None:
        revision.root.Metadata = revision.add(metadata("Decision No. 12"))
        revision.touch(revision.root)

    one = bench.sign(update(plain_page(), title))
    return bench.sign(one, "seal", replace(AGENCY, edits=(describe,)))


@lawful("information-added")
def _(bench: Bench) -> bytes:
    """The document had no information dictionary; the second signer names itself and the time in one."""

    def describe(revision: Update) -> None:
        info = Dictionary(ModDate=String("D:20260305150000+07'00'"), Producer=String("Another product"))
        revision.trailer["/Info"] = b"%d 0 R" % revision.add(info).objgen[0]

    return bench.sign(bench.sign(plain_page()), "seal", replace(AGENCY, edits=(describe,)))


@lawful("information-renumbered")
def _(bench: Bench) -> bytes:
    """The information dictionary is written as another object, with a date and the same title."""

    def copy(revision: Update) -> None:
        info = Dictionary(dict(revision.pdf.get_object((55, 0)).items()))
        info.ModDate = String("D:20260305150000+07'00'")
        revision.trailer["/Info"] = b"%d 0 R" % revision.add(info).objgen[0]

    return bench.sign(bench.one, "seal", replace(AGENCY, edits=(copy,)))


@lawful("form-font-added")
def _(bench: Bench) -> bytes:
    """The form gets one more font, and its default appearance as it was."""

    def extend(revision: Update) -> None:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Times-Roman"))
        revision.form.DR.Font["/TiRo"] = revision.add(font)
        revision.touch(revision.form)

    return bench.sign(bench.one, "seal", replace(AGENCY, box=BOX, edits=(extend,)))


@lawful("layered-appearance")
def _(bench: Bench) -> bytes:
    """The picture of the signature is made of forms in forms, as several products write it, one of them empty."""

    def layers(revision: Update) -> None:
        field = add_field(revision, replace(AGENCY, box=BOX))
        blank = form_xobject(revision, b"% DSBlank\n", 100, 100)
        drawn = form_xobject(revision, b"q 0 0 1 RG 1 w 0.5 0.5 89 29 re S Q", 90, 30)
        inner = Dictionary(XObject=Dictionary(n0=blank, n2=drawn), ProcSet=Array([Name.PDF]))
        frame = form_xobject(revision, b"q 1 0 0 1 0 0 cm /n0 Do Q q 1 0 0 1 0 0 cm /n2 Do Q", 90, 30, inner)
        outer = Dictionary(XObject=Dictionary(FRM=frame))
        field.AP.N = form_xobject(revision, b"q 1 0 0 1 0 0 cm /FRM Do Q", 90, 30, outer)
        field.MK, field.Border, field.H = Dictionary(), numbers(0, 0, 0), Name.N

    return bench.sign(bench.one, "seal", replace(AGENCY, edits=(layers,)))


@lawful("form-made-direct")
def _(bench: Bench) -> bytes:
    """The form, an object of its own when the person signed, becomes part of the catalogue."""

    def direct(revision: Update) -> None:
        add_field(revision, AGENCY)
        revision.form.SigFlags = 3
        revision.root.AcroForm = Dictionary(dict(revision.form.items()))
        revision.touch(revision.root)

    return bench.sign(bench.one, "seal", replace(AGENCY, edits=(direct,)))


@lawful("written-whole")
def _(bench: Bench) -> bytes:
    """The second signer writes every object of the document anew as it was, in object streams."""

    def every(revision: Update) -> None:
        signatures = {_value(item) for item in revision.form.Fields}
        for number in range(1, int(revision.pdf.trailer.Size)):
            item = revision.pdf.get_object((number, 0))
            if number not in signatures and isinstance(item, Object) and item.is_indirect:
                revision.touch(item)

    return bench.sign(bench.one, "seal", replace(AGENCY, edits=(every,), table=Table.OBJECT_STREAM))


def _value(field: Object) -> int:
    value = field.get("/V")
    return int(value.objgen[0]) if isinstance(value, Dictionary) and value.is_indirect else 0


@lawful("dates-in-revisions-of-their-own")
def _(bench: Bench) -> bytes:
    """Dates are written in revisions of their own, before and after the second signature."""

    def stamp(revision: Update) -> None:
        info = revision.pdf.get_object((55, 0))
        info.ModDate = String("D:20260305150000+07'00'")
        revision.touch(info)

    return update(bench.sign(update(bench.one, stamp), "seal", AGENCY), stamp)
