"""The timestamp of a message's signature (XAdES B-T): what it proves, and what a bad one spoils."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp
from edxml_fixtures import NOW, packed
from envelope_forging import DS, XADES, Element, Forge, canonical, signature
from lxml import etree
from servers.tsa import Authority

from edocs.errors import RefusedError, UnavailableError, UsageError
from edocs.exchange import inspect_message
from edocs.model import EnvelopeSignature, EnvelopeSpec, Level, SignatureReport, TimeSource, TrustStore, Verdict
from edocs.model import VerificationOptions as Options
from edocs.ports import Evidence, Signer
from edocs.sealing import judge_signature, sign_message
from edocs.testing import Pki

OpenKey = Callable[[str], Signer]
AT = EnvelopeSpec(level=Level.B_T)
AFTER_ALL_ENDED = datetime(2036, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stamper:
    """An authority without a network."""

    authority: Authority
    now: datetime = NOW + timedelta(minutes=1)

    def timestamp(self, imprint: bytes, digest: str) -> bytes:
        query = tsp.TimeStampReq(
            {
                "version": 1,
                "message_imprint": {"hash_algorithm": {"algorithm": digest}, "hashed_message": imprint},
                "cert_req": True,
            }
        )
        answer = tsp.TimeStampResp.load(self.authority.answer(query.dump(), self.now))
        token: bytes = answer["time_stamp_token"].dump()
        return token


class Silent:
    """An authority that is not there."""

    def timestamp(self, imprint: bytes, digest: str) -> bytes:
        raise UnavailableError("nobody answers")


@pytest.fixture(scope="module")
def authority(pki: Pki) -> Authority:
    return Authority.of(pki, "tsa")


@pytest.fixture(scope="module")
def stamped(open_key: OpenKey, authority: Authority) -> bytes:
    return sign_message(
        packed().envelope, open_key("seal"), AT, now=NOW, evidence=Evidence(timestamper=Stamper(authority))
    )


@pytest.fixture(scope="module")
def forge(pki: Pki) -> Forge:
    return Forge(pki.key("seal"))


def judged(data: bytes, trust: TrustStore, at: datetime = NOW) -> SignatureReport:
    envelope = inspect_message(data)
    assert envelope.signature is EnvelopeSignature.INTACT
    report = judge_signature(envelope, trust, Options(at=at))
    assert report is not None
    return report


def test_a_timestamp_proves_the_time(stamped: bytes, trust: TrustStore) -> None:
    report = judged(stamped, trust, NOW + timedelta(hours=1))

    assert (report.verdict, report.level, report.notices) == (Verdict.TOTAL_PASSED, Level.B_T, ())
    assert (report.signed_at, report.time_source) == (NOW + timedelta(minutes=1), TimeSource.TIMESTAMP)


def test_an_independent_program_verifies_the_message_with_its_timestamp(
    stamped: bytes, witness: Callable[[str], str], pki: Pki, tmp_path: Path
) -> None:
    (tmp_path / "m.edxml").write_bytes(stamped)
    names = ("MessageHeader", "Bussiness", "edXMLBody", "AttachmentEncoded")
    ids = [item for name in names for item in ("--id-attr:Id", f"http://www.mic.gov.vn/TBT/QCVN_102_2016:{name}")]
    ids += ["--id-attr:Id", f"{XADES[1:-1]}:SignedProperties", "--pubkey-cert-pem", str(pki.pem("seal"))]

    said = subprocess.run(
        [witness("xmlsec1"), "--verify", *ids, str(tmp_path / "m.edxml")], check=False, capture_output=True
    )

    assert said.returncode == 0, said.stderr


def token_of(root: Element) -> Element:
    found = root.find(f".//{XADES}EncapsulatedTimeStamp")
    assert found is not None
    return found


def test_the_timestamp_is_over_the_canonical_value(stamped: bytes) -> None:
    """EN 319 132-1, 5.3: over SignatureValue as an element, not over the bytes in it."""
    root = etree.fromstring(stamped)

    token = tsp.ContentInfo.load(base64.b64decode(token_of(root).text))

    info = token["content"]["encap_content_info"]["content"].parsed

    value = canonical(signature(root).find(f"{DS}SignatureValue"))
    assert info["message_imprint"]["hashed_message"].native == hashlib.sha256(value).digest()


BAD: dict[str, Callable[[Element, bytes], object]] = {
    "of another signature": lambda root, other: setattr(token_of(root), "text", base64.b64encode(other).decode()),
    "not base64": lambda root, _: setattr(token_of(root), "text", "!!!"),
    "garbage": lambda root, _: setattr(token_of(root), "text", "QUJD"),
    "cut": lambda root, _: setattr(token_of(root), "text", token_of(root).text[:400]),
    "empty": lambda root, _: setattr(token_of(root), "text", ""),
    "over another canonical form": lambda root, _: (
        token_of(root).getprevious().set("Algorithm", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_timestamp_spoils_the_time_and_no_more(
    name: str, stamped: bytes, forge: Forge, trust: TrustStore, authority: Authority
) -> None:
    other = Stamper(authority).timestamp(bytes(32), "sha256")

    report = judged(forge.change(stamped, lambda root: BAD[name](root, other)), trust)

    assert (report.verdict, report.level, report.time_source) == (
        Verdict.TOTAL_PASSED,
        Level.B_B,
        TimeSource.CLAIMED,
    )
    assert [notice.rule for notice in report.notices] == ["time.timestamp"]


def test_a_timestamp_of_nobody_known_proves_nothing(stamped: bytes, trust: TrustStore) -> None:
    report = judged(stamped, TrustStore())

    assert (report.verdict, report.level) == (Verdict.INDETERMINATE, Level.B_B)


def test_with_a_timestamp_a_signature_outlives_its_certificate(
    open_key: OpenKey, pki: Pki, trust: TrustStore, stamped: bytes
) -> None:
    lasting = Authority.lasting(pki, 2026, 2040)
    evidence = Evidence(timestamper=Stamper(lasting))
    outliving = sign_message(packed().envelope, open_key("seal"), AT, now=NOW, evidence=evidence)
    without = sign_message(packed().envelope, open_key("seal"), now=NOW)

    reports = [judged(data, trust, AFTER_ALL_ENDED) for data in (outliving, without)]

    assert [report.verdict for report in reports] == [Verdict.TOTAL_PASSED, Verdict.INDETERMINATE]


def test_without_an_authority_the_level_is_refused(open_key: OpenKey) -> None:
    with pytest.raises(UsageError):
        sign_message(packed().envelope, open_key("seal"), AT, now=NOW)


def test_an_authority_that_fails_leaves_nothing_unless_a_lower_level_is_allowed(open_key: OpenKey) -> None:
    told: list[Level] = []
    means = Evidence(timestamper=Silent(), on_lower=lambda _, left: told.append(left))

    with pytest.raises(UnavailableError):
        sign_message(packed().envelope, open_key("seal"), AT, now=NOW, evidence=Evidence(timestamper=Silent()))
    lower = sign_message(packed().envelope, open_key("seal"), AT, now=NOW, evidence=means)

    assert told == [Level.B_B]
    assert b"SignatureTimeStamp" not in lower


def test_an_authority_whose_clock_differs_is_refused(open_key: OpenKey, authority: Authority) -> None:
    evidence = Evidence(timestamper=Stamper(authority, NOW + timedelta(minutes=6)))

    with pytest.raises(RefusedError):
        sign_message(packed().envelope, open_key("seal"), AT, now=NOW, evidence=evidence)
