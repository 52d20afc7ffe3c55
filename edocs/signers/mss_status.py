"""Status codes of ETSI TS 102 204 V1.1.4: which are progress, which are success, which error.

Mã trạng thái dịch vụ ký số trên SIM. A code that the standard does not know is ``UnavailableError`` with its number.
"""

from __future__ import annotations

from edocs.errors import (
    CancelledError,
    CertificateRefusedError,
    EdocsError,
    RefusedError,
    SecretError,
    SignatureValueError,
    UnavailableError,
    UsageError,
)
from edocs.signers.mss import Answer

__all__ = ["DONE", "PENDING", "status_error"]

PENDING = frozenset({100, 400, 504})
"""REQUEST_OK, USER_SIGN, OUTSTANDING_TRANSACTION: the phone has not answered yet."""

DONE = frozenset({408, 500, 502})
"""SIGNATURE and VALID_SIGNATURE; REGISTRATION_OK, which some services give with a signature too."""


def status_error(answer: Answer, msisdn: str) -> EdocsError:
    """The error that an answer which is neither pending nor done stands for.

    Args:
        msisdn: Masked.
    """
    error = _of_request(answer.code) or _of_person(answer.code, msisdn) or _of_certificate(answer.code, msisdn)
    if error is not None:
        return error
    return UnavailableError(
        "the signing service answers with status {code}: {reason}",
        hint="ask the operator of the service",
        code=answer.code,
        reason=answer.text or "?",
    )


def _of_request(code: int) -> EdocsError | None:
    if code == 103:
        return UsageError("the signing service takes no data of this length", hint="send the digest: mode=hash")
    if code == 104:
        return SecretError(
            "the signing service refuses the application", hint="check ap= and its password with the operator"
        )
    if code == 106:
        return UnavailableError("the signing service wants signed messages", hint="not supported: ask the operator")
    if code == 107:
        return UsageError(
            "the signing service does not take this form of data", hint="try mode=hash, mode=digestinfo or mode=data"
        )
    if code == 108:
        return UnavailableError("the signing service speaks another version", hint="TS 102 204 version 1.1 is spoken")
    if code == 109:
        return UsageError("the signing service does not know this signature profile", hint="ask for it: profile=URI")
    return None


def _of_person(code: int, msisdn: str) -> EdocsError | None:
    if code == 105:
        return RefusedError(
            "the signing service does not know the number {msisdn}", hint="check msisdn=", msisdn=msisdn
        )
    if code == 208:
        return UnavailableError(
            "not confirmed on the phone in time: {msisdn}", hint="sign again, phone in hand", msisdn=msisdn
        )
    if code == 209:
        return UnavailableError(
            "the phone cannot be reached: {msisdn}", hint="is it switched on and in the network?", msisdn=msisdn
        )
    if code == 401:
        return CancelledError("declined on the phone: {msisdn}", hint="nothing was signed", msisdn=msisdn)
    if code == 402:
        return SecretError(
            "the signing PIN is blocked: {msisdn}", hint="have the operator unblock the SIM", msisdn=msisdn
        )
    if code == 403:
        return SecretError("the SIM is blocked: {msisdn}", hint="have the operator unblock the SIM", msisdn=msisdn)
    if code == 406:
        return UnavailableError("the SIM failed to sign: {msisdn}", hint="sign again", msisdn=msisdn)
    return None


def _of_certificate(code: int, msisdn: str) -> EdocsError | None:
    if code in (404, 405, 407, 422):
        return CertificateRefusedError(
            "no signing key or certificate for {msisdn}", hint="have the SIM registered for signing", msisdn=msisdn
        )
    if code in (423, 424, 425):
        return CertificateRefusedError(
            "the signing service cannot check the certificate of {msisdn}", hint="try later", msisdn=msisdn
        )
    if code == 501:
        return CertificateRefusedError(
            "the certificate of {msisdn} is revoked", hint="have a new one issued", msisdn=msisdn
        )
    if code == 503:
        return SignatureValueError("the signing service calls its signature invalid", hint="sign again")
    return None
