"""The contracts of ``Timestamper`` and ``RevocationSource``, over every adapter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from servers.pki import PkiService

from edocs.connect import open_revocation, open_timestamper
from edocs.errors import UnavailableError
from edocs.model import Revocation
from edocs.ports import IssuerSource, RevocationSource, Timestamper

KEYS = Path(__file__).parents[2] / "certs" / "test" / "keys"
NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PkiService]:
    service = PkiService(tmp_path_factory.mktemp("pki"), KEYS)
    yield service
    service.stop()


@pytest.fixture
def service(running: PkiService) -> PkiService:
    running.reset(NOW)
    return running


@pytest.fixture(params=["files", "ocsp", "crl"])
def source(request: pytest.FixtureRequest, service: PkiService) -> RevocationSource:
    if request.param == "files":
        return open_revocation([service.pki.crls])
    service.revoked[load(service, "revoked").serial_number] = datetime(2025, 6, 1, tzinfo=UTC)
    if request.param == "crl":
        service.faults["/ocsp"] = "gone"
    return open_revocation(online=True)


@pytest.fixture
def stamper(service: PkiService) -> Timestamper:
    return open_timestamper([f"{service.url}/tsa"], lambda name: name)


def load(service: PkiService, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(service.pki.pem(name).read_bytes())


def test_a_good_certificate_comes_with_what_proves_it(service: PkiService, source: RevocationSource) -> None:
    found = source.status(load(service, "leader"), load(service, "official-ca"), NOW)

    assert found is not None
    assert (found.status, found.revoked_at) == (Revocation.GOOD, None)
    assert bool(found.crl) != bool(found.ocsp)
    assert found.next_update is not None
    assert found.next_update >= NOW


def test_a_revoked_certificate_comes_with_its_time(service: PkiService, source: RevocationSource) -> None:
    found = source.status(load(service, "revoked"), load(service, "official-ca"), NOW)

    assert found is not None
    assert (found.status, found.revoked_at) == (Revocation.REVOKED, datetime(2025, 6, 1, tzinfo=UTC))


def test_of_another_issuer_nothing_is_known(service: PkiService, source: RevocationSource) -> None:
    assert source.status(load(service, "leader"), load(service, "public-ca"), NOW) is None


def test_after_every_next_update_nothing_is_known(service: PkiService, source: RevocationSource) -> None:
    at = datetime(2046, 1, 1, tzinfo=UTC)

    assert source.status(load(service, "leader"), load(service, "official-ca"), at) is None


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_a_token_is_for_the_imprint_that_was_asked_for(stamper: Timestamper, digest: str) -> None:
    imprint = hashlib.new(digest, b"letter").digest()

    token = cms.ContentInfo.load(stamper.timestamp(imprint, digest), strict=True)

    info = token["content"]["encap_content_info"]["content"].parsed
    assert info["message_imprint"]["hashed_message"].native == imprint
    assert abs(info["gen_time"].native - NOW) < timedelta(seconds=1)


def test_a_token_that_cannot_be_had_is_an_error(service: PkiService, stamper: Timestamper) -> None:
    service.faults["/tsa"] = "gone"

    with pytest.raises(UnavailableError):
        stamper.timestamp(bytes(32), "sha256")


@pytest.fixture
def issuers(service: PkiService) -> IssuerSource:
    found = open_revocation(online=True)
    assert isinstance(found, IssuerSource)
    return found


def test_an_issuer_is_found_where_its_certificate_says(service: PkiService, issuers: IssuerSource) -> None:
    authority = load(service, "official-ca")
    service.faults["/ca/"] = (200, "application/pkix-cert", authority.public_bytes(Encoding.DER))

    assert list(issuers.issuers(load(service, "leader"))) == [authority]


@pytest.mark.parametrize("answer", [b"", b"junk", b"\x30" * (1 << 19)])
def test_an_answer_that_is_no_certificate_or_too_long_finds_no_issuer(
    service: PkiService, issuers: IssuerSource, answer: bytes
) -> None:
    service.faults["/ca/"] = (200, "application/pkix-cert", answer)

    assert list(issuers.issuers(load(service, "leader"))) == []


def test_an_issuer_that_cannot_be_had_is_asked_for_once(service: PkiService, issuers: IssuerSource) -> None:
    service.faults["/ca/"] = "gone"
    for _ in range(3):
        assert list(issuers.issuers(load(service, "leader"))) == []

    assert len([path for path in service.requests if path.startswith("/ca/")]) == 1
