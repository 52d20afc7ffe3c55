"""Changes to pages and to what they are drawn with (ISO 32000-2, 7.7.3, 7.8, 8 and 9)."""

from __future__ import annotations

from pikepdf import Array, Dictionary, Name

from .edits import OTHER_PAGE, edit, form_xobject, new_stream, obj, replace_stream
from .pdf import Update, numbers
from .registry import Effect

SHOWN, TEXT, INVISIBLE = Effect.SHOWN, Effect.TEXT, Effect.INVISIBLE


@edit("page-content", SHOWN)
def _(revision: Update) -> None:
    """Page 1 is drawn by another stream."""
    revision.page(0).Contents = new_stream(revision, OTHER_PAGE)
    revision.touch(revision.page(0))


@edit("page-content-in-place", SHOWN)
def _(revision: Update) -> None:
    """The stream of page 1 is redefined under its own number."""
    replace_stream(revision, 6, OTHER_PAGE)


@edit("page-content-added", SHOWN)
def _(revision: Update) -> None:
    """A stream that draws over the text is added to those of page 1."""
    page = revision.page(0)
    extra = new_stream(revision, b"\nq 1 g 60 760 500 30 re f Q BT /F1 14 Tf 72 770 Td (Decision No. 13) Tj ET")
    page.Contents = Array([page.Contents, extra])
    revision.touch(page)


@edit("page-content-emptied", SHOWN)
def _(revision: Update) -> None:
    """The array of streams of page 2 is emptied."""
    revision.page(1).Contents = Array()
    revision.touch(revision.page(1))


@edit("page-content-null", SHOWN)
def _(revision: Update) -> None:
    """The stream of page 3 becomes null: viewers draw nothing."""
    revision.touch(revision.pdf.get_object((8, 0)))
    revision.raw[8] = b"null"


@edit("page-content-freed")
def _(revision: Update) -> None:
    """The stream of page 3 is declared free: some viewers draw nothing, others what was there."""
    revision.free(8)


@edit("font-base", SHOWN)
def _(revision: Update) -> None:
    """The font of the title becomes Symbol."""
    obj(revision, 10).BaseFont = Name.Symbol


@edit("font-encoding", SHOWN)
def _(revision: Update) -> None:
    """The font of the title draws a 9 where the text has a 1."""
    font = obj(revision, 10)
    font.Encoding = Dictionary(
        Type=Name.Encoding, BaseEncoding=Name.WinAnsiEncoding, Differences=Array([49, Name.nine])
    )


@edit("font-glyph", SHOWN)
def _(revision: Update) -> None:
    """A glyph of a Type 3 font is drawn otherwise."""
    replace_stream(revision, 15, b"1000 0 0 0 750 750 d1 0 0 750 200 re f")


@edit("font-widths", SHOWN)
def _(revision: Update) -> None:
    """The glyphs of a Type 3 font are pushed into each other."""
    obj(revision, 13).Widths = numbers(200, 200)


@edit("font-to-unicode", TEXT)
def _(revision: Update) -> None:
    """The table of letters of a font gives other letters to copying and searching."""
    old = revision.pdf.get_object((14, 0)).read_bytes()
    replace_stream(revision, 14, old.replace(b"<20> <7E> <0020>", b"<20> <7E> <0021>"))


@edit("font-to-unicode-added", TEXT)
def _(revision: Update) -> None:
    """A font without a table of letters gets one that lies."""
    table = revision.pdf.get_object((14, 0)).read_bytes().replace(b"<20> <7E> <0020>", b"<20> <7E> <0021>")
    obj(revision, 10).ToUnicode = new_stream(revision, table)


@edit("resources", SHOWN)
def _(revision: Update) -> None:
    """The resources that pages inherit exchange two fonts."""
    fonts = obj(revision, 9).Font
    fonts.F1, fonts.F2 = fonts.F2, fonts.F1


@edit("resources-own", SHOWN)
def _(revision: Update) -> None:
    """Page 1 gets resources of its own in front of the inherited ones."""
    page = revision.page(0)
    page.Resources = Dictionary(Font=Dictionary(F1=revision.pdf.get_object((11, 0))))
    revision.touch(page)


