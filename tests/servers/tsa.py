"""A time-stamping authority (RFC 3161) with a key of the test PKI; its tokens are made by pyHanko, not by edocs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from edocs.testing import Pki


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A key, its certificate, and the CA certificates that go into the token."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey
    chain: tuple[x509.Certificate, ...] = ()

    @classmethod
    def of(cls, pki: Pki, name: str) -> Authority:
        key = load_pem_private_key(pki.key(name).read_bytes(), None)
        certificate = x509.load_pem_x509_certificate(pki.pem(name).read_bytes())
        issuer = x509.load_pem_x509_certificate(pki.pem("official-ca").read_bytes())
        return cls(certificate=certificate, key=key, chain=(issuer,))

    @classmethod
    def lasting(cls, pki: Pki, begin: int, end: int, *, is_strict: bool = True) -> Authority:
        """Another authority of the official CA, with a key of its own, valid for whole years.

        Args:
            is_strict: Its only purpose is critical, as RFC 3161, 2.3 wants it.
        """
        ca_key = load_pem_private_key(pki.key("official-ca").read_bytes(), None)
        issuer = x509.load_pem_x509_certificate(pki.pem("official-ca").read_bytes())
        old = x509.load_pem_x509_certificate(pki.pem("tsa").read_bytes())
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"TSA {begin}-{end} (edocs TEST)")]))
            .issuer_name(issuer.subject)
            .public_key(key.public_key())
            .serial_number(5000 + begin)
            .not_valid_before(datetime(begin, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(end, 1, 1, tzinfo=UTC))
        )
        own = (x509.SubjectKeyIdentifier,)
        for extension in old.extensions:
            value = extension.value
            if isinstance(value, own):
                value = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
            is_purpose = isinstance(value, x509.ExtendedKeyUsage)
            builder = builder.add_extension(value, extension.critical and (is_strict or not is_purpose))
        assert old.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value == x509.ExtendedKeyUsage(
            [ExtendedKeyUsageOID.TIME_STAMPING]
        )
        return cls(certificate=builder.sign(ca_key, hashes.SHA256()), key=key, chain=(issuer,))

    def answer(self, query: bytes, now: datetime, **changes: object) -> bytes:
        """The response to ``query``; ``changes`` are fields of the request that it answers wrongly."""
        request = tsp.TimeStampReq.load(query)
        for name, value in changes.items():
            request[name] = value
        store = SimpleCertificateStore()
        for item in self.chain:
            store.register(asn1_x509.Certificate.load(item.public_bytes(Encoding.DER)))
        private = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        stamper = DummyTimeStamper(
            tsa_cert=asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER)),
            tsa_key=asn1_keys.PrivateKeyInfo.load(private),
            certs_to_embed=store,
            fixed_dt=now,
        )
        return bytes(stamper.request_tsa_response(request).dump())
