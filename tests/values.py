"""Signature values of every kind, made with real keys and put into a real PDF, as other software would write them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from asn1crypto import core as asn1_core
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from edocs._pades.der import explicit, implicit, integer, null, object_id, octets, sequence, tagged
from edocs.testing import sample_pdf

DATA, SIGNED_DATA = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"
OIDS = {
    "md5": "1.2.840.113549.2.5",
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
    "sha3_256": "2.16.840.1.101.3.4.2.8",
    "shake256": "2.16.840.1.101.3.4.2.12",
}
HASHES = {
    "md5": hashes.MD5(),
    "sha1": hashes.SHA1(),
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sha3_256": hashes.SHA3_256(),
}
START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
Sign = Callable[[bytes], bytes]


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@cache
def authority(name: str = "Test CA") -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A self-signed CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key, certify(key.public_key(), name, (key, None), ca=True)


def certify(
    key: object,
    name: str,
    issuer: tuple[object, x509.Certificate | None],
    *,
    ca: bool = False,
    uses: Sequence[str] = (),
    usage: Sequence[str] = ("digital_signature", "content_commitment"),
    critical_uses: bool = False,
    dates: tuple[datetime, datetime] = (START, END),
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    hashed: hashes.HashAlgorithm | None = hashes.SHA256(),  # noqa: B008 - it holds nothing
    padded: padding.PSS | None = None,
) -> x509.Certificate:
    """A certificate for ``key`` under ``name``."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_key, issuer_certificate = issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_certificate.subject if issuer_certificate else subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(dates[0])
        .not_valid_after(dates[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    names = ("key_cert_sign", "crl_sign") if ca else usage
    if names:
        every = (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        )
        builder = builder.add_extension(x509.KeyUsage(**{item: item in names for item in every}), critical=True)
    if uses:
        purposes = x509.ExtendedKeyUsage([ObjectIdentifier(item) for item in uses])
        builder = builder.add_extension(purposes, critical=critical_uses)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, hashed, **({"rsa_padding": padded} if padded else {}))


@dataclass(frozen=True, kw_only=True)
class Maker:
    """A signer: its certificate, how it signs, and the AlgorithmIdentifiers that it writes."""

    certificate: x509.Certificate
    sign: Sign
    algorithm: bytes
    digest: str = "sha256"


def leaf(key: object, **options: object) -> x509.Certificate:
    ca_key, ca = authority()
    return certify(key.public_key(), "Signer", (ca_key, ca), **options)


def identifier(oid: str, parameters: bytes = b"") -> bytes:
    return sequence(object_id(oid), parameters)


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def dsa_key() -> dsa.DSAPrivateKey:
    return dsa.generate_private_key(key_size=2048)


def rsa_maker(digest: str = "sha256", bits: int = 2048, oid: str = "1.2.840.113549.1.1.1", **options: object) -> Maker:
    key = rsa_key(bits)
    return Maker(
        certificate=leaf(key, **options),
        sign=lambda data: key.sign(data, padding.PKCS1v15(), HASHES[digest]),
        algorithm=identifier(oid, null()),
        digest=digest,
    )


def pss_maker(digest: str, mask: str, salt: int, *, trailer: bool = False) -> Maker:
    key = rsa_key()
    parts = [
        explicit(0, identifier(OIDS[digest], null())),
        explicit(1, identifier("1.2.840.113549.1.1.8", identifier(OIDS[mask], null()))),
        explicit(2, integer(salt)),
    ]
    if trailer:
        parts.append(explicit(3, integer(1)))
    return Maker(
        certificate=leaf(key),
        sign=lambda data: key.sign(data, padding.PSS(padding.MGF1(HASHES[mask]), salt), HASHES[digest]),
        algorithm=identifier("1.2.840.113549.1.1.10", sequence(*parts)),
        digest=digest,
    )


def ec_maker(
    curve: ec.EllipticCurve, digest: str = "sha256", oid: str = "1.2.840.10045.4.3.2", **options: object
) -> Maker:
    key = ec.generate_private_key(curve)
    return Maker(
        certificate=leaf(key, **options),
        sign=lambda data: key.sign(data, ec.ECDSA(HASHES[digest])),
        algorithm=identifier(oid),
        digest=digest,
    )


def plain_maker() -> Maker:
    key = ec.generate_private_key(ec.SECP256R1())

    def sign(data: bytes) -> bytes:
        one, other = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return one.to_bytes(32, "big") + other.to_bytes(32, "big")

    return Maker(certificate=leaf(key), sign=sign, algorithm=identifier("0.4.0.127.0.7.1.1.4.1.3"))


def ed_maker(kind: type[ed25519.Ed25519PrivateKey] | type[ed448.Ed448PrivateKey]) -> Maker:
    key = kind.generate()
    is_448 = kind is ed448.Ed448PrivateKey
    return Maker(
        certificate=leaf(key),
        sign=key.sign,
        algorithm=identifier("1.3.101.113" if is_448 else "1.3.101.112"),
        digest="shake256" if is_448 else "sha512",
    )


def dsa_maker() -> Maker:
    key = dsa_key()
    return Maker(
        certificate=leaf(key),
        sign=lambda data: key.sign(data, hashes.SHA256()),
        algorithm=identifier("2.16.840.1.101.3.4.3.2"),
    )


def hashed(name: str, data: bytes) -> bytes:
    return hashlib.shake_256(data).digest(64) if name == "shake256" else hashlib.new(name, data).digest()


def attribute(oid: str, *values: bytes) -> bytes:
    return sequence(object_id(oid), tagged(0x31, *values))


def content_type(oid: str = DATA) -> bytes:
    return attribute("1.2.840.113549.1.9.3", object_id(oid))


def message_digest(value: bytes) -> bytes:
    return attribute("1.2.840.113549.1.9.4", octets(value))


def named_v2(certificate: x509.Certificate, algorithm: bytes = b"", name: str = "sha256") -> bytes:
    """signing-certificate-v2; ``algorithm`` explicit, or left out as DER wants for SHA-256."""
    return attribute(
        "1.2.840.113549.1.9.16.2.47", sequence(sequence(sequence(algorithm, octets(hashed(name, der(certificate))))))
    )


def named_v1(certificate: x509.Certificate) -> bytes:
    value = sequence(sequence(sequence(octets(hashed("sha1", der(certificate))))))
    return attribute("1.2.840.113549.1.9.16.2.12", value)


def by_issuer(certificate: x509.Certificate) -> bytes:
    return sequence(certificate.issuer.public_bytes(), integer(certificate.serial_number))


def by_key(certificate: x509.Certificate) -> bytes:
    value = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    return tagged(0x80, value)


def own_attributes(maker: Maker, content: bytes) -> list[bytes]:
    return sorted(
        [content_type(), message_digest(hashed(maker.digest, content)), named_v2(maker.certificate)],
    )


def cms(
    maker: Maker,
    content: bytes,
    *,
    attributes: Sequence[bytes] | None = None,
    signed: Callable[[bytes], bytes] = lambda written: written,
    enclosed: bytes | None = None,
    certificates: Sequence[bytes] | None = None,
    revocation: bytes = b"",
    signer: bytes | None = None,
    unsigned: Callable[[bytes], Sequence[bytes]] = lambda _: (),
    kind: str = DATA,
    signers: int = 1,
) -> bytes:
    """A ContentInfo over ``content``.

    Args:
        attributes: Encoded, in the order in which they are written; None: the usual three; empty: none at all.
        signed: From the SET that is written to the octets that are signed.
        enclosed: The content that the CMS itself holds.
        unsigned: Attributes, encoded, by the signature value.
    """
    chosen = own_attributes(maker, content) if attributes is None else list(attributes)
    written = tagged(0x31, *chosen)
    value = maker.sign(signed(written) if chosen else content)
    digest = identifier(OIDS[maker.digest])
    added = list(unsigned(value))
    info = sequence(
        integer(1),
        signer or by_issuer(maker.certificate),
        digest,
        implicit(0, written) if chosen else b"",
        maker.algorithm,
        octets(value),
        implicit(1, tagged(0x31, *added)) if added else b"",
    )
    held = [der(maker.certificate), der(authority()[1])] if certificates is None else list(certificates)
    return sequence(
        object_id(SIGNED_DATA),
        explicit(
            0,
            sequence(
                integer(1),
                tagged(0x31, digest),
                sequence(object_id(kind), explicit(0, octets(enclosed)) if enclosed is not None else b""),
                implicit(0, tagged(0x31, *held)) if held else b"",
                revocation,
                tagged(0x31, *([info] * signers)),
            ),
        ),
    )


def in_pdf(
    make: Callable[[bytes], bytes],
    sub_filter: str = "ETSI.CAdES.detached",
    *,
    document: bytes | None = None,
    field: str = "Signature1",
    handler: str = "Adobe.PPKLite",
    kind: str = "/Sig",
    certificates: Sequence[bytes] = (),
    room: int = 12000,
) -> bytes:
    """``document`` with one more signature field, its value made by ``make`` from the signed bytes."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document if document is not None else sample_pdf()))
    numbers = [generic.NumberObject(number) for number in (0, 1111111111, 2222222222, 3333333333)]
    value = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name(kind),
            pdf_name("/Filter"): pdf_name("/" + handler),
            pdf_name("/M"): generic.pdf_string("D:20260305143000+07'00'"),
            pdf_name("/ByteRange"): generic.ArrayObject(numbers),
            pdf_name("/Contents"): generic.ByteStringObject(bytes(room)),
        }
    )
    if sub_filter:
        value[pdf_name("/SubFilter")] = pdf_name("/" + sub_filter)
    strings = [generic.ByteStringObject(item) for item in certificates]
    if strings:
        value[pdf_name("/Cert")] = strings[0] if len(strings) == 1 else generic.ArrayObject(strings)
    page = writer.root["/Pages"]["/Kids"][0]
    widget = writer.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/Widget"),
                pdf_name("/FT"): pdf_name("/Sig"),
                pdf_name("/T"): generic.pdf_string(field),
                pdf_name("/F"): generic.NumberObject(132),
                pdf_name("/Rect"): generic.ArrayObject([generic.NumberObject(0)] * 4),
                pdf_name("/P"): writer.root["/Pages"]["/Kids"].raw_get(0),
                pdf_name("/V"): writer.add_object(value),
            }
        )
    )
    _append(writer, page, "/Annots", widget)
    if "/AcroForm" not in writer.root:
        writer.root["/AcroForm"] = writer.add_object(generic.DictionaryObject())
        writer.update_root()
    form = writer.root["/AcroForm"]
    form[pdf_name("/SigFlags")] = generic.NumberObject(3)
    _append(writer, form, "/Fields", widget)
    out = io.BytesIO()
    writer.write(out)
    return _fill(out.getvalue(), make, room)


def _append(
    writer: IncrementalPdfFileWriter, holder: generic.DictionaryObject, key: str, item: generic.PdfObject
) -> None:
    items = generic.ArrayObject([*holder.get(key, ()), item])
    holder[pdf_name(key)] = items
    writer.update_container(holder)


def _fill(document: bytes, make: Callable[[bytes], bytes], room: int) -> bytes:
    start = document.rindex(b"<" + b"00" * room + b">")
    end = start + 2 * room + 2
    numbers = f"0 {start} {end} {len(document) - end}".encode()
    document = document.replace(b"0 1111111111 2222222222 3333333333", numbers.ljust(34))
    value = make(document[:start] + document[end:])
    assert len(value) <= room
    return document[: start + 1] + value.hex().encode().ljust(2 * room, b"0") + document[end - 1 :]


def signed_pdf(maker: Maker, sub_filter: str = "ETSI.CAdES.detached", **options: object) -> bytes:
    """A PDF signed by ``maker``; ``options`` as of :func:`cms`."""
    return in_pdf(lambda data: cms(maker, data, **options), sub_filter)


def read_set(written: bytes) -> bytes:
    """The SET ``written`` with its elements sorted."""
    found = asn1_core.SetOf.load(written, spec=asn1_core.Any)
    return tagged(0x31, *sorted(found[index].dump() for index in range(len(found))))


TST_INFO, TIMESTAMP = "1.2.840.113549.1.9.16.1.4", "1.2.840.113549.1.9.16.2.14"
TIME_STAMPING = "1.3.6.1.5.5.7.3.8"


def tsa_maker(digest: str = "sha256", **options: object) -> Maker:
    """A timestamping authority."""
    return rsa_maker(digest, uses=(TIME_STAMPING,), usage=("digital_signature",), critical_uses=True, **options)


def token(
    maker: Maker, data: bytes, at: datetime, *, imprint: str = "sha256", certificates: Sequence[bytes] | None = None
) -> bytes:
    """An RFC 3161 token over ``data``."""
    info = sequence(
        integer(1),
        object_id("1.3.6.1.4.1.32473.1"),
        sequence(identifier(OIDS[imprint]), octets(hashed(imprint, data))),
        integer(7),
        tagged(0x18, at.strftime("%Y%m%d%H%M%SZ").encode()),
    )
    attributes = [
        content_type(TST_INFO),
        message_digest(hashed(maker.digest, info)),
        named_v2(maker.certificate),
    ]
    return cms(maker, info, enclosed=info, kind=TST_INFO, attributes=attributes, certificates=certificates)


def stamped(*tokens: bytes) -> list[bytes]:
    """The unsigned attribute that holds ``tokens``."""
    return [attribute(TIMESTAMP, *tokens)]


def revocation_list(revoked: x509.Certificate | None = None, *, at: datetime = NOW, on: datetime = NOW) -> bytes:
    """The CA's CRL."""
    key, ca = authority()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.subject)
        .last_update(at - timedelta(days=1))
        .next_update(at + timedelta(days=30))
    )
    if revoked is not None:
        entry = x509.RevokedCertificateBuilder().serial_number(revoked.serial_number).revocation_date(on).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@cache
