"""pyHanko's validation after ETSI EN 319 102-1, as the witness for each level; it fetches nothing."""

from __future__ import annotations

import asyncio
import io
from datetime import datetime

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.ades import ades_basic_validation, ades_lta_validation, ades_with_time_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from edocs.model import Level, TrustStore


def ades_verdict(
    document: bytes, roots: TrustStore, at: datetime, level: Level, password: str | None = None, index: int = 0
) -> str:
    """The status of one signature, the first, validated as its level is to be validated."""
    reader = PdfFileReader(io.BytesIO(document))
    if password:
        reader.decrypt(password)
    signature = reader.embedded_regular_signatures[index]
    signature.compute_integrity_info()
    anchors = [x509.Certificate.load(der) for der in roots.anchors]
    knowledge = _stored(reader, anchors) if level is Level.B_LT else LocalKnowledge()
    spec = SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            SimpleTrustManager.build(trust_roots=anchors),
            CertRevTrustPolicy(REQUIRE_REVINFO if level in (Level.B_LT, Level.B_LTA) else NO_REVOCATION),
        ),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=knowledge,
        key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
    )
    timing = ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=False)
    if level is Level.B_LTA:
        work = ades_lta_validation(signature, PdfSignatureValidationSpec(spec), timing_info=timing)
    else:
        validate = ades_basic_validation if level is Level.B_B else ades_with_time_validation
        work = validate(signature.signed_data, spec, timing_info=timing, raw_digest=signature.compute_digest())
    return str(asyncio.run(work).ades_subindic)


def _stored(reader: PdfFileReader, anchors: list[x509.Certificate]) -> LocalKnowledge:
    context = DocumentSecurityStore.read_dss(reader).as_validation_context(
        {"trust_roots": anchors, "allow_fetching": False}
    )
    return LocalKnowledge(
        known_ocsps=[item for ocsp in context.ocsps for item in OCSPContainer.load_multi(ocsp)],
        known_crls=[CRLContainer(crl) for crl in context.crls],
        known_certs=list(context.certificate_registry),
    )
