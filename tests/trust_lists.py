"""Trusted lists as a scheme operator would write and sign them (ETSI TS 119 612), for tests.

The signature is made here by lxml and cryptography, apart from the code that verifies it; ``xmlsec1`` is the witness.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree

NOW = datetime(2026, 3, 5, 2, tzinfo=UTC)
TYPES = "http://uri.etsi.org/TrstSvc/Svctype/"
STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
TSL_SIGNING = x509.ObjectIdentifier("0.4.0.2231.3.0")
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass
class Operator:
    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def write(self, folder: Path) -> Path:
        (folder / "operator.pem").write_bytes(self.certificate.public_bytes(Encoding.PEM))
        (folder / "operator.key").write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return folder / "operator.pem"


def operator(key: Key | None = None, usage: Sequence[x509.ObjectIdentifier] = (TSL_SIGNING,)) -> Operator:
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Vận hành danh sách tin cậy (thử nghiệm)")])
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 77, NOW - timedelta(days=400), NOW + timedelta(days=400)
    )
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    return Operator(builder.sign(key, hashes.SHA256()), key)


@dataclass
class Service:
    certificate: bytes
    kind: str = "CA/QC"
    status: str = "granted"
    since: datetime = NOW - timedelta(days=300)
    history: Sequence[tuple[str, datetime]] = ()
    """Earlier statuses with their starts, newest first."""
    extensions: str = ""


@dataclass
class Listing:
    services: Sequence[Service] = ()
    version: str = "5"
    sequence: int = 12
    territory: str = "VN"
    kind: str = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/CClist"
    issued: datetime = NOW - timedelta(days=30)
    next_update: datetime | None = NOW + timedelta(days=150)
    pointers: Sequence[tuple[str, bytes]] = ()
    """Territory and operator certificate."""
    extra: str = ""
    attributes: str = 'Id="tsl"'


def time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def identity(certificate: bytes) -> str:
    encoded = base64.b64encode(certificate).decode()
    return f"<tsl:DigitalId><tsl:X509Certificate>{encoded}</tsl:X509Certificate></tsl:DigitalId>"


def state(service: Service, status: str, since: datetime, *, extensions: str = "") -> str:
    extended = (
        f"<tsl:ServiceInformationExtensions>{extensions}</tsl:ServiceInformationExtensions>" if extensions else ""
    )
    return (
        f"<tsl:ServiceTypeIdentifier>{TYPES}{service.kind}</tsl:ServiceTypeIdentifier>"
        '<tsl:ServiceName><tsl:Name xml:lang="en">Test service</tsl:Name>'
        '<tsl:Name xml:lang="vi">Dịch vụ thử nghiệm</tsl:Name></tsl:ServiceName>'
        f"<tsl:ServiceDigitalIdentity>{identity(service.certificate)}</tsl:ServiceDigitalIdentity>"
        f"<tsl:ServiceStatus>{STATUS}{status}</tsl:ServiceStatus>"
        f"<tsl:StatusStartingTime>{time(since)}</tsl:StatusStartingTime>{extended}"
    )


def write_service(service: Service) -> str:
    history = "".join(
        f"<tsl:ServiceHistoryInstance>{state(service, status, since)}</tsl:ServiceHistoryInstance>"
        for status, since in service.history
    )
    information = state(service, service.status, service.since, extensions=service.extensions)
    return (
        f"<tsl:TSPService><tsl:ServiceInformation>{information}</tsl:ServiceInformation>"
        f"<tsl:ServiceHistory>{history}</tsl:ServiceHistory></tsl:TSPService>"
    )


def write_pointer(territory: str, certificate: bytes) -> str:
    return (
        "<tsl:OtherTSLPointer><tsl:ServiceDigitalIdentities><tsl:ServiceDigitalIdentity>"
        f"{identity(certificate)}</tsl:ServiceDigitalIdentity></tsl:ServiceDigitalIdentities>"
        f"<tsl:TSLLocation>https://{territory}.example/tsl.xml</tsl:TSLLocation><tsl:AdditionalInformation>"
        f"<tsl:OtherInformation><tsl:SchemeTerritory>{territory}</tsl:SchemeTerritory></tsl:OtherInformation>"
        "</tsl:AdditionalInformation></tsl:OtherTSLPointer>"
    )


def write_list(listing: Listing) -> bytes:
    """The XML, not signed."""
    following = f"<tsl:dateTime>{time(listing.next_update)}</tsl:dateTime>" if listing.next_update else ""
    pointers = "".join(write_pointer(*pointer) for pointer in listing.pointers)
    services = "".join(map(write_service, listing.services))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment before the root -->
<tsl:TrustServiceStatusList xmlns:tsl="http://uri.etsi.org/02231/v2#" xmlns:unused="urn:unused" {listing.attributes}>
<tsl:SchemeInformation>
<tsl:TSLVersionIdentifier>{listing.version}</tsl:TSLVersionIdentifier>
<tsl:TSLSequenceNumber>{listing.sequence}</tsl:TSLSequenceNumber>
<tsl:TSLType>{listing.kind}</tsl:TSLType>
<tsl:SchemeOperatorName><tsl:Name xml:lang="vi">Cơ quan thử nghiệm</tsl:Name></tsl:SchemeOperatorName>
<tsl:SchemeTerritory>{listing.territory}</tsl:SchemeTerritory>
<tsl:PointersToOtherTSL>{pointers}</tsl:PointersToOtherTSL>
<tsl:ListIssueDateTime>{time(listing.issued)}</tsl:ListIssueDateTime>
<tsl:NextUpdate>{following}</tsl:NextUpdate>
</tsl:SchemeInformation>{listing.extra}
<tsl:TrustServiceProviderList><tsl:TrustServiceProvider>
<tsl:TSPServices>{services}</tsl:TSPServices>
</tsl:TrustServiceProvider></tsl:TrustServiceProviderList>
</tsl:TrustServiceStatusList>
""".encode()


