"""Documents as they come: encrypted, turned, packed, linearised, damaged."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2
import pytest
from PIL import Image, ImageCms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from edocs.batch import LARGE_BYTES, BatchOptions, SigningJob, sign_pdfs
from edocs.errors import (
    EncryptedError,
    FieldError,
    NotPdfError,
    PermissionRefusedError,
    StampError,
)
from edocs.model import Box, Reservation, Role, SignatureSpec, Stamp, TrustStore, Verdict, VerificationOptions
from edocs.ports import Signer
from edocs.sign import approve_pdf, repair_pdf, sign_pdf
from edocs.testing import Pki, sample_letter, sample_pdf
from edocs.verify import verify_pdf

NOW = datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
SPEC = SignatureSpec(role=Role.ORGANISATION)
PASSWORD = "mật khẩu"

OpenKey = Callable[[str], Signer]


def rewritten(document: bytes, **how: object) -> bytes:
    """``document`` as another program would write it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        pdf.save(out, **how)
    return out.getvalue()


def encrypted(document: bytes, revision: int = 6, **allowed: bool) -> bytes:
    rules = pikepdf.Encryption(
        owner="chủ" if revision > 4 else "chu",
        user=PASSWORD if revision > 4 else "mat khau",
        R=revision,
        aes=revision > 3,
        metadata=revision > 3,
        allow=pikepdf.Permissions(**allowed),
    )
    return rewritten(document, encryption=rules)


def with_page(key: str, value: object, document: bytes | None = None) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document or sample_pdf())) as pdf:
        pdf.pages[0].obj[key] = value
        pdf.save(out)
    return out.getvalue()


