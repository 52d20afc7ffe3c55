"""Bytes, tables and revisions that programs read in different ways (ISO 32000-2, 7.5; Mladenov et al., 2019)."""

from __future__ import annotations

import re

from pikepdf import Array, Dictionary, Name

from .bench import AGENCY, Bench
from .edits import OTHER_PAGE, new_stream
from .lawful_decree import encrypted, sign_encrypted
from .pdf import Table, Update, body_of, classic_table, indirect, last_startxref, update
from .registry import Effect, Outcome, attack
from .signing import hole, last_hole

SHOWN = Effect.SHOWN
OTHER = b"<</Length %d>>\nstream\n%s\nendstream" % (len(OTHER_PAGE), OTHER_PAGE)


def _evil(revision: Update) -> None:
    revision.touch(revision.pdf.get_object((6, 0)))
    revision.raw[6] = OTHER


def _last(document: bytes) -> bytes:
    return b"startxref\n%d\n%%%%EOF\n" % last_startxref(document)


@attack("revision-without-table", "structure.", "file.")
def _(bench: Bench) -> bytes:
    """A page's stream is appended with no table at all: viewers that rebuild the table show it."""
    return bench.one + indirect(6, OTHER)


@attack("revision-without-table-with-trailer", "structure.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A page's stream and a trailer are appended, without a table."""
    return bench.one + indirect(6, OTHER) + b"trailer\n<</Root 1 0 R/Size 58>>\n" + _last(bench.one)


@attack("revision-with-old-pointer", "structure.", "file.")
def _(bench: Bench) -> bytes:
    """A page's stream is appended, and the pointer still leads to the old table."""
    return bench.one + indirect(6, OTHER) + _last(bench.one)


@attack("revision-with-wrong-pointer", "structure.", "file.", outcome=Outcome.REFUSED, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """The appended table is whole, and the pointer misses it by one byte."""
    changed = update(bench.one, _evil)
    at = last_startxref(changed)
    return changed[: changed.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % (at + 1)


@attack("revision-with-wrong-offset", "structure.", "changes.", "file.", outcome=Outcome.REFUSED, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """An entry of the appended table misses its object by three bytes."""
    changed = update(bench.one, _evil)
    at = changed.rindex(b"6 0 obj")
    return changed.replace(b"%010d 00000 n" % at, b"%010d 00000 n" % (at + 3))


@attack("revision-without-end", "structure.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The appended revision has no pointer and no end mark."""
    changed = update(bench.one, _evil)
    return changed[: changed.rindex(b"startxref")]


@attack("revision-that-repeats-the-pointer", "structure.", "changes.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """Two pointers at the end, of which the first leads to the manipulated table."""
    changed = update(bench.one, _evil)
    return changed + _last(bench.one)


@attack("revision-before-the-signed-one", "structure.", "integrity.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """Bytes are put in front of the header."""
    return b"%!PS-Adobe-3.0 PDF-1.4\n" + bench.one


@attack("text-behind-the-end", "structure.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """Text that is no comment follows the end of the file."""
    return bench.one + b"This document is void.\n"


@attack("document-behind-the-end", "structure.", "changes.", "file.", outcome=Outcome.REFUSED, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """A whole other document follows the signed one."""
    return bench.one + bench.base("page")


@attack("document-in-front", "structure.", "integrity.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A whole other document stands before the signed one."""
    return bench.base("page") + bench.one


@attack("shadow-catalogue", "changes.", "structure.", effect=SHOWN)
def _(bench: Bench) -> bytes:
    """Another page tree lies unused in the signed bytes; only a table entry leads to it later (hide and replace)."""

    def prepare(revision: Update) -> None:
        body = body_of(revision.root).replace(b"/Pages 2 0 R", b"/Pages 101 0 R")
        tree = indirect(101, b"<</Type/Pages/Count 1/Kids[102 0 R]>>")
        page = indirect(102, b"<</Type/Page/Parent 101 0 R/MediaBox[0 0 595 842]/Contents 103 0 R/Resources 9 0 R>>")
        revision.extra.append(indirect(1, body) + tree + page + indirect(103, OTHER))

    signed = bench.sign(update(bench.plain, prepare))
    at = {number: signed.rindex(b"\n%d 0 obj" % number, 0, 12000) + 1 for number in (101, 102, 103)}
    at[1] = signed.rindex(b"\n1 0 obj", 0, at[101]) + 1
    revision = Update(signed)
    revision.aliases.update(at)
    revision.trailer["/Size"] = b"104"
    return revision.render()


@attack("earlier-page-brought-back", "changes.", "structure.", effect=SHOWN, signed="redrawn")
def _(bench: Bench) -> bytes:
    """A table entry leads back to what a page was before it was redrawn and signed."""
    revision = Update(bench.sign(bench.base("redrawn")))
    revision.aliases[6] = bench.plain.index(b"\n6 0 obj") + 1
    return revision.render()


@attack("entry-into-a-stream", "changes.", "structure.", "file.", effect=SHOWN)
def _(bench: Bench) -> bytes:
    """The page's stream lies inside another stream that was signed; a later table leads into it."""

    def prepare(revision: Update) -> None:
        new_stream(revision, b"\n" + indirect(6, OTHER))

    signed = bench.sign(update(bench.plain, prepare))
    revision = Update(signed)
    revision.aliases[6] = signed.rindex(b"\n6 0 obj") + 1
    return revision.render()


@attack("generation-raised", "changes.", "structure.", "file.", effect=SHOWN)
def _(bench: Bench) -> bytes:
    """The page's stream comes back under the same number with another generation."""
    revision = Update(bench.one)
    page = revision.page(0)
    revision.touch(page)
    revision.raw[page.objgen[0]] = body_of(page).replace(b"/Contents 6 0 R", b"/Contents 6 1 R")
    holder = revision.pdf.get_object((6, 0))
    revision.touch(holder)
    revision.raw[6], revision.generations[6] = OTHER, 1
    return revision.render()


@attack("hybrid-shadow", "changes.", "structure.", "file.", effect=SHOWN, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """Programs that read XRefStm find another page than those that do not."""
    return update(bench.one, _swap_page, table=Table.HYBRID)


def _swap_page(revision: Update) -> None:
    page = revision.page(0)
    page.Contents = revision.pdf.get_object((8, 0))
    revision.touch(page)


@attack("two-entries-for-one-object", "changes.", "structure.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """Of two entries for one object programs believe the first or the last."""
    start = len(bench.one)
    body = indirect(6, OTHER)
    old = bench.one.index(b"\n6 0 obj") + 1
    lines = b"6 1\n%010d 00000 n \n6 1\n%010d 00000 n \n" % (start, old)
    trailer = b"trailer\n<</Root 1 0 R/Size 58/Prev %d>>\n" % last_startxref(bench.one)
    return bench.one + body + b"xref\n" + lines + trailer + b"startxref\n%d\n%%%%EOF\n" % (start + len(body))


@attack("table-past-the-agency", "structure.", "changes.", "integrity.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A later table leads past the agency's revision, whose signature no field then shows."""
    revision = Update(bench.two, prev=last_startxref(bench.one))
    revision.touch(revision.page(2))
    return revision.render()


@attack("table-loop", "structure.", "file.", "changes.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The newest table names itself as its predecessor."""
    start = len(bench.one)
    table = classic_table({}, {0: 65535}, {})
    trailer = b"trailer\n<</Root 1 0 R/Size 58/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (start, start)
    return bench.one + table + trailer


@attack("table-without-predecessor", "structure.", "changes.", "file.", effect=SHOWN, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A complete new table of all objects, without a predecessor, in which one page is another."""
    old = bench.one
    found = {int(match[1]): match.start(1) for match in re.finditer(rb"(?<=\n)(\d+) 0 obj", old)}
    body = indirect(6, OTHER)
    found[6] = len(old)
    trailer = b"trailer\n<</Root 1 0 R/Info 55 0 R/Size %d>>\n" % (max(found) + 1)
    table = classic_table(found, {0: 65535}, {})
    return old + body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (len(old) + len(body))


@attack("encryption-added", "structure.", "changes.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A later trailer says that the document is encrypted."""
    revision = Update(bench.one)
    revision.trailer["/Encrypt"] = b"<</Filter/Standard/V 1/R 2/O(%s)/U(%s)/P -4>>" % (b"o" * 32, b"u" * 32)
    revision.touch(revision.page(2))
    return revision.render()


@attack("trailer-without-catalogue", "structure.", "changes.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A later trailer names no catalogue: programs that repair it take any that they find."""
    revision = Update(bench.one)
    revision.add(Dictionary(Type=Name.Catalog, Pages=revision.root.Pages))
    return revision.render().replace(b" /Root 1 0 R /Prev", b" /Prev").replace(b"<< /Root 1 0 R /Prev", b"<< /Prev")


@attack("trailer-without-encryption", "structure.", "changes.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A later trailer no longer says that the document is encrypted: some programs read its texts as they stand."""
    return update(sign_encrypted(bench, encrypted(bench.base("sample"), ""), ""))


@attack("trailer-without-information", "structure.", "changes.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A later trailer names another information dictionary, which is empty."""
    revision = Update(bench.one)
    revision.trailer["/Info"] = b"%d 0 R" % revision.add(Dictionary()).objgen[0]
    return revision.render()


@attack("duplicate-key", "changes.", "structure.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A page names its stream twice: programs take the first or the last."""
    revision = Update(bench.one)
    page = revision.page(0)
    revision.touch(page)
    body = body_of(page)
    revision.raw[page.objgen[0]] = body[: body.rindex(b">>")] + b"/Contents 7 0 R /Contents 6 0 R>>"
    return revision.render()


@attack("duplicate-key-signed", "structure.", outcome=Outcome.REFUSED, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """The page that names its stream twice was signed so: two readers were shown different things."""

    def prepare(revision: Update) -> None:
        page = revision.page(0)
        revision.touch(page)
        body = body_of(page)
        revision.raw[page.objgen[0]] = body[: body.rindex(b">>")] + b"/Contents 7 0 R >>"

    return bench.sign(update(bench.plain, prepare), "leader", AGENCY)


@attack("object-stream-extends", "changes.", "structure.", "file.", effect=SHOWN, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The catalogue's page tree is redefined inside an object stream."""

    def swap(revision: Update) -> None:
        tree = revision.root.Pages
        tree.Kids = Array([tree.Kids[1], tree.Kids[0], tree.Kids[2]])
        revision.touch(tree)

    return update(bench.sign(bench.base("streams")), swap, table=Table.OBJECT_STREAM)


@attack("second-catalogue-in-trailer", "changes.", "structure.", "file.", effect=SHOWN, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The newest trailer names its catalogue twice."""
    revision = Update(bench.one)
    tree = revision.add(Dictionary(Type=Name.Pages, Count=1))
    page = Dictionary(Type=Name.Page, Parent=tree, MediaBox=Array([0, 0, 100, 100]))
    tree.Kids = Array([revision.add(page)])
    other = revision.add(Dictionary(Type=Name.Catalog, Pages=tree, AcroForm=revision.root.AcroForm))
    revision.trailer["/Root"] = b"1 0 R /Root %d 0 R" % other.objgen[0]
    return revision.render()


@attack("bytes-cut-off-the-end", "structure.", "integrity.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The last table and everything behind it is missing."""
    return bench.one[: bench.one.rindex(b"xref\n")]


@attack("agency-cut-off", "structure.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The file ends inside the agency's signature."""
    return bench.two[: hole(bench.two, len(bench.one))[0] + 500]


@attack("regrafted", "structure.", "integrity.", "file.", "changes.", outcome=Outcome.REFUSED, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """The agency's revision is cut off one document and put behind another that the same person signed."""
    other = bench.sign(update(bench.plain, _evil), "leader", AGENCY)
    return other + bench.two[len(bench.one) :]


@attack("byte-changed", "integrity.digest")
def _(bench: Bench) -> bytes:
    """One letter of a title in the signed bytes is another."""
    return bench.two.replace(b"/Title(Decision)", b"/Title(Decisipn)")


@attack("header-version", "integrity.", "structure.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The version in the header of the signed bytes is another."""
    return bench.one.replace(b"%PDF-1.7", b"%PDF-1.3", 1)


@attack("gap-text", "structure.")
def _(bench: Bench) -> bytes:
    """Something other than zeros follows the value inside the unsigned gap."""
    _, end = last_hole(bench.two)
    return bench.two[: end - 21] + b"68656c6c6f68656c6c6f" + bench.two[end - 1 :]


@attack("gap-spaces", "structure.", "format.")
def _(bench: Bench) -> bytes:
    """The padding of the value is white space."""
    start, end = last_hole(bench.two)
    digits = bench.two[start + 1 : end - 1].rstrip(b"0")
    digits += b"0" * (len(digits) % 2)
    return bench.two[: start + 1] + digits.ljust(end - start - 2) + bench.two[end - 1 :]


@attack("gap-entries", "structure.", "format.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The value is closed early, and another entry of the dictionary stands in the unsigned gap."""
    start, end = last_hole(bench.two)
    digits = bench.two[start + 1 : end - 1].rstrip(b"0")
    digits += b"0" * (len(digits) % 2)
    inside = b"<" + digits + b"> /Name (The Minister) /X <"
    return bench.two[:start] + inside.ljust(end - start - 1, b"0") + b">" + bench.two[end:]
