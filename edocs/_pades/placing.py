"""Where a new visible signature stands: given in millimetres, or found from the page's text (Decree 30, annex I.II.7d).

Vị trí chữ ký mới. A person's image needs no place: it goes between position and name on the last page, or on the last
one before the annexes of a document that has them in the same file (annex I.III.1).
"""

from __future__ import annotations

import re

from cryptography import x509
from cryptography.x509.oid import NameOID

from edocs._pades.block import signature_place
from edocs._pades.images import image_size
from edocs._pades.place import Place, is_on_page, locate, page_count
from edocs._pdf.increment import Increment
from edocs._pdf.text import read_lines
from edocs.errors import FieldError
from edocs.model import Role, SignatureSpec

__all__ = ["common_name", "place_new"]

_ANNEX = re.compile(r"phụlục(?:số)?[ivxlc0-9]*[.:]?", re.IGNORECASE)
"""Annex I.III.1.b; lines come without blanks."""
_HEADING_LINES = 2
"""A page number may stand above it."""


def place_new(
    increment: Increment, document: bytes, spec: SignatureSpec, certificate: x509.Certificate
) -> Place | None:
    """The rectangle for ``spec.stamp``; None where there is no stamp.

    Raises:
        FieldError: Not on the page, not given, or not found exactly once.
        StampError: The image is no PNG.
    """
    stamp = spec.stamp
    if stamp is None:
        return None
    if stamp.box is not None:
        return locate(increment, stamp.box)
    if spec.role is not Role.PERSONAL or stamp.image_png is None:
        raise FieldError("the stamp has no place", hint="give one with --at, or name a field that has one")
    last = _last_before_annexes(document, page_count(increment))
    width, height = image_size(stamp.image_png)
    place = signature_place(
        read_lines(document, last, with_weight=True), last, common_name(certificate), width / height
    )
    if not is_on_page(increment, place):
        raise FieldError("the image would not be on the page", hint="give its place: --at")
    return place


def _last_before_annexes(document: bytes, pages: int) -> int:
    """The page before the first that bears ``Phụ lục`` as its heading, a line of its own; else the last."""
    for page in range(1, pages):
        for line in read_lines(document, page)[:_HEADING_LINES]:
            if _ANNEX.fullmatch(line.text):
                return page - 1
    return pages - 1


def common_name(certificate: x509.Certificate) -> str:
    """Whom the certificate names; empty where nobody."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""
