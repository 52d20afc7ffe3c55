"""What a token holds: its private keys, their certificates and the chain above them.

Đối tượng trên thiết bị. A certificate is a key's where it has the key's public part; CKA_ID, by which PKCS#11 pairs
them, decides only where the token does not show that part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_from_bytes

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pkcs11 import Attribute, CertificateType, KeyType, ObjectClass, Session
from pkcs11.exceptions import AttributeSensitive, AttributeTypeInvalid, FunctionFailed
from pkcs11.types import Object, SignMixin

from edocs._files import read_file
from edocs.errors import UnreadableError, UsageError
from edocs.signers.pkcs11_uri import TokenUri

__all__ = ["TokenKey", "choose", "find_again", "read_certificates"]

_KINDS = {KeyType.RSA: "RSA", KeyType.EC: "ECDSA"}
_MAX_CHAIN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKey:
    """A private key on the token, by reference."""

    handle: SignMixin
    kind: str
    """"RSA" or "ECDSA"."""
    label: str
    id: bytes
    public: frozenset[bytes]
    """Its public parts as far as the token shows them: an RSA modulus, or EC points in DER."""
    is_asking: bool
    """Whether it wants the PIN at each signature (CKA_ALWAYS_AUTHENTICATE)."""
    order_bytes: int = 0
    """Length of an elliptic curve's order; some tokens refuse a longer digest instead of cutting it."""

    @property
    def name(self) -> str:
        """Attributes of a URI that name it."""
        return f"object={quote(self.label)};id={quote_from_bytes(self.id, safe='')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A certificate, and what it is called on the token."""

    certificate: x509.Certificate
    label: str
    id: bytes


def choose(
    session: Session, uri: TokenUri, token: str
) -> tuple[TokenKey, x509.Certificate, tuple[x509.Certificate, ...]]:
    """The private key that ``uri`` describes, its certificate, and the CA certificates above that.

    The key is known by its label or id, its certificate's label, or its certificate in a file. Of several certificates
    for one key, as after a renewal, the one that begins last is taken.

    Raises:
        UsageError: No such key, or several; or no certificate belongs to it.
        UnreadableError: A file of certificates is none.
    """
    named = {Attribute.LABEL: uri.label, Attribute.ID: uri.id}
    keys = _keys(session, {name: value for name, value in named.items() if value is not None}) or _keys(session, {})
    entries = _entries(session)
    given = read_certificates(uri.certificate) if uri.certificate else []
    key = _choose_key(keys, entries, given, uri, token)
    certificate = _choose_certificate(key, entries, given, token)
    others = [*given, *(entry.certificate for entry in entries), *(read_certificates(uri.chain) if uri.chain else [])]
    return key, certificate, tuple(_chain(certificate, others))


def find_again(session: Session, key: TokenKey) -> TokenKey | None:
    """``key`` in another session; None where the token holds it no more."""
    keys = _keys(session, {Attribute.LABEL: key.label} if key.label else {})
    return next((k for k in keys if (k.label, k.id, k.public) == (key.label, key.id, key.public)), None)


def read_certificates(path: Path) -> list[x509.Certificate]:
    """Certificates in PEM or one in DER.

    Raises:
        UnreadableError: Neither.
    """
    data = read_file(path)
    try:
        found = x509.load_pem_x509_certificates(data) if b"-----BEGIN" in data else [_load(data)]
        return [_load(each.public_bytes(Encoding.DER)) for each in found]
    except (ValueError, x509.InvalidVersion) as exc:
        raise UnreadableError("no certificate in {path}", path=path) from exc


def _choose_key(
    keys: Sequence[TokenKey],
    entries: Sequence[_Entry],
    given: Sequence[x509.Certificate],
    uri: TokenUri,
    token: str,
) -> TokenKey:
    found = [
        key
        for key in keys
        if uri.id in (None, key.id)
        and (uri.label in (None, key.label) or any(uri.label == entry.label and _owns(key, entry) for entry in entries))
        and (not given or any(_is_pair(key, certificate) is not False for certificate in given))
    ]
    certain = [key for key in found if any(_is_pair(key, certificate) for certificate in given)]
    found = certain or found
    if len(found) == 1:
        return found[0]
    names = ", ".join(key.name for key in found or keys)
    if found:
        raise UsageError(
            "several keys match on token {token}: {names}", hint="name one by object= or id=", token=token, names=names
        )
    if not keys:
        raise UsageError("no key that signs on token {token}", hint="is it the right token?", token=token)
    raise UsageError("no such key on token {token}", hint="there are: {names}", token=token, names=names)


