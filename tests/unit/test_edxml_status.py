"""Status messages: how they are written, what they answer, and where they take a document."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from edxml_fixtures import META, NOW, SAMPLES, meta, packed

from edocs.cli.main import _run
from edocs.errors import UsageError
from edocs.exchange import inspect_message, pack_status, read_meta
from edocs.model import (
    HANOI,
    STATUSES,
    BusinessKind,
    DocumentMessage,
    DocumentState,
    Emitter,
    Organ,
    OrganId,
    OtherMessage,
    ResponseFor,
    Staff,
    StatusMessage,
    StatusSpec,
    processing_of,
    require_status,
    status_for,
)

# Spelled by hand after the official examples: the writer's own table must not be its witness.
SKELETON = """
edXMLEnvelope edXMLHeader MessageHeader
From OrganId OrganName OrganizationInCharge OrganAdd Email Telephone Fax Website
ResponseFor OrganId Code PromulgationDate DocumentId
StaffInfo Department Staff Mobile Email
StatusCode Description Timestamp
"""
STAFF = Staff(department="Văn phòng", name="Trần Thị Bình", email="binh@lamgiang.example", mobile="0900000000")


def document(kind: str = "new") -> DocumentMessage:
    text = META.replace('kind = "new"', f'kind = "{kind}"')
    if kind == "update":
        text += "[business.update]\ncontent = true\nreceivers_changed = false\n"
    return read_meta(text.encode()).message


def spec(code: str, **changes: object) -> StatusSpec:
    return replace(StatusSpec(code=code, at=NOW, reason="không đúng nơi nhận", staff=STAFF), **changes)


def status(code: str, minutes: int = 0) -> StatusMessage:
    return StatusMessage(
        sender=Organ(id=OrganId(value="H99.13")),
        response_for=ResponseFor(organ_id=OrganId(value="H99")),
        staff=None,
        code=code,
        description=STATUSES[code].description if code in STATUSES else "?",
        at=NOW + timedelta(minutes=minutes),
    )


def official(code: str) -> bytes:
    path = SAMPLES / f"status_{code}.edxml"
    if not path.exists():
        pytest.skip("the official examples are not part of the project")
    return path.read_bytes()


def tags(data: bytes) -> list[str]:
    return re.findall(r"<([A-Za-z:]+)[ />]", data.decode())


def test_a_status_is_written_in_the_order_and_with_the_prefixes_of_the_sdk() -> None:
    sender = meta().message.sender
    message = replace(status_for(document(), spec("03")), sender=sender)

    data = pack_status(message)

    assert tags(data) == ["edXML", *(f"edXML:{name}" for name in SKELETON.split())]
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n')


@pytest.mark.parametrize("code", STATUSES)
def test_the_skeleton_is_that_of_the_official_examples(code: str) -> None:
    assert tags(official(code)) == ["edXML", *(f"edXML:{name}" for name in SKELETON.split())]


@pytest.mark.parametrize("code", STATUSES)
def test_descriptions_are_those_of_the_official_examples(code: str) -> None:
    message = inspect_message(official(code)).message

    assert isinstance(message, StatusMessage)
    # The official 03 has a slip of the pen, "Văn thư cơ - Phòng"; the others say what is meant.
    assert STATUSES[code].description == message.description.replace("Văn thư cơ -", "Văn thư -")


@pytest.mark.parametrize("code", STATUSES)
def test_official_status_is_the_same_after_reading_and_writing(code: str) -> None:
    message = inspect_message(official(code)).message
    assert isinstance(message, StatusMessage)

    again = inspect_message(pack_status(message))

    assert again.message == message
    assert again.notices == ()


@pytest.mark.parametrize("code", [code for code, kind in STATUSES.items() if not kind.answers_request])
def test_a_status_about_a_document_goes_between_its_sender_and_its_receiver(code: str) -> None:
    about = document()

    made = status_for(about, spec(code))

    parties = (made.sender, made.response_for.organ_id)
    if STATUSES[code].emitter is Emitter.SENDER:
        assert parties == (about.sender, about.receivers[0].id)
    else:
        assert parties == (about.receivers[0], about.sender.id)
    assert (made.response_for.code, made.response_for.on) == ("07/UBND-VP", about.promulgation.on)
    assert made.response_for.document_id == about.document_id
    assert made.description == f"{STATUSES[code].description}. Lý do: không đúng nơi nhận"
    assert inspect_message(pack_status(made)).message == made


@pytest.mark.parametrize("code", ["02", "13"])
def test_refusal_and_recall_need_a_reason(code: str) -> None:
    with pytest.raises(UsageError, match="needs a reason"):
        status_for(document(), spec(code, reason=" \n"))


def test_other_statuses_need_no_reason_and_have_the_official_text() -> None:
    assert status_for(document(), spec("01", reason="")).description == STATUSES["01"].description


@pytest.mark.parametrize("code", ["15", "16"])
@pytest.mark.parametrize("kind", ["recall", "update"])
def test_a_request_is_agreed_to_or_refused(code: str, kind: str) -> None:
    about = document(kind)

    made = status_for(about, spec(code))

    assert (made.sender, made.response_for.organ_id) == (about.receivers[0], about.sender.id)


@pytest.mark.parametrize("code", ["15", "16"])
def test_a_new_document_is_no_request_that_could_be_agreed_to(code: str) -> None:
    with pytest.raises(UsageError, match="this message is none"):
        status_for(document(), spec(code))


@pytest.mark.parametrize("code", ["15", "16"])
def test_a_recall_by_status_is_answered_by_the_agency_it_went_to(code: str) -> None:
    request = status_for(document(), spec("13"))

    answer = status_for(request, spec(code, reason=""))

    assert answer.sender.id == document().receivers[0].id
    assert answer.response_for.organ_id == document().sender.id
    assert answer.response_for.document_id == request.response_for.document_id


@pytest.mark.parametrize(("request_code", "code"), [("13", "03"), ("01", "15"), ("15", "16")])
def test_a_status_is_answered_only_where_it_asks(request_code: str, code: str) -> None:
    with pytest.raises(UsageError, match="cannot answer"):
        status_for(status(request_code), spec(code))


def test_what_is_neither_document_nor_status_is_not_answered() -> None:
    with pytest.raises(UsageError, match="nothing can be answered"):
        status_for(OtherMessage(elements=("AVReport",)), spec("01"))


def test_of_several_receivers_one_must_be_chosen_and_must_be_there() -> None:
    first = document().receivers[0]
    second = Organ(id=OrganId(value="H99.14"), name="Sở Tài chính tỉnh Lam Giang")
    about = replace(document(), receivers=(first, second))

    assert status_for(about, spec("01", organ=second.id)).sender == second
    with pytest.raises(UsageError, match="which receiver") as caught:
        status_for(about, spec("01"))
    assert caught.value.params["organs"] == "H99.13, H99.14"
    with pytest.raises(UsageError, match=r"no such receiver: H99\.15"):
        status_for(about, spec("01", organ=OrganId(value="H99.15")))


@pytest.mark.parametrize("code", ["00", "07", "12", "14", "17", "1", ""])
def test_codes_that_nobody_defined_are_neither_made_nor_written(code: str) -> None:
    with pytest.raises(UsageError, match="no such status"):
        require_status(code)
    with pytest.raises(UsageError, match="no such status"):
        pack_status(status(code))


def test_everything_missing_of_a_status_is_named_at_once() -> None:
    empty = replace(status("01"), sender=Organ(id=OrganId(value="")), description="", at=None)

    with pytest.raises(UsageError) as caught:
        pack_status(empty)

    assert caught.value.params["missing"] == (
        "MessageHeader/From/OrganId, MessageHeader/Description, MessageHeader/Timestamp"
    )


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(UsageError, match="no time zone"):
        status_for(document(), spec("01", at=NOW.replace(tzinfo=None)))


@pytest.mark.parametrize(
    ("codes", "state"),
    [
        ("", DocumentState.SENT),
        ("01", DocumentState.ARRIVED),
        ("01 02", DocumentState.REFUSED),
        ("02", DocumentState.REFUSED),
        ("01 03 04 05 06", DocumentState.COMPLETED),
        ("01 03 06", DocumentState.COMPLETED),
        ("01 05 03 04", DocumentState.IN_PROGRESS),
        ("01 02 03", DocumentState.REFUSED),
        ("01 03 02", DocumentState.ACCEPTED),
        ("13", DocumentState.RECALL_REQUESTED),
        ("13 15", DocumentState.WITHDRAWN),
        ("01 03 13 15 04", DocumentState.WITHDRAWN),
        ("01 03 13 16", DocumentState.ACCEPTED),
        ("01 03 13 16 06", DocumentState.COMPLETED),
        ("01 03 13 16 13 15", DocumentState.WITHDRAWN),
        ("01 03 13 04", DocumentState.RECALL_REQUESTED),
        ("01 06 13", DocumentState.COMPLETED),
        ("01 15", DocumentState.ARRIVED),
        ("01 16", DocumentState.ARRIVED),
        ("02 13", DocumentState.REFUSED),
        ("01 99 03", DocumentState.ACCEPTED),
    ],
)
def test_statuses_lead_where_the_decision_says(codes: str, state: DocumentState) -> None:
    """Decision 28/2018, article 10.2.h, and article 9 on taking a document back."""
    statuses = [status(code, minute) for minute, code in enumerate(codes.split())]

    assert processing_of(statuses).state is state


def test_the_order_of_arrival_and_repetition_change_nothing() -> None:
    statuses = [status(code, minute) for minute, code in enumerate(["01", "03", "13", "16", "06"])]
    expected = processing_of(statuses)

    for order in itertools.permutations(statuses):
        assert processing_of([*order, *order[:2]]) == expected
    assert expected.ignored == ()


def test_the_same_status_sent_four_times_counts_once() -> None:
    statuses = [status("01", minute) for minute in range(4)]

    result = processing_of(statuses)

    assert (result.state, result.since, len(result.ignored)) == (DocumentState.ARRIVED, NOW, 3)


def test_a_status_without_a_time_counts_after_all_others() -> None:
    late = replace(status("06"), at=None)

    assert processing_of([late, status("01"), status("03", 1)]).state is DocumentState.COMPLETED


def test_agreeing_to_an_update_takes_the_document_back_to_where_it_was() -> None:
    statuses = [status(code, minute) for minute, code in enumerate(["01", "03", "13", "15"])]

    assert processing_of(statuses, BusinessKind.UPDATE).state is DocumentState.ACCEPTED


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    path = tmp_path / "in.edxml"
    path.write_bytes(packed().envelope)
    return path


def test_command_writes_a_status_that_reads_back(sent: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = sent.with_name("out.edxml")
    arguments = [
        "--code",
        "02",
        "--reason",
        "gửi nhầm",
        "--staff",
        "Trần Thị Bình",
        "--time",
        "2026-03-06T08:00:00+07:00",
    ]

    code = _run(["status", str(sent), *arguments, "-o", str(out), "--json"])

    line = json.loads(capsys.readouterr().out)
    message = inspect_message(out.read_bytes()).message
    assert code == 0
    assert line == {"path": str(out), "code": "02", "from": "H99.13", "to": "000.00.00.H99"}
    assert isinstance(message, StatusMessage)
    assert message.description.endswith("Lý do: gửi nhầm")
    assert message.at == datetime(2026, 3, 6, 8, tzinfo=HANOI)
    assert message.staff == Staff(name="Trần Thị Bình")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--code", "02"], 2),
        (["--code", "15"], 2),
        (["--code", "07"], 2),
        (["--code", "01", "--organ", "H01"], 2),
        (["--code", "01", "--time", "hôm nay"], 2),
    ],
)
def test_command_refuses_what_cannot_be_meant_and_writes_nothing(sent: Path, arguments: list[str], code: int) -> None:
    out = sent.with_name("out.edxml")

    assert _run(["status", str(sent), *arguments, "-o", str(out)]) == code
    assert not out.exists()


def test_command_leaves_the_message_it_answers_alone(sent: Path) -> None:
    before = sent.read_bytes()

    assert _run(["status", str(sent), "--code", "01", "-o", str(sent), "--force"]) != 0
    assert sent.read_bytes() == before


def test_command_says_that_a_message_cannot_be_read(sent: Path) -> None:
    sent.write_bytes(b"<edXML>")

    assert _run(["status", str(sent), "--code", "01", "-o", str(sent.with_name("out.edxml"))]) == 4
