"""Lawful files: what the products of second signers write besides, without effect on what anybody sees or gets."""

from __future__ import annotations

from dataclasses import replace

from pikepdf import Array, Dictionary, Name, String

from .bench import AGENCY, PERSON, Bench
from .pdf import Table, Update, body_of, update
from .registry import lawful
from .specimen import metadata, plain_page


@lawful("empty-update")
def _(bench: Bench) -> bytes:
    """Between the two signatures stands a revision with nothing in it."""
    return bench.sign(update(bench.one), "seal", AGENCY)


@lawful("rewritten-as-they-were")
def _(bench: Bench) -> bytes:
    """The second signer writes the catalogue, all pages and the font anew, with the same content."""

    def rewrite(revision: Update) -> None:
        for number in (1, 2, 3, 4, 5, 9, 10, 36, 55):
            revision.touch(revision.pdf.get_object((number, 0)))

    return bench.sign(bench.one, "seal", replace(AGENCY, edits=(rewrite,)))


@lawful("rewritten-stream")
def _(bench: Bench) -> bytes:
    """The second signer writes a page's stream anew, the same bytes packed otherwise."""

    def rewrite(revision: Update) -> None:
        old = revision.pdf.get_object((6, 0))
        data = old.read_bytes()
        revision.touch(old)
        revision.raw[6] = b"<</Length %d>>\nstream\n%s\nendstream" % (len(data), data)

    return bench.sign(bench.one, "seal", replace(AGENCY, edits=(rewrite,), table=Table.STREAM))


@lawful("unused-object-freed")
def _(bench: Bench) -> bytes:
    """The second signer frees objects that nothing uses, and those that it has replaced."""

    def prepare(revision: Update) -> None:
        revision.add(Dictionary(Unused=True))

    def free(revision: Update) -> None:
        revision.free(57)

    one = bench.sign(update(bench.base("streams"), prepare), "leader", replace(PERSON, table=Table.STREAM))
    return bench.sign(one, "seal", replace(AGENCY, table=Table.STREAM, edits=(free,)))


@lawful("table-stream-freed")
def _(bench: Bench) -> bytes:
    """The second signer frees the number of the first cross-reference stream, which nothing uses any more."""
    one = bench.sign(bench.base("streams"), "leader", replace(PERSON, table=Table.STREAM))
    plan = replace(AGENCY, table=Table.STREAM, edits=(lambda revision: revision.free(56),))
    return bench.sign(one, "seal", plan)


@lawful("unused-object-rewritten")
def _(bench: Bench) -> bytes:
    """The second signer writes an object anew that nothing uses."""

    def prepare(revision: Update) -> None:
        revision.add(Dictionary(Unused=True))

    def rewrite(revision: Update) -> None:
        old = revision.pdf.get_object((56, 0))
        revision.touch(old)
        revision.raw[56] = b"<</Unused false>>"

    one = bench.sign(update(bench.plain, prepare))
    return bench.sign(one, "seal", replace(AGENCY, edits=(rewrite,)))


@lawful("form-made-indirect")
def _(bench: Bench) -> bytes:
    """The form is a direct object of the catalogue; the second signer makes it and its parts indirect."""

    def direct(revision: Update) -> None:
        form = revision.root.AcroForm
        revision.touch(revision.root)
        revision.raw[1] = body_of(revision.root).replace(b"/AcroForm 30 0 R", b"/AcroForm " + body_of(form))

    def indirect(revision: Update) -> None:
        root, page = revision.root, revision.page(0)
        root.AcroForm = revision.add(Dictionary(dict(root.AcroForm.items())))
        root.AcroForm.Fields = revision.add(Array(list(root.AcroForm.Fields)))
        page.Annots = revision.add(Array(list(page.Annots)))
        revision.touch(root, page)

    one = bench.sign(update(bench.plain, direct))
    return bench.sign(one, "seal", replace(AGENCY, edits=(indirect,)))


@lawful("values-made-indirect")
def _(bench: Bench) -> bytes:
    """The second signer turns direct values of page and catalogue into indirect ones and back."""

    def turn(revision: Update) -> None:
        root, page = revision.root, revision.page(1)
        root.MarkInfo = revision.add(Dictionary(dict(root.MarkInfo.items())))
        page.MediaBox = revision.add(Array(list(page.MediaBox)))
        revision.touch(root, page)

    return bench.sign(bench.one, "seal", replace(AGENCY, edits=(turn,)))


@lawful("dates-updated")
def _(bench: Bench) -> bytes:
    """The second signer sets the date of change in the information dictionary and in the metadata."""

    def stamp(revision: Update) -> None:
        info = revision.pdf.get_object((55, 0))
        info.ModDate = String("D:20260305150000+07'00'")
        revision.touch(info, revision.pdf.get_object((35, 0)))
        revision.raw[35] = metadata("Decision No. 12", "2026-03-05T15:00:00+07:00")

    return bench.sign(bench.one, "seal", replace(AGENCY, edits=(stamp,)))


@lawful("producer-updated")
def _(bench: Bench) -> bytes:
    """The second signer names itself as producer."""

    def stamp(revision: Update) -> None:
        info = revision.pdf.get_object((55, 0))
        info.Producer = String("edocs tests; modified using another product")
        info.ModDate = String("D:20260305150000+07'00'")
        revision.touch(info)

    return bench.sign(bench.one, "seal", replace(AGENCY, edits=(stamp,)))


@lawful("extensions-added")
def _(bench: Bench) -> bytes:
    """The second signer raises the version and names the extensions that it uses."""

    def extend(revision: Update) -> None:
        root = revision.root
        root.Version = Name("/2.0")
        root.Extensions = Dictionary(
            ADBE=Dictionary(BaseVersion=Name("/1.7"), ExtensionLevel=8),
            ESIC=Dictionary(BaseVersion=Name("/1.7"), ExtensionLevel=2),
        )
        revision.touch(root)

    return bench.sign(bench.one, "seal", replace(AGENCY, edits=(extend,)))


@lawful("form-resources-added")
def _(bench: Bench) -> bytes:
    """The form had no fonts of its own; the second signer gives it some."""

    def extend(revision: Update) -> None:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        revision.form.DR = Dictionary(Font=Dictionary(Helv=revision.add(font)))
        revision.form.DA = String("/Helv 0 Tf 0 g")
        revision.touch(revision.form)

    one = bench.sign(plain_page())
    return bench.sign(one, "seal", replace(AGENCY, edits=(extend,)))


@lawful("odd-metadata")
def _(bench: Bench) -> bytes:
    """The metadata is no XMP, and nobody touches it."""

    def spoil(revision: Update) -> None:
        revision.touch(revision.pdf.get_object((35, 0)))
        revision.raw[35] = b"<</Type/Metadata/Subtype/XML/Length 5>>\nstream\n<xml>\nendstream"

    return bench.sign(bench.sign(update(bench.plain, spoil)), "seal", AGENCY)