def accepts(document: bytes, witness: Callable[[str], str], tmp_path: Path, password: str = "") -> None:
    """pyHanko, poppler and qpdf accept ``document`` and its one signature."""
    reader = PdfFileReader(io.BytesIO(document), strict=False)
    if password:
        reader.decrypt(password)
    (signature,) = reader.embedded_signatures
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[]))
    assert (status.intact, status.valid) == (True, True)
    path = tmp_path / "signed.pdf"
    path.write_bytes(document)
    options = ["-upw", password, "-opw", password] if password else []
    shown = subprocess.run(
        [witness("pdfsig"), "-nocert", *options, path], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid" in shown
    assert "Total document signed" in shown
    checked = subprocess.run(
        [witness("qpdf"), f"--password={password}", "--check", path], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    "how",
    [
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"object_stream_mode": pikepdf.ObjectStreamMode.disable},
        {"linearize": True},
        {"linearize": True, "object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"qdf": True},
    ],
    ids=["object streams", "tables", "linearised", "linearised streams", "spread out"],
)
def test_every_way_of_writing_a_pdf_is_signed(
    open_key: OpenKey, trust: TrustStore, witness: Callable[[str], str], tmp_path: Path, how: dict[str, object]
) -> None:
    document = rewritten(sample_pdf(), **how)

    signed = sign_pdf(document, open_key("seal"), SPEC, now=NOW)

    assert signed.startswith(document)
    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED
    accepts(signed, witness, tmp_path)


@pytest.mark.parametrize(("revision", "password"), [(3, "mat khau"), (4, "mat khau"), (6, PASSWORD), (6, "chủ")])
def test_an_encrypted_pdf_is_signed_with_its_password_and_stays_encrypted(
    open_key: OpenKey,
    trust: TrustStore,
    witness: Callable[[str], str],
    tmp_path: Path,
    *,
    revision: int,
    password: str,
) -> None:
    document = encrypted(sample_pdf(), revision)

    signed = sign_pdf(document, open_key("seal"), replace(SPEC, password=password, reason="Ký duyệt"), now=NOW)

    report = verify_pdf(signed, trust, VerificationOptions(password=password))
    assert report.verdict is Verdict.TOTAL_PASSED
    assert "Ký duyệt".encode("utf-16-be") not in signed
    assert pypdf.PdfReader(io.BytesIO(signed)).is_encrypted
    accepts(signed, witness, tmp_path, password)


def test_a_stamp_in_an_encrypted_pdf_is_seen(open_key: OpenKey) -> None:
    stamp = Stamp(box=BOX, image_png=arrow())

    signed = sign_pdf(encrypted(sample_pdf()), open_key("seal"), replace(SPEC, password=PASSWORD, stamp=stamp), now=NOW)

    assert seen(signed, BOX, PASSWORD) == "red above blue"


def test_an_encrypted_letter_is_approved_by_its_text(open_key: OpenKey, trust: TrustStore) -> None:
    spec = SignatureSpec(role=Role.PERSONAL, password=PASSWORD, reserve=Reservation())

    approved = approve_pdf(encrypted(sample_letter()), open_key("leader"), spec, now=NOW)

    report = verify_pdf(approved, trust, VerificationOptions(password=PASSWORD))
    assert report.verdict is Verdict.TOTAL_PASSED


@pytest.mark.parametrize(("password", "text"), [(None, "is encrypted"), ("falsch", "password is wrong")])
def test_without_its_password_an_encrypted_pdf_is_refused(open_key: OpenKey, password: str | None, text: str) -> None:
    with pytest.raises(EncryptedError, match=text):
        sign_pdf(encrypted(sample_pdf()), open_key("seal"), replace(SPEC, password=password), now=NOW)


def test_encryption_that_forbids_changes_is_obeyed_but_by_the_owner(open_key: OpenKey) -> None:
    document = encrypted(sample_pdf(), modify_form=False, modify_annotation=False, modify_other=False)

    with pytest.raises(PermissionRefusedError, match="encryption"):
        sign_pdf(document, open_key("seal"), replace(SPEC, password=PASSWORD), now=NOW)
    assert sign_pdf(document, open_key("seal"), replace(SPEC, password="chủ"), now=NOW)


def test_the_password_is_in_no_text_of_the_spec() -> None:
    assert PASSWORD not in repr(replace(SPEC, password=PASSWORD))


BOX = Box(page=1, left_mm=30, top_mm=40, width_mm=40, height_mm=20)


def arrow() -> bytes:
    """Red above blue, twice as wide as high."""
    image = Image.new("RGB", (80, 40), (0, 0, 255))
    image.paste((255, 0, 0), (0, 0, 80, 20))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def seen(document: bytes, box: Box, password: str | None = None, unit: float = 1.0) -> str:
    """What a reader sees in ``box``, measured in millimetres on the page as it is shown."""
    with pypdfium2.PdfDocument(document, password=password) as pdf:
        pdf.init_forms()
        image = pdf[0].render(scale=2, may_draw_forms=True).to_pil().convert("RGB")
    mm = 2 * 72 / 25.4 / unit
    centre = (box.left_mm + box.width_mm / 2) * mm
    names = {(255, 0, 0): "red", (0, 0, 255): "blue"}
    above = image.getpixel((round(centre), round((box.top_mm + box.height_mm * 0.25) * mm)))
    below = image.getpixel((round(centre), round((box.top_mm + box.height_mm * 0.75) * mm)))
    corners = [
        image.getpixel((round(x * mm), round(y * mm)))
        for x, y in (
            (box.left_mm + 1, box.top_mm + 1),
            (box.left_mm + box.width_mm - 1, box.top_mm + box.height_mm - 1),
        )
    ]
    assert [names.get(corner) for corner in corners] == ["red", "blue"]
    return f"{names.get(above)} above {names.get(below)}"


@pytest.mark.parametrize("turn", [0, 90, 180, 270, -90, 450])
def test_a_stamp_stands_upright_where_the_reader_measures(open_key: OpenKey, trust: TrustStore, turn: int) -> None:
    """Decree 30 measures on the page as it is read; ``/Rotate`` turns it after the coordinates are set."""
    document = with_page("/Rotate", turn, with_page("/CropBox", [20, 30, 560, 800]))

    signed = sign_pdf(document, open_key("seal"), replace(SPEC, stamp=Stamp(box=BOX, image_png=arrow())), now=NOW)

    assert seen(signed, BOX) == "red above blue"
    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED


@pytest.mark.parametrize("names_page", [True, False])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_stamp_stands_upright_in_a_field_that_was_there(
    open_key: OpenKey, trust: TrustStore, turn: int, names_page: bool
) -> None:
    """``/P`` of a widget is optional (ISO 32000-2, table 166): the page that lists it is looked for."""
    near, far, high, low = (number * 72 / 25.4 for number in (30, 70, 40, 60))  # BOX
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(with_page("/Rotate", turn))) as pdf:
        _, _, width, height = (float(number) for number in pdf.pages[0].MediaBox)
        corners = {
            0: (near, height - low, far, height - high),
            90: (high, near, low, far),
            180: (width - far, high, width - near, low),
            270: (width - low, height - far, width - high, height - near),
        }
        widget = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig)
        widget.T, widget.F, widget.Rect = "Sig1", 4, [round(corner, 2) for corner in corners[turn]]
        if names_page:
            widget.P = pdf.pages[0].obj
        pdf.pages[0].obj.Annots = [pdf.make_indirect(widget)]
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[pdf.pages[0].obj.Annots[0]])
        pdf.save(out)

    signed = sign_pdf(out.getvalue(), open_key("seal"), replace(SPEC, stamp=Stamp(image_png=arrow())), now=NOW)

    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED
    assert seen(signed, BOX) == "red above blue"


