"""A provider's gateway: hashes in, a transaction code out, values once the signer has decided.

Its messages are those that VNPT SmartCA publishes for its gateway.
"""

from __future__ import annotations

import re
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from servers.csc import der, encode, load_key, prehash_sign
from servers.http import Reply, Request, Server

from edocs.testing import Pki

HASHES = {32: hashes.SHA256(), 48: hashes.SHA384(), 64: hashes.SHA512()}


class GatewayServer(Server):
    """User 001080000001 of service provider ``edocs-sp``. The signer confirms at poll number ``confirms_at``."""

    PASSWORD = "sp-password-1"

    def __init__(self, pki: Pki, name: str = "leader") -> None:
        super().__init__()
        self.key = load_key(pki.key(name))
        self.names = [name]
        self.pki = pki
        self.authority = "public-ca" if "public" in name else "official-ca"
        self.confirms_at = 1
        self.decision = ""
        self.polls = 0
        self.open: dict[str, dict[str, object]] = {}

    @property
    def uri(self) -> str:
        return f"gateway+http://{self.host}/sca/sp769?user=001080000001&client=edocs-sp&timeout=2&poll=0.01"

    def secrets(self, name: str) -> str:
        return {f"password of edocs-sp at {self.host}": self.PASSWORD, f"client id of {self.host}": "edocs-sp"}[name]

    def answer(self, request: Request) -> Reply:
        path = request.path.removeprefix("/sca/sp769/v1/")
        waiting = re.fullmatch(r"signatures/sign/([^/]+)/status", path)
        if waiting:
            return self.status(waiting[1])
        if path not in ("credentials/get_certificate", "signatures/sign"):
            return Reply(b"<h1>404</h1>", 404)
        body = request.body
        if (body["sp_id"], body["sp_password"]) != ("edocs-sp", self.PASSWORD):
            return said(401, f"invalid credential: {body['sp_password']}", status=401)
        assert body["user_id"] == "001080000001"
        return self.certificates() if path.endswith("certificate") else self.submit(body)

    def certificates(self) -> Reply:
        found = []
        for name in self.names:
            own = der(self.pki.pem(name))
            chain = {"ca_cert": encode(der(self.pki.pem(self.authority))), "root_cert": None}
            number = f"{x509.load_der_x509_certificate(own).serial_number:040x}"
            found.append(
                {"cert_status_code": "VALID", "serial_number": number, "cert_data": encode(own), "chain_data": chain}
            )
        return said(200, "success", {"user_certificates": found})

    def submit(self, body: dict[str, object]) -> Reply:
        assert re.fullmatch(r"\d{14}Z", str(body["time_stamp"]))
        assert all(item["sign_type"] == "hash" for item in body["sign_files"])
        code = uuid.uuid4().hex[:12]
        self.open[code] = body
        return said(200, "success", {"transaction_id": body["transaction_id"], "tran_code": code})

    def status(self, code: str) -> Reply:
        self.polls += 1
        if code not in self.open:
            return said(404, "transaction not found")
        if self.decision:
            return said(400, self.decision)
        if self.polls < self.confirms_at:
            return said(200, "WAITING_FOR_SIGNER_CONFIRM", {"transaction_id": self.open[code]["transaction_id"]})
        data = {"transaction_id": self.open[code]["transaction_id"], "signatures": self.values(code)}
        return said(200, "success", data)

    def values(self, code: str) -> list[dict[str, object]]:
        found = []
        for item in reversed(self.open[code]["sign_files"]):
            digest = bytes.fromhex(item["data_to_be_signed"])
            value = prehash_sign(self.key, digest, HASHES[len(digest)], pss=False)
            found.append({"doc_id": item["doc_id"], "signature_value": encode(value), "timestamp_signature": None})
        return found

    def webhook(self, code: str) -> dict[str, object]:
        """What it posts once the signer has confirmed."""
        return {"tran_code": code, "message": "success", "signed_files": self.values(code)}


def said(code: int, message: str, data: dict[str, object] | None = None, *, status: int = 200) -> Reply:
    return Reply({"status_code": code, "message": message, "data": data}, status)
