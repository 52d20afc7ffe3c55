"""Signature values that are wrong, weak or not bound to the signer (RFC 5652, RFC 5035, EN 319 122-1, EN 319 102-1)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from asn1crypto import cms, core

from . import page_edits
from .bench import AGENCY, PERSON, Bench
from .cms import Value, edit_cms, make_cms, signing_certificate
from .edits import EDITS
from .registry import Builder, Effect, Outcome, Vector, add_vector, attack
from .signing import Plan, last_hole, put_value, value_at

assert page_edits  # it fills EDITS
_CMS = ("integrity.", "format.", "structure.", "algorithm.")


def _valued(
    name: str, about: str, value: Value, *rules: str, outcome: Outcome = Outcome.REFUSED, plan: Plan = PERSON
) -> None:
    """Register a specimen signed with such a value by the right key."""
    add_vector(
        Vector(
            name=f"cms-{name}",
            about=about,
            build=lambda bench: bench.sign(bench.plain, "leader", replace(plan, value=value)),
            outcome=outcome,
            rules=rules or _CMS,
            family="cms",
        )
    )


_WRONG = hashlib.sha256(b"another document").digest()
_valued("two-signers", "Two signer infos stand in one value.", Value(signers=2), outcome=Outcome.FAILED)
_valued("no-signer", "No signer info stands in the value.", Value(signers=0), outcome=Outcome.FAILED)
_valued("enveloped", "The value brings a content of its own.", Value(content=b"another letter"), outcome=Outcome.FAILED)
_valued("enveloped-digest", "It brings the digest as its content.", Value(content=_WRONG[:20]), outcome=Outcome.FAILED)
_valued(
    "other-digest",
    "The message digest is that of other bytes.",
    Value(change={"message_digest": _WRONG}),
    outcome=Outcome.FAILED,
)
_valued("empty-digest", "The message digest is empty.", Value(change={"message_digest": b""}), outcome=Outcome.FAILED)
_valued("no-digest", "The message digest is missing.", Value(drop=("message_digest",)), outcome=Outcome.FAILED)
_valued(
    "two-digests",
    "There are two message digests, of which the second is right.",
    Value(extra=(("message_digest", _WRONG),)),
    outcome=Outcome.FAILED,
)
_valued("no-content-type", "The content type is missing.", Value(drop=("content_type",)), outcome=Outcome.FAILED)
_valued(
    "other-content-type",
    "The content type is another.",
    Value(change={"content_type": "signed_data"}),
    outcome=Outcome.FAILED,
)
_valued("no-signing-certificate", "No certificate is bound to the signature.", Value(drop=("signing_certificate_v2",)))
_valued(
    "no-attributes", "Nothing but the document's digest is signed: no certificate is bound.", Value(no_attributes=True)
)
_valued("declared-sha1", "SHA-1 is written down, SHA-256 was used.", Value(declared="sha1"))
_valued("declared-sha512", "SHA-512 is written down, SHA-256 was used.", Value(declared="sha512"))
_valued("sha1", "The document's digest is SHA-1.", Value(digest="sha1"), "algorithm.", outcome=Outcome.UNCLEAR)
_valued("no-certificate", "The signer's certificate is missing.", Value(certificates=()))


def _keyed(name: str, about: str, key: str, *rules: str, outcome: Outcome = Outcome.UNCLEAR) -> None:
    add_vector(
        Vector(
            name=f"signer-{name}",
            about=about,
            build=lambda bench: bench.sign(bench.plain, key, PERSON),
            outcome=outcome,
            rules=rules,
            family="cms",
        )
    )


_keyed("expired", "The certificate has ended, and nothing proves when it was used.", "expired", "trust.")
_keyed("not-yet-valid", "The certificate begins in 2090.", "not-yet-valid", "trust.", outcome=Outcome.REFUSED)
_keyed("revoked", "The certificate is revoked.", "revoked", "trust.", outcome=Outcome.REFUSED)
_keyed("wrong-usage", "The certificate is for encryption.", "wrong-usage", "trust.")
_keyed("unknown-root", "Nobody trusts the root.", "unknown-root", "trust.")
_keyed("rsa-1024", "The key has 1024 bits.", "rsa1024", "algorithm.", "trust.")
_keyed("sha1-certificate", "The certificate is signed with SHA-1.", "sha1", "algorithm.", "trust.")
_keyed("authority", "The certificate is that of a time-stamping authority.", "tsa", "trust.")


@attack("cms-other-signing-certificate", *_CMS, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The bound certificate is another person's."""
    other = signing_certificate(bench.key("seal").certificate)
    return bench.sign(bench.plain, "leader", replace(PERSON, value=Value(change={"signing_certificate_v2": other})))


