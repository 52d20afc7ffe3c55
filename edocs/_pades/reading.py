"""Opening a PDF for verification and finding its filled signature fields, each by itself.

pyHanko's own list of embedded signatures drops formats that it does not know and fails as a whole on one broken CMS;
so the fields are enumerated, and each is read alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import AuthStatus, StandardSecurityHandler
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

from edocs._pdf.bounds import ExcessError, bound_pyhanko, check_form
from edocs._pdf.byte_range import SignedRange, check_byte_range
from edocs._pdf.dialects import is_read_alike
from edocs._pdf.entries import entry
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._pdf.fields import is_visible
from edocs._pdf.signature_place import check_place
from edocs._pdf.tuning import tune_pyhanko
from edocs.model import Reason
from edocs.model.rules import reason

__all__ = [
    "OpenDocument",
    "SignatureField",
    "has_unreached_byte_range",
    "open_document",
    "signature_fields",
    "signed_range",
]

tune_pyhanko()
bound_pyhanko()

_TIMESTAMP = ("/DocTimeStamp", "/ETSI.RFC3161")
_SPACE = b"\0\t\n\x0c\r "
_MOST_SPACE = 2048
_MOST_REVISIONS = 256
_MOST_SIGNATURES = 512
_BYTE_RANGE = re.compile(rb"/ByteRange[\x00\t\n\x0c\r ]*\[")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDocument:
    """A document that can be read, and what is to be said against it as a whole."""

    data: bytes
    reader: PdfFileReader
    lenient: Reason | None
    """Set where only a reader that forgives syntax errors could open it."""
    has_clear_tables: bool
    """Whether its tables leave no choice, however lenient the reader had to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureField:
    """A filled signature field, its dictionary still unjudged."""

    name: str
    field: generic.DictionaryObject
    value: generic.DictionaryObject
    value_reference: object
    owner: generic.Reference
    """The object that is the dictionary, or that contains it."""
    sub_filter: str
    is_document_timestamp: bool
    byte_range: Sequence[object]
    contents: bytes


def open_document(data: bytes, password: str | None = None) -> OpenDocument | Reason:
    """Open ``data``, or say why it is not readable."""
    if b"%PDF-" not in data[:1024]:
        why = "the file is empty" if not data else "it does not begin with %PDF-"
        return reason("file.not_pdf", why=why)
    if why := _excess(data):
        return reason("file.damaged", why=why)
    opened: OpenDocument | None = None
    fault: Exception | None = None
    for strict in (True, False):
        try:
            reader = PdfFileReader(io.BytesIO(data), strict=strict)
            if reader.encrypted and not _unlock(reader, password):
                return reason("file.encrypted")
            ambiguous = strict and _contradicts_itself(reader)
            check_form(reader)
            filled = islice(enumerate_sig_fields(reader, filled_status=True), _MOST_SIGNATURES + 1)
            if len(list(filled)) > _MOST_SIGNATURES:
                raise ExcessError("it has more signatures than any document needs")
        except ExcessError as exc:
            return reason("file.damaged", why=str(exc))
        except PARSER_FAULTS as exc:
            fault = fault or exc
            continue
        if ambiguous:
            fault = fault or ValueError("its two cross-reference tables contradict each other")
            continue
        lenient = None if fault is None else reason("structure.lenient", why=describe(fault))
        is_clear = lenient is None or _has_clear_tables(data, reader)
        opened = OpenDocument(data=data, reader=reader, lenient=lenient, has_clear_tables=is_clear)
        break
    if opened is None:
        return reason("file.damaged", why=describe(fault or ValueError("no revision could be read")))
    return opened


def signature_fields(document: OpenDocument) -> Iterator[SignatureField | tuple[str, Reason]]:
    """Each filled signature field, or its name with the reason why it cannot be read."""
    for name, _, reference in enumerate_sig_fields(document.reader, filled_status=True):
        try:
            yield _read_field(str(name), reference)
        except PARSER_FAULTS as exc:
            yield str(name), reason("format.dictionary", why=describe(exc))


