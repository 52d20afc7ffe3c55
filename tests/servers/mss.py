"""A mobile signature service on loopback, written from ETSI TS 102 204 V1.1.4: what tests of ``mobile:`` speak to.

It checks what it is sent, keeps transactions, and signs with the keys of the test PKI as a SIM would. Each phone can be
told to misbehave. It knows nothing of the adapter: names and namespaces are written out again.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import algos, cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from lxml import etree

from edocs.testing import Pki

NS = {"m": "http://uri.etsi.org/TS102204/v1.1.2#"}
SOAP = {"1.1": "http://schemas.xmlsoap.org/soap/envelope/", "1.2": "http://www.w3.org/2003/05/soap-envelope"}
REASONS = {104: "UNAUTHORIZED_ACCESS", 105: "UNKNOWN_CLIENT", 401: "USER_CANCEL", 402: "PIN_NR_BLOCKED"}
_PREFIXES = {  # DigestInfo, RFC 8017
    "3031300d060960864801650304020105000420": hashes.SHA256(),
    "3041300d060960864801650304020205000430": hashes.SHA384(),
    "3051300d060960864801650304020305000440": hashes.SHA512(),
}
_LENGTHS = {32: hashes.SHA256(), 48: hashes.SHA384(), 64: hashes.SHA512()}


@dataclass(slots=True)
class Phone:
    """A SIM with a key, and how its person behaves."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificates: list[x509.Certificate]
    refuses: int = 0
    """Status code in place of a signature."""
    polls: int = 1
    """Status requests before the person has confirmed."""
    alter: Callable[[bytes], bytes] = bytes
    """What becomes of the signature on its way back."""
    own_attributes: bool = False
    raw_ecdsa: bool = False


@dataclass(slots=True)
class Sent:
    """A request, as it came."""

    path: str
    headers: dict[str, str]
    name: str
    tree: etree._Element

    def value(self, path: str) -> str:
        """The first text or attribute that ``path`` finds."""
        return str(next(iter(self.tree.xpath(f"string({path})", namespaces=NS).splitlines()), ""))