@pytest.mark.parametrize("turn", [0, 90])
def test_a_page_with_units_of_its_own_is_measured_in_millimetres(open_key: OpenKey, turn: int) -> None:
    document = with_page("/Rotate", turn, with_page("/UserUnit", 2))
    stamp = Stamp(box=BOX, image_png=arrow())

    signed = sign_pdf(document, open_key("seal"), replace(SPEC, stamp=stamp), now=NOW)

    (annotation,) = pypdf.PdfReader(io.BytesIO(signed)).pages[0]["/Annots"]
    left, bottom, right, top = (float(number) for number in annotation.get_object()["/Rect"])
    across, up = sorted((right - left, top - bottom), reverse=turn == 0)
    assert (across, up) == pytest.approx(
        (40 / 2 * 72 / 25.4, 20 / 2 * 72 / 25.4) if turn == 0 else (20 / 2 * 72 / 25.4, 40 / 2 * 72 / 25.4), abs=0.02
    )


def test_the_size_that_is_named_is_that_of_the_turned_page(open_key: OpenKey) -> None:
    wide = replace(BOX, left_mm=250, top_mm=10)
    document = with_page("/Rotate", 90)

    assert sign_pdf(document, open_key("seal"), replace(SPEC, stamp=Stamp(box=wide, image_png=arrow())), now=NOW)
    with pytest.raises(FieldError, match="297 by 210 mm"):
        low = replace(BOX, top_mm=200)
        sign_pdf(document, open_key("seal"), replace(SPEC, stamp=Stamp(box=low, image_png=arrow())), now=NOW)


def test_number_and_date_are_not_set_sideways(open_key: OpenKey) -> None:
    document = with_page("/Rotate", 90, sample_letter())
    places = Reservation(number=BOX, date=replace(BOX, top_mm=80), seal=replace(BOX, top_mm=120))

    with pytest.raises(FieldError, match="page 1 is turned"):
        approve_pdf(document, open_key("leader"), SignatureSpec(role=Role.PERSONAL, reserve=places), now=NOW)


def damaged(document: bytes) -> bytes:
    """``document`` whose cross-reference table is lost."""
    at = document.rindex(b"startxref")
    return document[:at] + b"startxref\n7\n%%EOF\n"


def test_a_damaged_pdf_is_refused_with_the_offer_to_repair_it(open_key: OpenKey) -> None:
    with pytest.raises(NotPdfError, match="--repair"):
        sign_pdf(damaged(sample_pdf()), open_key("seal"), SPEC, now=NOW)


