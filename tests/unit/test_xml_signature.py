"""An enveloped XAdES signature: only what is signed comes back, whatever is wrapped around it or hidden in it."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from trust_lists import (
    C14N,
    ENVELOPED,
    Listing,
    Operator,
    Service,
    Signing,
    canonical,
    operator,
    sign_list,
    with_template,
    write_list,
)

from edocs._xmlsig.enveloped import SignedXml, embedded_certificates, verify_enveloped
from edocs._xmlsig.parsing import parse_untrusted
from edocs.errors import UnreadableError, XmlSignatureError

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
PSS = "http://www.w3.org/2007/05/xmldsig-more#"


@pytest.fixture(scope="module")
def who() -> Operator:
    return operator()


@pytest.fixture(scope="module")
def rsa_operator() -> Operator:
    return operator(rsa.generate_private_key(65537, 2048))


@pytest.fixture(scope="module")
def plain(who: Operator) -> bytes:
    return write_list(Listing(services=[Service(who.der)], extra="<tsl:X>đã<!-- hidden --> ký</tsl:X>"))


@pytest.fixture(scope="module")
def signed(plain: bytes, who: Operator) -> bytes:
    return sign_list(plain, who)


def verify(data: bytes, *signers: Operator) -> SignedXml:
    return verify_enveloped(parse_untrusted(data), [signer.certificate for signer in signers])


def test_what_was_signed_comes_back_without_the_signature(signed: bytes, plain: bytes, who: Operator) -> None:
    found = verify(signed, who)

    assert found.certificate == who.certificate
    assert canonical(found.content) == canonical(etree.fromstring(plain))


def test_a_text_that_a_comment_splits_is_read_whole(signed: bytes, who: Operator) -> None:
    """Read up to the comment, a name would be another one than was signed: canonical XML has no comments."""
    found = verify(signed.replace(b"<!-- hidden -->", b"<!-- other --><!-- comments -->"), who)

    assert found.content.findtext("{http://uri.etsi.org/02231/v2#}X") == "đã ký"


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("scheme", ["rsa", "pss", "ecdsa"])
def test_every_accepted_algorithm_is_accepted(
    plain: bytes, who: Operator, rsa_operator: Operator, scheme: str, name: str
) -> None:
    method = f"{PSS}{name}-rsa-MGF1" if scheme == "pss" else f"{MORE}{scheme}-{name}"
    signer = who if scheme == "ecdsa" else rsa_operator
    digest = f"{MORE}{name}" if name == "sha384" else f"http://www.w3.org/2001/04/xmlenc#{name}"

    found = verify(sign_list(plain, signer, Signing(method=method, digest=digest)), signer)

    assert found.certificate == signer.certificate


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP521R1(), ec.BrainpoolP256R1()], ids=lambda curve: curve.name)
def test_other_curves_are_accepted(plain: bytes, curve: ec.EllipticCurve) -> None:
    signer = operator(ec.generate_private_key(curve))

    assert verify(sign_list(plain, signer), signer).certificate == signer.certificate


def test_a_reference_to_the_root_by_its_id_is_accepted(plain: bytes, who: Operator) -> None:
    how = Signing(method=f"{MORE}ecdsa-sha256", uri="#tsl")

    assert verify(sign_list(plain, who, how), who).certificate == who.certificate


WRONG = {
    "SHA-1 signature": Signing(method="http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    "HMAC": Signing(method=f"{MORE}hmac-sha256"),
    "part of the document": Signing(uri="#part"),
    "another document": Signing(uri="other.xml"),
    "XPointer": Signing(uri="#xpointer(/)"),
    "no transform": Signing(transforms=()),
    "only canonicalisation": Signing(transforms=(C14N,)),
    "canonicalisation first": Signing(transforms=(C14N, ENVELOPED)),
    "XPath": Signing(transforms=(ENVELOPED, "http://www.w3.org/TR/1999/REC-xpath-19991116", C14N)),
    "XSLT": Signing(transforms=(ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116", C14N)),
    "with comments": Signing(transforms=(ENVELOPED, f"{C14N}WithComments")),
    "inclusive": Signing(canonicalisation="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
    "other properties": Signing(properties_uri="#tsl"),
    "properties of another signature": Signing(target="#another"),
    "a third reference": Signing(
        more_references='<ds:Reference URI="#part"><ds:Transforms/><ds:DigestMethod Algorithm="x"/>'
        "<ds:DigestValue/></ds:Reference>"
    ),
}


@pytest.mark.parametrize("how", WRONG.values(), ids=WRONG.keys())
def test_a_form_that_is_not_accepted_is_refused_though_its_key_signed_it(rsa_operator: Operator, how: Signing) -> None:
    document = write_list(Listing(extra='<tsl:X Id="part"/>'))

    with pytest.raises(XmlSignatureError):
        verify(sign_list(document, rsa_operator, how), rsa_operator)


def test_a_weak_digest_is_refused(plain: bytes, who: Operator) -> None:
    how = Signing(method=f"{MORE}ecdsa-sha256", digest="http://www.w3.org/2000/09/xmldsig#sha1")

    with pytest.raises(XmlSignatureError, match="algorithm not accepted"):
        verify(sign_list(plain, who, how), who)


def test_a_weak_key_is_refused(plain: bytes) -> None:
    weak = operator(rsa.generate_private_key(65537, 1024))

    with pytest.raises(XmlSignatureError, match="not the signer's"):
        verify(sign_list(plain, weak), weak)


def test_a_signer_whom_nobody_gave_is_refused_though_his_certificate_is_inside(plain: bytes, who: Operator) -> None:
    stranger = operator()
    document = sign_list(plain, stranger)

    assert embedded_certificates(parse_untrusted(document)) == [stranger.der]
    with pytest.raises(XmlSignatureError, match="not known"):
        verify(document, who)


def test_a_stranger_who_names_the_operator_is_refused(plain: bytes, who: Operator) -> None:
    how = Signing(method=f"{MORE}ecdsa-sha256", named=who.der, key_info=who.der)

    with pytest.raises(XmlSignatureError, match="not the signer's"):
        verify(sign_list(plain, operator(), how), who)


def test_the_operator_naming_another_certificate_is_refused(plain: bytes, who: Operator) -> None:
    """Else a certificate that was taken away from the same key would go on counting."""
    how = Signing(method=f"{MORE}ecdsa-sha256", named=operator().der)

    with pytest.raises(XmlSignatureError, match="not known"):
        verify(sign_list(plain, who, how), who)


END = b"</tsl:TrustServiceStatusList>"


def spoil(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return change


def wrapped(data: bytes) -> bytes:
    """The signed document moved below a new root, its signature with it."""
    inner = data[data.index(b"<tsl:Trust") :]
    return (
        b'<tsl:TrustServiceStatusList xmlns:tsl="http://uri.etsi.org/02231/v2#">'
        + inner
        + b"</tsl:TrustServiceStatusList>"
    )


def wrapped_in_object(data: bytes) -> bytes:
    """A forged document around the signature, the signed one hidden inside it, found by its Id."""
    inner = data[data.index(b"<tsl:Trust") :]
    start, end = inner.index(b"<ds:Signature"), inner.index(b"</ds:Signature>")
    signature = inner[start:end] + b"<ds:Object>" + inner[:start] + inner[end + 15 :] + b"</ds:Object></ds:Signature>"
    forged = inner[:start].replace(b"granted", b"withdrawn").replace(b'Id="tsl"', b'Id="forged"')
    return forged + signature.replace(b'URI=""', b'URI="#tsl"') + END


ATTACKS: dict[str, Callable[[bytes], bytes]] = {
    "a changed text": spoil(b"granted", b"withdrawn"),
    "a changed attribute": spoil(b'Id="tsl"', b'Id="tsx"'),
    "an element more": spoil(b"<tsl:TSPServices>", b"<tsl:TSPServices><tsl:Y/>"),
    "a text after the signature": spoil(b"</ds:Signature>", b"</ds:Signature>more"),
    "a processing instruction": spoil(b"<tsl:TSPServices>", b"<tsl:TSPServices><?style off?>"),
    "a processing instruction before the root": spoil(b"<tsl:Trust", b"<?xml-stylesheet href='x'?><tsl:Trust"),
    "a changed signing time": spoil(b"<xades:SigningTime>2026", b"<xades:SigningTime>2025"),
    "a changed value": spoil(b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"),
    "a second root": wrapped,
    "the signed one inside an object": wrapped_in_object,
    "two signatures": lambda data: data.replace(END, data[data.index(b"<ds:Signature ") :]),
    "a signature deeper than it may be": lambda data: data.replace(b"<ds:Signature ", b"<tsl:Y><ds:Signature ").replace(
        END, b"</tsl:Y>" + END
    ),
    "the properties twice": spoil(b"<ds:KeyInfo>", b'<ds:KeyInfo Id="props">'),
    "no signature": lambda data: data[: data.index(b"<ds:Signature ")] + data[data.index(b"</ds:Signature>") + 15 :],
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_a_changed_document_is_refused(signed: bytes, who: Operator, attack: Callable[[bytes], bytes]) -> None:
    with pytest.raises(XmlSignatureError):
        verify(attack(signed), who)


HOSTILE = {
    "a document type": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    "a document type after a comment": b'<?xml version="1.0"?><!-- --><!DOCTYPE x SYSTEM "http://127.0.0.1/x"><x/>',
    "another encoding": '<?xml version="1.0" encoding="utf-16"?><x/>'.encode("utf-16"),
    "a declared other encoding": b'<?xml version="1.0" encoding="utf-7"?><x/>',
    "too deep": b"<x>" * 100 + b"</x>" * 100,
    "too wide": b"<x>" + b"<y/>" * 500_001 + b"</x>",
    "not well-formed": b"<x>",
    "an unknown entity": b"<x>&a;</x>",
    "empty": b"",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_xml_is_not_read(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse_untrusted(data)


ID_ATTRIBUTE = ("--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties")


def test_an_independent_program_verifies_what_these_tests_sign(
    signed: bytes, who: Operator, tmp_path: Path, witness: Callable[[str], str]
) -> None:
    """So the canonical form and the digests of these tests are the standard's, and not only ours."""
    (tmp_path / "list.xml").write_bytes(signed)
    command = [witness("xmlsec1"), "--verify", "--pubkey-cert-pem", str(who.write(tmp_path)), *ID_ATTRIBUTE]

    done = subprocess.run([*command, str(tmp_path / "list.xml")], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_what_an_independent_program_signs_is_accepted(
    plain: bytes, who: Operator, rsa_operator: Operator, tmp_path: Path, witness: Callable[[str], str], kind: str
) -> None:
    signer = who if kind == "ecdsa" else rsa_operator
    (tmp_path / "t.xml").write_bytes(with_template(plain, signer, Signing(method=f"{MORE}{kind}-sha256")))
    signer.write(tmp_path)
    command = [witness("xmlsec1"), "--sign", "--privkey-pem", str(tmp_path / "operator.key"), *ID_ATTRIBUTE]

    subprocess.run([*command, "--output", str(tmp_path / "s.xml"), str(tmp_path / "t.xml")], check=True)

    assert verify((tmp_path / "s.xml").read_bytes(), signer).certificate == signer.certificate


def test_no_single_changed_character_of_a_value_passes(signed: bytes, who: Operator) -> None:
    for tag in (b"<ds:DigestValue>", b"<ds:SignatureValue>"):
        at = signed.index(tag) + len(tag) + 3
        other = b"A" if signed[at : at + 1] != b"A" else b"B"
        with pytest.raises(XmlSignatureError):
            verify(signed[:at] + other + signed[at + 1 :], who)


def test_the_certificate_inside_decides_nothing(signed: bytes, who: Operator) -> None:
    other = base64.b64encode(operator().der)

    changed = signed.replace(base64.b64encode(who.der) + b"</ds:X509C", other + b"</ds:X509C")

    assert changed != signed
    assert verify(changed, who).certificate == who.certificate
