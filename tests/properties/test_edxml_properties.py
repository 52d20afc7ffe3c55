"""What holds for every message, every file, every name and every sequence of bytes."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime

from edxml_fixtures import NOW, meta, packed
from hypothesis import given, settings
from hypothesis import strategies as st

from edocs._edxml.filenames import safe_name, unique_name
from edocs._edxml.reader import read_envelope
from edocs._edxml.writer import write_document, write_status
from edocs.errors import EdocsError, MalformedEnvelopeError
from edocs.exchange import pack, read_manifest, read_meta, unpack
from edocs.model import (
    HANOI,
    STATUSES,
    Attachment,
    Business,
    BusinessKind,
    Comparison,
    DocumentMessage,
    DocumentSigner,
    DocumentType,
    MessageCode,
    Organ,
    OrganId,
    OtherInfo,
    OutgoingFile,
    Priority,
    Promulgation,
    Receiver,
    Replacement,
    ResponseFor,
    Staff,
    StatusMessage,
    Steering,
    Trace,
    Update,
    processing_of,
)

# What XML 1.0 can hold, less white space at the ends, which the wire does not keep.
texts = (
    st.text(
        st.characters(exclude_categories=["Cc", "Cs", "Cn"]) | st.sampled_from("\n\t\r<&>\"']"), min_size=1, max_size=20
    )
    .map(str.strip)
    .filter(bool)
    .filter(lambda text: text not in ("null", "N/A"))  # which are refused: programs write them for nothing
)
optional = st.just("") | texts
organ_ids = st.builds(OrganId, value=st.from_regex(r"H[0-9]{2}(\.[0-9A-Z]{1,4}){0,3}", fullmatch=True))
dates = st.dates(date(1, 1, 1), date(9999, 12, 31))
# Whatever the zone, the wire has the time of Vietnam; aware times are equal where they are the same instant.
moments = st.builds(
    datetime.combine,
    st.dates(date(2, 1, 1), date(9998, 12, 31)),
    st.times().map(lambda moment: moment.replace(microsecond=0)),
    tzinfo=st.sampled_from([HANOI, UTC]),
)
numbers = st.integers(0, 999_999_999)


def many(strategy: st.SearchStrategy, least: int = 0) -> st.SearchStrategy:
    return st.lists(strategy, min_size=least, max_size=3).map(tuple)


organs = st.builds(
    Organ,
    id=organ_ids,
    **dict.fromkeys(("name", "in_charge", "address", "email", "telephone", "fax", "website"), optional),
)
# An element without any child is read as absent, so a staff always has a name.
staff = st.builds(Staff, name=texts, **dict.fromkeys(("department", "email", "mobile"), optional))
updates = st.builds(
    Update,
    content=st.booleans(),
    receivers_changed=st.booleans(),
    receivers=many(st.builds(Receiver, organ_id=organ_ids, kind=st.sampled_from("01"))),
)
replacements = st.builds(Replacement, document_id=texts, organ_ids=many(organ_ids, 1))
businesses = st.builds(
    Business,
    kind=st.sampled_from(BusinessKind),
    reason=optional,
    paper=st.booleans(),
    document_id=optional,
    update=st.none() | updates,
    replacements=many(replacements),
    staff=st.none() | staff,
)
attachments = st.builds(
    Attachment,
    content_id=st.from_regex(r"[0-9a-b-]{1,12}", fullmatch=True),
    name=texts,
    content_type=texts,
    description=optional,
    encoded=st.sampled_from(["QUJD", "QQ==", ""]),
)
documents = st.builds(
    DocumentMessage,
    sender=organs,
    receivers=many(organs, 1),
    document_id=texts,
    code=st.builds(MessageCode, number=texts, notation=texts),
    promulgation=st.builds(Promulgation, place=texts, on=dates),
    document_type=st.builds(DocumentType, name=texts, code=texts, detail=optional.filter(lambda text: text != "-1")),
    subject=texts,
    content=optional,
    signer=st.builds(DocumentSigner, full_name=texts, position=optional, competence=optional),
    due_on=st.none() | dates,
    other=st.builds(
        OtherInfo,
        priority=st.sampled_from(Priority),
        sphere=texts,
        typist=texts,
        copies=numbers,
        pages=numbers,
        direction=st.booleans(),
        appendixes=many(texts),
    ),
    responses=many(
        st.builds(ResponseFor, organ_id=organ_ids, code=optional, on=st.none() | dates, document_id=optional)
    ),
    steering=st.sampled_from(Steering),
    task_codes=many(texts),
    application_type=optional,
    to_places=many(texts),
    traces=many(st.builds(Trace, organ_id=organ_ids, at=moments), 1),
    business=st.none() | businesses,
    attachments=many(attachments, 1),
)


@given(documents)
def test_every_message_is_read_as_it_was_written(message: DocumentMessage) -> None:
    read = read_envelope(write_document(message))

    assert read.message == message
    assert [(one.content_id, one.name) for one in read.references] == [
        (one.content_id, one.name) for one in message.attachments
    ]
    assert {notice.rule for notice in read.notices} <= {"edxml.document_type.code"}


statuses = st.builds(
    StatusMessage,
    sender=organs,
    response_for=st.builds(ResponseFor, organ_id=organ_ids, code=optional, on=st.none() | dates, document_id=optional),
    staff=st.none() | staff,
    code=st.sampled_from(sorted(STATUSES)),
    description=texts,
    at=moments,
)


@given(statuses)
def test_every_status_is_read_as_it_was_written(message: StatusMessage) -> None:
    read = read_envelope(write_status(message))

    assert read.message == message
    assert read.notices == ()


@given(st.lists(statuses, max_size=8), st.randoms(use_true_random=False))
def test_where_statuses_lead_does_not_depend_on_their_order(found: list[StatusMessage], random) -> None:
    shuffled = [*found, *found[:3]]
    random.shuffle(shuffled)

    assert processing_of(shuffled) == processing_of(found)


@given(documents, st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_the_order_of_elements_does_not_matter(message: DocumentMessage, random) -> None:
    from lxml import etree

    root = etree.fromstring(write_document(message))
    header = next(root.iter("{*}MessageHeader"))
    for parent in (root, next(root.iter("{*}edXMLHeader")), header, next(root.iter("{*}TraceHeaderList"))):
        groups: dict[str, list] = {}
        for child in parent:
            groups.setdefault(child.tag, []).append(child)
        tags = list(groups)
        random.shuffle(tags)
        parent[:] = [child for tag in tags for child in groups[tag]]

    read = read_envelope(etree.tostring(root, encoding="UTF-8"))

    assert read.message == message


names = st.builds(
    lambda stem, extension: f"{stem}.{extension}",
    st.text("aăâđêôơưếộABC0123 _-()", min_size=1, max_size=12).map(str.strip).filter(bool),
    st.sampled_from(["pdf", "PDF", "doc", "docx", "xls", "xlsx", "zip", "txt", "đuôi"]),
)


@given(st.dictionaries(names.map(str.casefold), st.binary(min_size=1, max_size=200), min_size=1, max_size=4))
def test_every_file_comes_out_as_it_went_in(files: dict[str, bytes]) -> None:
    outgoing = [OutgoingFile(name=unicodedata.normalize("NFC", name), data=data) for name, data in files.items()]
    result = pack(meta(), outgoing, now=NOW)

    opened = unpack(result.envelope, result.manifest)

    lost = {file.name for file in opened.files if file.faults}
    assert {rule for file in opened.files for rule in (fault.rule for fault in file.faults)} <= {
        "edxml.attachment.text_corrupted"
    }
    for file, sent in zip(opened.files, outgoing, strict=True):
        assert file.name == sent.name
        assert file.data == sent.data or file.name in lost


@given(st.binary(max_size=400))
def test_no_bytes_end_in_anything_but_an_error_of_edocs(data: bytes) -> None:
    for read in (unpack, read_meta, read_manifest):
        try:
            read(data)
        except EdocsError as error:
            assert error.exit_code in (2, 4)


ENVELOPE = packed(("a.pdf", b"%PDF-1.7\n\xff body"), ("b.csv", b"1;2"))


@given(
    st.integers(0, len(ENVELOPE.envelope) - 1),
    st.integers(0, 40),
    st.sampled_from([b"", b"<", b">", b"&", b"\x00", b"\xff", b"/", b"=", b"</edXML>", b"<edXML:To/>", b"cid:", b"9"])
    | st.binary(max_size=8),
)
@settings(max_examples=300)
def test_damaged_message_is_refused_or_read_and_never_unpacks_other_bytes_as_equal(
    start: int, length: int, inserted: bytes
) -> None:
    data = ENVELOPE.envelope[:start] + inserted + ENVELOPE.envelope[start + length :]
    expected = {entry.sha256 for entry in ENVELOPE.manifest.attachments}

    try:
        opened = unpack(data, ENVELOPE.manifest)
    except MalformedEnvelopeError:
        return

    equal = {file.sha256 for file in opened.files if file.comparison is Comparison.EQUAL}
    assert equal <= expected
    assert opened.comparison is not Comparison.EQUAL or equal == expected


@given(st.text(max_size=300))
def test_every_name_becomes_safe_and_stays_so(name: str) -> None:
    safe = safe_name(name, "attachment-1")

    assert safe == safe_name(safe, "attachment-1")
    assert len(safe.encode()) <= 200
    assert not set(safe) & set('/\\<>:"|?*\0')
    assert safe == safe.strip().rstrip(".")
    assert not safe.startswith(".")
    assert safe == unicodedata.normalize("NFC", safe)


@given(st.lists(st.sampled_from(["a", "A", "a.pdf", "A.pdf", "a (2).pdf", "a (2)"]), max_size=8))
def test_every_list_of_names_becomes_unique_in_any_case(names: list[str]) -> None:
    taken: set[str] = set()

    unique = [unique_name(name, taken) for name in names]

    assert len({name.casefold() for name in unique}) == len(names)
