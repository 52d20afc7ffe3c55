"""Signed messages as an attacker or an odd signer would make them: the tree is changed, and maybe signed again."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

Element = etree._Element

QCVN = "{http://www.mic.gov.vn/TBT/QCVN_102_2016}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "md5": hashes.MD5()}


@dataclass(frozen=True, slots=True)
class Forge:
    """Changes a signed message; ``key`` is that of a real signer, for forms that nobody should sign."""

    key: Path

    def change(self, message: bytes, change: Callable[[Element], object]) -> bytes:
        """``message`` with its tree changed, not signed again."""
        root = etree.fromstring(message)
        change(root)
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)

    def sign_again(
        self, message: bytes, change: Callable[[Element], object], digest: str = "sha256", pss: bool = False
    ) -> bytes:
        """``message`` with its tree changed and signed again: properties digested, then SignedInfo signed."""
        root = etree.fromstring(message)
        change(root)
        signature = root.find(f".//{DS}Signature")
        properties = signature.find(f".//{XADES}SignedProperties")
        info = signature.find(f"{DS}SignedInfo")
        for reference in info.findall(f"{DS}Reference"):
            if properties is not None and reference.get("URI") == f"#{properties.get('Id')}":
                method = reference.find(f"{DS}DigestMethod").get("Algorithm").rpartition("#")[2]
                hashed = hashlib.new(method, canonical(properties)).digest()
                reference.find(f"{DS}DigestValue").text = base64.b64encode(hashed).decode()
        key = load_pem_private_key(self.key.read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        chosen = _HASHES[digest]
        scheme = padding.PSS(padding.MGF1(chosen), chosen.digest_size) if pss else padding.PKCS1v15()
        value = key.sign(canonical(info), scheme, chosen)
        signature.find(f"{DS}SignatureValue").text = base64.b64encode(value).decode()
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def canonical(element: Element) -> bytes:
    """Exclusive, without comments."""
    data: bytes = etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False)
    return data


def part(root: Element, name: str) -> Element:
    """The first element of edXML called ``name``."""
    found = root.find(f".//{QCVN}{name}")
    assert found is not None
    return found


def signature(root: Element) -> Element:
    """The first signature."""
    found = root.find(f".//{DS}Signature")
    assert found is not None
    return found


def add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """A new last child of ``parent``."""
    child = etree.SubElement(parent, name, attributes)
    child.text = text or None
    return child
