"""Tokens in software (SoftHSM2) that tests fill, pull out and break; one store for each module of tests."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pkcs11 import Attribute, CertificateType, ObjectClass

from edocs.signers.pkcs11_modules import find_modules, module_folders


class SoftHsm:
    """A store of tokens in a folder."""

    def __init__(self, folder: Path, program: str, pin: str) -> None:
        self.folder, self.program, self.pin = folder, program, pin
        self.module = next(path for path in find_modules(module_folders()) if "softhsm2" in path.name).resolve()
        self.tokens = folder / "tokens"
        self.tokens.mkdir(parents=True)
        self.configuration = folder / "softhsm2.conf"
        self.configure()

    def configure(self, more: str = "") -> None:
        text = f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n{more}"
        self.configuration.write_text(text, encoding="utf-8")

    def run(self, *arguments: str | Path) -> None:
        done = subprocess.run([self.program, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def restart(self) -> None:
        """Make this process see what changed on disk; its sessions are lost."""
        pkcs11.lib(str(self.module)).reinitialize()

    def add_token(self, label: str, pin: str | None = None) -> Path:
        """A new token; the folder that it is."""
        before = set(self.tokens.iterdir())
        pin = pin or self.pin
        self.run("--init-token", "--free", "--label", label, "--so-pin", "so-" + pin, "--pin", pin)
        (made,) = set(self.tokens.iterdir()) - before
        return made

    def add_key(self, token: str, label: str, number: str, key: Path, by: str = "--token") -> None:
        self.run("--import", key, by, token, "--label", label, "--id", number, "--pin", self.pin)

    def add_certificate(self, token: str, label: str, number: str, certificate: x509.Certificate) -> None:
        with pkcs11.lib(str(self.module)).get_token(token_label=token).open(rw=True, user_pin=self.pin) as session:
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                    Attribute.TOKEN: True,
                    Attribute.LABEL: label,
                    Attribute.ID: bytes.fromhex(number),
                    Attribute.SUBJECT: certificate.subject.public_bytes(),
                    Attribute.VALUE: certificate.public_bytes(Encoding.DER),
                }
            )

    def uri(self, token: str, label: str, options: str = "") -> str:
        query = f"module-path={quote(str(self.module))}{'&' if options else ''}{options}"
        return f"pkcs11:token={quote(token)};object={quote(label)}?{query}"


@contextmanager
def open_softhsm(folder: Path, program: str, pin: str) -> Iterator[SoftHsm]:
    """A store that SoftHSM uses in this process and its children until the block ends."""
    store = SoftHsm(folder, program, pin)
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(store.configuration)
    try:
        store.restart()
        yield store
    finally:
        gc.collect()  # signers of the tests let go of their sessions while the library still knows them
        pkcs11.lib(str(store.module)).finalize()
        if before is None:
            del os.environ["SOFTHSM2_CONF"]
        else:
            os.environ["SOFTHSM2_CONF"] = before
        shutil.rmtree(folder)
