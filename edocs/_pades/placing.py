"""Where a new visible signature stands: given in millimetres, or found from the page's text (Decree 30, annex I.II.7d).

Vị trí chữ ký mới. A person's image needs no place: it goes between position and name on the last page.
"""

from __future__ import annotations

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
    last = page_count(increment) - 1
    width, height = image_size(stamp.image_png)
    place = signature_place(
        read_lines(document, last, with_weight=True), last, common_name(certificate), width / height
    )
    if not is_on_page(increment, place):
        raise FieldError("the image would not be on the page", hint="give its place: --at")
    return place


def common_name(certificate: x509.Certificate) -> str:
    """Whom the certificate names; empty where nobody."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""
