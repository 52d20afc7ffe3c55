"""Payloads that are put together by hand are the canonical JSON of what they say."""

from __future__ import annotations

import json
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st
from register_samples import AGENCY, FAILED, OPEN, PASSED, PERSON, UNKNOWN

from edocs.model import (
    HANOI,
    Agency,
    AgencyLevel,
    Document,
    DocumentCode,
    Level,
    Secrecy,
    SignatureFact,
    SignatureFacts,
    canonical_json,
    document_payload,
    findings_payload,
    tidy_name,
)
from edocs.model.events import leaf_of

names = st.text(min_size=1, max_size=40).filter(lambda text: bool(tidy_name(text)))
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
facts = st.builds(
    SignatureFact,
    role=st.sampled_from([PERSON, AGENCY, UNKNOWN]),
    verdict=st.sampled_from([PASSED, FAILED, OPEN]),
    integrity=st.booleans(),
    trusted=st.booleans(),
    level=st.none() | st.sampled_from(list(Level)),
    is_timestamp=st.booleans(),
)


@given(names, names, names, st.sampled_from(list(Secrecy)), st.lists(digests, max_size=3))
def test_payload_of_a_document_is_canonical(
    name: str, kind: str, subject: str, secrecy: Secrecy, files: list[str]
) -> None:
    document = Document(
        agency=Agency(id="H99", name=name, level=AgencyLevel.COMMUNE),
        code=DocumentCode(number=7, symbol="X", issued_on=datetime(2026, 3, 5, tzinfo=HANOI)),
        type=kind,
        subject=subject,
        secrecy=secrecy,
        appendices=tuple(files),
    )

    payload = document_payload(document)

    said = json.loads(payload)
    assert canonical_json(said) == payload
    assert (said["agency_name"], said["type"], said["subject"]) == (
        document.agency.name, document.type, document.subject,
    )  # fmt: skip
    assert "\n" not in payload


@given(st.sampled_from([PASSED, FAILED, OPEN]), st.lists(facts, max_size=4), digests)
def test_payload_of_findings_is_canonical(verdict: object, found: list[SignatureFact], digest: str) -> None:
    payload = findings_payload(
        SignatureFacts(verdict=verdict, signatures=tuple(found), file_sha256=digest)  # type: ignore[arg-type]
    )

    said = json.loads(payload)
    assert canonical_json(said) == payload
    assert (said["file_sha256"], len(said["signatures"])) == (digest, len(found))


@given(st.lists(st.text(max_size=8), min_size=2, max_size=2, unique=True))
def test_whoever_says_it_two_events_have_two_leaves(names: list[str]) -> None:
    """A name with line feeds in it cannot pass for other lines."""
    encodable = [name for name in names if name == name.encode("utf-8", "replace").decode()]

    leaves = {leaf_of("2026", name, "registered", 1, "k", "", "{}") for name in encodable}

    assert len(leaves) == len(encodable)