@edit("image", SHOWN)
def _(revision: Update) -> None:
    """An image gets other pixels."""
    replace_stream(revision, 20, bytes(3 * 16 * 8))


@edit("image-mask", SHOWN)
def _(revision: Update) -> None:
    """An image gets a soft mask that hides it."""
    entries = {"Width": 1, "Height": 1, "BitsPerComponent": 8, "ColorSpace": Name.DeviceGray}
    mask = new_stream(revision, b"\0", Type=Name.XObject, Subtype=Name.Image, **entries)
    obj(revision, 20).SMask = mask


@edit("form-xobject", SHOWN)
def _(revision: Update) -> None:
    """A drawing that the page calls is exchanged."""
    replace_stream(revision, 21, b"0.9 0.1 0.1 rg 0 0 60 30 re f")


@edit("form-xobject-matrix", SHOWN)
def _(revision: Update) -> None:
    """A drawing that the page calls is moved by its matrix."""
    obj(revision, 21).Matrix = numbers(1, 0, 0, 1, -300, 0)


@edit("shadow-hide", SHOWN)
def _(revision: Update) -> None:
    """A patch that covered text when the document was signed is taken away (shadow attack, hide)."""
    replace_stream(revision, 22, b"")


@edit("shadow-hide-freed")
def _(revision: Update) -> None:
    """The same patch is declared free: some viewers draw it no more."""
    revision.free(22)


@edit("shadow-hide-box", SHOWN)
def _(revision: Update) -> None:
    """The same patch is cut off by its bounding box."""
    obj(revision, 22).BBox = numbers(0, 0, 1, 1)


@edit("pattern", SHOWN)
def _(revision: Update) -> None:
    """A tiling pattern is drawn otherwise."""
    replace_stream(revision, 23, b"0.1 0.1 0.1 rg 0 0 10 10 re f")


@edit("colour-profile", SHOWN)
def _(revision: Update) -> None:
    """An ICC profile is exchanged: what colour it gives depends on the viewer."""
    replace_stream(revision, 24, bytes(128) + b"acsp" + bytes(400))


@edit("colour-space", SHOWN)
def _(revision: Update) -> None:
    """A separation prints in another colour."""
    obj(revision, 28).C1 = numbers(1, 1, 1)


@edit("graphics-state", SHOWN)
def _(revision: Update) -> None:
    """A graphics state makes what follows almost transparent."""
    obj(revision, 26).ca = 0.02


@edit("layer-shown", SHOWN)
def _(revision: Update) -> None:
    """A layer that was off when the document was signed is on by default."""
    obj(revision, 36).D.OFF = Array()


@edit("layer-usage", SHOWN)
def _(revision: Update) -> None:
    """A layer is to be shown by its usage when the document is printed."""
    layer = obj(revision, 27)
    layer.Usage = Dictionary(Print=Dictionary(PrintState=Name.ON), View=Dictionary(ViewState=Name.ON))
    events = Dictionary(Event=Name.Print, Category=Array([Name.Print]), OCGs=Array([layer]))
    obj(revision, 36).D.AS = Array([events])


@edit("layers-removed", SHOWN)
def _(revision: Update) -> None:
    """Without the layers' dictionary everything is shown."""
    del revision.root.OCProperties
    revision.touch(revision.root)


@edit("page-rotated", SHOWN)
def _(revision: Update) -> None:
    """Page 1 is turned upside down."""
    revision.page(0).Rotate = 180
    revision.touch(revision.page(0))


@edit("page-media-box", SHOWN)
def _(revision: Update) -> None:
    """Page 1 is cut off below its title."""
    revision.page(0).MediaBox = numbers(0, 760, 595, 842)
    revision.touch(revision.page(0))


@edit("page-media-box-inherited", SHOWN)
def _(revision: Update) -> None:
    """The box that pages inherit is made smaller."""
    obj(revision, 2).MediaBox = numbers(0, 0, 595, 700)


@edit("page-crop-box", SHOWN)
def _(revision: Update) -> None:
    """Page 1 gets a crop box that leaves its title out."""
    revision.page(0).CropBox = numbers(0, 0, 595, 760)
    revision.touch(revision.page(0))


