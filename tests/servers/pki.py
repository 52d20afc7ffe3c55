"""A PKI that answers on the loopback interface: OCSP responder (RFC 6960), CRL distribution and a TSA (RFC 3161).

Its clock is set by the test. What it should do wrong is said in ``faults``: path to what happens there instead.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import ocsp
from servers.tsa import Authority

from edocs.testing import Pki, make_pki

HTML = (200, "text/html", b"<!doctype html><title>It works!</title>")
Answer = tuple[int, str, bytes]


class PkiService:
    """Serves ``/tsa``, ``/ocsp/CA``, ``/crl/CA.crl`` for a PKI whose certificates name this very address."""

    def __init__(self, folder: Path, keys: Path) -> None:
        self.requests: list[str] = []
        self.faults: dict[str, Answer | Callable[[bytes], Answer] | str] = {}
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.revoked: dict[int, datetime] = {}
        self.authorization = ""
        self._stopping = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                outer._serve(self)

            do_GET = do_POST

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that has gone
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self.pki: Pki = make_pki(folder, keys=keys, base_url=self.url)
        self.authority = Authority.of(self.pki, "tsa")
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def reset(self, now: datetime) -> None:
        """As it was at the start, at ``now``."""
        self.faults.clear()
        self.revoked.clear()
        self.requests.clear()
        self.now = now
        self.authority = Authority.of(self.pki, "tsa")

    def credentials(self) -> str:
        """What the latest request authenticated with (RFC 7617)."""
        return base64.b64decode(self.authorization.removeprefix("Basic ")).decode("utf-8")

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        self.requests.append(handler.path)
        self.authorization = handler.headers.get("Authorization", "")
        fault = next((self.faults[path] for path in self.faults if handler.path.startswith(path)), None)
        if fault == "gone":
            handler.close_connection = True
            return
        if fault == "slow":
            self._stopping.wait(5)
            handler.close_connection = True
            return
        if isinstance(fault, tuple):
            status, kind, data = fault
        else:
            status, kind, data = fault(body) if callable(fault) else self.answer(handler.path, body)
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    def answer(self, path: str, body: bytes) -> Answer:
        _, kind, *rest = path.split("/")
        if kind == "tsa":
            return 200, "application/timestamp-reply", self.authority.answer(body, self.now)
        if kind == "ocsp":
            return 200, "application/ocsp-response", self.ocsp(rest[0], body)
        if kind == "crl":
            return 200, "application/pkix-crl", (self.pki.crls / rest[0]).read_bytes()
        return 404, "text/plain", b""

    def ocsp(self, ca: str, body: bytes) -> bytes:
        request = ocsp.load_der_ocsp_request(body)
        responder = self._certificate(f"ocsp-{ca.removesuffix('-ca')}")
        key = load_pem_private_key(self.pki.key(f"ocsp-{ca.removesuffix('-ca')}").read_bytes(), None)
        revoked_at = self.revoked.get(request.serial_number)
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            request.issuer_name_hash,
            request.issuer_key_hash,
            request.serial_number,
            request.hash_algorithm,
            ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD,
            self.now,
            self.now + timedelta(days=1),
            revoked_at,
            None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, responder).certificates([responder])
        return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _certificate(self, name: str) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.pki.pem(name).read_bytes())
