"""What every test may ask for."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

from edocs.connect import open_signer
from edocs.model import TrustStore
from edocs.ports import Signer
from edocs.testing import PASSPHRASE, Pki
from edocs.verify import load_trust


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
