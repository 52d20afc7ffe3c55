"""Appending an incremental update to a PDF (ISO 32000-2, 7.5.6), through pyHanko's writer.

Bản cập nhật nối thêm. What is there stays byte for byte; metadata is left alone. It neither repairs nor decrypts:
a damaged or encrypted document is refused with the reason.
"""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from edocs._pdf.tuning import tune_pyhanko
from edocs.errors import EncryptedError, NotPdfError

__all__ = ["Increment", "open_increment", "pdf_errors"]

# pyHanko logs what it finds suspicious; ours is to refuse it with the reason. A host that wants the log adds a handler.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())
tune_pyhanko()

# What the parser is known to raise on hostile bytes, besides its own errors.
_FOREIGN = (
    PdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


class Increment(IncrementalPdfFileWriter):
    """One update of one document, in memory."""

    _pages: dict[int, generic.IndirectObject] | None = None

    def _update_meta(self) -> None:
        # Info and XMP would have to change together (PDF/A), and a signature has no need of either.
        return

    def page(self, index: int) -> generic.IndirectObject:
        """The page with that index, 0 being the first."""
        if self._pages is None:
            self._pages = {}
        if index in self._pages:
            return self._pages[index]
        reference = self.find_page_for_modification(index)[0]  # type: ignore[no-untyped-call]
        assert isinstance(reference, generic.IndirectObject)  # noqa: S101 - anything else is translated as damage
        self._pages[index] = reference
        return reference

    def update_root(self) -> None:
        """Mark the catalog as changed."""
        super().update_root()  # type: ignore[no-untyped-call]

    def render(self) -> BytesIO:
        """The document with the update appended; the stream stands at its end."""
        stream = BytesIO(self.input_stream.getvalue())
        stream.seek(0, 2)
        if not self.input_stream.getvalue().endswith((b"\n", b"\r")):
            stream.write(b"\n")
        self._prep_dom_for_writing()  # type: ignore[no-untyped-call]
        self._write_updated_section(stream)  # type: ignore[no-untyped-call]
        return stream


@contextmanager
def pdf_errors() -> Iterator[None]:
    """Turn what the parser raises on a document that is damaged or made to harm into :class:`NotPdfError`."""
    try:
        yield
    except _FOREIGN as exc:
        why = str(exc) or type(exc).__name__
        raise NotPdfError(
            "not a PDF that can be read: {why}", hint="write the draft to PDF again", why=why[:200]
        ) from exc


def open_increment(document: bytes) -> Increment:
    """Begin an update of ``document``.

    Raises:
        NotPdfError: Empty, truncated, or not a PDF.
        EncryptedError: Encrypted.
    """
    if not document.startswith(b"%PDF-"):
        raise NotPdfError(
            "not a PDF: it does not start with %PDF-" if document else "not a PDF: it is empty", hint="give a PDF file"
        )
    with pdf_errors():
        increment = Increment(BytesIO(document), prev=_read(document))
        if increment.prev.encrypted:
            raise EncryptedError("the PDF is encrypted", hint="sign the document before it is encrypted")
        increment.page(0)
    return increment


def _read(document: bytes) -> PdfFileReader:
    # Word writes hybrid cross-reference sections (ISO 32000-2, 7.5.8.4), which only the lenient mode follows.
    reader = PdfFileReader(BytesIO(document), strict=b"/XRefStm" not in document)
    _ = reader.root
    return reader