@attack("cms-certificate-exchanged", *_CMS, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The certificate and the signer's name are exchanged for the agency's."""
    seal = bench.key("seal").certificate

    def swap(signed: cms.SignedData) -> None:
        signed["certificates"] = [seal]
        signer = signed["signer_infos"][0]
        signer["sid"] = {"issuer_and_serial_number": {"issuer": seal.issuer, "serial_number": seal.serial_number}}

    return _edited(bench.one, swap)


@attack("cms-other-key", "integrity.signature")
def _(bench: Bench) -> bytes:
    """The signature was made with another key than the certificate's."""
    stranger = replace(bench.key("leader"), private=bench.key("unknown-root").private)
    plan = replace(PERSON, make=lambda data: make_cms(stranger, data))
    return bench.sign(bench.plain, "leader", plan)


@attack("cms-null-signature", "integrity.", "format.")
def _(bench: Bench) -> bytes:
    """The signature is nothing but zeros."""

    def blank(signed: cms.SignedData) -> None:
        signed["signer_infos"][0]["signature"] = bytes(256)

    return _edited(bench.one, blank)


@attack("cms-attribute-added", "integrity.")
def _(bench: Bench) -> bytes:
    """A signed attribute is added after signing."""

    def add(signed: cms.SignedData) -> None:
        signed["signer_infos"][0]["signed_attrs"].append({"type": "1.2.3.4", "values": [core.Integer(1)]})

    return _edited(bench.one, add)


@attack("cms-signature-algorithm", *_CMS, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The signature is said to be over SHA-512, and is not."""

    def rename(signed: cms.SignedData) -> None:
        signed["signer_infos"][0]["signature_algorithm"] = {"algorithm": "sha512_rsa"}

    return _edited(bench.one, rename)


@attack("cms-not-a-signature", "format.", "structure.")
def _(bench: Bench) -> bytes:
    """The value is some DER that is no CMS."""
    return _put(bench.one, core.OctetString(b"signed").dump())


@attack("cms-digest-only", "format.", "structure.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The value is a CMS that only digests."""
    digested = {
        "version": 0,
        "digest_algorithm": {"algorithm": "sha256"},
        "encap_content_info": {"content_type": "data"},
        "digest": _WRONG,
    }
    return _put(bench.one, cms.ContentInfo({"content_type": "digested_data", "content": digested}).dump())


@attack("cms-second-value-behind", "structure.", "format.")
def _(bench: Bench) -> bytes:
    """Another value stands behind the first in the padding."""
    value = value_at(bench.one, last_hole(bench.one)).rstrip(b"\0")
    return _put(bench.one, value + value[:600])


@attack("cms-indefinite-length-forged", "integrity.", "format.", "structure.")
def _(bench: Bench) -> bytes:
    """The value is truncated in the middle."""
    value = value_at(bench.one, last_hole(bench.one)).rstrip(b"\0")
    return _put(bench.one, value[: len(value) // 2])


@attack("timestamp-of-another-signature", outcome=Outcome.TIME_UNPROVEN)
def _(bench: Bench) -> bytes:
    """The timestamp in the unsigned attributes is one over other bytes: it must not prove the time."""
    return _stamped(bench, lambda signature: b"another" + signature)


@attack("timestamp-garbage", outcome=Outcome.TIME_UNPROVEN)
def _(bench: Bench) -> bytes:
    """The timestamp in the unsigned attributes cannot be read: it must not prove the time, nor spoil the rest."""

    def spoil(signed: cms.SignedData) -> None:
        broken = cms.ContentInfo({"content_type": "data", "content": b"12:00"})
        signed["signer_infos"][0]["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": [broken]}]

    return _edited(bench.one, spoil)


@attack("timestamp-changed", outcome=Outcome.TIME_UNPROVEN)
def _(bench: Bench) -> bytes:
    """The time in the token is set back by a year."""

    def spoil(token: cms.ContentInfo) -> cms.ContentInfo:
        content = token["content"]["encap_content_info"]["content"]
        changed = token.dump().replace(b"20260305", b"20250305")
        assert changed != token.dump() or content is None
        return cms.ContentInfo.load(changed)

    return _stamped(bench, lambda signature: signature, spoil)


def _stamped(
    bench: Bench,
    imprint: Callable[[bytes], bytes],
    change: Callable[[cms.ContentInfo], cms.ContentInfo] = lambda token: token,
) -> bytes:
    def stamp(signed: cms.SignedData) -> None:
        signer = signed["signer_infos"][0]
        token = change(bench.token(imprint(signer["signature"].native)))
        signer["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": [token]}]

    return _edited(bench.one, stamp)


@attack("document-timestamp-of-another-file", "integrity.", "time.", "structure.", outcome=Outcome.TIME_UNPROVEN)
def _(bench: Bench) -> bytes:
    """The document timestamp is one over another file."""
    stamped = bench.timestamp(bench.one)
    return _put(stamped, bench.token(b"another file").dump())


@attack("document-timestamp-visible", "changes.", "structure.", outcome=Outcome.REFUSED, effect=Effect.SHOWN)
def _(bench: Bench) -> bytes:
    """The widget of a document timestamp covers the title."""
    return bench.timestamp(bench.one, box=(60, 760, 560, 790), appearance=b"1 g 0 0 500 30 re f")


@attack("signature-as-timestamp", "integrity.", "format.", "changes.", "time.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A document timestamp alters the form besides: the agency's rewritten page comes along in its revision."""
    return bench.timestamp(bench.one, edits=(EDITS["page-content"].apply,))


def _edited(document: bytes, change: Callable[[cms.SignedData], None]) -> bytes:
    gap = last_hole(document)
    return put_value(document, gap, edit_cms(value_at(document, gap), change))


def _put(document: bytes, value: bytes) -> bytes:
    return put_value(document, last_hole(document), value)


def _legacy(sub_filter: str) -> Builder:
    return lambda bench: bench.sign(bench.one, "seal", replace(AGENCY, sub_filter=sub_filter))


for _name in ("adbe.pkcs7.sha1", "adbe.x509.rsa_sha1", "Not.Known", "ETSI.RFC3161"):
    add_vector(
        Vector(
            name=f"sub-filter-{_name.lower().replace('_', '-')}",
            about=f"A detached CMS is said to be of the format {_name}.",
            build=_legacy(_name),
            outcome=Outcome.REFUSED,
            family="cms",
        )
    )
