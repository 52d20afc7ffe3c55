"""A document of three pages that has one of everything that a later revision could change.

Mẫu thử. Plain letters and the standard fonts only, so that it is small; the letters of Decree 30 come from
:mod:`edocs.testing`.
"""

from __future__ import annotations

import zlib
from functools import cache

from PIL import ImageCms

from .pdf import Table, write_document

_PAGE_1 = b"""/Gs1 gs
/OC /Layer BDC BT /F1 12 Tf 72 640 Td (DRAFT, WITHOUT ANY FORCE) Tj ET EMC
BT /F1 14 Tf 72 770 Td (Decision No. 12: pay 1 000 000 dong to Nguyen Van An) Tj ET
BT /F2 14 Tf 72 740 Td (The director of the department has decided so) Tj ET
BT /F3 20 Tf 72 705 Td (ab) Tj ET
BT /F1 12 Tf 72 670 Td (under the patch: the contract is void) Tj ET
/Patch Do
q 60 0 0 30 400 690 cm /Im1 Do Q
q 1 0 0 1 480 690 cm /Fm1 Do Q
q /Pattern cs /P1 scn 400 640 60 30 re f Q
q /Icc cs 0.8 0.3 0.2 sc 480 640 60 30 re f Q
q /Spot cs 1 scn 400 600 60 30 re f Q
"""
_PAGE_2 = (
    b"BT /F1 14 Tf 72 770 Td (Page two: the conditions) Tj ET\nBT /F1 12 Tf 72 740 Td (1. Pay on delivery.) Tj ET\n"
)
_PAGE_3 = b"BT /F1 14 Tf 72 770 Td (Page three: the recipients) Tj ET\n"
_CMAP = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def
1 begincodespacerange <00> <FF> endcodespacerange
1 beginbfrange <20> <7E> <0020> endbfrange endcmap end end"""

_XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<xmp:ModifyDate>{changed_on}</xmp:ModifyDate></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    packed = zlib.compress(data)
    return b"<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (entries, len(packed), packed)


def _form(data: bytes, width: int, height: int, resources: bytes = b"<<>>") -> bytes:
    return _stream(data, b"/Type/XObject/Subtype/Form/BBox[0 0 %d %d]/Resources %s" % (width, height, resources))


def _text_appearance(text: bytes) -> bytes:
    return _form(b"/Tx BMC q BT /Helv 11 Tf 0 g 2 6 Td (%s) Tj ET Q EMC" % text, 160, 20, b"<</Font<</Helv 12 0 R>>>>")


def metadata(title: str, changed_on: str = "2026-03-05T14:00:00+07:00") -> bytes:
    """An XMP packet as the body of an object."""
    data = _XMP.format(title=title, changed_on=changed_on).encode()
    return b"<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%s\nendstream" % (len(data), data)


@cache
def _profile() -> bytes:
    return bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


def _pages() -> dict[int, bytes]:
    resources = (
        b"<</Font<</F1 10 0 R/F2 11 0 R/F3 13 0 R>>/XObject<</Im1 20 0 R/Fm1 21 0 R/Patch 22 0 R>>"
        b"/Pattern<</P1 23 0 R>>"
        b"/ColorSpace<</Icc[/ICCBased 24 0 R]/Spot 25 0 R>>/ExtGState<</Gs1 26 0 R>>/Properties<</Layer 27 0 R>>>>"
    )
    return {
        2: b"<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3/MediaBox[0 0 595 842]/Resources 9 0 R>>",
        3: b"<</Type/Page/Parent 2 0 R/Contents 6 0 R/StructParents 0"
        b"/Annots[40 0 R 41 0 R 42 0 R 43 0 R 44 0 R 45 0 R 47 0 R 39 0 R]>>",
        4: b"<</Type/Page/Parent 2 0 R/Contents[7 0 R]/MediaBox[0 0 595 842]/Resources 9 0 R>>",
        5: b"<</Type/Page/Parent 2 0 R/Contents 8 0 R>>",
        6: _stream(_PAGE_1),
        7: _stream(_PAGE_2),
        8: _stream(_PAGE_3),
        9: resources,
    }


def _drawn() -> dict[int, bytes]:
    image = bytes(value for row in range(8) for column in range(16) for value in (200, 16 * column, 30 * row))
    square = b"1000 0 0 0 750 750 d1 0 0 750 750 re f"
    triangle = b"1000 0 0 0 750 750 d1 0 0 m 375 750 l 750 0 l f"
    return {
        10: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        11: b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding/ToUnicode 14 0 R>>",
        12: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        13: b"<</Type/Font/Subtype/Type3/FontBBox[0 0 750 750]/FontMatrix[.001 0 0 .001 0 0]"
        b"/CharProcs<</sq 15 0 R/tr 16 0 R>>"
        b"/Encoding<</Type/Encoding/Differences[97/sq/tr]>>/FirstChar 97/LastChar 98/Widths[1000 1000]/Resources<<>>>>",
        14: _stream(_CMAP),
        15: _stream(square),
        16: _stream(triangle),
        20: _stream(image, b"/Type/XObject/Subtype/Image/Width 16/Height 8/BitsPerComponent 8/ColorSpace/DeviceRGB"),
        21: _form(b"0.2 0.6 0.2 rg 0 0 60 30 re f", 60, 30),
        22: _form(b"1 g 70 662 300 20 re f", 595, 842),
        23: _stream(
            b"0.6 0.2 0.6 rg 0 0 5 5 re f",
            b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 10 10]/XStep 10/YStep 10/Resources<<>>",
        ),
        24: _stream(_profile(), b"/N 3/Alternate/DeviceRGB"),
        25: b"[/Separation/Seal/DeviceRGB 28 0 R]",
        26: b"<</Type/ExtGState/ca 1>>",
        27: b"<</Type/OCG/Name(Draft)>>",
        28: b"<</FunctionType 2/Domain[0 1]/C0[1 1 1]/C1[0.8 0 0]/N 1>>",
    }


def _fields() -> dict[int, bytes]:
    head = b"/Type/Annot/Subtype/Widget/F 4/P 3 0 R/DA(/Helv 11 Tf 0 g)"
    box = b"<</Type/Annot/Subtype/Widget/F 4/P 3 0 R/Rect[72 %d 92 %d]/AS/Off/AP<</N<</Yes 50 0 R/Off 51 0 R>>>>%s>>"
    text = b"<<%s/FT/Tx/T(%s)/Rect[72 %d 232 %d]%s>>"
    return {
        39: b"<</Type/Annot/Subtype/Link/Rect[72 560 200 580]/Border[0 0 0]/A<</S/URI/URI(https://example.org/rules)>>>>",
        40: text % (head, b"Name", 520, 540, b""),
        41: text % (head, b"Amount", 490, 510, b"/V(500)/AP<</N 52 0 R>>"),
        42: box % (460, 480, b"/FT/Btn/T(Agree)/V/Off"),
        43: (text % (head, b"Choice", 430, 450, b"")).replace(
            b"/FT/Tx", b"/FT/Ch/Ff 131072/Opt[(Ha Noi)(Hue)(Da Nang)]"
        ),
        44: (box % (400, 420, b"/Parent 46 0 R")).replace(b"/Yes", b"/One"),
        45: (box % (370, 390, b"/Parent 46 0 R")).replace(b"/Yes", b"/Two"),
        46: b"<</FT/Btn/Ff 49152/T(Way)/Kids[44 0 R 45 0 R]/V/Off>>",
        47: text % (head, b"Note", 340, 360, b"/Parent 48 0 R"),
        48: b"<</T(Group)/Kids[47 0 R]>>",
        50: _form(b"2 w 2 2 m 18 18 l 2 18 m 18 2 l S", 20, 20),
        51: _form(b"", 20, 20),
        52: _text_appearance(b"500"),
    }


def _catalog() -> dict[int, bytes]:
    return {
        1: b"<</Type/Catalog/Pages 2 0 R/AcroForm 30 0 R/Outlines 31 0 R/Names 33 0 R/PageLabels 34 0 R/Metadata 35 0 R"
        b"/OCProperties 36 0 R/StructTreeRoot 37 0 R/MarkInfo<</Marked true>>/Lang(vi-VN)"
        b"/ViewerPreferences<</FitWindow true>>>>",
        30: b"<</Fields[40 0 R 41 0 R 42 0 R 43 0 R 46 0 R 48 0 R]/DA(/Helv 0 Tf 0 g)/DR<</Font<</Helv 12 0 R>>>>>>",
        31: b"<</Type/Outlines/First 32 0 R/Last 32 0 R/Count 1>>",
        32: b"<</Title(Decision)/Parent 31 0 R/Dest[3 0 R/Fit]>>",
        33: b"<</EmbeddedFiles<</Names[(annex.txt) 53 0 R]>>/Dests<</Names[(conditions)[4 0 R/Fit]]>>>>",
        34: b"<</Nums[0<</S/D>>]>>",
        35: metadata("Decision No. 12"),
        36: b"<</OCGs[27 0 R]/D<</OFF[27 0 R]/Order[27 0 R]>>>>",
        37: b"<</Type/StructTreeRoot/K 38 0 R>>",
        38: b"<</Type/StructElem/S/P/P 37 0 R/Pg 3 0 R/ActualText(Decision No. 12)>>",
        53: b"<</Type/Filespec/F(annex.txt)/UF(annex.txt)/EF<</F 54 0 R>>>>",
        54: _stream(b"The annex, as it was signed.\n", b"/Type/EmbeddedFile"),
        55: b"<</Title(Decision No. 12)/Producer(edocs tests)>>",
    }


@cache
def specimen(table: Table = Table.CLASSIC) -> bytes:
    """The document, not signed."""
    bodies = {**_catalog(), **_pages(), **_drawn(), **_fields()}
    return write_document(dict(sorted(bodies.items())), 1, 55, table)


@cache
def plain_page(text: str = "A document with nothing else in it", *, is_rotated: bool = False) -> bytes:
    """One page, no form, no metadata."""
    content = b"BT /F1 14 Tf 72 770 Td (%s) Tj ET" % text.encode("ascii")
    rotate = b"/Rotate 90" if is_rotated else b""
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>%s>>"
        % rotate,
        4: _stream(content),
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }
    return write_document(bodies, 1)