@dataclass(slots=True)
class Service:
    """The service and everything that a test may look at or turn."""

    url: str = ""
    ap_id: str = "http://ap.example.vn/edocs"
    password: str = "mật khẩu ứng dụng"
    phones: dict[str, Phone] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    canned: list[tuple[int, bytes, str] | None] = field(default_factory=list)
    """Answers given in place of its own, in order; None: its own."""
    hold: threading.Event | None = None
    """Where set, no answer comes until it is."""
    success: int = 500
    waiting: dict[str, tuple[Phone, bytes, str, int]] = field(default_factory=dict)
    count: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def handle(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, str]:
        """One SOAP request."""
        if b"<!DOCTYPE" in body:
            return 400, b"no", "text/plain"
        envelope = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
        soap = etree.QName(envelope).namespace or ""
        request = envelope.find(f"{{{soap}}}Body")[0][0]
        self.sent.append(Sent(path, headers, etree.QName(request).localname, request))
        if self.hold is not None:
            self.hold.wait(5)
        if self.canned and (given := self.canned.pop(0)) is not None:
            return given
        kind = "application/soap+xml" if soap == SOAP["1.2"] else "text/xml"
        answer = self.answer(request)
        if isinstance(answer, int):
            return 500, fault(answer, soap), kind
        operation = {"MSS_StatusResp": "MSS_StatusQuery", "MSS_ProfileResp": "MSS_ProfileQuery"}
        name = re.search(r"mss:(\w+)", answer)[1]
        inner = operation.get(name, name.removesuffix("Resp"))
        text = f'<e:Envelope xmlns:e="{soap}"><e:Body><{inner}>{answer}</{inner}></e:Body></e:Envelope>'
        return 200, text.encode(), kind

    def answer(self, request: etree._Element) -> str | int:
        """The response element, or the code of a fault."""
        info = request.find("m:AP_Info", NS)
        if info.get("AP_ID") != self.ap_id or info.get("AP_PWD") != self.password:
            return 104
        if not re.fullmatch(r"[A-Za-z_][\w.-]*", info.get("AP_TransID")) or not info.get("Instant"):
            return 101
        name = etree.QName(request).localname
        if name == "MSS_StatusReq":
            return self.status(request, info)
        number = request.findtext("m:MobileUser/m:MSISDN", namespaces=NS)
        phone = self.phones.get(number)
        if phone is None:
            return 105
        if name == "MSS_SignatureReq":
            return self.signature(request, info, number, phone)
        certificates = "".join(
            f"<c:X509Certificate>{b64(der(item))}</c:X509Certificate>" for item in phone.certificates
        )
        if name == "MSS_ProfileReq":
            inner = f'<mss:SignatureProfile><mss:mssURI>urn:p</mss:mssURI><c:P xmlns:c="urn:c">{certificates}</c:P>'
            return response("MSS_ProfileResp", info, inner + "</mss:SignatureProfile>", 100)
        inner = f'<c:CertificateResponse xmlns:c="urn:c">{certificates}</c:CertificateResponse>'
        return response("MSS_RegistrationResp", info, inner, 408)

    def signature(self, request: etree._Element, info: etree._Element, number: str, phone: Phone) -> str | int:
        """MSS_SignatureReq: at once, or later."""
        given = request.find("m:DataToBeSigned", NS)
        if given.get("Encoding") != "base64" or given.get("MimeType") != "application/octet-stream":
            return 107
        mode, style = request.get("MessagingMode"), request.findtext("m:MSS_Format/m:mssURI", namespaces=NS)
        data, transaction = base64.b64decode(given.text, validate=True), f"M{next(self.count)}"
        if mode == "asynchClientServer":
            self.waiting[transaction] = (phone, data, style, phone.polls)
            return response("MSS_SignatureResp", info, user(number), 100, transaction)
        if phone.refuses:
            return phone.refuses
        return response("MSS_SignatureResp", info, user(number) + sign(phone, data, style), self.success, transaction)

    def status(self, request: etree._Element, info: etree._Element) -> str | int:
        """MSS_StatusReq."""
        transaction = request.get("MSSP_TransID")
        if transaction not in self.waiting:
            return 101
        phone, data, style, left = self.waiting[transaction]
        if left > 0:
            self.waiting[transaction] = (phone, data, style, left - 1)
            return response("MSS_StatusResp", info, "", 504)
        if phone.refuses:
            return phone.refuses
        return response("MSS_StatusResp", info, sign(phone, data, style), self.success)


def enrol(pki: Pki, name: str, **settings: object) -> Phone:
    """A phone with the key of ``name`` in the test PKI."""
    key = load_pem_private_key(pki.key(name).read_bytes(), None)
    own = x509.load_pem_x509_certificate(pki.pem(name).read_bytes())
    issuers = [x509.load_pem_x509_certificate(path.read_bytes()) for path in pki.intermediates.glob("*.pem")]
    chain = [item for item in issuers if item.subject == own.issuer]
    return Phone(key, [*chain, own], **settings)  # the order says nothing


