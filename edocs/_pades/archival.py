"""Keeping a document that calls itself PDF/A what it is (ISO 19005-1, 6.4 and 6.9; ISO 19005-2, 6.2.4, 6.2.11 and 6.4).

Văn bản lưu trữ PDF/A. Typefaces are always embedded, ``/NeedAppearances`` is never left, and XMP is not touched; what
remains is PDF/A-1, which knows no transparency, and colours, which have to be those of the output intent or independent
of any device. Whether the document was PDF/A before is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from edocs._pdf import entries
from edocs._pdf.increment import Increment
from edocs.errors import StampError

__all__ = ["keep_archival"]

# As an attribute or as an element of the pdfaid schema (ISO 19005-1, 6.7.11).
_PART = re.compile(rb"pdfaid:part\s*(?:=\s*[\"']|>)\s*(\d)\s*[\"'<]")
_RGB = 3
# IEC 61966-2-1 (sRGB) as ISO 32000-2, 8.6.5.3 can say it.
_WHITE = (0.9505, 1.0, 1.089)
_GAMMA = 2.2
_PRIMARIES = (0.4124, 0.2126, 0.0193, 0.3576, 0.7152, 0.1192, 0.1805, 0.0722, 0.9505)


def keep_archival(increment: Increment, appearance: generic.StreamObject) -> None:
    """Make ``appearance``, black text and RGB images, one that may stand in the document.

    Where the output intent is not RGB, images say which RGB they mean; where there is none, so does the text.

    Raises:
        StampError: A transparent image in PDF/A-1, or in a PDF/A that says nothing of colours.
    """
    part = _part(increment.root)
    if not part:
        return
    components = _intended_components(increment.root)
    images = list(_images(appearance))
    if any("/SMask" in image for image in images):
        if part == 1:
            raise StampError(
                "the document is PDF/A-1, which allows no transparent image",
                hint="write the draft as PDF/A-2, or sign invisibly",
            )
        if not components:
            # Blending needs a colour space, which the page would have to name (ISO 19005-2, 6.2.10).
            raise StampError(
                "the document is PDF/A without an output intent, and takes no transparent image",
                hint="write the draft with an output intent, such as sRGB, or sign invisibly",
            )
    if components != _RGB:
        for image in images:
            image["/ColorSpace"] = _calibrated("/CalRGB", Gamma=(_GAMMA,) * 3, Matrix=_PRIMARIES)
    if not components:
        grey = {pdf_name("/DefaultGray"): _calibrated("/CalGray", Gamma=_GAMMA)}
        appearance["/Resources"]["/ColorSpace"] = generic.DictionaryObject(grey)


def _part(root: generic.DictionaryObject) -> int:
    """Of ISO 19005; 0 where the document claims none."""
    metadata = entries.entry(root, "/Metadata")
    found = _PART.search(metadata.data) if isinstance(metadata, generic.StreamObject) else None
    return int(found[1]) if found else 0


def _intended_components(root: generic.DictionaryObject) -> int:
    """How many colorants the PDF/A output intent has (ISO 19005-2, 6.2.3); 0 without one."""
    intents = entries.entry(root, "/OutputIntents")
    if not isinstance(intents, generic.ArrayObject):
        return 0
    for index in range(len(intents)):
        intent = intents[index]
        if isinstance(intent, generic.DictionaryObject) and str(entries.entry(intent, "/S")) == "/GTS_PDFA1":
            profile = entries.dictionary(intent, "/DestOutputProfile")
            count = entries.entry(profile, "/N") if profile else None
            return count if isinstance(count, int) else 0
    return 0


def _images(appearance: generic.StreamObject) -> Iterator[generic.DictionaryObject]:
    resources = entries.dictionary(appearance, "/Resources")
    images = entries.dictionary(resources, "/XObject") if resources else None
    return (image.get_object() for image in (images or {}).values())


def _calibrated(kind: str, **parameters: float | tuple[float, ...]) -> generic.ArrayObject:
    stated = {"WhitePoint": _WHITE, **parameters}
    numbers = generic.DictionaryObject({pdf_name(f"/{name}"): _numbers(value) for name, value in stated.items()})
    return generic.ArrayObject([pdf_name(kind), numbers])


def _numbers(value: float | tuple[float, ...]) -> generic.PdfObject:
    if isinstance(value, tuple):
        return generic.ArrayObject(_numbers(part) for part in value)
    return generic.FloatObject(Decimal(str(value)))