def test_a_repaired_pdf_shows_the_same_pages_and_is_signed(
    open_key: OpenKey, trust: TrustStore, witness: Callable[[str], str], tmp_path: Path
) -> None:
    draft = sample_letter()

    repaired = repair_pdf(damaged(draft))

    assert repair_pdf(damaged(draft)) == repaired
    texts = [[page.extract_text() for page in pypdf.PdfReader(io.BytesIO(d)).pages] for d in (draft, repaired)]
    assert texts[0] == texts[1]
    signed = sign_pdf(repaired, open_key("seal"), SPEC, now=NOW)
    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED
    accepts(signed, witness, tmp_path)


def test_a_damaged_pdf_that_was_signed_is_never_repaired(open_key: OpenKey) -> None:
    signed = sign_pdf(sample_pdf(), open_key("seal"), SPEC, now=NOW)

    with pytest.raises(PermissionRefusedError, match="signed"):
        repair_pdf(damaged(signed))


@pytest.mark.parametrize("document", [b"", b"none", b"%PDF-1.7\n%%EOF\n", b"%PDF-1.7\n" + bytes(range(256)) * 20])
def test_what_is_beyond_repair_is_said(document: bytes) -> None:
    with pytest.raises(NotPdfError):
        repair_pdf(document)


def test_a_batch_repairs_into_a_new_file_and_signs_that(open_key: OpenKey, trust: TrustStore, tmp_path: Path) -> None:
    source, target = tmp_path / "a.pdf", tmp_path / "a.signed.pdf"
    source.write_bytes(damaged(sample_pdf()))
    before = source.read_bytes()
    job = SigningJob(source=source, target=target)

    (refused,) = sign_pdfs([job], open_key("seal"), SPEC, BatchOptions(clock=lambda: NOW))
    (record,) = sign_pdfs([job], open_key("seal"), SPEC, BatchOptions(clock=lambda: NOW, repair=True))

    assert isinstance(refused.failure, NotPdfError)
    assert record.failure is None
    assert source.read_bytes() == before
    assert target.read_bytes().startswith((tmp_path / "a.repaired.pdf").read_bytes())
    assert verify_pdf(target.read_bytes(), trust).verdict is Verdict.TOTAL_PASSED


def large_pdf(path: Path, size: int) -> None:
    """A PDF of ``size`` bytes and more on disk, written in pieces: a page with an attachment of noise."""
    head = sample_pdf()
    reader = pypdf.PdfReader(io.BytesIO(head))
    number = reader.trailer["/Size"]
    with path.open("wb") as out:
        out.write(head)
        start = out.tell()
        out.write(b"%d 0 obj\n<< /Length %d >>\nstream\n" % (number, size))
        piece = os.urandom(1 << 20)
        for _ in range(size >> 20):
            out.write(piece)
        out.write(b"\nendstream\nendobj\n")
        table = out.tell()
        out.write(b"xref\n%d 1\n%010d 00000 n \n" % (number, start))
        previous = int(head[head.rindex(b"startxref") + 9 :].split()[0])
        root, info = reader.trailer.raw_get("/Root"), reader.trailer.raw_get("/Info")
        out.write(
            b"trailer\n<< /Size %d /Prev %d /Root %d 0 R /Info %d 0 R >>\n"
            % (number + 1, previous, root.idnum, info.idnum)
        )
        out.write(b"startxref\n%d\n%%%%EOF\n" % table)


def record_start(document: bytes) -> int:
    """Where the signature's value begins; after it stand an identifier and a value of each signature's own."""
    return document.rindex(b"/Contents")