@dataclass
class Signing:
    """How a list is signed; each field can be set to something wrong."""

    method: str = RSA_SHA256
    digest: str = "http://www.w3.org/2001/04/xmlenc#sha256"
    uri: str = ""
    transforms: Sequence[str] = (ENVELOPED, C14N)
    canonicalisation: str = C14N
    signed_at: datetime = NOW - timedelta(days=30)
    named: bytes | None = None
    """Certificate in SigningCertificateV2; None: the operator's."""
    properties_uri: str = "#props"
    target: str = "#sig"
    more_references: str = ""
    key_info: bytes | None = None


def template(who: Operator, how: Signing) -> str:
    """The signature with empty values, as ``xmlsec1 --sign`` wants it too."""
    named = base64.b64encode(hashlib.sha256(how.named or who.der).digest()).decode()
    transforms = "".join(f'<ds:Transform Algorithm="{name}"/>' for name in how.transforms)
    certificate = base64.b64encode(how.key_info or who.der).decode()
    return f"""<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="sig"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="{how.canonicalisation}"/><ds:SignatureMethod Algorithm="{how.method}"/>
<ds:Reference URI="{how.uri}"><ds:Transforms>{transforms}</ds:Transforms>
<ds:DigestMethod Algorithm="{how.digest}"/><ds:DigestValue></ds:DigestValue></ds:Reference>
<ds:Reference URI="{how.properties_uri}" Type="http://uri.etsi.org/01903#SignedProperties"><ds:Transforms>
<ds:Transform Algorithm="{C14N}"/></ds:Transforms>
<ds:DigestMethod Algorithm="{how.digest}"/><ds:DigestValue></ds:DigestValue></ds:Reference>{how.more_references}
</ds:SignedInfo><ds:SignatureValue></ds:SignatureValue>
<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
<ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="{how.target}">
<xades:SignedProperties Id="props"><xades:SignedSignatureProperties>
<xades:SigningTime>{time(how.signed_at)}</xades:SigningTime>
<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>{named}</ds:DigestValue>
</xades:CertDigest></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties>
</xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature>"""


def with_template(xml: bytes, who: Operator, how: Signing) -> bytes:
    end = xml.rindex(b"</tsl:TrustServiceStatusList>")
    return xml[:end] + template(who, how).encode() + xml[end:]


def sign_list(xml: bytes, who: Operator, how: Signing | None = None) -> bytes:
    """``xml`` with an enveloped XAdES-B-B signature at its end."""
    how = how or Signing(method=method_for(who.key))
    root = etree.fromstring(with_template(xml, who, how))
    ds = "{http://www.w3.org/2000/09/xmldsig#}"
    signature = root[-1]
    without = etree.fromstring(etree.tostring(root))
    without.remove(without[-1])  # the end tag follows at once: no text after it gets lost
    properties = next(signature.iter("{http://uri.etsi.org/01903/v1.3.2#}SignedProperties"))
    name = how.digest.rpartition("#")[2]
    for value, element in zip(signature.iter(ds + "DigestValue"), (without, properties), strict=False):
        value.text = base64.b64encode(hashlib.new(name, canonical(element)).digest()).decode()
    signed_info = signature.find(ds + "SignedInfo")
    signature.find(ds + "SignatureValue").text = base64.b64encode(
        sign_value(who.key, how.method, canonical(signed_info))
    ).decode()
    return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def canonical(element: etree._Element) -> bytes:
    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_comments=False))


def method_for(key: Key) -> str:
    return f"http://www.w3.org/2001/04/xmldsig-more#{'rsa' if isinstance(key, rsa.RSAPrivateKey) else 'ecdsa'}-sha256"


def sign_value(key: Key, method: str, data: bytes) -> bytes:
    name = next((name for name in ("sha256", "sha384", "sha512", "sha1") if name in method), "sha256")
    digest = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512, "sha1": hashes.SHA1}[name]()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        half = (key.curve.key_size + 7) // 8
        return b"".join(n.to_bytes(half) for n in decode_dss_signature(key.sign(data, ec.ECDSA(digest))))
    pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
    return key.sign(data, pss if "MGF1" in method else padding.PKCS1v15(), digest)
