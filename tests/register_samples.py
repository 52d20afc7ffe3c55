"""Documents and verifications for tests of the register: made here, so that their counts are known."""

from __future__ import annotations

import hashlib
from datetime import datetime

from edocs.model import (
    HANOI,
    Agency,
    AgencyLevel,
    Document,
    DocumentCode,
    Level,
    Role,
    Secrecy,
    SignatureReport,
    Verdict,
    VerificationReport,
)

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=HANOI)
PROVINCE = Agency(id="000.00.00.H99", name="Ủy ban nhân dân tỉnh Lam Giang", level=AgencyLevel.PROVINCE)
DISTRICT = Agency(id="000.00.31.H99", name="Ủy ban nhân dân huyện Bình Khê", level=AgencyLevel.DISTRICT)
COMMUNE = Agency(id="H99.31.21", name="Ủy ban nhân dân xã An Lạc", level=AgencyLevel.COMMUNE)
PASSED, FAILED, OPEN = Verdict.TOTAL_PASSED, Verdict.TOTAL_FAILED, Verdict.INDETERMINATE
PERSON, AGENCY, UNKNOWN = Role.PERSONAL, Role.ORGANISATION, Role.UNKNOWN


def make_document(
    number: int,
    agency: Agency = PROVINCE,
    *,
    issued_on: datetime = datetime(2026, 3, 5, tzinfo=HANOI),
    kind: str = "CV",
    symbol: str = "UBND-VP",
    subject: str = "Về việc sử dụng chữ ký số",
    secrecy: Secrecy = Secrecy.NONE,
    content: str = "",
) -> Document:
    """A document whose file is told apart by ``content``."""
    seed = content or f"{agency.id}/{issued_on.year}/{number}/{symbol}/{secrecy}"
    return Document(
        agency=agency,
        code=DocumentCode(number=number, symbol=symbol, issued_on=issued_on),
        type=kind,
        subject=subject,
        secrecy=secrecy,
        file_sha256=hashlib.sha256(seed.encode()).hexdigest(),
    )


def signature(role: Role, verdict: Verdict = PASSED, **fields: object) -> SignatureReport:
    """A signature that is intact unless it failed, trusted only if it passed."""
    known = {"integrity": verdict is not FAILED, "trusted": verdict is PASSED, "level": Level.B_B, **fields}
    return SignatureReport(field="Signature", role=role, verdict=verdict, **known)  # type: ignore[arg-type]


def make_report(document: Document, *signatures: SignatureReport) -> VerificationReport:
    """What a verification of the document's file says: the worst of its signatures."""
    verdicts = {item.verdict for item in signatures}
    worst = next((verdict for verdict in (FAILED, OPEN, PASSED) if verdict in verdicts), Verdict.NOT_SIGNED)
    return VerificationReport(verdict=worst, signatures=signatures, sha256=document.file_sha256)


def issued(document: Document) -> VerificationReport:
    """Signed as the decree wants it: the person, then the agency."""
    return make_report(document, signature(PERSON), signature(AGENCY))
