"""Appending an incremental update to a PDF (ISO 32000-2, 7.5.6), through pyHanko's writer.

Bản cập nhật nối thêm. What is there stays byte for byte; metadata is left alone. An encrypted document is opened with
its password, and what is added is encrypted in the same way. It repairs nothing: a damaged document is refused with the
reason.
"""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import SEEK_END, BytesIO
from typing import BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import AuthStatus, StandardSecurityHandler
from pyhanko.pdf_utils.crypt.permissions import StandardPermissions
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionType

from edocs._pdf.bounds import bound_pyhanko
from edocs._pdf.tuning import tune_pyhanko
from edocs.errors import EncryptedError, NotPdfError

__all__ = ["Increment", "Tail", "open_increment", "open_stream", "pdf_errors"]

# pyHanko logs what it finds suspicious; ours is to refuse it with the reason. A host that wants the log adds a handler.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())
tune_pyhanko()
bound_pyhanko()

_PIECE = 1 << 20

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
    _root_object: generic.DictionaryObject | None = None
    may_fill = True
    """Whether the encryption lets this password's holder fill in and sign fields."""
    may_add = True
    """Whether it lets them add fields."""

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

    @property
    def root(self) -> generic.DictionaryObject:
        """The catalog: always the same object, looked up once."""
        if self._root_object is None:
            self._root_object = super().root
        return self._root_object

    def update_root(self) -> None:
        """Mark the catalog as changed."""
        super().update_root()  # type: ignore[no-untyped-call]

    def render(self) -> BytesIO:
        """The document with the update appended."""
        self.input_stream.seek(0)
        return BytesIO(self.input_stream.read() + self.render_tail().getvalue())

    def render_tail(self) -> Tail:
        """The update alone, which is appended to the document."""
        size = self.input_stream.seek(0, SEEK_END)
        self.input_stream.seek(size - 1)
        tail = Tail(size)
        if self.input_stream.read(1) not in (b"\n", b"\r"):
            tail.write(b"\n")
        self._prep_dom_for_writing()  # type: ignore[no-untyped-call]
        self._write_updated_section(tail)  # type: ignore[no-untyped-call]
        return tail


class Tail(BytesIO):
    """What is written after ``size`` bytes that stay elsewhere; positions count from their beginning."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def tell(self) -> int:
        """Where the next byte will stand in the whole file."""
        return self._size + super().tell()


@contextmanager
def pdf_errors() -> Iterator[None]:
    """Turn what the parser raises on a document that is damaged or made to harm into :class:`NotPdfError`."""
    try:
        yield
    except _FOREIGN as exc:
        why = str(exc) or type(exc).__name__
        raise NotPdfError(
            "not a PDF that can be read: {why}",
            hint="write the draft to PDF again, or repair it into a new file: --repair",
            why=why[:200],
        ) from exc


def open_increment(document: bytes, password: str | None = None) -> Increment:
    """Begin an update of ``document``.

    Args:
        password: Of an encrypted document; None: it has none, or an empty one.

    Raises:
        NotPdfError: Empty, truncated, or not a PDF.
        EncryptedError: Encrypted, and the password is missing or wrong.
    """
    if not document.startswith(b"%PDF-"):
        raise NotPdfError(
            "not a PDF: it does not start with %PDF-" if document else "not a PDF: it is empty",
            hint="give a PDF file; of a Word file, save it as PDF first",
        )
    return open_stream(BytesIO(document), password)


def open_stream(document: BinaryIO, password: str | None = None) -> Increment:
    """Begin an update of a document that stays in its file; it is read as far as needed.

    Word writes hybrid cross-reference sections (ISO 32000-2, 7.5.8.4), which only the lenient mode of the parser
    follows; any other document is read strictly.

    Args:
        document: Can be sought in.

    Raises:
        NotPdfError, EncryptedError: As :func:`open_increment`.
    """
    with pdf_errors():
        try:
            increment = _begin(document, password, strict=True)
        except _FOREIGN:
            if not _contains(document, b"/XRefStm"):
                raise
        else:
            if not _is_hybrid(increment.prev):
                return increment
        return _begin(document, password, strict=False)


def _begin(document: BinaryIO, password: str | None, *, strict: bool) -> Increment:
    reader = PdfFileReader(document, strict=strict)
    increment = Increment(document, prev=reader)
    if reader.encrypted:
        _unlock(increment, password)
    _ = reader.root
    increment.page(0)
    return increment


def _is_hybrid(reader: PdfFileReader) -> bool:
    sections = map(reader.xrefs.get_xref_container_info, range(reader.total_revisions))
    return any(section.xref_section_type is XRefSectionType.HYBRID_MAIN for section in sections)


def _contains(document: BinaryIO, word: bytes) -> bool:
    document.seek(0)
    rest = b""
    while piece := document.read(_PIECE):
        if word in rest + piece:
            return True
        rest = piece[-len(word) :]
    return False


def _unlock(increment: Increment, password: str | None) -> None:
    if not isinstance(increment.security_handler, StandardSecurityHandler):
        raise EncryptedError("the PDF is encrypted for certificates", hint="sign the document before it is encrypted")
    result = increment.encrypt(password or "")  # type: ignore[no-untyped-call]
    if result.status is AuthStatus.FAILED:
        raise EncryptedError(
            "the PDF is encrypted, and the password is wrong" if password else "the PDF is encrypted",
            hint="give its password: --password",
        )
    if increment.security_handler.pdf_mac_enabled:
        raise EncryptedError("the PDF's encryption guards its integrity (ISO 32004)", hint="sign it before encrypting")
    if result.status is AuthStatus.USER and isinstance(result.permission_flags, StandardPermissions):
        allowed = result.permission_flags
        # ISO 32000-2, table 22, bits 4, 6 and 9
        annotate = StandardPermissions.ALLOW_ANNOTS_FORM_FILLING in allowed
        increment.may_add = annotate and StandardPermissions.ALLOW_MODIFICATION_GENERIC in allowed
        increment.may_fill = annotate or StandardPermissions.ALLOW_FORM_FILLING in allowed
