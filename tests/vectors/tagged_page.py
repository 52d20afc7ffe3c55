"""A tagged document (ISO 32000-2, 14.7)."""

from __future__ import annotations

from .pdf import write_document

_CONTENT = b"""/P <</MCID 0>> BDC BT /F1 14 Tf 72 770 Td (Decision No. 12: pay 1 000 000 dong) Tj ET EMC
/P <</MCID 1>> BDC BT /F1 14 Tf 72 740 Td (The director has decided so) Tj ET EMC
"""
ROOT, DOCUMENT, FIRST, SECOND, TREE, NOTE = 10, 11, 12, 13, 14, 15


def tagged_document(*, is_array_shared: bool = False) -> bytes:
    """Two paragraphs, a note that no page shows, roles, classes and identifiers.

    Args:
        is_array_shared: The kids of the document stand in an object of their own.
    """
    kids = b"[12 0 R 13 0 R]"
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R/StructTreeRoot 10 0 R/MarkInfo<</Marked true>>/Lang(vi-VN)/AcroForm 6 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R 20 0 R]/Count 2>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/StructParents 0"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        4: b"<</Length %d>>\nstream\n%s\nendstream" % (len(_CONTENT), _CONTENT),
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        6: b"<</Fields[]>>",
        10: b"<</Type/StructTreeRoot/K 11 0 R/ParentTree 14 0 R/ParentTreeNextKey 2/RoleMap<</Para/P/Field/Form>>"
        b"/ClassMap<</Left<</O/Layout/TextAlign/Start>>>>/IDTree<</Names[(a) 12 0 R]>>>>",
        11: b"<</Type/StructElem/S/Document/P 10 0 R/K %s>>" % (b"16 0 R" if is_array_shared else kids),
        12: b"<</Type/StructElem/S/P/P 11 0 R/Pg 3 0 R/K 0/ID(a)>>",
        13: b"<</Type/StructElem/S/Para/P 11 0 R/Pg 3 0 R/K[1 15 0 R]/C/Left>>",
        14: b"<</Nums[0[12 0 R 13 0 R]1 15 0 R]>>",
        15: b"<</Type/StructElem/S/Note/P 13 0 R/ActualText(as agreed)>>",
        20: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    }
    return write_document(bodies | ({16: kids} if is_array_shared else {}), 1)
