"""A CMS signature as it was written: SignedData with its one SignerInfo (RFC 5652, clause 5; RFC 2315 for old ones).

Đọc giá trị chữ ký CMS. DER and BER alike, and nothing is encoded anew. What is read here is only what the octets say;
whether it holds is judged in ``integrity.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from edocs._trust.ber import Value, der, dotted, encoded, octets, read_value

__all__ = ["Attribute", "SignedValue", "Signer", "evidence_in", "read_signed_data", "read_signed_value"]

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CERTIFICATE, _REVOCATION_OCSP = 0x30, "1.3.6.1.5.5.7.16.2"
_ADBE_REVOCATION = "1.2.840.113583.1.1.8"
_REVOCATION_VALUES, _CERTIFICATE_VALUES = "1.2.840.113549.1.9.16.2.24", "1.2.840.113549.1.9.16.2.23"
_MOST_CERTIFICATES, _MOST_LISTS = 1024, 1024

Attribute = tuple[Value, ...]
"""The values of one attribute; more than one, or none, where the standard wants one is for the reader to refuse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """How a SignerInfo names its certificate: by issuer and serial number, or by the identifier of its key."""

    issuer: bytes = b""
    serial: int = 0
    key_identifier: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedValue:
    """What the value of a signature holds."""

    content_type: str
    content: bytes | None
    """What it brings along itself; None: detached."""
    certificates: tuple[bytes, ...]
    """X.509 alone, each once, in the order in which they stand there."""
    has_more: bool
    """Whether more certificates or lists stand there than are looked at."""
    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]
    signer: Signer
    digest_algorithm: Value
    signature_algorithm: Value
    signature: bytes
    signed_attributes: Value | None
    """As written, under its tag [0]."""
    signed: Mapping[str, Attribute]
    """Object identifier to values."""
    unsigned: Mapping[str, Attribute]

    def signed_octets(self) -> Iterator[bytes]:
        """The encodings of the signed attributes that the value may be over, the likelier first (RFC 5652, 5.4).

        The standard wants DER; much software signs what it writes, sorted or not. Both encode the same attributes.
        """
        if self.signed_attributes is None:
            return
        yield b"\x31" + self.signed_attributes.raw[1:]
        yield der(self.signed_attributes, 0x31)


@lru_cache(maxsize=8)  # one is read for what it brings along, and again when it is judged
def read_signed_value(data: bytes) -> SignedValue:
    """Read the one BER value that ``data`` is.

    Raises:
        ValueError: It is no SignedData, or not of one signer.
    """
    kind, wrapped = read_value(data, 0x30).children()
    if dotted(kind.content) != _SIGNED_DATA:
        raise ValueError("it is no CMS signature")
    (signed_data,) = wrapped.children()
    return read_signed_data(signed_data)


def read_signed_data(signed_data: Value) -> SignedValue:
    """Read a SignedData.

    Raises:
        ValueError: It cannot be read, or is not of one signer.
    """
    _version, _digests, encapsulated, *rest = signed_data.children()
    content_type, *content = encapsulated.children()
    certificates: list[bytes] = []
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    has_more = False
    if rest and rest[0].tag == 0xA0:
        first = list(islice(rest.pop(0).children(), _MOST_CERTIFICATES + 1))
        has_more = len(first) > _MOST_CERTIFICATES
        chosen = (item.raw for item in first[:_MOST_CERTIFICATES] if item.tag == _CERTIFICATE)
        certificates = list(dict.fromkeys(chosen))
    if rest and rest[0].tag == 0xA1:
        lists = list(islice(rest.pop(0).children(), _MOST_LISTS + 1))
        has_more |= len(lists) > _MOST_LISTS
        for item in lists[:_MOST_LISTS]:
            _sort_revocation(item, crls, ocsps)
    if len(rest) != 1 or rest[0].tag != 0x31:
        raise ValueError("its signers do not stand where they should")
    signers = list(islice(rest[0].children(), 2))
    if len(signers) != 1:
        raise ValueError(f"it has {'no signer' if not signers else 'several signers'} instead of one")
    return _read_signer(
        signers[0],
        has_more=has_more,
        content_type=dotted(content_type.content),
        content=_content(content),
        certificates=tuple(certificates),
        revocation=(tuple(crls), tuple(ocsps)),
    )


