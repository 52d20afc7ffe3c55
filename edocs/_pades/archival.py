"""Keeping a document that calls itself PDF/A what it is (ISO 19005-1, 6.4 and 6.9; ISO 19005-2, 6.2.11 and 6.4).

Văn bản lưu trữ PDF/A. Typefaces are always embedded, ``/NeedAppearances`` is never left, and XMP is not touched; what
remains is PDF/A-1, which knows no transparency. Whether the document was PDF/A before is not judged.
"""

from __future__ import annotations

import re

from pyhanko.pdf_utils import generic

from edocs._pdf import entries
from edocs._pdf.increment import Increment
from edocs.errors import StampError

__all__ = ["require_archival"]

# As an attribute or as an element of the pdfaid schema (ISO 19005-1, 6.7.11).
_PART_1 = re.compile(rb"pdfaid:part\s*(?:=\s*[\"']|>)\s*1\s*[\"'<]")


def require_archival(increment: Increment, appearance: generic.StreamObject) -> None:
    """Go on only where ``appearance`` may stand in the document.

    Raises:
        StampError: A transparent image in PDF/A-1.
    """
    if _has_soft_mask(appearance) and _is_part_1(increment.root):
        raise StampError(
            "the document is PDF/A-1, which allows no transparent image",
            hint="write the draft as PDF/A-2, or sign invisibly",
        )


def _is_part_1(root: generic.DictionaryObject) -> bool:
    metadata = entries.entry(root, "/Metadata")
    return isinstance(metadata, generic.StreamObject) and bool(_PART_1.search(metadata.data))


def _has_soft_mask(appearance: generic.StreamObject) -> bool:
    resources = entries.dictionary(appearance, "/Resources")
    images = entries.dictionary(resources, "/XObject") if resources else None
    return any("/SMask" in image.get_object() for image in (images or {}).values())
