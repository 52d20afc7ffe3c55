"""What a document holds that evidence may be wanted for: signatures, their timestamps, document timestamps.

Kiểm kê chữ ký và dấu thời gian. Trust is not judged here, but what is broken is refused: evidence for it is worthless.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from edocs._pades.checking import check_signature
from edocs._pades.document_times import DocumentToken, open_token
from edocs._pades.dss import Material, read_dss
from edocs._pades.integrity import weaknesses
from edocs._pades.reading import OpenDocument, SignatureField, open_document, signature_fields, signed_range
from edocs._pades.signed_value import SignedValue
from edocs._pades.timestamps import Token, read_token, tokens_of
from edocs._pdf.byte_range import SignedRange
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._trust.algorithms import CURRENT
from edocs._trust.chains import load_certificates
from edocs._trust.schemes import digest
from edocs.errors import EncryptedError, NotPdfError, RefusedError
from edocs.model import Reason

__all__ = ["Survey", "Vouched", "survey"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """One signature or timestamp, and the certificate that vouches for it."""

    name: str
    """Of the field."""
    gap: tuple[int, int]
    """Where its value stands in the file, ``<`` and ``>`` included."""
    end: int
    """Of the signed range."""
    certificate: x509.Certificate
    others: Sequence[x509.Certificate]
    time: datetime | None
    """Since when it is proven to exist; None: no timestamp, or not one yet."""
    is_signature: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Everything that was found, in the order in which it was made."""

    signatures: Sequence[Vouched]
    tokens: Sequence[Vouched]
    """Signature timestamps and document timestamps."""
    stored: Material


def survey(document: bytes, password: str | None = None) -> Survey:
    """Find and check everything.

    Raises:
        NotPdfError, EncryptedError: The document cannot be read.
        RefusedError: A signature or timestamp is broken.
    """
    opened = open_document(document, password)
    if isinstance(opened, Reason):
        if opened.rule == "file.encrypted":
            raise EncryptedError(
                "the PDF is encrypted, and the password is wrong" if password else "the PDF is encrypted",
                hint="give its password: --password",
            )
        raise NotPdfError("not a PDF that can be read: {why}", hint="write the draft to PDF again", why=opened.text())
    fields = []
    for field in signature_fields(opened):
        if not isinstance(field, SignatureField):
            raise _broken(field[0], field[1].text())
        fields.append(field)
    times = [_document_time(opened, field) for field in fields if field.is_document_timestamp]
    times.sort(key=lambda item: item.end)
    signatures, tokens = [], list(times)
    for field in fields:
        if not field.is_document_timestamp:
            signature, token = _signature(opened, field, times)
            signatures.append(signature)
            tokens += [token] if token else []
    signatures.sort(key=lambda item: item.end)
    return Survey(signatures=signatures, tokens=tokens, stored=read_dss(opened.reader.root))


def _document_time(document: OpenDocument, field: SignatureField) -> Vouched:
    found = open_token(document, field)
    try:
        token = read_token(found.signed, found.imprint_of) if isinstance(found, DocumentToken) else found
    except PARSER_FAULTS as exc:
        token = describe(exc)
    if isinstance(found, str) or isinstance(token, str):
        raise _broken(field.name, str(token))
    try:
        return _of_token(field.name, found.span, token)
    except PARSER_FAULTS as exc:
        raise _broken(field.name, describe(exc)) from exc


def _signature(
    document: OpenDocument, field: SignatureField, times: Sequence[Vouched]
) -> tuple[Vouched, Vouched | None]:
    span = signed_range(document, field)
    if isinstance(span, Reason):
        raise _broken(field.name, span.text())
    try:
        checked = check_signature(document.data, field, span, ())
        faults = [*checked.findings, *weaknesses(checked, field.sub_filter, CURRENT, None)]
        if faults:
            raise _broken(field.name, faults[0].text())
        token = _own_token(checked.cms)
        (certificate,) = load_certificates([checked.certificate])
        others = load_certificates(checked.others)
        stamp = _of_token(field.name, span, token) if token else None
    except PARSER_FAULTS as exc:
        raise _broken(field.name, describe(exc)) from exc
    later = [item.time for item in times if item.end > span.end and item.time]
    moments = [token.time] if token else later[:1]
    vouched = Vouched(
        name=field.name,
        gap=(span.gap_start, span.gap_end),
        end=span.end,
        certificate=certificate,
        others=others,
        time=moments[0] if moments else None,
        is_signature=True,
    )
    return vouched, stamp


def _own_token(value: SignedValue | None) -> Token | None:
    if value is None:
        return None
    for opened in tokens_of(value):
        try:
            token = opened if isinstance(opened, str) else read_token(opened, _imprint(value.signature))
        except PARSER_FAULTS:
            continue
        if not isinstance(token, str):
            return token
    return None


def _imprint(value: bytes) -> Callable[[str], bytes]:
    return lambda name: digest(name, value)


def _of_token(name: str, span: SignedRange, token: Token) -> Vouched:
    (certificate,) = load_certificates([token.certificate])
    others = load_certificates(token.others)
    return Vouched(
        name=name,
        gap=(span.gap_start, span.gap_end),
        end=span.end,
        certificate=certificate,
        others=others,
        time=token.time,
        is_signature=False,
    )


def _broken(name: str, why: str) -> RefusedError:
    return RefusedError("{name} is broken: {why}", hint="see edocs verify", name=name, why=why)