def signed_range(document: OpenDocument, field: SignatureField) -> SignedRange | Reason:
    """What ``field`` covers, or why its byte range is not to be believed."""
    span = check_byte_range(document.data, field.byte_range, field.contents)
    if isinstance(span, Reason):
        return span
    return check_place(document.data, document.reader, field.owner, span) or span


def has_unreached_byte_range(document: OpenDocument, known: int) -> bool:
    """Whether more byte ranges stand in the file than fields show."""
    return len(_BYTE_RANGE.findall(document.data)) > known


def _excess(data: bytes) -> str:
    """What makes reading the file a matter of minutes, and is in no honest file; empty where nothing does."""
    if not data[-_MOST_SPACE:].strip(_SPACE):
        return "more than 1 KB of empty bytes follows its end"
    if data.count(b"startxref") > _MOST_REVISIONS:
        return "it has more revisions than any document needs"
    return ""


def _has_clear_tables(data: bytes, reader: PdfFileReader) -> bool:
    # pyHanko keeps streams of cross-references from being decrypted by their number, which here may be used again.
    return not reader.encrypted and not _contradicts_itself(reader) and is_read_alike(data, reader)


def _contradicts_itself(reader: PdfFileReader) -> bool:
    """Whether a hybrid section says two things of one object (ISO 32000-2, 7.5.8.4)."""
    for revision in range(reader.xrefs.total_revisions):
        section = reader.xrefs.get_xref_data(revision)
        if section.hybrid is not None:
            hidden = section.hybrid.xref_data
            shown = {number for number, _ in section.explicit_refs_in_revision} - set(section.freed)
            if shown & {number for number, _ in hidden.explicit_refs_in_revision}:
                return True
    return False


def _unlock(reader: PdfFileReader, password: str | None) -> bool:
    if not isinstance(reader.security_handler, StandardSecurityHandler):
        return False  # encrypted to certificates (7.6.5): no password opens it
    # Even an empty user password must be given; without it an encrypted file looks unsigned.
    for attempt in ("", password):
        if attempt is not None and reader.decrypt(attempt).status is not AuthStatus.FAILED:
            return True
    return False


def _read_field(name: str, reference: object) -> SignatureField:
    field = reference.get_object() if isinstance(reference, generic.IndirectObject) else reference
    if not isinstance(field, generic.DictionaryObject):
        raise TypeError("the field is not a dictionary")
    value_reference = field.raw_get("/V")
    value = value_reference.get_object()
    if not isinstance(value, generic.DictionaryObject):
        raise TypeError("the value is not a dictionary")
    owner = value.container_ref
    if not isinstance(owner, generic.Reference):
        raise TypeError("the value stands in no object")
    if not isinstance(value_reference, generic.IndirectObject):
        # Some products write the dictionary into the field. pyHanko asks every value where it is kept.
        value.reference = owner  # type: ignore[attr-defined]
    contents = value.raw_get("/Contents", decrypt=generic.EncryptedObjAccess.RAW)
    if not isinstance(contents, generic.ByteStringObject | generic.TextStringObject):
        raise TypeError("/Contents is not a string")
    return SignatureField(
        name=name,
        field=field,
        value=value,
        value_reference=value_reference.reference if isinstance(value_reference, generic.IndirectObject) else None,
        owner=owner,
        sub_filter=str(entry(value, "/SubFilter") or "").lstrip("/"),
        # What a page shows is judged as a signature, whatever it calls itself (EN 319 142-1, 5.4.3).
        is_document_timestamp=(str(entry(value, "/Type")), str(entry(value, "/SubFilter"))) == _TIMESTAMP
        and not is_visible(field),
        byte_range=[int(n) if isinstance(n, generic.NumberObject) else str(n) for n in value.raw_get("/ByteRange")],
        contents=bytes(contents.original_bytes),
    )
