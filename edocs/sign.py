"""DOOR: signing official documents (ký số văn bản điện tử). PAdES; Decree 30/2020/NĐ-CP, articles 12 to 14.

One path: :func:`sign_pdf` is :func:`finish_pdf` of :func:`prepare_pdf` and the signer's answer, whether that comes from
a key file at once or from a phone minutes later. Approving and issuing are the same path with fields reserved, or
number and date filled in, under the same signature. It verifies no earlier signature: see ``edocs.verify``.
"""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from edocs._pades.acts import plan_issue
from edocs._pades.prepare import finish, prepare
from edocs._pades.preview import preview_png
from edocs._pades.state import PreparedSignature
from edocs._trust.signer_check import check_signer
from edocs.errors import UsageError
from edocs.model import RESERVED_FIELDS, Extended, Level, Reservation, Role, SignatureSpec
from edocs.model.times import require_time
from edocs.ports import Evidence, Signer

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "Evidence",
    "PreparedSignature",
    "appendix_pdf",
    "approve_pdf",
    "copy_pdf",
    "extend_pdf",
    "finish_pdf",
    "issue_pdf",
    "plan_issue",
    "prepare_pdf",
    "preview_pdf",
    "repair_pdf",
    "sign_pdf",
]


def sign_pdf(
    document: bytes,
    signer: Signer,
    spec: SignatureSpec,
    *,
    now: datetime | None = None,
    evidence: Evidence | None = None,
) -> bytes:
    """Sign a PDF, PAdES B-B or the level that ``spec.level`` asks for.

    Ký số: the document stays byte for byte, the signature is appended.

    Args:
        document: The PDF; never changed.
        now: Aware signing time; None: the clock.
        evidence: Timestamps from B-T on, revocation evidence from B-LT on; at B-B only its ``revocation`` is asked,
            about the signer's certificate.

    Returns:
        The signed PDF.

    Raises:
        NotPdfError, EncryptedError: The document cannot be read.
        CertificateRefusedError: Expired, not yet valid, for another use, weak, or revoked.
        FieldError, PermissionRefusedError: The field is signed already, or an earlier signature forbids it.
        StampError, NoFontError: The stamp cannot be drawn.
        SignatureValueError: The signer answered with a value that is not its certificate's.
        UsageError: ``evidence`` lacks what the level needs.
        UnavailableError: A timestamp or revocation evidence cannot be had, and no lower level is allowed.
        RefusedError: The clock differs from the timestamping authority's by more than five minutes.

    Source: EN 319 142-1, clause 6.3; ISO 32000-2, 12.8.
    """
    moment = _moment(now)
    prepared = prepare_pdf(document, signer, spec, now=moment, evidence=evidence)
    value = signer.sign(prepared.attributes, prepared.digest)
    return finish_pdf(prepared, value, now=moment, evidence=evidence, password=spec.password)


def prepare_pdf(
    document: bytes,
    signer: Signer,
    spec: SignatureSpec,
    *,
    now: datetime | None = None,
    evidence: Evidence | None = None,
) -> PreparedSignature:
    """Do everything but the private key's work.

    Chuẩn bị ký: of ``signer`` only certificate, chain and algorithm are read. The key has to sign
    ``prepared.attributes`` with ``prepared.digest``.

    Returns:
        Plain data, valid for a week; ``to_json()`` and ``from_json()`` store it.

    Raises:
        EdocsError: As :func:`sign_pdf`, but for SignatureValueError.
    """
    moment = _moment(now)
    means = evidence or Evidence()
    means.require(spec.level)
    check_signer(signer.certificate, signer.chain, moment, means.revocation, means.trust)
    return prepare(document, signer, spec, moment)


