"""The signature timestamp (RFC 3161; EN 319 122-1, 5.3): proof that a signature existed at a time.

Dấu thời gian. A broken timestamp spoils the time, never the report: the signing time is then only claimed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import tsp
from cryptography import x509

from edocs._pades.integrity import CheckedValue, check_cms, weaknesses
from edocs._pades.signed_value import SignedValue, read_signed_data
from edocs._pdf.faults import PARSER_FAULTS, describe
from edocs._trust.algorithms import CURRENT, AlgorithmPolicy
from edocs._trust.ber import Value, dotted, read_value
from edocs._trust.climbing import parsed
from edocs._trust.past import judge_past
from edocs._trust.schemes import UnknownAlgorithmError, digest
from edocs.model import Reason, TrustStore
from edocs.model.rules import reason
from edocs.ports import RevocationSource

__all__ = [
    "ProvenTime",
    "Token",
    "Witness",
    "accept_token",
    "open_token_value",
    "proven_times",
    "read_token",
    "tokens_of",
]

_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TIMESTAMP = "1.2.840.113549.1.9.16.2.14"
_MOST_TOKENS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A timestamp whose signature holds; whether its authority is trusted is another question."""

    time: datetime
    certificate: bytes
    """Of the authority, DER."""
    others: tuple[bytes, ...]
    """What else came with it, DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenTime:
    """A time that a trusted authority vouches for."""

    time: datetime
    chain: tuple[x509.Certificate, ...]
    """From the anchor to the authority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What timestamps are judged with."""

    trust: TrustStore
    source: RevocationSource
    at: datetime
    companions: tuple[bytes, ...] = ()
    """Certificates that the document brings along, DER."""
    algorithms: AlgorithmPolicy = CURRENT

    @property
    def known(self) -> tuple[bytes, ...]:
        """Certificates at hand that a signature or token may have left out, DER."""
        return (*self.companions, *self.trust.intermediates)

    def judge(
        self, signed: SignedValue, imprint_of: Callable[[str], bytes], proven: datetime | None
    ) -> ProvenTime | str:
        """The time that a token proves, or why it does not count.

        Args:
            imprint_of: Digest, by algorithm, of what the token should be for.
            proven: When the token itself is known to have existed; None: only that it does now.
        """
        try:
            token = read_token(signed, imprint_of, self.known, (self.algorithms, proven))
            if isinstance(token, str):
                return token
            others = [*token.others, *self.companions]
            path = judge_past(token.certificate, others, self.trust, self.source, (self.at, proven), self.algorithms)
        except PARSER_FAULTS as exc:
            return describe(exc)
        if path.failure is not None:
            return "its certificate does not lead to a trusted root"
        return ProvenTime(time=token.time, chain=path.chain)


def accept_token(der: bytes, imprint: bytes, digest: str) -> Token | str:
    """What an authority has just sent, or why it is not taken; stricter than what is believed of an old document.

    1. one token and nothing behind it;
    2. everything that :func:`read_token` asks for, over this very imprint;
    3. its certificate's only purpose is critical (RFC 3161, 2.3), and the certificate was valid at its time.

    Args:
        imprint: What was sent, made with ``digest``.
    """
    try:
        token = read_token(
            open_token_value(read_value(der)), lambda kind: imprint if kind == digest else b""
        )  # (1) (2)
        if isinstance(token, str):
            return token
        certificate = x509.load_der_x509_certificate(token.certificate)
        if not certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).critical:  # (3)
            return "its certificate is not for timestamping"
        if not certificate.not_valid_before_utc <= token.time <= certificate.not_valid_after_utc:
            return "its certificate was not valid at its time"
    except PARSER_FAULTS as exc:
        return describe(exc)
    return token


def proven_times(
    checked: CheckedValue, witness: Witness, proven: datetime | None = None
) -> tuple[list[ProvenTime], list[Reason]]:
    """The times that the trusted timestamps of a signature prove, and why the others do not count.

    Args:
        proven: When a document timestamp proves that signature and timestamps existed.
    """
    if checked.cms is None:
        return [], []
    value = checked.cms.signature
    times: list[ProvenTime] = []
    notices: list[Reason] = []
    for token in tokens_of(checked.cms):
        found = token if isinstance(token, str) else witness.judge(token, lambda name: digest(name, value), proven)
        if isinstance(found, str):
            notices.append(reason("time.timestamp", why=found))
        else:
            times.append(found)
    return times, notices


def tokens_of(signed: SignedValue) -> Iterable[SignedValue | str]:
    """Each signature timestamp among the unsigned attributes, or why it cannot be read."""
    for value in signed.unsigned.get(_TIMESTAMP, ())[:_MOST_TOKENS]:
        try:
            yield open_token_value(value)
        except PARSER_FAULTS as exc:
            yield describe(exc)


def open_token_value(value: Value) -> SignedValue:
    """A TimeStampToken.

    Raises:
        ValueError: It is none.
    """
    kind, wrapped = value.children()
    if dotted(kind.content) != _SIGNED_DATA:
        raise ValueError("it is no timestamp")
    (signed_data,) = wrapped.children()
    return read_signed_data(signed_data)


def read_token(
    signed: SignedValue,
    imprint_of: Callable[[str], bytes],
    known: Iterable[bytes] = (),
    algorithms: tuple[AlgorithmPolicy, datetime | None] = (CURRENT, None),
) -> Token | str:
    """The content of a token, or why it does not count.

    1. the imprint is that of what it should be for;
    2. the token's own signature holds, with an accepted algorithm;
    3. its certificate is for timestamping alone.

    Args:
        known: Certificates at hand, DER: a token need not bring its own along.
        algorithms: What is asked of them, and when the token is proven to have existed.

    Raises:
        Exception: One of ``PARSER_FAULTS``, for what cannot be read.
    """
    if signed.content_type != _TST_INFO or signed.content is None:
        return "it is no timestamp"
    info = tsp.TSTInfo.load(signed.content, strict=True)
    imprint = info["message_imprint"]
    kind = str(imprint["hash_algorithm"]["algorithm"].native)
    policy, proven = algorithms
    if policy.weak_digest(kind, proven):
        return "its algorithm is too weak"
    try:
        if imprint["hashed_message"].native != imprint_of(kind):  # (1)
            return "it is for another signature"
    except UnknownAlgorithmError:
        return "its algorithm is too weak"
    checked = check_cms(signed, (signed.content,), known)  # (2)
    if not checked.certificate:
        return "its certificate is missing"
    if not checked.is_intact:
        return "its signature is broken"
    if any(True for _ in weaknesses(checked, "", policy, proven)):
        return "its algorithm is too weak"
    usage = parsed(checked.certificate).extended_key_usage_value
    if usage is None or usage.native != ["time_stamping"]:  # (3)
        return "its certificate is not for timestamping"
    return Token(time=info["gen_time"].native, certificate=checked.certificate, others=checked.others)