def _choose_certificate(
    key: TokenKey, entries: Sequence[_Entry], given: Sequence[x509.Certificate], token: str
) -> x509.Certificate:
    own = [certificate for certificate in given if _is_pair(key, certificate) is not False]
    if not given:
        own = [entry.certificate for entry in entries if _owns(key, entry)]
    if not own:
        raise UsageError(
            "no certificate for key {key} on token {token}", hint="give ?certificate=PATH", key=key.name, token=token
        )
    certain = [certificate for certificate in own if _is_pair(key, certificate)]
    return max(certain, key=lambda each: each.not_valid_before_utc) if certain else own[0]


def _keys(session: Session, wanted: Mapping[Attribute, object]) -> list[TokenKey]:
    """The keys that sign; an HSM may hold thousands, so what is known of the one is searched for there."""
    points: dict[bytes, set[bytes]] = {}
    for handle in list(session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.KEY_TYPE: KeyType.EC})):
        points.setdefault(_bytes(handle, Attribute.ID), set()).add(_bytes(handle, Attribute.EC_POINT))
    found = []
    for handle in list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, **wanted})):
        kind = _read(handle, Attribute.KEY_TYPE)
        if not isinstance(handle, SignMixin) or not isinstance(kind, KeyType) or kind not in _KINDS:
            continue
        own = _bytes(handle, Attribute.ID)
        public = {_bytes(handle, Attribute.MODULUS)} if kind is KeyType.RSA else points.get(own, set())
        found.append(
            TokenKey(
                handle=handle,
                kind=_KINDS[kind],
                label=_text(handle, Attribute.LABEL),
                id=own,
                public=frozenset(public - {b""}),
                is_asking=_read(handle, Attribute.ALWAYS_AUTHENTICATE) is True,
            )
        )
    return found


def _entries(session: Session) -> list[_Entry]:
    found = []
    wanted = {Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.CERTIFICATE_TYPE: CertificateType.X_509}
    for handle in list(session.get_objects(wanted)):
        try:
            certificate = _load(_bytes(handle, Attribute.VALUE))
        except (ValueError, x509.InvalidVersion):  # an empty place, or one that the maker keeps for itself
            continue
        label, own = _text(handle, Attribute.LABEL), _bytes(handle, Attribute.ID)
        found.append(_Entry(certificate=certificate, label=label, id=own))
    return found


def _load(data: bytes) -> x509.Certificate:
    certificate = x509.load_der_x509_certificate(data)
    # These are parsed when they are asked for: a fault in them must show here, not at a caller who expects none.
    _ = certificate.subject, certificate.issuer, certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return certificate


def _owns(key: TokenKey, entry: _Entry) -> bool:
    is_pair = _is_pair(key, entry.certificate)
    return bool(key.id) and key.id == entry.id if is_pair is None else is_pair


def _is_pair(key: TokenKey, certificate: x509.Certificate) -> bool | None:
    """Whether ``certificate`` is for ``key``; None where the token does not show enough to tell."""
    try:
        public = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    if isinstance(public, rsa.RSAPublicKey) and key.kind == "RSA":
        return any(int.from_bytes(part) == public.public_numbers().n for part in key.public) if key.public else None
    if isinstance(public, ec.EllipticCurvePublicKey) and key.kind == "ECDSA":
        # Tokens give the point with or without the OCTET STRING around it: both end with the point.
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return any(part.endswith(point) for part in key.public) if key.public else None
    return False


def _chain(certificate: x509.Certificate, others: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    chain: list[x509.Certificate] = []
    last = certificate
    while len(chain) < _MAX_CHAIN and last.issuer != last.subject:
        above = next((each for each in others if each not in (certificate, *chain) and _issued(each, last)), None)
        if above is None:
            break
        chain.append(above)
        last = above
    return chain


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        return False
    return True


def _read(handle: Object, attribute: Attribute) -> object:
    try:
        value: object = handle[attribute]
    except (AttributeTypeInvalid, AttributeSensitive, FunctionFailed, ValueError):  # not there, hidden, or no UTF-8
        return None
    return value


def _bytes(handle: Object, attribute: Attribute) -> bytes:
    value = _read(handle, attribute)
    return value if isinstance(value, bytes) else b""


def _text(handle: Object, attribute: Attribute) -> str:
    value = _read(handle, attribute)
    return value if isinstance(value, str) else ""
