"""A CSC service, API 1.0.4.0 or 2.0, over a key of the test PKI. Written from the standard, with its refusals.

Source: CSC API 1.0.4.0 and 2.0.0.2, clause 11.
"""

from __future__ import annotations

import base64
import secrets
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from servers.http import Reply, Request, Server

from edocs.testing import Pki

DIGESTS = {
    "2.16.840.1.101.3.4.2.1": hashes.SHA256(),
    "2.16.840.1.101.3.4.2.2": hashes.SHA384(),
    "2.16.840.1.101.3.4.2.3": hashes.SHA512(),
}
RSA_ALGORITHMS = ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12"]
EC_ALGORITHMS = ["1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4"]


def encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def prehash_sign(key: object, digest: bytes, hashed: hashes.HashAlgorithm, *, pss: bool, plain: bool = False) -> bytes:
    """Sign a digest that is already computed; ECDSA as DER, or ``plain``: r and s side by side."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        value = key.sign(digest, ec.ECDSA(Prehashed(hashed)))
        size = (key.key_size + 7) // 8
        return b"".join(number.to_bytes(size) for number in decode_dss_signature(value)) if plain else value
    assert isinstance(key, rsa.RSAPrivateKey)
    scheme = padding.PSS(padding.MGF1(hashed), hashed.digest_size) if pss else padding.PKCS1v15()
    return key.sign(digest, scheme, Prehashed(hashed))


class CscServer(Server):
    """Credential ``cred-1`` with PIN 2580 and, where asked for, a one-time password that is sent."""

    PIN = "2580"
    CLIENT_SECRET = "s3cret-of-the-client"

    def __init__(self, pki: Pki, name: str = "leader", *, version: str = "2.0.0.2", multisign: int = 3) -> None:
        super().__init__()
        self.version = version
        self.base = "/csc/v1" if version.startswith("1") else "/csc/v2"
        self.key = load_key(pki.key(name))
        self.multisign = multisign
        self.certificates = [der(pki.pem(name)), *(der(pki.pem(n)) for n in ("official-ca", "public-ca"))]
        if "public" in name:
            del self.certificates[1]
        else:
            del self.certificates[2]
        is_ec = isinstance(self.key, ec.EllipticCurvePrivateKey)
        self.algorithms = EC_ALGORITHMS if is_ec else [*RSA_ALGORITHMS, "1.2.840.113549.1.1.13"]
        self.with_otp = False
        self.plain_ecdsa = False
        self.mode = "explicit"
        self.credentials = ["cred-1"]
        self.tokens = {"given-token"}
        self.token_life = 3600
        self.issuer_only = False
        self.otp = ""
        self.sads: dict[str, list[str]] = {}

    @property
    def is_v1(self) -> bool:
        return self.version.startswith("1")

    @property
    def uri(self) -> str:
        return f"csc+http://{self.host}{self.base}?credential=cred-1"

    def secrets(self, name: str) -> str:
        if name == f"OTP of cred-1 at {self.host}":
            return self.otp
        return {
            f"PIN of cred-1 at {self.host}": self.PIN,
            f"client secret of edocs at {self.host}": self.CLIENT_SECRET,
            f"access token of {self.host}": "given-token",
        }[name]

    def answer(self, request: Request) -> Reply:
        if request.path == "/oauth2/token":
            return self.token(request.body)
        if request.path == "/.well-known/oauth-authorization-server":
            return Reply({"issuer": f"http://{self.host}", "token_endpoint": f"http://{self.host}/oauth2/token"})
        if not request.path.startswith(f"{self.base}/"):
            return Reply(b"<h1>404</h1>", 404)
        method = request.path.removeprefix(f"{self.base}/")
        if method == "info":
            return self.info()
        if request.token not in self.tokens:
            return refused("invalid_token", "The access token is invalid or has expired", 401)
        answers = {
            "credentials/list": lambda _: Reply({"credentialIDs": self.credentials}),
            "credentials/info": self.credential,
            "credentials/sendOTP": self.send_otp,
            "credentials/getChallenge": self.send_otp,
            "credentials/authorize": self.authorize,
            "signatures/signHash": self.sign_hash,
        }
        return answers[method](request.body) if method in answers else Reply(b"<h1>404</h1>", 404)

    def info(self) -> Reply:
        sending = "credentials/sendOTP" if self.is_v1 else "credentials/getChallenge"
        methods = ["info", "credentials/list", "credentials/info", "credentials/authorize", sending]
        log_in = {"oauth2Issuer" if self.issuer_only else "oauth2": f"http://{self.host}"}
        return Reply({"specs": self.version, "name": "Test", "authType": ["oauth2client"], "methods": methods} | log_in)

    def token(self, body: dict[str, str]) -> Reply:
        if body.get("client_id") != "edocs" or body.get("client_secret") != self.CLIENT_SECRET:
            return refused("invalid_client", f"unknown client or secret {body.get('client_secret')}", 401)
        assert body["grant_type"] == "client_credentials"
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        return Reply({"access_token": token, "token_type": "Bearer", "expires_in": self.token_life})

    def credential(self, body: dict[str, object]) -> Reply:
        if body.get("credentialID") not in self.credentials:
            return refused("invalid_request", "Invalid parameter credentialID")
        assert body["certificates"] == "chain"
        found = {
            "key": {"status": "enabled", "algo": self.algorithms, "len": 2048},
            "cert": {"status": "valid", "certificates": [encode(item) for item in self.certificates]},
            "SCAL": "2",
            "multisign": self.multisign,
        }
        return Reply(found | (self.factors_v1() if self.is_v1 else self.factors_v2()))

    def factors_v1(self) -> dict[str, object]:
        otp = {"presence": "true" if self.with_otp else "false", "type": "online", "format": "N"}
        return {"authMode": self.mode, "PIN": {"presence": "true", "format": "N"}, "OTP": otp}

    def factors_v2(self) -> dict[str, object]:
        objects = [{"type": "Password", "id": "PIN", "format": "N"}]
        if self.with_otp:
            objects.append({"type": "Password", "id": "OTP", "format": "N"})
        expression = " AND ".join(item["id"] for item in objects)
        return {"auth": {"mode": self.mode, "expression": expression, "objects": objects}}

    def send_otp(self, body: dict[str, object]) -> Reply:
        assert body["credentialID"] == "cred-1"
        self.otp = f"{secrets.randbelow(10**6):06}"
        return Reply(b"", 204)

    def authorize(self, body: dict[str, object]) -> Reply:
        given = body if self.is_v1 else {item["id"]: item["value"] for item in body.get("authData", [])}
        digests = body["hash" if self.is_v1 else "hashes"]
        assert body["numSignatures"] == len(digests)
        if len(digests) > self.multisign:
            return refused("invalid_request", "Numbers of signatures is too high")
        if given.get("PIN") != self.PIN:
            return refused("invalid_pin", f"The PIN is invalid: {given.get('PIN')}")
        if self.with_otp and (not self.otp or given.get("OTP") != self.otp):
            return refused("invalid_otp", "The OTP is invalid")
        self.otp = ""
        sad = secrets.token_urlsafe(16)
        self.sads[sad] = digests
        return Reply({"SAD": sad, "expiresIn": 300})

    def sign_hash(self, body: dict[str, object]) -> Reply:
        digests = body["hash" if self.is_v1 else "hashes"]
        authorized = self.sads.pop(str(body["SAD"]), None)
        if authorized is None:
            return refused("invalid_request", "Invalid parameter SAD")
        if digests != authorized:
            return refused("invalid_request", "Hash is not authorized by the SAD")
        if body["signAlgo"] not in self.algorithms:
            return refused("invalid_request", "Invalid parameter signAlgo")
        pss = body["signAlgo"] == "1.2.840.113549.1.1.10"
        assert pss == ("signAlgoParams" in body)
        hashed = DIGESTS[str(body["hashAlgo" if self.is_v1 else "hashAlgorithmOID"])]
        values = [
            prehash_sign(self.key, base64.b64decode(item), hashed, pss=pss, plain=self.plain_ecdsa) for item in digests
        ]
        return Reply({"signatures": [encode(item) for item in values]})


@cache  # OpenSSL checks an RSA key for longer than a test takes
def load_key(path: Path) -> PrivateKeyTypes:
    return load_pem_private_key(path.read_bytes(), None)


@cache
def der(path: Path) -> bytes:
    return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)


def refused(error: str, description: str, status: int = 400) -> Reply:
    return Reply({"error": error, "error_description": description}, status)
