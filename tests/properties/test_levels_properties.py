"""Whatever is done to the bytes of a document with long-term evidence, no level is found that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from servers.pki import PkiService

from edocs.connect import open_revocation, open_signer, open_timestamper
from edocs.errors import EdocsError
from edocs.model import Level, Role, SignatureSpec, TrustStore, Verdict, VerificationOptions
from edocs.ports import Evidence
from edocs.sign import extend_pdf, sign_pdf
from edocs.testing import sample_pdf
from edocs.verify import load_trust, verify_pdf

KEYS = Path(__file__).parents[2] / "certs" / "test" / "keys"
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
SETTINGS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PkiService]:
    running = PkiService(tmp_path_factory.mktemp("pki"), KEYS)
    running.reset(NOW)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def roots(service: PkiService) -> TrustStore:
    return load_trust([service.pki.roots])


@pytest.fixture(scope="module")
def archived(service: PkiService) -> bytes:
    evidence = Evidence(
        timestamper=open_timestamper([f"{service.url}/tsa"], lambda name: name),
        revocation=open_revocation(online=True),
    )
    leader = open_signer(str(service.pki.p12("leader")), lambda _: service.pki.passphrase)
    spec = SignatureSpec(role=Role.PERSONAL, level=Level.B_LTA)
    return sign_pdf(sample_pdf(), leader, spec, now=NOW, evidence=evidence)


def is_in_a_value(document: bytes, at: int) -> bool:
    gaps = re.finditer(rb"/Contents <([0-9A-Fa-f]+)>", document)
    return any(match.start(1) <= at < match.end(1) for match in gaps)


@SETTINGS
@given(at=st.integers(0, 10**9), new=st.integers(0, 255))
@example(at=-1, new=0)
def test_a_changed_byte_costs_the_level_or_is_in_a_signature_value(
    archived: bytes, roots: TrustStore, at: int, new: int
) -> None:
    at %= len(archived)
    changed = archived[:at] + bytes([new]) + archived[at + 1 :]

    report = verify_pdf(changed, roots, VerificationOptions(at=NOW + timedelta(hours=1)))

    if report.verdict is Verdict.TOTAL_PASSED and report.signatures[0].level is Level.B_LTA:
        assert changed == archived or is_in_a_value(archived, at)


@SETTINGS
@given(cut=st.integers(0, 10**9))
def test_a_truncated_document_has_no_level_but_that_of_the_revision_that_is_left(
    archived: bytes, roots: TrustStore, cut: int
) -> None:
    report = verify_pdf(archived[: cut % len(archived)], roots, VerificationOptions(at=NOW + timedelta(hours=1)))

    assert [item.level for item in report.signatures if item.level is Level.B_LTA] == []


@SETTINGS
@given(at=st.integers(0, 10**9), new=st.integers(0, 255), tail=st.binary(max_size=20))
def test_extending_a_damaged_document_succeeds_or_says_why(
    service: PkiService, archived: bytes, at: int, new: int, tail: bytes
) -> None:
    at %= len(archived)
    changed = archived[:at] + bytes([new]) + archived[at + 1 :] + tail
    evidence = Evidence(
        timestamper=open_timestamper([f"{service.url}/tsa"], lambda name: name),
        revocation=open_revocation([service.pki.crls]),
    )

    with suppress(EdocsError):
        extended = extend_pdf(changed, Level.B_LTA, evidence=evidence, now=NOW)
        assert extended.document.startswith(changed)


@SETTINGS
@given(
    edits=st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 255)), min_size=1, max_size=4),
    in_token=st.booleans(),
)
def test_a_damaged_signature_value_is_refused_by_name_or_harmless(
    service: PkiService, archived: bytes, edits: list[tuple[int, int]], in_token: bool
) -> None:
    """Inside the DER, where parsers break."""
    start, _ = [match.span(1) for match in re.finditer(rb"/Contents <([0-9A-Fa-f]+)>", archived)][in_token]
    changed = bytearray(archived)
    for at, new in edits:
        where = start + 2 * (at % 4000)
        changed[where : where + 2] = b"%02x" % new
    evidence = Evidence(timestamper=open_timestamper([f"{service.url}/tsa"], lambda name: name))

    with suppress(EdocsError):
        extend_pdf(bytes(changed), Level.B_T, evidence=evidence, now=NOW)
    verify_pdf(bytes(changed), load_trust([service.pki.roots]), VerificationOptions(at=NOW))
