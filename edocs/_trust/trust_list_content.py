"""What a verified trusted list says (ETSI TS 119 612, clause 5): its scheme, its services, its pointers.

Nội dung danh sách tin cậy. Only elements that a signature covers may be handed in: see ``trust_list.py``. Whatever
this does not understand and the list calls critical makes the service useless, never the other way round.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from lxml import etree

from edocs._trust.chains import load_certificates
from edocs.model import ServiceUse, TrustedService

__all__ = ["ListPointer", "TrustListContent", "read_content"]

_TSL = "{http://uri.etsi.org/02231/v2#}"
_MORE = "{http://uri.etsi.org/02231/v2/additionaltypes#}"
_VERSIONS = ("5", "6")
_ROOT_URI = "http://uri.etsi.org/TrstSvc/"
_USES = {
    f"{_ROOT_URI}Svctype/{name}": use
    for use, names in {
        ServiceUse.SIGNATURES: ("CA/QC", "CA/PKC"),
        ServiceUse.TIMESTAMPS: ("TSA", "TSA/QTST", "TSA/TSS-QC", "TSA/TSS-AdESQCandQES"),
    }.items()
    for name in names
}
# Approved statuses: TS 119 615, 4.4; the older three are those of lists before 1 July 2016 and live on in histories.
_GRANTED = {
    f"{_ROOT_URI}TrustedList/Svcstatus/{name}"
    for name in (
        "granted",
        "recognisedatnationallevel",
        "setbynationallaw",
        "undersupervision",
        "supervisionincessation",
        "accredited",
    )
}
_FOR = f"{_ROOT_URI}TrustedList/SvcInfoExt/For"
_FOR_DOCUMENTS = {f"{_FOR}eSignatures", f"{_FOR}eSeals"}
_KNOWN_EXTENSIONS = {
    f"{_TSL}AdditionalServiceInformation",
    f"{_TSL}ExpiredCertsRevocationInfo",
    f"{_MORE}TakenOverBy",
    # Says which certificates are qualified, which is not judged here; it takes no trust away.
    "{http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#}Qualifications",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPointer:
    """Another trusted list, as a list of lists tells of it (con trỏ đến danh sách khác). Recorded, never followed."""

    territory: str
    location: str
    certificates: tuple[bytes, ...]
    """Who signs that list, DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustListContent:
    """What one list says."""

    operator_name: str
    territory: str
    """Two letters of ISO 3166-1 in capitals, or such as ``EU``."""
    sequence: int
    is_list_of_lists: bool
    issued_at: datetime
    next_update: datetime | None
    """None: the list is closed."""
    services: tuple[TrustedService, ...]
    """Those that vouch for signatures, seals or timestamps and were granted at some time."""
    pointers: tuple[ListPointer, ...]


def read_content(root: etree._Element) -> TrustListContent:
    """The content of a list whose root element this is.

    Raises:
        ValueError: A part that decides about trust is missing or of another form.
    """
    scheme = _one(root, "SchemeInformation")
    version = _text(scheme, "TSLVersionIdentifier")
    if version not in _VERSIONS:
        raise ValueError(f"its version is not understood: {version[:20]}")
    territory = _text(scheme, "SchemeTerritory").upper()
    sequence = _number(_text(scheme, "TSLSequenceNumber"))
    next_update = _optional(_one(scheme, "NextUpdate"), "dateTime")
    source = f"{territory} {sequence}"
    services = root.iterfind("/".join(_TSL + name for name in _TO_SERVICES))
    return TrustListContent(
        operator_name=_name(_one(scheme, "SchemeOperatorName")),
        territory=territory,
        sequence=sequence,
        is_list_of_lists=_text(scheme, "TSLType").lower().endswith("listofthelists"),
        issued_at=_time(_text(scheme, "ListIssueDateTime")),
        next_update=_time(next_update) if next_update else None,
        services=tuple(item for service in services for item in _service(service, source)),
        pointers=tuple(_pointers(scheme)),
    )


_TO_SERVICES = ("TrustServiceProviderList", "TrustServiceProvider", "TSPServices", "TSPService")


