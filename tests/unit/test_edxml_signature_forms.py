"""Signatures of messages in forms that nobody should accept, each of them really signed with a key that is believed."""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hmac as mac
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from edxml_fixtures import NOW, packed
from envelope_forging import C14N, DS, XADES, Element, Forge, add, canonical, part, signature
from lxml import etree

from edocs.connect import open_signer
from edocs.exchange import inspect_message
from edocs.model import EnvelopeSignature, TrustStore, Verdict, VerificationOptions
from edocs.ports import Signer
from edocs.sealing import judge_signature, sign_message
from edocs.testing import Pki

Change = Callable[[Element], object]
OpenKey = Callable[[str], Signer]
XMLDSIG = DS[1:-1]


@pytest.fixture(scope="module")
def signed(open_key: OpenKey) -> bytes:
    return sign_message(packed().envelope, open_key("seal"), now=NOW)


@pytest.fixture(scope="module")
def signed_with_ecdsa(open_key: OpenKey) -> bytes:
    return sign_message(packed().envelope, open_key("seal-p256"), now=NOW)


@pytest.fixture(scope="module")
def forge(pki: Pki) -> Forge:
    return Forge(pki.key("seal"))


def found(data: bytes) -> tuple[EnvelopeSignature, list[str]]:
    envelope = inspect_message(data)
    return envelope.signature, [] if envelope.check is None else [item.rule for item in envelope.check.findings]


def info(root: Element) -> Element:
    return signature(root).find(f"{DS}SignedInfo")


def first(root: Element, name: str) -> Element:
    """The first element of the signature called ``name``, in either namespace."""
    return next(signature(root).iter(f"{DS}{name}", f"{XADES}{name}"))


def drop(element: Element) -> None:
    element.getparent().remove(element)


def transform(algorithm: str) -> Change:
    return lambda root: first(root, "Transform").set("Algorithm", algorithm)


def before(algorithm: str) -> Change:
    """One more transform before the canonicalisation."""
    return lambda root: first(root, "Transforms").insert(0, etree.Element(f"{DS}Transform", Algorithm=algorithm))


def uri(value: str | None) -> Change:
    def change(root: Element) -> None:
        reference = first(root, "Reference")
        del reference.attrib["URI"]
        if value is not None:
            reference.set("URI", value)

    return change


def prefixes(parent: str) -> Change:
    """InclusiveNamespaces: a parameter that lets declarations from outside into the canonical form."""
    return lambda root: add(first(root, parent), f"{{{C14N}}}InclusiveNamespaces", PrefixList="edXML")


def one_more_reference(to: Callable[[Element], str]) -> Change:
    def change(root: Element) -> None:
        again = copy.deepcopy(first(root, "Reference"))
        again.attrib.pop("Id")
        again.set("URI", to(root))
        info(root).append(again)

    return change


def the_traces(root: Element) -> str:
    part(root, "TraceHeaderList").set("Id", "traces")
    return "#traces"


def key_value(root: Element) -> Element:
    made = etree.Element(f"{DS}KeyValue")
    add(add(made, f"{DS}RSAKeyValue"), f"{DS}Exponent", "AQAB")
    return made


def renamed(name: str, new: str) -> Change:
    return lambda root: setattr(first(root, name), "tag", new)