@contextmanager
def serve(service: Service, tls: ssl.SSLContext | None = None) -> Iterator[Service]:
    """Run ``service`` on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, data, kind = service.handle(self.path, dict(self.headers), body)
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:  # the client went away
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:  # a refused handshake is a test's business
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    service.url = f"//127.0.0.1:{server.server_address[1]}/soap/services/MSS_SignaturePort"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        if service.hold is not None:
            service.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()


def fault(code: int, soap: str = SOAP["1.2"]) -> bytes:
    """A SOAP fault with a status code of the standard."""
    reason = REASONS.get(code, "ERROR")
    if soap == SOAP["1.1"]:
        inner = f"<faultcode>e:Server</faultcode><faultstring>{reason}</faultstring><detail>{code}</detail>"
    else:
        inner = (
            f'<e:Code><e:Value>e:Receiver</e:Value><e:Subcode><e:Value xmlns:mss="{NS["m"]}">mss:_{code}</e:Value>'
            f'</e:Subcode></e:Code><e:Reason><e:Text xml:lang="en">{reason}</e:Text></e:Reason>'
        )
    return f'<e:Envelope xmlns:e="{soap}"><e:Body><e:Fault>{inner}</e:Fault></e:Body></e:Envelope>'.encode()


def response(name: str, info: etree._Element, inner: str, code: int, transaction: str = "") -> str:
    """A response with status ``code``."""
    number = f' MSSP_TransID="{transaction}"' if transaction else ""
    return (
        f'<mss:{name} xmlns:mss="{NS["m"]}" MajorVersion="1" MinorVersion="1"{number}>'
        f'<mss:AP_Info AP_ID="x" AP_PWD="" AP_TransID="{info.get("AP_TransID")}" Instant="{info.get("Instant")}"/>'
        f"<mss:MSSP_Info><mss:MSSP_ID/></mss:MSSP_Info>{inner}"
        f'<mss:Status><mss:StatusCode Value="{code}"/><mss:StatusMessage>S</mss:StatusMessage>'
        f"</mss:Status></mss:{name}>"
    )


def user(number: str) -> str:
    """MobileUser."""
    return f"<mss:MobileUser><mss:MSISDN>{number}</mss:MSISDN></mss:MobileUser>"


def sign(phone: Phone, data: bytes, style: str) -> str:
    """MSS_Signature over ``data``: a digest, a DigestInfo, or what the service has to hash."""
    found = _PREFIXES.get(data[:19].hex())
    if found is not None and len(data) == 19 + found.digest_size:
        hashed, imprint = found, data[19:]
    elif len(data) in _LENGTHS:
        hashed, imprint = _LENGTHS[len(data)], data
    else:
        hashed, imprint = hashes.SHA256(), hashlib.sha256(data).digest()
    value = press(phone, imprint, hashed)
    if style.endswith("#PKCS7"):
        value = signed_data(phone, value, data)
    return (
        f"<mss:MSS_Signature><mss:Base64Signature>{b64(phone.alter(value))}</mss:Base64Signature></mss:MSS_Signature>"
    )


def press(phone: Phone, imprint: bytes, hashed: hashes.HashAlgorithm) -> bytes:
    """What the SIM does."""
    if isinstance(phone.key, ec.EllipticCurvePrivateKey):
        value = phone.key.sign(imprint, ec.ECDSA(Prehashed(hashed)))
        size = (phone.key.key_size + 7) // 8
        return b"".join(n.to_bytes(size, "big") for n in decode_dss_signature(value)) if phone.raw_ecdsa else value
    return phone.key.sign(imprint, padding.PKCS1v15(), Prehashed(hashed))


def signed_data(phone: Phone, value: bytes, data: bytes) -> bytes:
    """A PKCS#7 with the phone's certificates."""
    certificates = [asn1_x509.Certificate.load(der(item)) for item in phone.certificates]
    own = certificates[-1]
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                        {"issuer": own.issuer, "serial_number": own.serial_number}
                    )
                }
            ),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
            "signature": value,
        }
    )
    if phone.own_attributes:
        signer["signed_attrs"] = [
            {"type": "content_type", "values": ["data"]},
            {"type": "message_digest", "values": [hashlib.sha256(data).digest()]},
        ]
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
            "encap_content_info": {"content_type": "data"},
            "certificates": [cms.CertificateChoices("certificate", item) for item in certificates],
            "signer_infos": [signer],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": content}).dump()


def der(certificate: x509.Certificate) -> bytes:
    """DER."""
    return certificate.public_bytes(Encoding.DER)


def b64(data: bytes) -> str:
    """Base64 in lines, as many services write it."""
    return base64.encodebytes(data).decode("ascii")
