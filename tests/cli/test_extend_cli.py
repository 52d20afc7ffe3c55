"""``edocs sign --level`` and ``edocs extend`` against services on the loopback interface."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from servers.pki import HTML, PkiService

from edocs.cli.main import _run
from edocs.model import Level, VerificationOptions
from edocs.testing import sample_pdf
from edocs.verify import load_trust, verify_pdf

SECRETS = ("--secrets", "env:EDOCS_SECRET")
KEYS = Path(__file__).parents[2] / "certs" / "test" / "keys"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PkiService]:
    service = PkiService(tmp_path_factory.mktemp("pki"), KEYS)
    yield service
    service.stop()


@pytest.fixture
def service(running: PkiService, monkeypatch: pytest.MonkeyPatch) -> PkiService:
    monkeypatch.setenv("EDOCS_SECRET", running.pki.passphrase)
    running.reset(datetime.now(UTC).replace(microsecond=0))
    return running


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "tờ trình.pdf"
    path.write_bytes(sample_pdf())
    return path


def sign(service: PkiService, paper: Path, *more: str) -> int:
    key = service.pki.p12("leader")
    return _run(
        ["sign", str(paper), "--signer", str(key), "--role", "personal", "--json", "--lang", "en", *SECRETS, *more]
    )


def means(service: PkiService, tmp_path: Path) -> list[str]:
    return ["--tsa", f"{service.url}/tsa", "--online", "--cache", str(tmp_path / "cache")]


def level_of(service: PkiService, path: Path) -> Level | None:
    return verify_pdf(path, load_trust([service.pki.roots])).signatures[0].level


def test_a_file_is_signed_at_the_level_asked_for(
    service: PkiService, paper: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = sign(service, paper, "--level", "B-LTA", *means(service, tmp_path))

    done = json.loads(capsys.readouterr().out)
    assert (code, done["level"]) == (0, "B-LTA")
    assert level_of(service, Path(done["output"])) is Level.B_LTA


def test_a_timestamp_failure_writes_nothing(
    service: PkiService, paper: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.faults["/tsa"] = HTML

    code = sign(service, paper, "--level", "B-T", "--tsa", f"{service.url}/tsa")

    assert (code, [path.name for path in tmp_path.glob("*.pdf")]) == (5, [paper.name])
    assert "answered with text/html, not with a timestamp" in capsys.readouterr().err


def test_a_lower_level_is_said_where_it_is_allowed(
    service: PkiService, paper: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service.faults["/tsa"] = "gone"

    code = sign(service, paper, "--level", "B-T", "--tsa", f"{service.url}/tsa", "--allow-lower")

    told = capsys.readouterr()
    assert (code, json.loads(told.out)["level"]) == (0, "B-B")
    assert "level B-B only: " in told.err


def test_a_level_without_a_timestamping_authority_is_a_wrong_argument(service: PkiService, paper: Path) -> None:
    assert sign(service, paper, "--level", "B-T") == 2


def test_extending_says_until_when_the_evidence_holds(
    service: PkiService, paper: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sign(service, paper) == 0
    signed = json.loads(capsys.readouterr().out)["output"]

    code = _run(["extend", signed, "--json", *means(service, tmp_path)])

    done = json.loads(capsys.readouterr().out)
    assert (code, done["schema"], done["level"]) == (0, "edocs.extension/1", "B-LTA")
    assert done["holds_until"] == "2035-01-01T07:00:00+07:00"
    assert Path(done["output"]).name == "tờ trình.signed.extended.pdf"
    assert level_of(service, Path(done["output"])) is Level.B_LTA


def test_extending_tells_people_in_vietnamese(
    service: PkiService, paper: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sign(service, paper)
    signed = json.loads(capsys.readouterr().out)["output"]

    _run(["extend", signed, "--lang", "vi", "--level", "B-T", *means(service, tmp_path)])

    assert "đã bổ sung bằng chứng: " in capsys.readouterr().out


def test_a_file_that_cannot_be_extended_leaves_the_others_alone(
    service: PkiService, paper: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sign(service, paper)
    signed = json.loads(capsys.readouterr().out)["output"]

    code = _run(["extend", str(paper), signed, "--json", "-o", str(tmp_path / "out"), *means(service, tmp_path)])

    assert (code, [path.name for path in (tmp_path / "out").iterdir()]) == (6, ["tờ trình.signed.extended.pdf"])


def test_verifying_online_checks_revocation(
    service: PkiService, paper: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sign(service, paper)
    signed = json.loads(capsys.readouterr().out)["output"]
    asked = ["--online", "--cache", str(tmp_path / "cache"), "--require-revocation"]

    code = _run(["verify", signed, "--trust", str(service.pki.roots), "--json", *asked])

    assert (code, json.loads(capsys.readouterr().out)["signatures"][0]["revocation"]) == (0, "good")


def test_an_encrypted_file_is_extended_with_its_password(
    service: PkiService, paper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = pypdf.PdfWriter(paper)
    writer.encrypt(service.pki.passphrase, algorithm="AES-256")
    locked = tmp_path / "locked.pdf"
    writer.write(locked)
    sign(service, locked, "--password")
    signed = locked.with_name("locked.signed.pdf")
    arguments = ["extend", str(signed), "--level", "B-LTA", *means(service, tmp_path), "--lang", "en", *SECRETS]

    refused, done = _run(arguments), _run([*arguments, "--password"])

    assert (refused, done) == (4, 0)
    options = VerificationOptions(password=service.pki.passphrase)
    report = verify_pdf(tmp_path / "locked.signed.extended.pdf", load_trust([service.pki.roots]), options)
    assert report.signatures[0].level is Level.B_LTA