def finish_pdf(
    prepared: PreparedSignature,
    value: bytes,
    *,
    now: datetime | None = None,
    evidence: Evidence | None = None,
    password: str | None = None,
) -> bytes:
    """Put the signature value into the prepared document.

    Hoàn tất chữ ký: nothing in ``prepared`` is believed. Digests are computed again, and the value must verify with the
    certificate, so garbage or another document's answer is never embedded.

    Args:
        value: RSA: the raw value; ECDSA: DER.
        evidence: What ``prepared.level`` needs. Where a service fails, the same call may be made again.
        password: Of an encrypted document, from B-LT on; a prepared signature holds no secret.

    Raises:
        StateRefusedError: Another version, expired, or the document or certificate was changed.
        SignatureValueError: The value does not verify.
        UsageError, UnavailableError, RefusedError: As :func:`sign_pdf`, for levels above B-B.
    """
    if prepared.level is Level.B_B:
        return finish(prepared, value, _moment(now))
    signed: bytes = _levels().finish_level(prepared, value, _moment(now), evidence or Evidence(), password)
    return signed


def extend_pdf(
    document: bytes, level: Level, *, evidence: Evidence, now: datetime | None = None, password: str | None = None
) -> Extended:
    """Raise every signature to ``level``, or renew the evidence of one that is at B-LTA.

    Nâng mức chữ ký, gia hạn bằng chứng. What was signed stays byte for byte, so that no key is needed. A signature
    that ends the document takes its timestamp into the room that its value left; else a document timestamp proves the
    time.

    Args:
        level: B-T, B-LT or B-LTA.
        now: Aware; None: the clock. Held against the timestamping authority's.
        password: Of an encrypted document; what is added is encrypted as well.

    Raises:
        NotPdfError, EncryptedError: The document cannot be read.
        FieldError: There is no signature.
        RefusedError: A signature is broken, a CA certificate is missing, a certificate was revoked before the time
            that is proven, or the clock is wrong.
        UsageError, UnavailableError: As :func:`sign_pdf`.

    Source: EN 319 142-1, 5.5 and 6.3.
    """
    extended: Extended = _levels().extend(document, level, evidence, _moment(now), password)
    return extended


def repair_pdf(document: bytes, password: str | None = None) -> bytes:
    """A damaged PDF rebuilt, to be looked at and signed; never one that is signed.

    Sửa tệp PDF hỏng: a new document, whose pages a person has to compare before it is signed.

    Raises:
        MissingExtraError: ``edocs[repair]`` is not installed.
        NotPdfError, EncryptedError: It cannot be rebuilt.
        PermissionRefusedError: It bears a signature.
    """
    rebuilt: bytes = importlib.import_module("edocs._pdf.repair").repair(document, password)
    return rebuilt


def approve_pdf(
    document: bytes,
    signer: Signer,
    spec: SignatureSpec,
    *,
    now: datetime | None = None,
    evidence: Evidence | None = None,
) -> bytes:
    """Sign a draft as the person in authority, with number, date and seal reserved.

    Ký ban hành của người có thẩm quyền. (1) The fields ``edocs.number``, ``edocs.date`` and ``edocs.seal`` are reserved
    where ``spec.reserve`` says; (2) the person certifies the document: filling fields and signing stay allowed
    (DocMDP P=2), all but the reserved fields and empty signature fields are locked (FieldMDP). Where another person has
    approved it before, the fields are there, and this one is an approval signature with the same lock.

    Raises:
        UsageError: ``spec.role`` is not personal.
        FieldError: The blanks for number and date are not found; give their places.
        EdocsError: As :func:`sign_pdf`.

    Source: Decree 30, article 13 and annex I.II.7; ISO 32000-2, 12.8.2.
    """
    if spec.role is not Role.PERSONAL:
        raise UsageError("a document is approved by a person", hint="role personal")
    reserving = replace(spec, reserve=spec.reserve or Reservation())
    return sign_pdf(document, signer, reserving, now=now, evidence=evidence)


