"""Where a signature stands in its document: what judging later changes needs, whatever its value holds.

Vị trí của chữ ký trong văn bản. pyHanko's own object reads the value as CMS at once, and there are signatures that are
none; this one leaves the value alone.
"""

from __future__ import annotations

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from edocs._pdf.signature_place import signed_revision

__all__ = ["PlacedSignature"]


class PlacedSignature(EmbeddedPdfSignature):
    """A signature without a reading of its value: coverage, permissions and later changes alone."""

    def __init__(self, reader: PdfFileReader, sig_field: generic.DictionaryObject, fq_name: str) -> None:
        # On purpose without super().__init__, which would read the value.
        self.reader = reader
        self.sig_field = sig_field
        self.fq_name = fq_name
        reference = sig_field.raw_get("/V")
        self.sig_object = reference.get_object()
        self.byte_range = self.sig_object.raw_get("/ByteRange")
        self.pkcs7_content = self.sig_object.raw_get("/Contents", decrypt=generic.EncryptedObjAccess.RAW).original_bytes
        self.signed_revision = self._revision(reference.reference)
        self.coverage = None
        self.diff_result = None
        self._docmdp = None
        self._fieldmdp = None
        self._docmdp_queried = self._fieldmdp_queried = False

    def _revision(self, reference: generic.Reference) -> int:
        numbers = [item for item in self.byte_range if isinstance(item, int)]
        found = signed_revision(self.reader, numbers[2] + numbers[3]) if len(numbers) == 4 else None
        return self.reader.xrefs.get_last_change(reference) if found is None else found