@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_a_large_file_is_signed_as_a_small_one(
    open_key: OpenKey, trust: TrustStore, witness: Callable[[str], str], tmp_path: Path, digest: str
) -> None:
    source, target = tmp_path / "dossier.pdf", tmp_path / "dossier.signed.pdf"
    large_pdf(source, LARGE_BYTES)
    spec = replace(SPEC, digest=digest, stamp=Stamp(box=BOX, image_png=arrow()))

    (record,) = sign_pdfs(
        [SigningJob(source=source, target=target)], open_key("seal"), spec, BatchOptions(clock=lambda: NOW)
    )

    assert record.failure is None
    signed = target.read_bytes()
    assert (record.sha256_before, record.sha256_after) == tuple(
        hashlib.sha256(data).hexdigest() for data in (source.read_bytes(), signed)
    )
    small = sign_pdf(source.read_bytes(), open_key("seal"), spec, now=NOW)
    assert len(signed) == len(small)
    assert signed[: record_start(small)] == small[: record_start(small)]
    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED
    accepts(signed, witness, tmp_path)


def test_a_large_file_that_is_refused_leaves_nothing(open_key: OpenKey, tmp_path: Path) -> None:
    source, target = tmp_path / "dossier.pdf", tmp_path / "dossier.signed.pdf"
    large_pdf(source, LARGE_BYTES)
    off = replace(SPEC, stamp=Stamp(box=replace(BOX, left_mm=500), image_png=arrow()))

    (record,) = sign_pdfs([SigningJob(source=source, target=target)], open_key("seal"), off)

    assert isinstance(record.failure, FieldError)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dossier.pdf"]


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read as Linux states it")
def test_signing_300_mb_takes_less_than_150_mb_of_memory(pki: Pki, tmp_path: Path) -> None:
    source = tmp_path / "dossier.pdf"
    large_pdf(source, 300 << 20)
    script = (
        "import sys\n"
        "from edocs.cli.main import _run\n"
        "code = _run(sys.argv[1:])\n"
        "status = open('/proc/self/status').read()\n"  # getrusage would count the parent's memory too
        "print(int(status.partition('VmHWM:')[2].split()[0]) // 1024)\n"
        "sys.exit(code)\n"
    )
    asked = ["sign", source, "--signer", pki.p12("seal"), "--role", "organisation", "--secrets", "env:KEY"]

    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, asked), "--json"],
        env={**os.environ, "KEY": pki.passphrase},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) < 150


def test_a_document_of_200_pages_is_signed_on_its_last(open_key: OpenKey, trust: TrustStore) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sample_pdf())) as pdf:
        for _ in range(199):
            pdf.pages.append(pdf.pages[0])
        pdf.save(out)
    stamp = Stamp(box=replace(BOX, page=-1), image_png=arrow())

    signed = sign_pdf(out.getvalue(), open_key("seal"), replace(SPEC, stamp=stamp), now=NOW)

    assert verify_pdf(signed, trust).verdict is Verdict.TOTAL_PASSED
    assert len(pypdf.PdfReader(io.BytesIO(signed)).pages[199]["/Annots"]) == 1


