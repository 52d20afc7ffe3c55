"""Signature values as any product could make them, right or wrong (RFC 5652, RFC 5035, ETSI EN 319 122-1)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

SIGNED_AT = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
_HASHES = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A private key, its certificate, and the certificates sent along."""

    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: asn1_x509.Certificate
    chain: tuple[asn1_x509.Certificate, ...] = ()

    @classmethod
    def load(cls, folder: Path, name: str) -> Key:
        """``name`` of ``certs/test``, its CA along with it."""
        private = load_pem_private_key((folder / "keys" / f"{name}.key.pem").read_bytes(), None)
        assert isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        certificate = x509.load_pem_x509_certificate((folder / "certs" / f"{name}.pem").read_bytes())
        authority = certificate.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value
        others = [
            x509.load_pem_x509_certificate(path.read_bytes()) for path in (folder / "intermediates").glob("*.pem")
        ]
        chain = [item for item in others if item.subject == certificate.issuer]
        assert chain or authority, name
        return cls(private=private, certificate=as_asn1(certificate), chain=tuple(as_asn1(item) for item in chain))


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """How the signature value is made; the defaults are those of a correct PAdES baseline signature."""

    digest: str = "sha256"
    declared: str = ""
    """Digest algorithm that is written down; empty: the one that was used."""
    drop: tuple[str, ...] = ()
    """Signed attributes left out."""
    extra: tuple[tuple[str, object], ...] = ()
    """Signed attributes in addition; of the same name, a second one."""
    change: Mapping[str, object] = field(default_factory=dict)
    """Signed attributes with another value."""
    no_attributes: bool = False
    signing_time: bool = False
    unsigned: tuple[tuple[str, object], ...] = ()
    content: bytes | None = None
    """What is enveloped."""
    certificates: tuple[asn1_x509.Certificate, ...] | None = None
    leaf_only: bool = False
    signers: int = 1
    pss: bool = False


def as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def signing_certificate(certificate: asn1_x509.Certificate) -> tsp.SigningCertificateV2:
    """ESSCertIDv2 of RFC 5035, without the issuer's name."""
    digest = hashlib.sha256(certificate.dump()).digest()
    return tsp.SigningCertificateV2({"certs": [{"cert_hash": digest}]})


def sign_bytes(key: Key, data: bytes, digest: str, *, pss: bool = False) -> bytes:
    if isinstance(key.private, ec.EllipticCurvePrivateKey):
        return key.private.sign(data, ec.ECDSA(_HASHES[digest]()))
    scheme = padding.PSS(padding.MGF1(_HASHES[digest]()), 32) if pss else padding.PKCS1v15()
    return key.private.sign(data, scheme, _HASHES[digest]())


def make_cms(key: Key, data: bytes, how: Value = Value()) -> bytes:
    """A CMS SignedData over ``data``, which it does not contain."""
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": how.declared or how.digest}],
            "encap_content_info": _content(how),
            "certificates": _certificates(key, how),
            "signer_infos": [_signer_info(key, data, how)] * how.signers,
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def _certificates(key: Key, how: Value) -> list[asn1_x509.Certificate]:
    if how.certificates is not None:
        return list(how.certificates)
    return [key.certificate] if how.leaf_only else [key.certificate, *key.chain]


def _content(how: Value) -> dict[str, object]:
    return {"content_type": "data"} if how.content is None else {"content_type": "data", "content": how.content}


def _signer_info(key: Key, data: bytes, how: Value) -> cms.SignerInfo:
    values: dict[str, object] = {
        "content_type": "data",
        "message_digest": hashlib.new(how.digest, data).digest(),
        "signing_certificate_v2": signing_certificate(key.certificate),
    }
    if how.signing_time:
        values["signing_time"] = cms.Time({"utc_time": SIGNED_AT})
    values.update(how.change)
    pairs = [(name, value) for name, value in values.items() if name not in how.drop] + list(how.extra)
    attributes = cms.CMSAttributes([cms.CMSAttribute({"type": name, "values": [value]}) for name, value in pairs])
    to_sign = data if how.no_attributes else attributes.dump()
    info: dict[str, object] = {
        "version": "v1",
        "sid": {
            "issuer_and_serial_number": {
                "issuer": key.certificate.issuer,
                "serial_number": key.certificate.serial_number,
            }
        },
        "digest_algorithm": {"algorithm": how.declared or how.digest},
        "signature_algorithm": _mechanism(key, how),
        "signature": sign_bytes(key, to_sign, how.digest, pss=how.pss),
    }
    if not how.no_attributes:
        info["signed_attrs"] = attributes
    if how.unsigned:
        info["unsigned_attrs"] = [{"type": name, "values": [value]} for name, value in how.unsigned]
    return cms.SignerInfo(info)


def _mechanism(key: Key, how: Value) -> algos.SignedDigestAlgorithm:
    if how.pss:
        hash_algorithm = {"algorithm": how.digest}
        parameters = algos.RSASSAPSSParams(
            {
                "hash_algorithm": hash_algorithm,
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": hash_algorithm},
                "salt_length": 32,
            }
        )
        return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})
    kind = "ecdsa" if isinstance(key.private, ec.EllipticCurvePrivateKey) else "rsa"
    return algos.SignedDigestAlgorithm({"algorithm": f"{how.declared or how.digest}_{kind}"})


def edit_cms(value: bytes, change: object) -> bytes:
    """``value`` encoded anew after ``change`` was made to its SignedData."""
    info = cms.ContentInfo.load(value)
    assert callable(change)
    change(info["content"])
    return bytes(info.dump(force=True))


def octets(data: bytes) -> core.OctetString:
    return core.OctetString(data)
