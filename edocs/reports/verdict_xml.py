"""The verdicts as an ETSI signature validation report (ETSI TS 119 102-2 v1.2.1, clause 4), for archives and machines.

Báo cáo xác thực dạng XML. The report is not signed; ``SignatureValidator`` and the quality of signatures are left out.
Each rule that was not met, or noticed, is one ``ValidationConstraint`` with the words for people beside it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree as Xml

from edocs.model import Reason, Role, SignatureReport, TimeSource, Verdict, VerificationReport

__all__ = ["verdict_xml"]

_VR = "http://uri.etsi.org/19102/v1.2.1#"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_XADES = "http://uri.etsi.org/01903/v1.3.2#"
_URN = "urn:etsi:019102"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_INDICATIONS = {
    Verdict.TOTAL_PASSED: "total-passed",
    Verdict.TOTAL_FAILED: "total-failed",
    Verdict.INDETERMINATE: "indeterminate",
}
_DIGESTS = {
    "sha1": "http://www.w3.org/2000/09/xmldsig#sha1",
    "sha224": "http://www.w3.org/2001/04/xmldsig-more#sha224",
    "sha256": "http://www.w3.org/2001/04/xmlenc#sha256",
    "sha384": "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "sha512": "http://www.w3.org/2001/04/xmlenc#sha512",
    "sha3_256": "http://www.w3.org/2007/05/xmldsig-more#sha3-256",
    "sha3_384": "http://www.w3.org/2007/05/xmldsig-more#sha3-384",
    "sha3_512": "http://www.w3.org/2007/05/xmldsig-more#sha3-512",
}

for _prefix, _namespace in (("vr", _VR), ("ds", _DS), ("xades", _XADES)):
    Xml.register_namespace(_prefix, _namespace)


def verdict_xml(reports: Sequence[VerificationReport], lang: str, verified_at: datetime) -> bytes:
    """One ``ValidationReport`` over every signature of ``reports``, UTF-8.

    A file without a signature has no place in the standard: it is a comment. Same input, same bytes.

    Args:
        verified_at: Aware; the validation time.
    """
    root = Xml.Element(f"{{{_VR}}}ValidationReport")
    certificates: dict[str, bytes] = {}
    for report in reports:
        for text in (report.path, f"{report.verdict.value} SHA-256 {report.sha256}"):
            root.append(Xml.Comment(f" {_printable(text).replace('--', '- -')} "))
        for signature in report.signatures:
            _signature(root, report, signature, lang, verified_at)
            if signature.data is not None:
                certificates[signature.certificate_sha256] = signature.data.certificate
    if certificates:
        objects = _add(root, "SignatureValidationObjects")
        for digest, certificate in certificates.items():
            _object(objects, digest, certificate)
    Xml.indent(root)
    page: bytes = Xml.tostring(root, encoding="UTF-8", xml_declaration=True)
    return page


def _signature(
    root: Xml.Element, report: VerificationReport, signature: SignatureReport, lang: str, verified_at: datetime
) -> None:
    item = _add(root, "SignatureValidationReport")
    identifier = _add(item, "SignatureIdentifier")
    if signature.data is not None:
        _digest(identifier, signature.data.digest, signature.data.representation)
        _add(identifier, "SignatureValue", _base64(signature.data.value), namespace=_DS)
    _add(identifier, "HashOnly", "false")
    _add(identifier, "DocHashOnly", "false")
    _add(identifier, "DAIdentifier", _printable(signature.field))
    _constraints(item, report, signature, lang)
    _times(item, signature, verified_at)
    if signature.data is not None:
        document = _add(item, "SignersDocument")
        _digest(document, signature.data.digest, signature.data.document)
    _attributes(item, signature)
    _signer(item, signature)
    process = _add(item, "SignatureValidationProcess")
    proven = signature.time_source is TimeSource.TIMESTAMP
    _add(process, "SignatureValidationProcessID", f"{_URN}:validationprocess:{'LTA' if proven else 'Basic'}")
    status = _add(item, "SignatureValidationStatus")
    _status(status, signature.verdict, signature.sub_indication)


def _status(parent: Xml.Element, verdict: Verdict | None, sub_indication: str | None) -> None:
    _add(parent, "MainIndication", f"{_URN}:mainindication:{_INDICATIONS[verdict or Verdict.INDETERMINATE]}")
    if sub_indication:
        _add(parent, "SubIndication", f"{_URN}:subindication:{sub_indication}")


def _constraints(item: Xml.Element, report: VerificationReport, signature: SignatureReport, lang: str) -> None:
    constraints = _add(item, "ValidationConstraintsEvaluationReport")
    policy = _add(constraints, "SignatureValidationPolicy")
    named = _add(_add(policy, "SignaturePolicyIdentifier"), "SignaturePolicyId", namespace=_XADES)
    identifier = _add(named, "SigPolicyId", namespace=_XADES)
    _add(identifier, "Identifier", f"urn:edocs:policy:{_printable(report.policy)}", namespace=_XADES)
    _add(policy, "PolicyName", _printable(report.policy))
    for finding in (*report.reasons, *signature.reasons):
        _constraint(constraints, finding, lang, is_met=False)
    for finding in (*report.notices, *signature.notices):
        _constraint(constraints, finding, lang, is_met=True)


def _constraint(parent: Xml.Element, finding: Reason, lang: str, *, is_met: bool) -> None:
    constraint = _add(parent, "ValidationConstraint")
    _add(constraint, "ValidationConstraintIdentifier", f"urn:edocs:rule:{finding.rule}")
    for kind, value in (("clause", finding.clause), ("message", finding.text(lang)), ("hint", finding.advice(lang))):
        if value:
            parameter = _add(constraint, "ValidationConstraintParameter")
            _add(parameter, "Type", f"urn:edocs:rule:{kind}")
            _add(parameter, "Value", _printable(value)).set(f"{_XML}lang", lang if kind != "clause" else "en")
    # A notice is a constraint that was looked at and does not decide (TS 119 102-2, 4.3.5.4).
    status = "disabled" if is_met else "applied"
    _add(_add(constraint, "ConstraintStatus"), "Status", f"{_URN}:constraintStatus:{status}")


def _times(item: Xml.Element, signature: SignatureReport, verified_at: datetime) -> None:
    times = _add(item, "ValidationTimeInfo")
    _add(times, "ValidationTime", verified_at.isoformat())
    best = _add(times, "BestSignatureTime")
    is_proven = signature.time_source is TimeSource.TIMESTAMP and signature.signed_at is not None
    moment = signature.signed_at if is_proven and signature.signed_at is not None else verified_at
    _add(best, "POETime", moment.isoformat())
    _add(best, "TypeOfProof", f"{_URN}:poetype:{'provided' if is_proven else 'validation'}")


def _attributes(item: Xml.Element, signature: SignatureReport) -> None:
    attributes = _add(item, "SignatureAttributes")
    if signature.signed_at is not None and signature.time_source is TimeSource.CLAIMED:
        claimed = _add(attributes, "SigningTime")
        claimed.set("Signed", "true")
        _add(claimed, "Time", signature.signed_at.isoformat())
    if signature.role is not Role.UNKNOWN and signature.role_rule == "claimed_role":
        role = _add(attributes, "SignerRole")
        role.set("Signed", "true")
        details = _add(role, "RoleDetails")
        _add(details, "Role", f"urn:edocs:role:{signature.role.value}")
        _add(details, "EndorsementType", "claimed")
    if signature.sub_filter:
        sub_filter = _add(attributes, "SubFilter")
        sub_filter.set("Signed", "true")
        _add(sub_filter, "SubFilterElement", _printable(signature.sub_filter))


def _signer(item: Xml.Element, signature: SignatureReport) -> None:
    if signature.data is None or signature.signer is None:
        return
    information = _add(item, "SignerInformation")
    _add(information, "SignerCertificate").set("VOReference", _identifier(signature.certificate_sha256))
    _add(information, "Signer", _printable(signature.signer.common_name))


def _object(parent: Xml.Element, digest: str, certificate: bytes) -> None:
    item = _add(parent, "ValidationObject")
    item.set("id", _identifier(digest))
    _add(item, "ObjectType", f"{_URN}:validationObject:certificate")
    _add(_add(item, "ValidationObjectRepresentation"), "base64", _base64(certificate))


def _digest(parent: Xml.Element, algorithm: str, value: bytes) -> None:
    digest = _add(parent, "DigestAlgAndValue")
    _add(digest, "DigestMethod", namespace=_DS).set("Algorithm", _DIGESTS.get(algorithm, f"urn:edocs:{algorithm}"))
    _add(digest, "DigestValue", _base64(value), namespace=_DS)


def _add(parent: Xml.Element, name: str, text: str = "", *, namespace: str = _VR) -> Xml.Element:
    element = Xml.SubElement(parent, f"{{{namespace}}}{name}")
    if text:
        element.text = text
    return element


def _identifier(digest: str) -> str:
    return f"C-{digest}"


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _printable(text: str) -> str:
    """``text`` without the characters that XML 1.0 cannot hold (clause 2.2): a field may be named anything."""
    return "".join(letter if _is_allowed(ord(letter)) else "\ufffd" for letter in text)


def _is_allowed(code: int) -> bool:
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