FORM, ALGORITHM = "envelope.form", "envelope.algorithm"
FORMS: dict[str, tuple[Change, str]] = {
    # Transforms: what is digested need not be what is read.
    "XPath": (before("http://www.w3.org/TR/1999/REC-xpath-19991116"), FORM),
    "XPath filter 2": (before("http://www.w3.org/2002/06/xmldsig-filter2"), FORM),
    "XSLT": (before("http://www.w3.org/TR/1999/REC-xslt-19991116"), FORM),
    "base64": (transform(f"{XMLDSIG}base64"), FORM),
    "enveloped signature": (before(f"{XMLDSIG}enveloped-signature"), FORM),
    "inclusive canonicalisation": (transform("http://www.w3.org/TR/2001/REC-xml-c14n-20010315"), FORM),
    "canonicalisation 1.1": (transform("http://www.w3.org/2006/12/xml-c14n11"), FORM),
    "canonicalisation with comments": (transform(f"{C14N}WithComments"), FORM),
    "the canonicalisation twice": (before(C14N), FORM),
    "no transform": (lambda root: drop(first(root, "Transform")), FORM),
    "no transforms": (lambda root: drop(first(root, "Transforms")), FORM),
    "prefixes of a transform": (prefixes("Transform"), FORM),
    "prefixes of SignedInfo": (prefixes("CanonicalizationMethod"), ALGORITHM),
    "SignedInfo with comments": (
        lambda root: first(root, "CanonicalizationMethod").set("Algorithm", f"{C14N}WithComments"),
        ALGORITHM,
    ),
    "SignedInfo, inclusive": (
        lambda root: first(root, "CanonicalizationMethod").set(
            "Algorithm", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
        ),
        ALGORITHM,
    ),
    # References: what is signed must be what is read.
    "the whole document": (uri(""), FORM),
    "no URI": (uri(None), FORM),
    "an empty Id": (uri("#"), FORM),
    "another file": (uri("http://localhost/message.edxml"), FORM),
    "a file of the receiver": (uri("file:///etc/passwd"), FORM),
    "an attachment by its content id": (uri("cid:1"), FORM),
    "XPointer to the root": (uri("#xpointer(/)"), FORM),
    "XPointer to an Id": (uri("#xpointer(id('edocs-header'))"), FORM),
    "an Id with an escape": (uri("#edocs%2Dheader"), FORM),
    "one element twice": (one_more_reference(lambda _: "#edocs-header"), FORM),
    "the traces too": (one_more_reference(the_traces), "envelope.reference"),
    "what is not there too": (one_more_reference(lambda _: "#nothing"), "envelope.reference"),
    "its own Object": (one_more_reference(lambda _: "#edocs-signature"), "envelope.reference"),
    "not the header": (lambda root: drop(first(root, "Reference")), "envelope.not_signed"),
    "not Bussiness": (lambda root: drop(info(root)[3]), "envelope.not_signed"),
    "not the body": (lambda root: drop(info(root)[4]), "envelope.not_signed"),
    "not the attachments": (lambda root: drop(info(root)[5]), "envelope.not_signed"),
    "not its properties": (lambda root: drop(info(root)[6]), FORM),
    "a hundred references": (
        lambda root: [add(info(root), f"{DS}Reference", URI=f"#part{index}") for index in range(100)],
        FORM,
    ),
    # Algorithms
    "MD5": (
        lambda root: first(root, "DigestMethod").set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#md5"),
        ALGORITHM,
    ),
    "an unknown digest": (lambda root: first(root, "DigestMethod").set("Algorithm", "urn:x"), ALGORITHM),
    "DSA": (lambda root: first(root, "SignatureMethod").set("Algorithm", f"{XMLDSIG}dsa-sha1"), ALGORITHM),
    "no algorithm": (lambda root: first(root, "SignatureMethod").attrib.clear(), ALGORITHM),
    "PSS with parameters": (
        lambda root: first(root, "SignatureMethod").set("Algorithm", "http://www.w3.org/2007/05/xmldsig-more#rsa-pss"),
        ALGORITHM,
    ),
    "a length of the value": (
        lambda root: add(first(root, "SignatureMethod"), f"{DS}HMACOutputLength", "8"),
        ALGORITHM,
    ),
    "an RSA value said to be ECDSA": (
        lambda root: first(root, "SignatureMethod").set(
            "Algorithm", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
        ),
        "envelope.value",
    ),
    "PKCS#1 said to be PSS": (
        lambda root: first(root, "SignatureMethod").set(
            "Algorithm", "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
        ),
        "envelope.value",
    ),
    # Keys: whose signature it is must be signed, and certified.
    "a bare key": (
        lambda root: first(root, "KeyInfo").replace(first(root, "X509Data"), key_value(root)),
        FORM,
    ),
    "a bare key beside the certificate": (lambda root: first(root, "KeyInfo").insert(0, key_value(root)), FORM),
    "the name of a key": (lambda root: add(first(root, "KeyInfo"), f"{DS}KeyName", "seal"), FORM),
    "a key from elsewhere": (
        lambda root: add(first(root, "KeyInfo"), f"{DS}RetrievalMethod", URI="http://localhost/key"),
        FORM,
    ),
    "no key at all": (lambda root: drop(first(root, "KeyInfo")), FORM),
    "no certificate": (lambda root: [drop(item) for item in list(first(root, "X509Data"))], FORM),
    "a revocation list among the certificates": (
        lambda root: add(first(root, "X509Data"), f"{DS}X509CRL", "QUJD"),
        FORM,
    ),
    "a certificate that is none": (lambda root: setattr(first(root, "X509Certificate"), "text", "QUJD"), FORM),
    "a name in place of the digest of the certificate": (lambda root: drop(first(root, "CertDigest")), FORM),
    "no certificate named": (lambda root: drop(first(root, "SigningCertificateV2")), FORM),
    "the certificate named twice": (
        lambda root: first(root, "SignedSignatureProperties").append(
            copy.deepcopy(first(root, "SigningCertificateV2"))
        ),
        FORM,
    ),
    "the certificate named in the old form": (
        renamed("SigningCertificateV2", f"{XADES}SigningCertificate"),
        FORM,
    ),
    "the certificate named in both forms": (
        lambda root: add(first(root, "SignedSignatureProperties"), f"{XADES}SigningCertificate"),
        FORM,
    ),
    # Properties
    "no signing time": (lambda root: drop(first(root, "SigningTime")), FORM),
    "a signing time without a zone": (
        lambda root: setattr(first(root, "SigningTime"), "text", "2026-03-05T16:30:00"),
        FORM,
    ),
    "a signing time that is none": (lambda root: setattr(first(root, "SigningTime"), "text", "yesterday"), FORM),
    "properties of another signature": (lambda root: first(root, "QualifyingProperties").set("Target", "#other"), FORM),
    "properties without a signature that they name": (
        lambda root: (
            signature(root).attrib.pop("Id"),
            first(root, "QualifyingProperties").attrib.pop("Target"),
        ),
        FORM,
    ),
    "properties without an Id": (lambda root: first(root, "SignedProperties").attrib.pop("Id"), FORM),
    "no properties": (lambda root: drop(first(root, "SignedProperties")), FORM),
    "no Object": (lambda root: drop(first(root, "Object")), FORM),
    "a manifest": (lambda root: add(first(root, "Object"), f"{DS}Manifest"), FORM),
    "another element in the signature": (lambda root: add(signature(root), "{urn:x}y"), FORM),
    "another element in SignedInfo": (lambda root: add(info(root), "{urn:x}y"), FORM),
    "a value with parts": (lambda root: add(first(root, "DigestValue"), "{urn:x}y"), FORM),
    "a digest that is cut": (
        lambda root: setattr(first(root, "DigestValue"), "text", first(root, "DigestValue").text[:20]),
        "envelope.changed",
    ),
    "an empty digest": (lambda root: setattr(first(root, "DigestValue"), "text", ""), "envelope.changed"),
    "a digest that is not base64": (lambda root: setattr(first(root, "DigestValue"), "text", "!!!!"), FORM),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_could_be_about_something_else_is_refused(name: str, signed: bytes, forge: Forge) -> None:
    change, rule = FORMS[name]

    kind, rules = found(forge.sign_again(signed, change))

    assert (kind, rules) == (EnvelopeSignature.BROKEN, [rule])


def test_signing_again_without_a_change_holds(signed: bytes, forge: Forge) -> None:
    """Else the tests above would show nothing."""
    assert found(forge.sign_again(signed, lambda _: None)) == (EnvelopeSignature.INTACT, [])


def test_a_mac_with_the_public_key_as_its_secret_is_refused(signed: bytes, forge: Forge, open_key: OpenKey) -> None:
    secret = open_key("seal").certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def change(root: Element) -> None:
        method = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
        first(root, "SignatureMethod").set("Algorithm", method)
        made = mac.HMAC(secret, SHA256())
        made.update(canonical(info(root)))
        first(root, "SignatureValue").text = base64.b64encode(made.finalize()).decode()

    assert found(forge.change(signed, change)) == (EnvelopeSignature.BROKEN, [ALGORITHM])


def put_certificate(root: Element, certificate: x509.Certificate) -> None:
    der = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    first(root, "X509Certificate").text = der


def test_another_certificate_than_the_one_that_is_named_is_refused(
    signed: bytes, forge: Forge, open_key: OpenKey
) -> None:
    def change(root: Element) -> None:
        for item in list(first(root, "X509Data"))[1:]:
            drop(item)
        put_certificate(root, open_key("leader").certificate)

    assert found(forge.change(signed, change)) == (EnvelopeSignature.BROKEN, [FORM])


def test_a_signature_by_another_key_than_that_of_the_named_certificate_is_refused(signed: bytes, pki: Pki) -> None:
    mallory = Forge(pki.key("leader"))

    assert found(mallory.sign_again(signed, lambda _: None)) == (EnvelopeSignature.BROKEN, ["envelope.value"])


def test_another_certificate_in_the_properties_breaks_their_digest(
    signed: bytes, other_seal: bytes, forge: Forge
) -> None:
    """The old signature with the properties of another one: SignedInfo still holds, they do not."""
    theirs = etree.fromstring(other_seal)

    def change(root: Element) -> None:
        own, foreign = first(root, "SignedProperties"), first(theirs, "SignedProperties")
        own.getparent().replace(own, foreign)
        signature(root).replace(first(root, "KeyInfo"), first(theirs, "KeyInfo"))

    kind, rules = found(forge.change(signed, change))

    assert kind is EnvelopeSignature.BROKEN
    assert "envelope.changed" in rules


@pytest.fixture(scope="module")
def other_seal(open_key: OpenKey) -> bytes:
    return sign_message(packed().envelope, open_key("seal-3072"), now=NOW)


CUT = {
    "empty": lambda value: b"",
    "shorter": lambda value: value[:-1],
    "longer": lambda value: value + b"\0",
    "a byte changed": lambda value: value[:-1] + bytes([value[-1] ^ 1]),
    "nothing but zeros": lambda value: bytes(len(value)),
}


@pytest.mark.parametrize("cut", [name for name in CUT if name != "empty"])
@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_value_that_was_cut_or_changed_is_refused(
    kind: str, cut: str, signed: bytes, signed_with_ecdsa: bytes, forge: Forge
) -> None:
    def change(root: Element) -> None:
        element = first(root, "SignatureValue")
        element.text = base64.b64encode(CUT[cut](base64.b64decode(element.text))).decode()

    data = forge.change(signed if kind == "rsa" else signed_with_ecdsa, change)

    assert found(data) == (EnvelopeSignature.BROKEN, ["envelope.value"])


def test_an_ecdsa_value_in_der_is_refused(signed_with_ecdsa: bytes, forge: Forge, open_key: OpenKey) -> None:
    """XML has two numbers of the curve's length one after the other (RFC 9231, 2.3.6); one form alone is taken."""

    def change(root: Element) -> None:
        value = open_key("seal-p256").sign(canonical(info(root)), "sha256")
        first(root, "SignatureValue").text = base64.b64encode(value).decode()

    assert found(forge.change(signed_with_ecdsa, change)) == (EnvelopeSignature.BROKEN, ["envelope.value"])


def by_sha1(root: Element) -> None:
    digest = first(root, "CertDigest")
    digest.find(f"{DS}DigestMethod").set("Algorithm", f"{XMLDSIG}sha1")
    der = base64.b64decode(first(root, "X509Certificate").text)
    digest.find(f"{DS}DigestValue").text = base64.b64encode(hashlib.sha1(der).digest()).decode()


WEAK: dict[str, tuple[Change, str]] = {
    "RSA with SHA-1": (
        lambda root: first(root, "SignatureMethod").set("Algorithm", f"{XMLDSIG}rsa-sha1"),
        "sha1",
    ),
    "the certificate named by SHA-1": (by_sha1, "sha256"),
}


@pytest.mark.parametrize("name", WEAK)
def test_what_rests_on_sha1_is_weak_and_passes_nowhere(
    name: str, signed: bytes, forge: Forge, trust: TrustStore
) -> None:
    change, digest = WEAK[name]

    envelope = inspect_message(forge.sign_again(signed, change, digest=digest))
    report = judge_signature(envelope, trust, VerificationOptions(at=NOW))

    assert envelope.signature is EnvelopeSignature.WEAK
    assert report is not None
    assert (report.verdict, [item.rule for item in report.reasons]) == (Verdict.INDETERMINATE, ["algorithm.weak"])


def test_a_weak_signature_that_does_not_hold_is_broken(signed: bytes, forge: Forge) -> None:
    data = forge.sign_again(signed, WEAK["RSA with SHA-1"][0], digest="sha256")

    assert found(data) == (EnvelopeSignature.BROKEN, ["envelope.value"])


def test_comments_in_the_signature_change_nothing(signed: bytes) -> None:
    for old in (b"<ds:DigestValue>", b'<ds:SignatureValue Id="edocs-signature-value">', b"<ds:X509Certificate>"):
        assert old in signed
        signed = signed.replace(old, old + b"<!-- QUJD -->")

    assert found(signed) == (EnvelopeSignature.INTACT, [])


def test_a_signature_without_its_value_is_a_placeholder_and_never_signed(signed: bytes, forge: Forge) -> None:
    data = forge.change(signed, lambda root: setattr(first(root, "SignatureValue"), "text", ""))

    assert found(data) == (EnvelopeSignature.PLACEHOLDER, [])


@pytest.mark.parametrize("value", ["GbVb8n9+qFxz466Ag0sbpVdLPs2R0+9JBekp12UyarAZjoG0", "QUJD"])
def test_the_constant_of_the_sdk_is_a_placeholder_in_the_true_namespace_too(value: str, signed: bytes) -> None:
    """By its value, or by the stump of a certificate."""
    root = etree.fromstring(packed().envelope)
    block = add(part(root, "edXMLHeader"), f"{DS}Signature")
    add(block, f"{DS}SignatureValue", value)
    add(add(add(block, f"{DS}KeyInfo"), f"{DS}X509Data"), f"{DS}X509Certificate", "MIIFqTCCBJG")

    assert found(etree.tostring(root)) == (EnvelopeSignature.PLACEHOLDER, [])


def test_a_consistent_signature_of_a_stranger_is_intact_and_not_trusted(
    signed: bytes, pki: Pki, trust: TrustStore
) -> None:
    """Who signs a changed message with a key and certificate of their own is named, and believed by nobody."""
    mallory = open_signer(f"pem:{pki.pem('unknown-root')}?key={pki.key('unknown-root')}", lambda _: "")
    message = sign_message(packed().envelope, mallory, now=NOW)

    report = judge_signature(inspect_message(message), trust, VerificationOptions(at=NOW))

    assert report is not None
    assert (report.integrity, report.verdict) == (True, Verdict.INDETERMINATE)
    assert [item.rule for item in report.reasons] == ["trust.no_path"]


@pytest.mark.parametrize("space", ["urn:a&b", "urn:a&undefined;b"])
def test_a_namespace_whose_canonical_form_is_no_xml_is_refused(space: str, signed: bytes, forge: Forge) -> None:
    """libxml2 writes it into the canonical form as it is, so what was digested cannot be read again."""

    def change(root: Element) -> None:
        header = part(root, "MessageHeader")
        add(header, f"{{{space}}}Extension", "x")
        digest = hashlib.sha256(canonical(header)).digest()
        first(root, "DigestValue").text = base64.b64encode(digest).decode()

    assert found(forge.sign_again(signed, change)) == (EnvelopeSignature.BROKEN, [FORM])