def evidence_in(value: SignedValue) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """(certificates, CRLs, OCSP responses) that its attributes and lists hold, DER; what cannot be read is passed over.

    Read are the lists of the CMS, the attribute of Adobe (ISO 32000-2, 12.8.3.3.2) and those of CAdES
    (EN 319 122-1, A.1.1.2 and A.1.2.2). None of it is believed for standing there.
    """
    certificates: list[bytes] = []
    crls, ocsps = list(value.crls), list(value.ocsps)
    for attributes in (value.signed, value.unsigned):
        for name in (_ADBE_REVOCATION, _REVOCATION_VALUES):
            for item in attributes.get(name, ()):
                found = _lists(item, bare_ocsp=name == _REVOCATION_VALUES)
                crls += found[0]
                ocsps += found[1]
        for item in attributes.get(_CERTIFICATE_VALUES, ()):
            certificates += _raws(item)
    return certificates[:_MOST_CERTIFICATES], crls[:_MOST_LISTS], ocsps[:_MOST_LISTS]


def _lists(value: Value, *, bare_ocsp: bool) -> tuple[list[bytes], list[bytes]]:
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    try:
        for part in value.children():
            if part.tag in (0xA0, 0xA1):
                for sequence in part.children():
                    found = _raws(sequence)
                    if part.tag == 0xA0:
                        crls += found
                    else:
                        ocsps += [_wrapped(item) for item in found] if bare_ocsp else found
    except ValueError:
        pass  # garbage is no evidence, and what came before it still counts
    return crls, ocsps


def _wrapped(basic: bytes) -> bytes:
    """A BasicOCSPResponse as the OCSPResponse that readers want (RFC 6960, 4.2.1)."""
    identifier = bytes.fromhex("06092b0601050507300101")
    inner = encoded(0x30, identifier + encoded(0x04, basic))
    return encoded(0x30, b"\x0a\x01\x00" + encoded(0xA0, inner))


def _raws(sequence: Value) -> list[bytes]:
    try:
        return [item.raw for item in sequence.children() if item.tag == 0x30]
    except ValueError:
        return []


def _content(content: list[Value]) -> bytes | None:
    if not content:
        return None
    (inner,) = content[0].children()
    if inner.tag & ~0x20 != 0x04:
        raise ValueError("its content is no string of octets")
    return octets(inner)


def _sort_revocation(item: Value, crls: list[bytes], ocsps: list[bytes]) -> None:
    if item.tag == 0x30:
        crls.append(item.raw)
    elif item.tag == 0xA1:
        kind, body = item.children()
        if dotted(kind.content) == _REVOCATION_OCSP:
            ocsps.append(body.raw)


def _read_signer(
    info: Value,
    *,
    has_more: bool,
    content_type: str,
    content: bytes | None,
    certificates: tuple[bytes, ...],
    revocation: tuple[tuple[bytes, ...], tuple[bytes, ...]],
) -> SignedValue:
    _version, signer, digest_algorithm, *rest = info.children()
    signed = rest.pop(0) if rest and rest[0].tag == 0xA0 else None
    signature_algorithm, signature, *unsigned = rest
    if signature.tag & ~0x20 != 0x04:
        raise ValueError("its signature value is no string of octets")
    return SignedValue(
        has_more=has_more,
        content_type=content_type,
        content=content,
        certificates=certificates,
        crls=revocation[0],
        ocsps=revocation[1],
        signer=_read_name(signer),
        digest_algorithm=digest_algorithm,
        signature_algorithm=signature_algorithm,
        signature=octets(signature),
        signed_attributes=signed,
        signed=_attributes(signed) if signed else {},
        unsigned=_unsigned(unsigned),
    )


def _read_name(signer: Value) -> Signer:
    if signer.tag == 0x30:
        issuer, serial = signer.children()
        return Signer(issuer=issuer.raw, serial=int.from_bytes(serial.content, "big", signed=True))
    return Signer(key_identifier=octets(signer))


def _attributes(values: Value) -> dict[str, Attribute]:
    """The attributes of a SET; one that stands there twice has the values of both, so no reader takes the first."""
    found: dict[str, Attribute] = {}
    for attribute in values.children():
        kind, body = attribute.children()
        name = dotted(kind.content)
        found[name] = (*found.get(name, ()), *body.children())
    return found


def _unsigned(values: list[Value]) -> dict[str, Attribute]:
    """Anyone can add to these, so garbage among them speaks against nobody; it is passed over."""
    found: dict[str, Attribute] = {}
    try:
        for attribute in values[0].children() if values and values[0].tag == 0xA1 else ():
            kind, body = attribute.children()
            name = dotted(kind.content)
            found[name] = (*found.get(name, ()), *body.children())
    except ValueError:
        pass
    return found
