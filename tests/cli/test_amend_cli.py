"""``edocs amend`` as a clerk runs it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from register_samples import COMMUNE, NOW, PROVINCE, make_document
from register_samples import issued as passed
from typed_commands import code, run

from edocs.model import HANOI, Counts, Facet
from edocs.office import correct_files
from edocs.registry import Registry
from edocs.testing import Pki, sample_pdf

DOCUMENT = make_document(7)
KEY = str(DOCUMENT.key)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "Sổ.db"
    with Registry.open(path) as registry:
        for number in (7, 8):
            document = make_document(number)
            registry.register(document, passed(document), who="văn thư", now=NOW)
    return path


def amend(register: Path, action: str, *options: str | Path, key: str = KEY) -> Result:
    return run("amend", action, key, "--register", register, "--who", "văn thư", *options)


def counts(register: Path) -> Counts:
    with Registry.open(register, read_only=True) as registry:
        assert registry.check() == ()
        [tally] = registry.tally()
        return tally.counts


def test_document_goes_out_of_the_figures_and_back(register: Path) -> None:
    assert code(amend(register, "exclude", "--reason", "personnel", "--note", "bổ nhiệm")) == 0
    assert counts(register).base == 1

    assert code(amend(register, "include", "--note", "nhầm")) == 0
    assert counts(register).base == 2


def test_correction_moves_a_document_to_another_agency(register: Path) -> None:
    options = ("--agency", COMMUNE.id, "--agency-name", COMMUNE.name, "--level", "xã", "--number", "12")

    assert code(amend(register, "correct", *options, "--note", "nhập nhầm")) == 0

    with Registry.open(register, read_only=True) as registry:
        found = {tally.group for tally in registry.tally(by=[Facet.AGENCY, Facet.LEVEL])}
    assert (COMMUNE.id, "commune") in found


def test_key_of_another_document_is_refused_and_named(register: Path) -> None:
    result = amend(register, "correct", "--number", "8")

    assert (code(result), ":8:" in result.stderr) == (6, True)
    assert counts(register).documents == 2


def test_what_became_of_a_document_is_in_its_history(register: Path) -> None:
    sent_at = (NOW + timedelta(days=1)).isoformat()
    message = register.with_name("gói tin.edxml")
    message.write_bytes(b"<edXML/>")
    codes = [
        code(amend(register, "issued", "--at", NOW.isoformat())),
        code(amend(register, "sent", "--to", "H99.13", "--to", "H01", "--at", sent_at, "--message", message)),
        code(amend(register, "answered", "--to", "H99.13", "--code", "03", "--at", sent_at)),
        code(amend(register, "superseded", "--by", str(make_document(8).key))),
        code(amend(register, "recalled", "--note", "sai nội dung")),
    ]

    shown = amend(register, "history", "--json")

    events = [json.loads(line) for line in shown.stdout.splitlines()]
    kinds = [event["kind"] for event in events]
    assert (codes, code(shown)) == ([0] * 5, 0)
    assert kinds == ["registered", "verified", "issued", "sent", "status_received", "superseded", "recalled"]
    assert len(events[3]["evidence"]) == 64
    assert (counts(register).sent, counts(register).is_recalled, counts(register).documents) == (1, 1, 2)
    assert "sai nội dung" in amend(register, "history").stdout


@pytest.mark.parametrize(
    ("action", "options"),
    [
        ("exclude", ()),
        ("correct", ()),
        ("recalled", ()),
        ("sent", ()),
        ("answered", ("--to", "A", "--to", "B", "--code", "03")),
        ("answered", ("--to", "A")),
        ("superseded", ("--by", "x")),
    ],
)
def test_action_without_what_it_needs_is_a_usage_error(action: str, options: tuple[str, ...], register: Path) -> None:
    assert amend(register, action, *options).return_value == 2
    assert code(run("fsck", "--register", register)) == 0


@pytest.mark.parametrize(
    ("action", "options", "strange"),
    [
        ("recalled", ("--note", "sai", "--number", "5"), "--number"),
        ("sent", ("--to", "H99.13", "--file", "a.pdf"), "--file"),
        ("issued", ("--agency-name", "Sở Nội vụ"), "--agency-name"),
        ("include", ("--reason", "other"), "--reason"),
        ("history", ("--paper",), "--paper"),
    ],
)
def test_option_of_another_action_is_refused_rather_than_lost(
    action: str, options: tuple[str, ...], strange: str, register: Path
) -> None:
    before = run("amend", "history", KEY, "--register", register, "--json").stdout

    result = run("amend", action, KEY, "--register", register, *options)

    assert (code(result), f"{strange} does not go with {action}" in result.output) == (2, True)
    assert run("amend", "history", KEY, "--register", register, "--json").stdout == before


@pytest.mark.parametrize("action", ["exclude", "history", "correct"])
def test_document_that_is_not_registered_is_a_usage_error(action: str, register: Path) -> None:
    options = {"exclude": ("--reason", "personnel"), "correct": ("--number", "9")}.get(action, ())

    assert amend(register, action, *options, key="H99:2026:open:1:X").return_value == 2


def test_missing_reason_is_named_as_the_option_is(register: Path) -> None:
    result = run("--lang", "en", "amend", "exclude", KEY, "--register", register)

    assert (code(result), "missing: --reason\n" in result.stderr) == (2, True)


def test_history_is_told_in_vietnamese(register: Path) -> None:
    amend(register, "sent", "--to", "H99.13", "--to", "H01", "--at", NOW.isoformat())
    amend(register, "exclude", "--reason", "personnel")

    said = amend(register, "history", "--lang", "vi").stdout

    assert all(words in said for words in ("đăng ký vào sổ", "nơi nhận: H01, H99.13", "Hồ sơ tổ chức, cán bộ"))
    assert not any(name in said for name in ("issued_on", "registered", "TOTAL_PASSED", "commune"))


def test_correction_of_the_number_says_the_new_key(register: Path) -> None:
    result = amend(register, "correct", "--number", "9", "--lang", "vi")

    assert str(make_document(9).key) in result.stderr


def test_document_moved_to_an_unknown_agency_needs_its_name(register: Path) -> None:
    result = amend(register, "correct", "--agency", "H99.77")

    assert (code(result), "H99.77" in result.stderr) == (2, True)
    assert counts(register).documents == 2


def test_document_moved_to_a_known_agency_gets_that_agencys_name(register: Path) -> None:
    other = make_document(3, agency=COMMUNE)
    with Registry.open(register) as registry:
        registry.register(other, passed(other), who="văn thư", now=NOW)

    assert code(amend(register, "correct", "--agency", COMMUNE.id)) == 0

    with Registry.open(register, read_only=True) as registry:
        assert registry.agencies()[COMMUNE.id] == COMMUNE
        assert {entry.document.agency for entry in registry.find()} == {DOCUMENT.agency, COMMUNE}


def test_document_does_not_replace_itself(register: Path) -> None:
    assert code(amend(register, "superseded", "--by", KEY)) == 2
    assert counts(register).is_superseded == 0


def test_state_secret_keeps_its_reason(register: Path) -> None:
    assert code(amend(register, "correct", "--secrecy", "mật")) == 0
    key = KEY.replace(":open:", ":secret:")

    results = [
        amend(register, "exclude", "--reason", "personnel", key=key),
        amend(register, "include", key=key),
    ]

    assert [code(result) for result in results] == [2, 2]
    assert (counts(register).secrets, counts(register).base) == (1, 1)


def test_correction_to_a_day_to_come_is_refused(register: Path) -> None:
    result = amend(register, "correct", "--date", "01/01/2999", "--lang", "en")

    assert code(result) == 6
    assert "01/01/2999 is later than today" in result.stderr
    assert counts(register).documents == 2


def test_key_of_before_a_correction_names_the_one_of_now(register: Path, tmp_path: Path) -> None:
    amend(register, "correct", "--number", "12")
    now = str(make_document(12).key)
    paths = ("--register", register, "-o", tmp_path / "proof.json")

    said = (
        amend(register, "recalled", "--note", "x", "--lang", "en"),
        amend(register, "sent", "--to", "H01", "--lang", "en"),
        amend(register, "history", "--lang", "en"),
        run("prove", "--document", KEY, *paths, "--lang", "en"),
    )
    found = run("find", KEY, "--register", register, "--json", "--lang", "en")

    assert [code(one) for one in said] == [2] * 4
    assert all(f"{KEY} was corrected: the document is {now}" in one.stderr for one in said)
    assert f"the document is {now}" in found.stderr
    assert [json.loads(line)["key"] for line in found.stdout.splitlines()] == [now]


def test_find_shows_what_became_of_a_document_and_its_key(register: Path) -> None:
    other = str(make_document(8).key)
    amend(register, "sent", "--to", "H99.13")
    amend(register, "recalled", "--note", "sai")
    amend(register, "superseded", "--by", other)

    shown = run("find", "--register", register, "--keys", "--lang", "vi").stdout
    [line] = [line for line in shown.splitlines() if KEY in line]
    entry = json.loads(run("find", KEY, "--register", register, "--json").stdout)

    assert "đã gửi, đã thu hồi, đã được thay thế" in line
    assert entry["superseded_by"] == other
    assert entry["sent_at"] and entry["recalled_at"]
    assert KEY not in run("find", "--register", register).stdout


def test_recalled_again_is_said_and_a_repetition_changes_nothing(register: Path) -> None:
    first = amend(register, "recalled", "--note", "sai nội dung", "--json")
    same = amend(register, "recalled", "--note", "sai  nội dung", "--json", "--lang", "en")
    other = amend(register, "recalled", "--note", "sai thẩm quyền", "--json", "--lang", "en")

    said = [json.loads(one.stdout) for one in (first, same, other)]
    assert [code(one) for one in (first, same, other)] == [0, 0, 0]
    assert [one["is_news"] for one in said] == [True, False, True]
    assert [[notice["rule"] for notice in one["notices"]] for one in said] == [[], [], ["amend.recalled_again"]]
    assert "nothing new" in same.stderr
    assert "it was recalled already" in other.stderr
    history = run("amend", "history", KEY, "--register", register, "--json").stdout
    assert history.count('"recalled"') == 2


def test_replacement_that_the_register_does_not_have_is_said(register: Path) -> None:
    elsewhere, here = KEY.replace("H99:", "H98:"), str(make_document(8).key)

    unknown = amend(register, "superseded", "--by", elsewhere, "--json", "--lang", "en")
    known = amend(register, "superseded", "--by", here, "--json")

    assert (code(unknown), code(known)) == (0, 0)
    assert f"what takes its place is not in this register: {elsewhere}" in unknown.stderr
    assert [notice["rule"] for notice in json.loads(unknown.stdout)["notices"]] == ["amend.replacement_unknown"]
    assert json.loads(known.stdout)["notices"] == []


def test_answer_of_a_body_that_it_was_not_sent_to_is_said(register: Path) -> None:
    amend(register, "sent", "--to", "H99.13")

    receiver = amend(register, "answered", "--to", "H99.13", "--code", "03", "--json")
    stranger = amend(register, "answered", "--to", "H01", "--code", "03", "--json", "--lang", "en")

    assert (code(receiver), code(stranger)) == (0, 0)
    assert json.loads(receiver.stdout)["notices"] == []
    assert [notice["rule"] for notice in json.loads(stranger.stdout)["notices"]] == ["amend.not_sent_to"]
    assert "the register knows of no sending to H01" in stranger.stderr


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--agency", COMMUNE.id], 0),
        (["--from", "06/03/2026"], 0),
        (["--number", "8"], 0),
        (["--type", "Quyết định"], 0),
        (["--type", "công văn", "--to", "05/03/2026", "--symbol", "UBND - VP"], 1),
    ],
)
def test_key_is_found_only_where_all_else_that_is_asked_holds(
    options: list[str], expected: int, register: Path
) -> None:
    found = run("find", KEY, "--register", register, "--json", *options).stdout

    assert len(found.splitlines()) == expected


def test_correction_says_the_key_of_now_to_programs_too(register: Path) -> None:
    now = KEY.replace(":7:", ":12:")

    moved = json.loads(amend(register, "correct", "--number", "12", "--json").stdout)
    same = json.loads(amend(register, "correct", "--subject", "Về việc khác", "--json", key=now).stdout)

    assert (moved["key"], moved["now"]) == (KEY, now)
    assert (same["key"], same["now"]) == (now, now)


def test_replacement_under_a_key_of_before_is_refused_and_the_key_of_now_named(register: Path) -> None:
    before = str(make_document(8).key)
    now = before.replace(":8:", ":12:")
    amend(register, "correct", "--number", "12", key=before)

    result = amend(register, "superseded", "--by", before, "--lang", "en")

    assert result.return_value == 2
    assert f"{before} was corrected: the document is {now}" in result.stderr
    assert "superseded" not in run("amend", "history", KEY, "--register", register, "--json").stdout


def test_signed_file_takes_the_place_of_the_draft(issued: bytes, pki: Pki, tmp_path: Path) -> None:
    """The way out that the refusal of the signed file names."""
    register, draft, signed = tmp_path / "Sổ.db", tmp_path / "dự thảo.pdf", tmp_path / "đã ký.pdf"
    draft.write_bytes(sample_pdf())
    signed.write_bytes(issued)
    trust = ("--trust", pki.roots, "--trust", pki.intermediates, "--trust", pki.crls)
    known = ("--agency", PROVINCE.id, "--agency-name", PROVINCE.name, "--level", "tỉnh", "--symbol", "UBND-VP")
    options = ("--register", register, *known, "--number", "7", "--date", "05/03/2026", "--type", "CV")
    assert code(run("register", draft, *options)) == 3
    refused = run("register", signed, *options, *trust)
    assert (code(refused), f"edocs amend correct {KEY} --file" in refused.stderr) == (6, True)

    result = amend(register, "correct", "--file", signed, *trust, "--note", "nhầm tệp")

    assert (code(result), "TOTAL" in result.stdout) == (0, False)
    assert counts(register).both.valid == 1
    history = run("amend", "history", KEY, "--register", register).stdout.splitlines()
    assert hashlib.sha256(issued).hexdigest() in history[2]
    again = amend(register, "correct", "--file", signed, *trust, "--json")
    assert (code(again), json.loads(again.stdout)["error"]["type"]) == (2, "UsageError")


def test_file_that_is_worth_nothing_decides_the_exit_code(register: Path, tmp_path: Path) -> None:
    other = tmp_path / "khác.pdf"
    other.write_bytes(sample_pdf())

    result = amend(register, "correct", "--file", other, "--json")
    missing = amend(register, "correct", "--file", tmp_path / "không có.pdf")

    said = json.loads(result.stdout)
    assert (code(result), [one["verdict"] for one in said["verifications"]]) == (3, ["NOT_SIGNED"])
    assert code(missing) == 4
    assert (counts(register).both.unsigned, counts(register).both.valid) == (1, 1)


def test_file_that_goes_with_a_document_is_added_later(register: Path, issued: bytes, pki: Pki, tmp_path: Path) -> None:
    beside, bare = tmp_path / "phụ lục 1.pdf", tmp_path / "phụ lục 2.pdf"
    beside.write_bytes(issued)
    bare.write_bytes(sample_pdf())
    trust = ("--trust", pki.roots, "--trust", pki.intermediates, "--trust", pki.crls)

    one = amend(register, "correct", "--appendix", beside, *trust, "--note", "bổ sung phụ lục")
    two = amend(register, "correct", "--appendix", bare, "--json")
    again = amend(register, "correct", "--appendix", bare)

    assert (code(one), one.stdout) == (0, f"{beside}: valid\n")
    assert (code(two), [found["verdict"] for found in json.loads(two.stdout)["verifications"]]) == (3, ["NOT_SIGNED"])
    assert (code(again), counts(register).both.valid) == (2, 2)
    assert (counts(register).appendices.valid, counts(register).appendices.unsigned) == (1, 1)
    assert code(run("fsck", "--register", register)) == 0


def test_file_of_a_document_that_somebody_moves_meanwhile_is_corrected(
    register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf = register.with_name("đúng.pdf")
    pdf.write_bytes(b"%PDF-1.7 broken")

    def and_then_somebody_moves_it(registry: Registry, *arguments: Any, **said: Any) -> Any:
        done = correct_files(registry, *arguments, **said)
        amend(register, "correct", "--number", "12")
        return done

    monkeypatch.setattr("edocs.cli.amending.correct_files", and_then_somebody_moves_it)

    result = amend(register, "correct", "--file", pdf, "--json")

    assert code(result) == 4
    assert json.loads(result.stdout)["now"] == KEY


@pytest.mark.parametrize(
    ("action", "options"),
    [("issued", ()), ("sent", ("--to", "H99.13")), ("answered", ("--to", "H99.13", "--code", "03"))],
)
def test_what_is_still_to_come_is_refused(action: str, options: tuple[str, ...], register: Path) -> None:
    later = datetime.now(HANOI) + timedelta(minutes=5)

    result = amend(register, action, *options, "--at", later.isoformat())

    assert (code(result), "still to come" in result.stderr) == (6, True)
    with Registry.open(register, read_only=True) as registry:
        assert len(list(registry.history(DOCUMENT.key))) == 2


@pytest.mark.parametrize(("at", "said"), [("2026-03-04T23:59", ["amend.sent_before_issue"]), ("2026-03-05", [])])
def test_sending_before_the_day_of_issue_is_pointed_out(at: str, said: list[str], register: Path) -> None:
    result = amend(register, "sent", "--to", "H99.13", "--at", at, "--json")

    assert [notice["rule"] for notice in json.loads(result.stdout)["notices"]] == said


@pytest.mark.parametrize("at", ["06/03/2026 14:30", "6/3/2026 14:30:00", "2026-03-06T14:30", "2026-03-06 07:30Z"])
def test_times_are_understood_as_they_are_written_here(at: str, register: Path) -> None:
    assert code(amend(register, "sent", "--to", "H99.13", "--at", at)) == 0

    with Registry.open(register, read_only=True) as registry:
        *_, sent = registry.history(DOCUMENT.key)
    assert json.loads(sent.event.payload)["sent_at"] == "2026-03-06T14:30:00.000000+07:00"


@pytest.mark.parametrize("at", ["31/02/2026", "06/03/2026 25:00", "14:30", "06/03/2026 14:3"])
def test_times_that_are_none_are_refused(at: str, register: Path) -> None:
    result = amend(register, "sent", "--to", "H99.13", "--at", at, "--lang", "vi")

    assert (code(result), "05/03/2026 14:30" in result.stderr) == (2, True)


def test_code_in_place_of_a_key_says_where_keys_are_shown(register: Path) -> None:
    result = amend(register, "recalled", "--note", "x", key="132/UBND-VP")

    assert (code(result), "edocs find --keys" in result.stderr, "secret" in result.stderr) == (2, True, True)


def test_status_is_told_by_its_name_and_a_refusal_is_the_state(register: Path) -> None:
    amend(register, "sent", "--to", "H99.13", "--to", "H01", "--at", "2026-03-06")
    for receiver, status, at in (
        ("H99.13", "02", "2026-03-07"),
        ("H01", "02", "2026-03-07"),
        ("H01", "03", "2026-03-08"),
    ):
        amend(register, "answered", "--to", receiver, "--code", status, "--at", at)

    history = amend(register, "history", "--lang", "vi").stdout
    shown = run("find", "--register", register, "--number", "7", "--lang", "vi").stdout
    found = json.loads(run("find", "--register", register, "--number", "7", "--json").stdout)

    assert "trạng thái: 02 – từ chối nhận (trả lại)" in history
    assert "từ chối nhận" in " ".join(shown.replace("│", " ").split())
    assert found["refused_by"] == ["H99.13"]


def test_another_reason_needs_its_note(register: Path) -> None:
    without = amend(register, "exclude", "--reason", "other", "--note", "  ")
    assert (code(without), "--note" in without.stderr, counts(register).base) == (2, True, 2)

    assert code(amend(register, "exclude", "--reason", "other", "--note", "bản in hỏng")) == 0
    shown = run("find", "--register", register, "--number", "7", "--keys", "--lang", "vi").stdout
    assert "thống kê" in shown
