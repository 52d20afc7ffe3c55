"""Messages of a mobile signature service: ETSI TS 102 204 V1.1.4, over SOAP 1.2 (or 1.1 where a service wants it).

Thông điệp dịch vụ ký số trên SIM. What is written: MSS_SignatureReq, MSS_StatusReq, MSS_ProfileReq and
MSS_RegistrationReq, each in the operation's element, as the standard's WSDL (rpc, literal) asks for. What is read: the
answers and SOAP faults; a document type is refused unread. No WSDL is fetched, no XML signature is made, no receipt is
sent.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from edocs.errors import UnavailableError, UsageError
from edocs.model import HANOI

__all__ = [
    "Answer",
    "Head",
    "Order",
    "profile_request",
    "read_answer",
    "registration_request",
    "signature_request",
    "status_request",
]

_MSS = "http://uri.etsi.org/TS102204/v1.1.2#"
_SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
_SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
_VERSION = {"MajorVersion": "1", "MinorVersion": "1"}
_SUBCODE = re.compile(r"(?:^|[:_])([1-9][0-9]{2})$")  # mss:_401
_DETAIL_CODE = re.compile(r"\b([1-9][0-9]{2})\b")
_MAX_TEXT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What every request begins with: AP_Info and MSSP_Info."""

    ap_id: str
    password: str = field(repr=False)
    mssp_id: str
    """URI of the service."""
    transaction: str
    """AP_TransID, an NCName."""
    at: datetime
    """Aware."""
    is_soap11: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What MSS_SignatureReq asks for (yêu cầu ký)."""

    msisdn: str
    data: bytes
    """DataToBeSigned."""
    shown: str
    """DataToBeDisplayed: what the phone shows."""
    format: str
    """PKCS1 or PKCS7."""
    mode: str
    """MessagingMode: synch or asynchClientServer."""
    timeout_s: int
    profile: str = ""
    """SignatureProfile, a URI; empty: the service's own."""
    services: tuple[str, ...] = ()
    """AdditionalServices, URIs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer or a fault, without judgement."""

    code: int
    """StatusCode, or the fault's sub code; 0: none given."""
    text: str
    """StatusMessage, or the fault's reason."""
    is_fault: bool = False
    transaction: str = ""
    """AP_TransID, repeated."""
    mssp_transaction: str = ""
    """MSSP_TransID."""
    signature: bytes | None = None
    certificates: tuple[bytes, ...] = ()
    """DER."""


def signature_request(head: Head, order: Order) -> bytes:
    """MSS_SignatureReq: base64 data to be signed, text in UTF-8 to be displayed."""
    attributes = {"MessagingMode": order.mode, "TimeOut": str(order.timeout_s)}
    request = _request("MSS_SignatureReq", head, attributes)
    _user(request, order.msisdn)
    signed = _add(request, "DataToBeSigned", base64.b64encode(order.data).decode("ascii"))
    _set(signed, {"MimeType": "application/octet-stream", "Encoding": "base64"})
    _set(_add(request, "DataToBeDisplayed", order.shown), {"MimeType": "text/plain", "Encoding": "UTF-8"})
    if order.profile:
        _add(_add(request, "SignatureProfile"), "mssURI", order.profile)
    if order.services:
        services = _add(request, "AdditionalServices")
        for uri in order.services:
            _add(_add(_add(services, "Service"), "Description"), "mssURI", uri)
    _add(_add(request, "MSS_Format"), "mssURI", _MSS + order.format)
    return _envelope("MSS_Signature", request, head)


def status_request(head: Head, mssp_transaction: str) -> bytes:
    """MSS_StatusReq: has the person confirmed?"""
    request = _request("MSS_StatusReq", head, {"MSSP_TransID": mssp_transaction})
    return _envelope("MSS_StatusQuery", request, head)


def profile_request(head: Head, msisdn: str) -> bytes:
    """MSS_ProfileReq: what the person's SIM can do; services put the certificate beside it."""
    request = _request("MSS_ProfileReq", head, {})
    _user(request, msisdn)
    return _envelope("MSS_ProfileQuery", request, head)


def registration_request(head: Head, msisdn: str) -> bytes:
    """MSS_RegistrationReq without data to register: services answer with what is registered."""
    request = _request("MSS_RegistrationReq", head, {})
    _user(request, msisdn)
    return _envelope("MSS_Registration", request, head)


