"""What is asked of and answered by a Cloud Signature Consortium service: API 1.0.4.0 and 2.0, as plain data.

Giao thức ký số từ xa của CSC. The two versions differ in names: ``hash`` and ``hashes``, ``PIN`` and ``authData``. What
is not spoken: signing whole documents (``signDoc``), asynchronous operation, and credentials that are authorized in a
browser (``oauth2code``). No I/O here; see ``csc``.

Source: CSC API 1.0.4.0, clauses 8 and 11; CSC API 2.0.0.2, clauses 8 and 11.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from asn1crypto import algos
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from edocs.errors import CertificateRefusedError, UnavailableError, UsageError
from edocs.model import SignatureAlgorithm
from edocs.signers.remote import DIGESTS, public_key, read_certificate, read_value
from edocs.signers.service import Answer, printable

__all__ = [
    "Credential",
    "Factor",
    "Version",
    "authorize_body",
    "info_body",
    "is_expired",
    "is_wrong_secret",
    "read_algorithm",
    "read_credential",
    "read_signatures",
    "read_version",
    "sign_body",
    "sign_oid",
]

_RSA = "1.2.840.113549.1.1.1"
_PSS = "1.2.840.113549.1.1.10"
_OIDS: Mapping[SignatureAlgorithm, Mapping[str, tuple[str, ...]]] = {
    SignatureAlgorithm.RSA_PKCS1: {
        "sha256": ("1.2.840.113549.1.1.11", _RSA),
        "sha384": ("1.2.840.113549.1.1.12", _RSA),
        "sha512": ("1.2.840.113549.1.1.13", _RSA),
    },
    SignatureAlgorithm.RSA_PSS: dict.fromkeys(DIGESTS, (_PSS,)),
    SignatureAlgorithm.ECDSA: {
        "sha256": ("1.2.840.10045.4.3.2", "1.2.840.10045.2.1"),
        "sha384": ("1.2.840.10045.4.3.3", "1.2.840.10045.2.1"),
        "sha512": ("1.2.840.10045.4.3.4", "1.2.840.10045.2.1"),
    },
}
"""RFC 8017, appendix A; RFC 5758. Of each pair the first names the digest too, the second the key alone."""
_WRONG_SECRET = re.compile(r"(?<![a-z])(otp|pin|password|passphrase|auth_?data)(?![a-z])", re.IGNORECASE)
_EXPIRED = re.compile(
    r"(sad|authorization|activation).*expir|expir.*(sad|authorization|activation)|invalid.*\bsad\b", re.I
)


class Version(StrEnum):
    """Which dialect the service speaks."""

    V1 = "1"
    V2 = "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One secret that authorizes the use of the key (yếu tố xác thực): a PIN, a one-time password."""

    id: str
    is_one_time: bool
    """Never remembered."""
    is_sent: bool
    """The service sends it to the signer, and has to be told to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A key at the service and its certificate (chứng thư số tại dịch vụ)."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    algorithms: tuple[str, ...]
    """OIDs; empty: the service does not say."""
    factors: tuple[Factor, ...]
    multisign: int
    """How many signatures one authorization may cover, at least 1."""


def read_version(info: Answer, host: str) -> Version:
    """The dialect of a service, from its answer to ``info``.

    Raises:
        UnavailableError: No CSC service, or one of another major version.
    """
    specs = info.string("specs")
    major = specs.partition(".")[0]
    if not info.is_ok or not specs:
        raise UnavailableError("{host} is no CSC service", hint="check the address in the URI", host=host)
    if major not in ("1", "2"):
        raise UnavailableError(
            "{host} speaks version {version} of the CSC API", hint="1 or 2", host=host, version=printable(specs)
        )
    return Version(major)


def info_body(credential_id: str) -> Mapping[str, object]:
    """The request of ``credentials/info``."""
    return {"credentialID": credential_id, "certificates": "chain", "certInfo": False, "authInfo": True}


def read_credential(version: Version, answer: Answer, host: str) -> Credential:
    """The answer of ``credentials/info``.

    Raises:
        UnavailableError: No certificate that can be read.
        CertificateRefusedError: Key or certificate is not in use.
        UsageError: It is authorized in a way that is not supported.
    """
    key, cert = answer.part("key"), answer.part("cert")
    for status, good in ((key.string("status"), "enabled"), (cert.string("status"), "valid")):
        if status not in ("", good):
            raise CertificateRefusedError(
                "{host} reports the credential as {status}", host=host, status=printable(status)
            )
    found = [read_certificate(text, host) for text in cert.strings("certificates")]
    if not found:
        raise UnavailableError("{host} sends no certificate", host=host)
    public_key(found[0])
    return Credential(
        certificate=found[0],
        chain=tuple(item for item in found[1:] if item != found[0]),
        algorithms=tuple(key.strings("algo")),
        factors=_factors_v1(answer) if version is Version.V1 else _factors_v2(answer),
        multisign=max(1, int(answer.number("multisign", 1))),
    )


def read_algorithm(credential: Credential, *, pss: bool) -> SignatureAlgorithm:
    """How the key signs; RSA-PSS where it is asked for, or where the service offers nothing else for RSA.

    Raises:
        UsageError: PSS is asked for, and not offered.
    """
    if isinstance(public_key(credential.certificate), ec.EllipticCurvePublicKey):
        return SignatureAlgorithm.ECDSA
    offered = credential.algorithms
    if pss and offered and _PSS not in offered:
        raise UsageError("the service does not sign with that padding: {name}", hint="pkcs1", name="pss")
    has_pkcs1 = any(oid in offered for oids in _OIDS[SignatureAlgorithm.RSA_PKCS1].values() for oid in oids)
    is_pss = pss or (_PSS in offered and not has_pkcs1)
    return SignatureAlgorithm.RSA_PSS if is_pss else SignatureAlgorithm.RSA_PKCS1


def authorize_body(
    version: Version, credential_id: str, hashes: Sequence[bytes], digest: str, answers: Mapping[str, str]
) -> Mapping[str, object]:
    """The request of ``credentials/authorize``. The hashes bind the authorization to what is signed (SCAL2)."""
    body: dict[str, object] = {"credentialID": credential_id, "numSignatures": len(hashes)}
    if version is Version.V1:
        return {**body, "hash": _encoded(hashes), **answers}
    body |= {"hashes": _encoded(hashes), "hashAlgorithmOID": DIGESTS[digest]}
    if answers:
        body["authData"] = [{"id": name, "value": value} for name, value in answers.items()]
    return body


def sign_body(
    version: Version,
    credential_id: str,
    sad: str,
    hashes: Sequence[bytes],
    digest: str,
    algorithm: SignatureAlgorithm,
    offered: Sequence[str],
) -> Mapping[str, object]:
    """The request of ``signatures/signHash``."""
    body: dict[str, object] = {
        "credentialID": credential_id,
        "SAD": sad,
        "signAlgo": sign_oid(algorithm, digest, offered),
    }
    if algorithm is SignatureAlgorithm.RSA_PSS:
        body["signAlgoParams"] = base64.b64encode(_pss_parameters(digest)).decode("ascii")
    if version is Version.V1:
        return body | {"hash": _encoded(hashes), "hashAlgo": DIGESTS[digest]}
    return body | {"hashes": _encoded(hashes), "hashAlgorithmOID": DIGESTS[digest], "operationMode": "S"}


def sign_oid(algorithm: SignatureAlgorithm, digest: str, offered: Sequence[str]) -> str:
    """The OID that asks for ``algorithm`` with ``digest``, of those ``offered``.

    Raises:
        UsageError: The service does not sign this digest.
    """
    known = _OIDS[algorithm]
    for oid in known[digest]:
        if not offered or oid in offered:
            return oid
    names = ", ".join(name for name, oids in known.items() if any(oid in offered for oid in oids))
    raise UsageError("digest not produced: {digest}", hint="one of {names}", digest=digest, names=names)


def read_signatures(answer: Answer, count: int, credential: Credential, host: str) -> list[bytes]:
    """The values of ``signatures/signHash``, in order.

    Raises:
        UnavailableError: Another number of them, or no base64.
    """
    texts = answer.strings("signatures")
    if len(texts) != count:
        raise UnavailableError(
            "{host} sends {found} signature values for {count} hashes", host=host, found=len(texts), count=count
        )
    return [read_value(text, credential.certificate, host) for text in texts]


def is_wrong_secret(answer: Answer) -> bool:
    """Whether a refusal is about PIN or one-time password: wrong, missing or locked."""
    return any(_WRONG_SECRET.search(text) for text in _said(answer))


def is_expired(answer: Answer) -> bool:
    """Whether a refusal is about an authorization that has run out."""
    return any(_EXPIRED.search(text) for text in _said(answer))


def _said(answer: Answer) -> tuple[str, str]:
    return answer.string("error"), answer.string("error_description")


def _encoded(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(item).decode("ascii") for item in hashes]


def _pss_parameters(digest: str) -> bytes:
    hashed = {"algorithm": digest}
    parameters = {
        "hash_algorithm": hashed,
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": hashed},
        "salt_length": int(digest.removeprefix("sha")) // 8,
    }
    return bytes(algos.RSASSAPSSParams(parameters).dump())


def _factors_v1(answer: Answer) -> tuple[Factor, ...]:
    _require_mode(answer.string("authMode"))
    pin, otp = answer.part("PIN"), answer.part("OTP")
    factors = []
    if pin.string("presence") == "true":
        factors.append(Factor(id="PIN", is_one_time=False, is_sent=False))
    if otp.string("presence") == "true":
        factors.append(Factor(id="OTP", is_one_time=True, is_sent=otp.string("type") == "online"))
    return tuple(factors)


def _factors_v2(answer: Answer) -> tuple[Factor, ...]:
    auth = answer.part("auth")
    _require_mode(auth.string("mode"))
    factors = []
    for item in auth.parts("objects"):
        if item.string("id") and item.string("type") in ("Password", "PIN", "OTP"):
            is_one_time = "otp" in item.string("id").lower() or item.string("type") == "OTP" or "generator" in item.body
            factors.append(Factor(id=item.string("id"), is_one_time=is_one_time, is_sent="generator" not in item.body))
        # Every alternative that can be answered is; what is left out must not be required.
        elif not re.search(r"\bOR\b", auth.string("expression"), re.IGNORECASE):
            raise _not_supported(item.string("type") or item.string("id"))
    return tuple(
        Factor(id=item.id, is_one_time=item.is_one_time, is_sent=item.is_one_time and item.is_sent) for item in factors
    )


def _require_mode(mode: str) -> None:
    if mode not in ("", "implicit", "explicit"):
        raise _not_supported(mode)


def _not_supported(name: str) -> UsageError:
    return UsageError(
        "the credential is authorized in a way that is not supported: {name}",
        hint="ask the provider for one with PIN or one-time password",
        name=printable(name),
    )
