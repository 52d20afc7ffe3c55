"""Levels B-T to B-LTA against services on the loopback interface; pyHanko and poppler are the witnesses."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.ades import (
    ades_basic_validation,
    ades_lta_validation,
    ades_with_time_validation,
)
from servers.pki import HTML, PkiService
from servers.tsa import Authority

from edocs.connect import open_revocation, open_signer, open_timestamper
from edocs.model import Level, Role, SignatureSpec, TimeSource, TrustStore, Verdict, VerificationOptions
from edocs.ports import Evidence, Signer
from edocs.sign import extend_pdf, finish_pdf, prepare_pdf, sign_pdf
from edocs.testing import sample_pdf
from edocs.verify import load_trust, verify_pdf

KEYS = Path(__file__).parents[2] / "certs" / "test" / "keys"
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PkiService]:
    service = PkiService(tmp_path_factory.mktemp("pki"), KEYS)
    yield service
    service.stop()


@pytest.fixture
def service(running: PkiService) -> PkiService:
    running.faults.clear()
    running.revoked.clear()
    running.requests.clear()
    running.now = NOW
    running.authority = Authority.of(running.pki, "tsa")
    return running


@pytest.fixture(scope="module")
def leader(running: PkiService) -> Signer:
    return open_signer(str(running.pki.p12("leader")), lambda _: running.pki.passphrase)


@pytest.fixture(scope="module")
def roots(running: PkiService) -> TrustStore:
    """Anchors alone: whatever else is needed, the document has to bring along."""
    return load_trust([running.pki.roots])


@pytest.fixture
def evidence(service: PkiService, tmp_path: Path) -> Evidence:
    return Evidence(
        timestamper=open_timestamper([f"{service.url}/tsa"], lambda name: name, timeout_s=0.2),
        revocation=open_revocation(online=True, cache=tmp_path / "cache"),
    )


def spec(level: Level) -> SignatureSpec:
    return SignatureSpec(role=Role.PERSONAL, level=level)


@pytest.mark.parametrize("level", list(Level))
def test_a_level_is_reached_and_found(
    service: PkiService, leader: Signer, roots: TrustStore, evidence: Evidence, level: Level
) -> None:
    signed = sign_pdf(sample_pdf(), leader, spec(level), now=NOW, evidence=evidence)

    (report,) = verify_pdf(signed, roots, VerificationOptions(at=NOW + timedelta(hours=1))).signatures
    assert (report.verdict, report.level, report.reasons) == (Verdict.TOTAL_PASSED, level, ())
