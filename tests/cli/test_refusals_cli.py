"""Bad input to signing, as a clerk meets it: the exit code, the reason in both languages, and nothing written."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pypdf
import pytest
from pyhanko.sign.fields import MDPPerm
from servers.pki import HTML, PkiService

from edocs.cli.main import _run
from edocs.testing import PASSPHRASE, Pki, sample_letter, sample_pdf, sample_signature_png

KEYS = Path(__file__).parents[2] / "certs" / "test" / "keys"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PkiService]:
    service = PkiService(tmp_path_factory.mktemp("pki"), KEYS)
    yield service
    service.stop()


@pytest.fixture
def service(running: PkiService) -> PkiService:
    running.reset(datetime.now(UTC).replace(microsecond=0))
    return running


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The clerk's folder."""
    (tmp_path / "thư.pdf").write_bytes(sample_letter())
    (tmp_path / "a.pdf").write_bytes(sample_pdf())
    (tmp_path / "ký.png").write_bytes(sample_signature_png("Nguyễn Văn An"))
    (tmp_path / "ảnh.jpg").write_bytes(b"\xff\xd8\xff\xe0 no PNG")
    (tmp_path / "hai.pdf").write_bytes(written_twice())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEY", PASSPHRASE)
    return tmp_path


def written_twice() -> bytes:
    """The sample letter with its first page's text once more, lower down: every blank is there twice."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sample_letter())) as pdf:
        page = pdf.pages[0]
        text = page.Contents.read_bytes()
        page.Contents = pdf.make_stream(b"q " + text + b" Q q 1 0 0 1 0 -150 cm " + text + b" Q")
        pdf.save(out)
    return out.getvalue()


Refused = Callable[..., None]


@pytest.fixture
def refused(desk: Path, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run a command in both languages: the code, its reason, no traceback, and the folder as it was."""

    def run(code: int, reason: str, arguments: Sequence[str]) -> None:
        before = {path: path.read_bytes() for path in desk.iterdir()}
        told = {}
        for lang in ("en", "vi"):
            assert _run(["--lang", lang, *arguments, "--secrets", "env:KEY"]) == code
            told[lang] = capsys.readouterr().err
        assert reason in told["en"]
        assert told["vi"] != told["en"]
        assert "Traceback" not in told["en"] + told["vi"]
        assert {path: path.read_bytes() for path in desk.iterdir()} == before

    return run


@pytest.fixture
def personal(pki: Pki) -> list[str]:
    return ["--signer", str(pki.p12("leader"))]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("approve", "thư.pdf", "--image", "ảnh.jpg"), "not a PNG image"),
        (("sign", "a.pdf", "--role", "personal", "--image", "ảnh.jpg", "--at", "1,30,40,50,25"), "not a PNG image"),
        (("approve", "thư.pdf", "--image", "ký.png", "--at", "1,200,40,50,25"), "the place is not on the page"),
        (("approve", "thư.pdf", "--image", "ký.png", "--at", "9,20,40,50,25"), "no such page: 9"),
        (("approve", "a.pdf", "--image", "ký.png"), "found"),
        (("approve", "hai.pdf"), "found"),
    ],
    ids=["png", "png in sign", "box", "page", "anchor missing", "anchor twice"],
)
def test_a_place_or_image_that_does_not_do_is_exit_6(
    refused: Refused, personal: list[str], arguments: tuple[str, ...], reason: str
) -> None:
    refused(6, reason, [*arguments, *personal])


def test_a_document_that_allows_no_change_is_exit_6(
    refused: Refused, personal: list[str], desk: Path, foreign_sign: Callable[..., bytes]
) -> None:
    shut = foreign_sign(sample_pdf(), "leader", "A", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    (desk / "shut.pdf").write_bytes(shut)

    refused(6, "P=1", ["sign", "shut.pdf", "--role", "personal", *personal])


def test_a_field_that_is_signed_already_is_exit_6(
    refused: Refused, personal: list[str], desk: Path, foreign_sign: Callable[..., bytes]
) -> None:
    (desk / "signed.pdf").write_bytes(foreign_sign(sample_pdf(), "leader", "A"))

    refused(6, "signed already", ["sign", "signed.pdf", "--role", "personal", "--field", "A", *personal])


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("expired", "expired at 2022-01-01T07:00:00+07:00"),
        ("not-yet-valid", "not valid before 2090-01-01T07:00:00+07:00"),
    ],
)
def test_a_clock_outside_the_certificates_validity_is_exit_6_and_names_both_times(
    refused: Refused, pki: Pki, name: str, end: str
) -> None:
    today = f"{datetime.now(UTC):%Y-%m}"
    arguments = ["sign", "a.pdf", "--role", "personal", "--signer", str(pki.p12(name))]

    refused(6, today, arguments)
    refused(6, end, arguments)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_clock_that_differs_from_the_authoritys_is_exit_6_and_names_both_times(
    refused: Refused, personal: list[str], service: PkiService, minutes: int
) -> None:
    service.now += timedelta(minutes=minutes)

    refused(
        6,
        "the clock differs from the timestamping authority's: here 20",
        ["sign", "a.pdf", "--role", "personal", "--level", "B-T", "--tsa", f"{service.url}/tsa", *personal],
    )


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(HTML, "text/html"), ("gone", "does not answer"), ((503, "text/plain", b"busy"), "status 503")],
    ids=["html", "gone", "busy"],
)
def test_an_authority_that_does_not_do_its_work_is_exit_5(
    refused: Refused, personal: list[str], service: PkiService, fault: object, reason: str
) -> None:
    service.faults["/tsa"] = fault  # type: ignore[assignment]
    asked = ["--level", "B-T", "--tsa", f"{service.url}/tsa"]

    refused(5, reason, ["sign", "a.pdf", "--role", "personal", *asked, *personal])


@pytest.mark.parametrize("fault", [HTML, "gone", (503, "text/plain", b"busy")], ids=["html", "gone", "busy"])
def test_a_ca_that_does_not_do_its_work_is_exit_5(
    refused: Refused, service: PkiService, tmp_path_factory: pytest.TempPathFactory, fault: object
) -> None:
    service.faults |= {"/ocsp": fault, "/crl": fault}  # type: ignore[dict-item]
    cache = tmp_path_factory.mktemp("cache")
    asked = ["--level", "B-LT", "--tsa", f"{service.url}/tsa", "--online", "--cache", str(cache)]

    refused(
        5,
        "nobody says whether",
        ["sign", "a.pdf", "--role", "personal", *asked, "--signer", str(service.pki.p12("leader"))],
    )


def test_an_encrypted_file_is_previewed_with_its_password(
    desk: Path, personal: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    writer = pypdf.PdfWriter(desk / "thư.pdf")
    writer.encrypt(PASSPHRASE, algorithm="AES-256")
    writer.write(desk / "khóa.pdf")
    how = ["approve", "khóa.pdf", "--image", "ký.png", "--preview", "xem.png", *personal, "--secrets", "env:KEY"]

    assert (_run(how), (desk / "xem.png").exists()) == (4, False)
    assert _run([*how, "--password"]) == 0
    assert (desk / "xem.png").read_bytes().startswith(b"\x89PNG")
    assert not (desk / "khóa.approved.pdf").exists()