@edit("page-crop-box-inherited", SHOWN)
def _(revision: Update) -> None:
    """A crop box is inherited by all pages."""
    obj(revision, 2).CropBox = numbers(0, 0, 595, 760)


@edit("page-user-unit", INVISIBLE)
def _(revision: Update) -> None:
    """Page 1 is said to be ten times as large."""
    revision.page(0).UserUnit = 10
    revision.touch(revision.page(0))


@edit("page-added", SHOWN)
def _(revision: Update) -> None:
    """A page is put behind the last."""
    tree = obj(revision, 2)
    page = Dictionary(Type=Name.Page, Parent=tree, Contents=new_stream(revision, OTHER_PAGE))
    tree.Kids.append(revision.add(page))
    tree.Count = 4


@edit("page-inserted-subtree", SHOWN)
def _(revision: Update) -> None:
    """A page is put in front, inside a branch of the page tree."""
    tree = obj(revision, 2)
    branch = revision.add(Dictionary(Type=Name.Pages, Parent=tree, Count=1))
    page = Dictionary(Type=Name.Page, Parent=branch, Contents=new_stream(revision, OTHER_PAGE))
    branch.Kids = Array([revision.add(page)])
    tree.Kids = Array([branch, *tree.Kids])
    tree.Count = 4


@edit("page-removed", SHOWN)
def _(revision: Update) -> None:
    """The last page is taken out."""
    tree = obj(revision, 2)
    del tree.Kids[2]
    tree.Count = 2


@edit("pages-reordered", SHOWN)
def _(revision: Update) -> None:
    """Two pages change places."""
    tree = obj(revision, 2)
    first, second, third = tree.Kids
    tree.Kids = Array([first, third, second])


@edit("page-repeated", SHOWN)
def _(revision: Update) -> None:
    """The last page is replaced by a second view of the second."""
    tree = obj(revision, 2)
    tree.Kids = Array([tree.Kids[0], tree.Kids[1], tree.Kids[1]])


@edit("page-exchanged", SHOWN)
def _(revision: Update) -> None:
    """The tree leads to a new page in place of the first; the signed one is still there, out of the tree."""
    tree = obj(revision, 2)
    page = Dictionary(Type=Name.Page, Parent=tree, Contents=new_stream(revision, OTHER_PAGE))
    tree.Kids[0] = revision.add(page)


@edit("page-redefined", SHOWN)
def _(revision: Update) -> None:
    """The object that is page 2 becomes another page."""
    page = obj(revision, 4)
    page.Contents = new_stream(revision, OTHER_PAGE)
    page.Resources = Dictionary(
        Font=Dictionary(F1=revision.pdf.get_object((10, 0)), F2=revision.pdf.get_object((11, 0)))
    )


@edit("page-action", INVISIBLE)
def _(revision: Update) -> None:
    """Opening page 1 runs a script."""
    script = Dictionary(S=Name.JavaScript, JS="this.getField('Amount').value = '900';")
    revision.page(0).AA = Dictionary(O=script)
    revision.touch(revision.page(0))


@edit("page-group", INVISIBLE)
def _(revision: Update) -> None:
    """Page 1 becomes a transparency group of another colour space: how it looks depends on the viewer."""
    group = Dictionary(Type=Name.Group, S=Name.Transparency, CS=Name.DeviceCMYK, K=True)
    revision.page(0).Group = group
    revision.touch(revision.page(0))


@edit("page-thumbnail", INVISIBLE)
def _(revision: Update) -> None:
    """A small picture of page 1 shows another document."""
    entries = {"Width": 1, "Height": 1, "BitsPerComponent": 8, "ColorSpace": Name.DeviceGray}
    revision.page(0).Thumb = new_stream(revision, b"\0", **entries)
    revision.touch(revision.page(0))


@edit("overlay-widget", SHOWN)
def _(revision: Update) -> None:
    """A widget of no field covers the title."""
    drawn = form_xobject(revision, b"1 g 0 0 500 30 re f", 500, 30)
    widget = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        F=4,
        Rect=numbers(60, 760, 560, 790),
        P=revision.page(0),
        FT=Name.Tx,
        T="Cover",
        AP=Dictionary(N=drawn),
    )
    revision.page(0).Annots.append(revision.add(widget))
    revision.touch(revision.page(0))
