"""Changes to the catalogue and to what hangs on it (ISO 32000-2, 7.7.2, 7.11, 12 and 14)."""

from __future__ import annotations

from pikepdf import Array, Dictionary, Name, String

from .edits import edit, new_stream, obj, replace_stream
from .pdf import Update, numbers
from .registry import Effect
from .specimen import metadata

SHOWN = Effect.SHOWN
_SCRIPT = "app.alert('Signed by the Ministry');"


def _root(revision: Update) -> Dictionary:
    revision.touch(revision.root)
    return revision.root


@edit("open-action-script")
def _(revision: Update) -> None:
    """Opening the document runs a script."""
    _root(revision).OpenAction = Dictionary(S=Name.JavaScript, JS=_SCRIPT)


@edit("open-action-launch")
def _(revision: Update) -> None:
    """Opening the document starts a program."""
    _root(revision).OpenAction = Dictionary(S=Name.Launch, F="cmd.exe")


@edit("open-action-page")
def _(revision: Update) -> None:
    """The document opens at another page."""
    _root(revision).OpenAction = Array([revision.page(2), Name.Fit])


@edit("catalogue-actions")
def _(revision: Update) -> None:
    """Printing the document runs a script."""
    _root(revision).AA = Dictionary(WP=Dictionary(S=Name.JavaScript, JS=_SCRIPT))


@edit("names-script")
def _(revision: Update) -> None:
    """A script is put into the tree of names."""
    script = Dictionary(S=Name.JavaScript, JS=_SCRIPT)
    obj(revision, 33).JavaScript = Dictionary(Names=Array([String("a"), script]))


@edit("embedded-file-changed")
def _(revision: Update) -> None:
    """An attached file gets another content."""
    replace_stream(revision, 54, b"Another annex.\n")


@edit("embedded-file-exchanged")
def _(revision: Update) -> None:
    """The name of an attached file leads to another."""
    other = new_stream(revision, b"Another annex.\n", Type=Name.EmbeddedFile)
    obj(revision, 53).EF = Dictionary(F=other)


@edit("embedded-file-added")
def _(revision: Update) -> None:
    """A file is attached."""
    other = new_stream(revision, b"MZ", Type=Name.EmbeddedFile)
    specification = revision.add(Dictionary(Type=Name.Filespec, F="a.exe", UF="a.exe", EF=Dictionary(F=other)))
    obj(revision, 33).EmbeddedFiles.Names.extend([String("z.exe"), specification])


@edit("associated-file")
def _(revision: Update) -> None:
    """A file is associated with the document (AF)."""
    other = new_stream(revision, b"<xml/>", Type=Name.EmbeddedFile)
    specification = Dictionary(Type=Name.Filespec, F="a.xml", UF="a.xml", EF=Dictionary(F=other))
    _root(revision).AF = Array([revision.add(specification)])


@edit("portfolio")
def _(revision: Update) -> None:
    """The document becomes a portfolio that shows an attached file first."""
    _root(revision).Collection = Dictionary(Type=Name.Collection, View=Name.D, D="annex.txt")


@edit("outline-title")
def _(revision: Update) -> None:
    """A bookmark is called otherwise."""
    obj(revision, 32).Title = "Refusal"


@edit("outline-action")
def _(revision: Update) -> None:
    """A bookmark leads to a web page."""
    item = obj(revision, 32)
    del item.Dest
    item.A = Dictionary(S=Name.URI, URI="https://example.com/")


@edit("destination")
def _(revision: Update) -> None:
    """A named destination leads to another page."""
    obj(revision, 33).Dests.Names[1] = Array([revision.page(2), Name.Fit])


@edit("page-labels")
def _(revision: Update) -> None:
    """The pages are counted from 100."""
    obj(revision, 34).Nums = Array([0, Dictionary(S=Name.D, St=100)])


@edit("metadata")
def _(revision: Update) -> None:
    """The metadata stream names another title."""
    revision.touch(revision.pdf.get_object((35, 0)))
    revision.raw[35] = metadata("Decision No. 13")


@edit("metadata-page")
def _(revision: Update) -> None:
    """Page 1 gets metadata of its own."""
    revision.page(0).Metadata = revision.add(metadata("Another page"))
    revision.touch(revision.page(0))