def archival(part: int, form: str, colorants: int = 3) -> bytes:
    """A letter that calls itself PDF/A of ``part``, with a form that asks readers to draw its fields.

    Args:
        colorants: Of its output intent; 0: it has none.
    """
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sample_pdf())) as pdf:
        claim = {
            "attribute": f'<rdf:Description pdfaid:part="{part}" pdfaid:conformance="B" xmlns:pdfaid="x"/>',
            "element": f'<rdf:Description xmlns:pdfaid="x"><pdfaid:part>{part}</pdfaid:part></rdf:Description>',
        }[form]
        pdf.Root.Metadata = pdf.make_stream(f"<x:xmpmeta><rdf:RDF>{claim}</rdf:RDF></x:xmpmeta>".encode())
        pdf.Root.Metadata.Type, pdf.Root.Metadata.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
        pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array(), NeedAppearances=True))
        if colorants:
            profile = pdf.make_stream(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
            profile.N = colorants
            intent = pikepdf.Dictionary(S=pikepdf.Name.GTS_PDFA1, DestOutputProfile=profile)
            pdf.Root.OutputIntents = [intent]
        pdf.save(out)
    return out.getvalue()


def translucent() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (40, 20), (200, 0, 0, 128)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("form", ["attribute", "element"])
def test_pdf_a_1_takes_no_transparent_image(open_key: OpenKey, form: str) -> None:
    """ISO 19005-1, 6.4: no soft mask."""
    document = archival(1, form)

    with pytest.raises(StampError, match="PDF/A-1"):
        sign_pdf(document, open_key("seal"), replace(SPEC, stamp=Stamp(box=BOX, image_png=translucent())), now=NOW)
    assert sign_pdf(document, open_key("seal"), replace(SPEC, stamp=Stamp(box=BOX, image_png=arrow())), now=NOW)
    assert sign_pdf(document, open_key("seal"), SPEC, now=NOW)


@pytest.mark.parametrize("part", [2, 3])
def test_pdf_a_2_and_3_keep_what_their_clauses_ask(open_key: OpenKey, part: int) -> None:
    """ISO 19005-2: 6.4.1 no NeedAppearances; 6.2.11.4.1 typefaces embedded; 6.3.2 printed; 6.3.3 an appearance."""
    stamp = Stamp(box=BOX, image_png=translucent(), lines=("Thời gian ký: {time}",), font_size_pt=8)

    signed = sign_pdf(archival(part, "element"), open_key("seal"), replace(SPEC, stamp=stamp), now=NOW)

    reader = pypdf.PdfReader(io.BytesIO(signed))
    assert "/NeedAppearances" not in reader.trailer["/Root"]["/AcroForm"]
    assert f"<pdfaid:part>{part}<".encode() in reader.trailer["/Root"]["/Metadata"].get_data()
    (annotation,) = reader.pages[0]["/Annots"]
    widget = annotation.get_object()
    assert int(widget["/F"]) & 0b100111 == 0b100  # printed; neither hidden nor invisible nor without view
    assert list(widget["/AP"]) == ["/N"]
    (font,) = widget["/AP"]["/N"]["/Resources"]["/Font"].values()
    (descendant,) = font.get_object()["/DescendantFonts"]
    assert "/FontFile2" in descendant.get_object()["/FontDescriptor"]
    assert descendant.get_object()["/CIDToGIDMap"]


@pytest.mark.parametrize(("colorants", "independent"), [(3, False), (4, True), (1, True), (0, True)])
def test_colours_stay_those_that_pdf_a_allows(open_key: OpenKey, colorants: int, independent: bool) -> None:
    """ISO 19005-2, 6.2.4.3: DeviceRGB only with an RGB output intent, DeviceGray only with an output intent."""
    stamp = Stamp(box=BOX, image_png=arrow(), lines=("Thời gian ký: {time}",), font_size_pt=8)

    signed = sign_pdf(archival(2, "element", colorants), open_key("seal"), replace(SPEC, stamp=stamp), now=NOW)

    (annotation,) = pypdf.PdfReader(io.BytesIO(signed)).pages[0]["/Annots"]
    resources = annotation.get_object()["/AP"]["/N"]["/Resources"]
    space = resources["/XObject"]["/Im0"]["/ColorSpace"]
    assert (space[0] if independent else space) == ("/CalRGB" if independent else "/DeviceRGB")
    assert ("/DefaultGray" in resources.get("/ColorSpace", {})) == (colorants == 0)
    with pypdfium2.PdfDocument(signed) as pdf:
        pdf.init_forms()
        seen_colours = pdf[0].render(scale=2, may_draw_forms=True).to_pil().convert("RGB").getcolors(1 << 20)
    reddest = max(seen_colours, key=lambda item: item[1][0] - item[1][1] - item[1][2])[1]
    assert reddest[0] > 200
    assert max(reddest[1:]) < 60


def test_a_pdf_a_without_output_intent_takes_no_transparent_image(open_key: OpenKey) -> None:
    """ISO 19005-2, 6.2.10: what is blended needs a colour space to be blended in."""
    with pytest.raises(StampError, match="without an output intent"):
        sign_pdf(
            archival(2, "element", 0),
            open_key("seal"),
            replace(SPEC, stamp=Stamp(box=BOX, image_png=translucent())),
            now=NOW,
        )