def rsa_authority() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """A self-signed CA with an RSA key."""
    key = rsa_key(3072)
    return key, certify(key.public_key(), "Test RSA CA", (key, None), ca=True)


def resigned_with_sha1(certificate: x509.Certificate) -> x509.Certificate:
    """``certificate`` as :func:`rsa_authority` would have issued it in 2009: SHA-1 with RSA."""
    key, ca = rsa_authority()
    fields = asn1_x509.TbsCertificate.load(certificate.tbs_certificate_bytes)
    fields["issuer"] = asn1_x509.Name.load(ca.subject.public_bytes())
    fields["signature"] = {"algorithm": "sha1_rsa"}
    made = asn1_x509.Certificate(
        {
            "tbs_certificate": fields,
            "signature_algorithm": {"algorithm": "sha1_rsa"},
            "signature_value": key.sign(fields.dump(force=True), padding.PKCS1v15(), HASHES["sha1"]),
        }
    )
    return x509.load_der_x509_certificate(made.dump())


def joined_responses(responses: Sequence[bytes], key: ec.EllipticCurvePrivateKey) -> bytes:
    """One OCSP response with the answers of several, signed anew."""
    loaded = [asn1_ocsp.OCSPResponse.load(item) for item in responses]
    basic = loaded[0].basic_ocsp_response
    answers = [item.response_data["responses"][0] for item in loaded]
    basic["tbs_response_data"]["responses"] = asn1_ocsp.Responses(answers)
    signed = basic["tbs_response_data"].dump(force=True)
    basic["signature"] = asn1_core.OctetBitString(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    whole = {"response_type": "basic_ocsp_response", "response": basic}
    return asn1_ocsp.OCSPResponse({"response_status": "successful", "response_bytes": whole}).dump(force=True)