def _service(service: etree._Element, source: str) -> Iterator[TrustedService]:
    information = _one(service, "ServiceInformation")
    use = _use(information)
    granted = tuple(_granted(service, use)) if use is not None else ()
    if use is None or not granted:
        return
    for certificate in _certificates(_one(information, "ServiceDigitalIdentity")):
        yield TrustedService(
            certificate=certificate,
            use=use,
            granted=granted,
            name=_name(_one(information, "ServiceName")),
            source=source,
        )


def _use(information: etree._Element) -> ServiceUse | None:
    """What the service can vouch for here; None: nothing."""
    use = _USES.get(_text(information, "ServiceTypeIdentifier"))
    purposes = set()
    for extension in information.iterfind(f"{_TSL}ServiceInformationExtensions/{_TSL}Extension"):
        parts = [child for child in extension if isinstance(child.tag, str)]
        is_critical = extension.get("Critical", "").strip() in ("true", "1")
        if is_critical and not (parts and all(part.tag in _KNOWN_EXTENSIONS for part in parts)):
            return None
        purposes |= {(uri.text or "").strip() for part in parts for uri in part.iter(_TSL + "URI")}
    limits = {purpose for purpose in purposes if purpose.startswith(_FOR)}
    if use is ServiceUse.SIGNATURES and limits and not limits & _FOR_DOCUMENTS:
        return None  # for web sites alone
    return use


def _granted(service: etree._Element, use: ServiceUse) -> Iterator[tuple[datetime, datetime | None]]:
    """When the service was granted, from its present status and those before it (5.5.4, 5.5.5, 5.6)."""
    entries = [_one(service, "ServiceInformation")]
    entries += service.iterfind(f"{_TSL}ServiceHistory/{_TSL}ServiceHistoryInstance")
    statuses = [(_time(_text(entry, "StatusStartingTime")), entry) for entry in entries]
    if any(later[0] < earlier[0] for later, earlier in pairwise(statuses)):
        raise ValueError("the history of a service is not in order")
    end: datetime | None = None
    for start, entry in statuses:
        if _text(entry, "ServiceStatus") in _GRANTED and _use(entry) is use and start != end:
            yield start, end
        end = start


def _pointers(scheme: etree._Element) -> Iterator[ListPointer]:
    for pointer in scheme.iterfind(f"{_TSL}PointersToOtherTSL/{_TSL}OtherTSLPointer"):
        said = {
            child.tag: (child.text or "").strip()
            for child in pointer.iterfind(f"{_TSL}AdditionalInformation/{_TSL}OtherInformation/*")
            if isinstance(child.tag, str)
        }
        if said.get(_TSL + "TSLType", "").lower().endswith("listofthelists"):
            continue  # to itself
        identities = pointer.iterfind(f"{_TSL}ServiceDigitalIdentities/{_TSL}ServiceDigitalIdentity")
        yield ListPointer(
            territory=said.get(_TSL + "SchemeTerritory", "").upper(),
            location=_optional(pointer, "TSLLocation"),
            certificates=tuple(der for identity in identities for der in _certificates(identity)),
        )


def _certificates(identity: etree._Element) -> Iterator[bytes]:
    """The DER certificates of a digital identity; one that cannot be read vouches for nobody."""
    for element in identity.iterfind(f"{_TSL}DigitalId/{_TSL}X509Certificate"):
        try:
            der = base64.b64decode("".join((element.text or "").split()), validate=True)
        except ValueError:
            continue
        if load_certificates([der]):
            yield der


def _one(parent: etree._Element, name: str) -> etree._Element:
    found = parent.findall(_TSL + name)
    if len(found) != 1:
        raise ValueError(f"{name} is not there once")
    return found[0]


def _text(parent: etree._Element, name: str) -> str:
    text = (_one(parent, name).text or "").strip()
    if not text:
        raise ValueError(f"{name} is empty")
    return text


def _optional(parent: etree._Element, name: str) -> str:
    return (parent.findtext(_TSL + name) or "").strip()


def _name(names: etree._Element) -> str:
    """The Vietnamese name, else the English one, else the first."""
    found = {name.get("{http://www.w3.org/XML/1998/namespace}lang", ""): name.text or "" for name in names}
    return (found.get("vi") or found.get("en") or next(iter(found.values()), "")).strip()


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise ValueError("its sequence number is none")
    return int(text)


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise ValueError(f"not a time: {text[:40]}") from exc
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {text[:40]}")
    return moment