def read_answer(data: bytes) -> Answer:
    """The answer or fault in a SOAP envelope.

    Raises:
        UnavailableError: No such message: a document type, bad XML, something else, a value that is no base64.
    """
    root = _parse(data)
    body = next(_children(root, "Body"), None)
    if _local(root) != "Envelope" or body is None:
        raise _malformed("no SOAP envelope")
    fault = next(_children(body, "Fault"), None)
    if fault is not None:
        return _read_fault(fault)
    for element in body.iter():
        if _local(element).startswith("MSS_") and _local(element).endswith("Resp"):
            return _read_response(element)
    raise _malformed("no answer in the envelope")


def _request(name: str, head: Head, attributes: dict[str, str]) -> etree._Element:
    request = etree.Element(f"{{{_MSS}}}{name}", nsmap={"mss": _MSS})
    _set(request, _VERSION | attributes)
    at = head.at.astimezone(HANOI).isoformat(timespec="seconds")
    info = {"AP_ID": head.ap_id, "AP_PWD": head.password, "AP_TransID": head.transaction, "Instant": at}
    _set(_add(request, "AP_Info"), info)
    _add(_add(_add(request, "MSSP_Info"), "MSSP_ID"), "URI", head.mssp_id)
    return request


def _user(request: etree._Element, msisdn: str) -> None:
    _add(_add(request, "MobileUser"), "MSISDN", msisdn)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{_MSS}}}{name}")
    if text is not None:
        try:
            child.text = text
        except ValueError as exc:
            raise _not_xml(name) from exc
    return child


def _set(element: etree._Element, attributes: dict[str, str]) -> None:
    for name, value in attributes.items():
        try:
            element.set(name, value)
        except ValueError as exc:
            raise _not_xml(name) from exc


def _envelope(operation: str, request: etree._Element, head: Head) -> bytes:
    soap = _SOAP_11 if head.is_soap11 else _SOAP_12
    envelope = etree.Element(f"{{{soap}}}Envelope", nsmap={"soapenv": soap})
    etree.SubElement(etree.SubElement(envelope, f"{{{soap}}}Body"), operation).append(request)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _parse(data: bytes) -> etree._Element:
    # The parser is bound to UTF-8, in which a document type can be written in one way only.
    if b"<!DOCTYPE" in data:
        raise _malformed("it has a document type declaration")
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise _malformed("it is no XML") from exc


def _read_fault(fault: etree._Element) -> Answer:
    """SOAP 1.2: Code/Subcode/Value is ``mss:_401``, Reason/Text the name; 1.1: faultcode, faultstring, detail."""
    codes = [_SUBCODE.search(_text(item)) for item in _within(fault, "Value", "faultcode")]
    reason = next((_text(item) for item in _within(fault, "Text", "faultstring")), "")
    details = [_DETAIL_CODE.search(_text(item)) for item in (fault, *_within(fault, "faultstring", "detail", "Detail"))]
    found = next((match for match in (*codes, *details) if match), None)
    return Answer(code=int(found[1]) if found else 0, text=_clip(reason), is_fault=True)


def _read_response(response: etree._Element) -> Answer:
    status = next(_children(response, "Status"), None)
    code = next(_children(status, "StatusCode"), None) if status is not None else None
    value = code.get("Value", "").strip() if code is not None else ""
    if not (value.isascii() and value.isdigit() and len(value) <= 4):
        raise _malformed("no status")
    info = next(_children(response, "AP_Info"), None)
    given = next(_children(response, "MSS_Signature"), None)
    texts = [_text(item) for item in _within(given, "Base64Signature", "PKCS1", "PKCS7")] if given is not None else []
    signature = next((text for text in texts if text), None)
    return Answer(
        code=int(value),
        text=_clip(next((_text(item) for item in _within(response, "StatusMessage")), "")),
        transaction=info.get("AP_TransID", "") if info is not None else "",
        mssp_transaction=response.get("MSSP_TransID", ""),
        signature=_base64(signature) if signature is not None else None,
        certificates=tuple(_base64(_text(item)) for item in _within(response, "X509Certificate")),
    )


def _children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in parent if _local(child) == name)


def _within(parent: etree._Element, *names: str) -> Iterator[etree._Element]:
    return (item for item in parent.iter() if _local(item) in names)


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""  # an entity reference has no name


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()


def _clip(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:_MAX_TEXT])


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error) as exc:
        raise _malformed("a value is no base64") from exc


def _malformed(why: str) -> UnavailableError:
    return UnavailableError(
        "the answer is no mobile signature message: {why}", hint="is this the address of the service?", why=why
    )


def _not_xml(name: str) -> UsageError:
    return UsageError("{name} has letters that XML cannot carry", hint="no control characters", name=name)
