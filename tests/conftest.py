"""What every test may ask for."""

from __future__ import annotations

import io
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from servers.postgres import PostgresServer, find_programs, postgres_server
from vectors.build import Vectors

from edocs.connect import open_signer
from edocs.model import HANOI, DocumentCode, Role, SignatureSpec, Stamp, TrustStore
from edocs.ports import Signer
from edocs.sign import approve_pdf, issue_pdf
from edocs.testing import PASSPHRASE, Pki, letter_places, sample_letter, sample_seal_png, sample_signature_png
from edocs.verify import load_trust

# A shell that runs the tests in the background has children ignore Ctrl-C; theirs must not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No deadlines: a loaded machine is slow, not wrong. `make soak` asks for many more examples.
settings.register_profile("default", deadline=None, max_examples=100)
settings.register_profile("soak", deadline=None, max_examples=5000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session", autouse=True)
def _nobodys_trust(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test believes what whoever runs it has in a trust store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EDOCS_TRUST", str(tmp_path_factory.mktemp("trust") / "none"))
        yield


@pytest.fixture(scope="session")
def witness() -> Callable[[str], str]:
    """Find an independent program: absent, the test is skipped; in CI, where it must be installed, it fails."""

    def find(program: str) -> str:
        path = shutil.which(program)
        if path is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"independent witness not installed: {program}")
        return path

    return find


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server; where none is installed, as :func:`witness`."""
    programs = find_programs()
    if programs is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("PostgreSQL is not installed")
    with postgres_server(programs) as server:
        yield server


@pytest.fixture(scope="session")
def pki() -> Pki:
    """The committed test PKI."""
    folder = Path(__file__).parents[1] / "certs" / "test"
    return Pki(folder=folder, base_url="http://localhost:8710", passphrase=PASSPHRASE)


@pytest.fixture(scope="session")
def trust(pki: Pki) -> TrustStore:
    """Roots, intermediates and revocation lists of the test PKI."""
    return load_trust([pki.roots, pki.intermediates, pki.crls])


@pytest.fixture(scope="session")
def open_key(pki: Pki) -> Callable[[str], Signer]:
    """Open a key of the test PKI by its name, once."""
    return cache(lambda name: open_signer(f"pkcs12:{pki.p12(name)}", lambda _: pki.passphrase))


@pytest.fixture(scope="session")
def draft() -> bytes:
    """A letter of two pages, not signed."""
    return sample_letter()


@pytest.fixture(scope="session")
def approved(draft: bytes, open_key: Callable[[str], Signer]) -> bytes:
    """The letter as its leader signed it on 5 March 2026, with number, date and seal reserved."""
    stamp = Stamp(box=letter_places().signature, image_png=sample_signature_png("Nguyễn Văn An"))
    now = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
    return approve_pdf(draft, open_key("leader"), SignatureSpec(role=Role.PERSONAL, stamp=stamp), now=now)


@pytest.fixture(scope="session")
def issued(approved: bytes, open_key: Callable[[str], Signer]) -> bytes:
    """The letter as its agency issued it an hour later, under number 7."""
    spec = SignatureSpec(
        role=Role.ORGANISATION,
        code=DocumentCode(number=7, issued_on=datetime(2026, 3, 5, tzinfo=HANOI)),
        stamp=Stamp(image_png=sample_seal_png("Ủy ban nhân dân tỉnh Lam Giang")),
    )
    return issue_pdf(approved, open_key("seal"), spec, now=datetime(2026, 3, 5, 8, 30, tzinfo=UTC))


@pytest.fixture(scope="session")
def foreign_sign(pki: Pki) -> Callable[..., bytes]:
    """Sign with pyHanko alone, as another product would: ``foreign_sign(pdf, "leader", "A", docmdp=…)``."""

    def sign(document: bytes, name: str, field: str, **metadata: object) -> bytes:
        signer = signers.SimpleSigner.load_pkcs12_data(
            pki.p12(name).read_bytes(), other_certs=[], passphrase=pki.passphrase.encode()
        )
        settings = {"subfilter": SigSeedSubFilter.PADES, "md_algorithm": "sha256", **metadata}
        signed = signers.sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(document)),
            signers.PdfSignatureMetadata(field_name=field, **settings),
            signer=signer,
        )
        return bytes(signed.getvalue())

    return sign


@pytest.fixture(scope="session")
def vectors() -> Vectors:
    """The test vectors, each made when it is first asked for."""
    return Vectors()