def issue_pdf(
    document: bytes,
    signer: Signer,
    spec: SignatureSpec,
    *,
    now: datetime | None = None,
    evidence: Evidence | None = None,
) -> bytes:
    """Fill in number and date, and sign as the agency, in one update.

    Ban hành: cấp số, thời gian, đóng dấu. (1) ``spec.code`` goes into the reserved fields, the only change that the
    person's signature allows; (2) the agency signs in ``edocs.seal``, which locks every field.

    Where a person signed elsewhere and nothing is reserved, the agency signs three times: the first two signatures
    show number and date where the draft is blank (or where ``spec.reserve`` says), the third is the seal. Where that
    person certified the document, one signature in the empty field that is left shows all three.

    Raises:
        UsageError: ``spec.role`` is not organisation, or there is no ``spec.code``.
        FieldError: Nobody has signed (approve first), or it is filled or sealed already.
        PermissionRefusedError: A person certified the document and left no empty field.
        StampError: The seal's image is not what the decree wants.
        EdocsError: As :func:`sign_pdf`.

    Source: Decree 30, article 14 and annex I.II.3, 4 and 8.
    """
    moment = _moment(now)
    for step in plan_issue(document, spec):
        document = sign_pdf(document, signer, step, now=moment, evidence=evidence)
    return document


def appendix_pdf(
    document: bytes,
    signer: Signer,
    spec: SignatureSpec,
    *,
    now: datetime | None = None,
    evidence: Evidence | None = None,
) -> bytes:
    """Sign a file that goes with a document as the agency: number, symbol and time in the corner, no image.

    Ký số của cơ quan trên văn bản kèm theo, phụ lục không cùng tệp tin.

    Args:
        spec: ``appendix_of`` is the main document's code, with symbol; ``stamp`` at most a ``time_form`` and a ``box``.

    Raises:
        UsageError: ``spec.role`` is not organisation, or number and symbol are missing.
        StampError: ``spec.stamp`` has an image or text.
        FieldError: The upper right corner of the first page is not free, or the file is signed so already.
        EdocsError: As :func:`sign_pdf`.

    Source: Decree 30, annex I, part I, II.8b and III.1d.
    """
    if spec.appendix_of is None:
        raise UsageError("no number and symbol to show on the appendix", hint="give the main document's: 15/QĐ-BNV")
    return sign_pdf(document, signer, spec, now=now, evidence=evidence)


def copy_pdf(
    document: bytes,
    signer: Signer,
    spec: SignatureSpec,
    *,
    now: datetime | None = None,
    evidence: Evidence | None = None,
) -> bytes:
    """Sign an electronic copy as the agency that makes it: form of copy, agency and time in the corner, no image.

    Sao y, sao lục, trích sao sang định dạng điện tử.

    Args:
        document: The scan of the paper; for an excerpt, the excerpt laid out anew.
        spec: ``copy`` says what it is; ``stamp`` at most a ``time_form`` and a ``box``.

    Raises:
        UsageError: ``spec.role`` is not organisation, or ``spec.copy`` or its agency is missing.
        RefusedError: The decree knows no such copy, or the file is signed already, or is no scan as it wants one.
        StampError, FieldError: As :func:`appendix_pdf`.
        EdocsError: As :func:`sign_pdf`.

    Source: Decree 30, articles 25 to 27, and annex I, part II, I.
    """
    if spec.copy is None:
        raise UsageError("nothing says what the copy is", hint="give spec.copy")
    return sign_pdf(document, signer, spec, now=now, evidence=evidence)


def preview_pdf(document: bytes, signer: Signer, spec: SignatureSpec, *, now: datetime | None = None) -> bytes:
    """A PNG of the pages that signing would change, without using the key.

    Xem trước hình ảnh chữ ký. Everything but the private key's work is done, so what would be refused is refused here.

    Returns:
        The pages side by side, 110 dpi. Where issuing takes several signatures all are shown.

    Raises:
        EdocsError: As the act itself.
    """
    moment = _moment(now)
    names: list[str] = []
    for step in plan_issue(document, spec) if spec.code else (spec,):
        prepared = prepare_pdf(document, signer, step, now=moment)
        document = prepared.document
        names.append(prepared.field)
    return preview_png(document, [*names, *RESERVED_FIELDS], spec.password)


def _levels() -> ModuleType:
    """Imported on use: a signature at level B-B needs nothing that reads signatures."""
    return importlib.import_module("edocs._pades.levels")


def _moment(now: datetime | None) -> datetime:
    return datetime.now(UTC) if now is None else require_time(now)