@edit("link-target")
def _(revision: Update) -> None:
    """A link leads elsewhere."""
    obj(revision, 39).A.URI = "https://example.com/attack"


@edit("link-area")
def _(revision: Update) -> None:
    """A link spreads over the page."""
    obj(revision, 39).Rect = numbers(0, 0, 595, 842)


@edit("link-added")
def _(revision: Update) -> None:
    """A link covers the page."""
    action = Dictionary(S=Name.URI, URI="https://example.com/attack")
    link = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=numbers(0, 0, 595, 842), Border=numbers(0, 0, 0), A=action
    )
    revision.page(0).Annots.append(revision.add(link))
    revision.touch(revision.page(0))


@edit("link-removed")
def _(revision: Update) -> None:
    """A link is taken off the page."""
    page = revision.page(0)
    page.Annots = Array([item for item in page.Annots if item.objgen != (39, 0)])
    revision.touch(page)


@edit("base-uri")
def _(revision: Update) -> None:
    """Relative links lead to another server."""
    _root(revision).URI = Dictionary(Base="https://example.com/")


@edit("actual-text")
def _(revision: Update) -> None:
    """A screen reader reads another text out."""
    obj(revision, 38).ActualText = "Decision No. 13"


@edit("structure-removed")
def _(revision: Update) -> None:
    """The structure tree, with the text that is read out, is taken away."""
    del _root(revision).StructTreeRoot


@edit("language")
def _(revision: Update) -> None:
    """The document is said to be in another language."""
    _root(revision).Lang = "en"


@edit("viewer-preferences")
def _(revision: Update) -> None:
    """The viewer is to hide its menus and the signature panel with them."""
    _root(revision).ViewerPreferences = Dictionary(HideMenubar=True, HideToolbar=True, HideWindowUI=True)


@edit("output-intent")
def _(revision: Update) -> None:
    """Colours are to be printed by another profile."""
    intent = Dictionary(Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier="x")
    _root(revision).OutputIntents = Array([intent])


@edit("pages-exchanged", SHOWN)
def _(revision: Update) -> None:
    """The catalogue leads to another page tree."""
    tree = revision.add(Dictionary(Type=Name.Pages, Count=1))
    page = Dictionary(Type=Name.Page, Parent=tree, MediaBox=numbers(0, 0, 595, 842))
    tree.Kids = Array([revision.add(page)])
    _root(revision).Pages = tree


@edit("catalogue-exchanged", SHOWN)
def _(revision: Update) -> None:
    """The trailer leads to another catalogue, which has the form of the signed one."""
    tree = revision.add(Dictionary(Type=Name.Pages, Count=1))
    page = Dictionary(Type=Name.Page, Parent=tree, MediaBox=numbers(0, 0, 595, 842))
    tree.Kids = Array([revision.add(page)])
    other = revision.add(Dictionary(Type=Name.Catalog, Pages=tree, AcroForm=revision.root.AcroForm))
    revision.trailer["/Root"] = b"%d %d R" % other.objgen


@edit("info-title")
def _(revision: Update) -> None:
    """The title in the information dictionary is changed, which viewers show in the window's bar."""
    obj(revision, 55).Title = "Decision No. 13"


@edit("form-xfa")
def _(revision: Update) -> None:
    """An XFA form is added, which some viewers show in place of the pages."""
    form = obj(revision, 30)
    form.XFA = new_stream(revision, b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><template/></xdp:xdp>")


@edit("form-need-appearances", SHOWN)
def _(revision: Update) -> None:
    """Viewers are asked to draw the fields anew."""
    obj(revision, 30).NeedAppearances = True


@edit("form-default-resources")
def _(revision: Update) -> None:
    """The font in which fields are drawn is exchanged."""
    obj(revision, 30).DR.Font.Helv = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.ZapfDingbats)


@edit("form-default-appearance")
def _(revision: Update) -> None:
    """Fields are to be drawn in white."""
    obj(revision, 30).DA = "/Helv 0 Tf 1 g"


@edit("form-calculation")
def _(revision: Update) -> None:
    """A field is calculated by a script whenever another one changes."""
    field = obj(revision, 41)
    field.AA = Dictionary(C=Dictionary(S=Name.JavaScript, JS="event.value = 900;"))
    obj(revision, 30).CO = Array([field])
