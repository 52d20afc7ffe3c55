"""Cross-reference tables that break a rule: those with one reading pass, those with two do not."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import SigSeedSubFilter

from edocs.model import TrustStore, Verdict, VerificationReport
from edocs.testing import Pki, sample_pdf
from edocs.verify import verify_pdf

BODIES = {
    1: b"<</Type/Catalog/Pages 2 0 R>>",
    2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
    4: b"<</Length 5>>\nstream\n0 0 m\nendstream",
    5: b"(once used)",
}

Entry = tuple[bytes, int]
"""A body, or nothing where the object is freed; and the generation of the entry."""


def revision(document: bytes, entries: Mapping[int, Entry], size: int = 6, extra: bytes = b"") -> bytes:
    """``document`` with a revision behind it, written as one likes."""
    out = bytearray(document or b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    lines = []
    for number, (body, generation) in entries.items():
        if body:
            lines.append(b"%d 1\n%010d %05d n \n" % (number, len(out), generation))
            out += b"%d %d obj\n%s\nendobj\n" % (number, generation, body)
        else:
            lines.append(b"%d 1\n%010d %05d f \n" % (number, 0, generation))
    previous = b"/Prev %d" % int(document[document.rindex(b"startxref") + 9 :].split()[0]) if document else b""
    table = len(out)
    out += b"xref\n" + (b"" if document else b"0 1\n0000000000 65535 f \n") + b"".join(lines)
    out += b"trailer\n<</Size %d/Root 1 0 R%s%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, previous, extra, table)
    return bytes(out)


def base(**changes: Entry) -> bytes:
    entries = {number: (body, 0) for number, body in BODIES.items()}
    return revision(b"", entries | {int(name[1:]): entry for name, entry in changes.items()})


@pytest.fixture(scope="module")
def sign(pki: Pki) -> Callable[..., bytes]:
    """Sign as a product would that looks at little."""

    def signed(document: bytes, name: str = "leader", field: str = "Person", **metadata: object) -> bytes:
        signer = signers.SimpleSigner.load_pkcs12_data(
            pki.p12(name).read_bytes(), other_certs=[], passphrase=pki.passphrase.encode()
        )
        settings = {"subfilter": SigSeedSubFilter.PADES, "md_algorithm": "sha256", **metadata}
        writer = IncrementalPdfFileWriter(io.BytesIO(document), strict=False)
        done = signers.sign_pdf(writer, signers.PdfSignatureMetadata(field_name=field, **settings), signer)
        return bytes(done.getvalue())

    return signed


def rules(report: VerificationReport) -> set[str]:
    return {reason.rule for signature in report.signatures for reason in signature.reasons}


@pytest.mark.parametrize(
    "document",
    [
        revision(base(), {7: (b"", 0)}, 9),
        revision(revision(base(), {5: (b"", 1)}), {5: (b"(again)", 0)}),
        base(o5=(b"(of a later generation)", 3)),
        revision(revision(base(), {5: (b"(large)", 0)}, 40), {5: (b"(smaller)", 0)}, 9),
    ],
    ids=["a free object that never was", "freed and used again", "a generation above 0", "a smaller size"],
)
def test_a_table_that_every_program_reads_alike_passes(
    sign: Callable[..., bytes], trust: TrustStore, document: bytes
) -> None:
    report = verify_pdf(sign(document), trust)

    assert (report.verdict, rules(report)) == (Verdict.TOTAL_PASSED, set())


@pytest.mark.parametrize(
    "document",
    [
        revision(base(), {4: (b"", 0)}),
        revision(base(), {4: (b"", 7)}),
        revision(base(), {4: (b"<</Length 5>>\nstream\n9 9 m\nendstream", 1)}),
        revision(base(), {5: (b"(beyond)", 0)}, 4),
        base().replace(b" 00000 n \ntrailer", b" 00000 x \ntrailer"),
        base().replace(b"startxref\n", b"startxref\n1"),
    ],
    ids=[
        "freed without a generation",
        "freed in another generation",
        "another generation beside the first",
        "a size that hides objects",
        "an unknown entry",
        "a pointer that misses",
    ],
)
def test_a_table_that_programs_read_differently_is_no_pass(
    sign: Callable[..., bytes], trust: TrustStore, document: bytes
) -> None:
    """Viewers ignore generations and sizes, or do not."""
    try:
        signed = sign(document)
    except Exception:  # noqa: BLE001 - no product signs it; then nothing can be passed
        signed = document

    assert verify_pdf(signed, trust).verdict is not Verdict.TOTAL_PASSED


PLACE = b"%010d 00000 n"
AFTER_SIGNING: list[tuple[str, bytes, bytes, bytes]] = [
    ("another catalog", b"90 1\n" + PLACE % 0, b"/Root 90 0 R", b""),
    ("a description", b"0 1\n0000000000 65535 f", b"/Root 1 0 R/Info 5 0 R", b""),
    ("the drawing freed", b"4 1\n0000000000 00001 f", b"/Root 1 0 R", b""),
    ("the drawing freed in another generation", b"4 1\n0000000000 00009 f", b"/Root 1 0 R", b""),
    ("the drawing freed without a generation", b"4 1\n0000000000 00000 f", b"/Root 1 0 R", b""),
    ("an entry that leads to another object", b"4 1\n" + PLACE % 20, b"/Root 1 0 R", b""),
    ("an entry that leads to the header", b"4 1\n" + PLACE % 7, b"/Root 1 0 R", b""),
    ("an entry that leads nowhere", b"4 1\n" + PLACE % 10**9, b"/Root 1 0 R", b""),
    ("a size that hides objects", b"0 1\n0000000000 65535 f", b"/Root 1 0 R", b"4"),
    ("a stream of entries that is none", b"0 1\n0000000000 65535 f", b"/Root 1 0 R/XRefStm 20", b""),
    ("an encryption", b"0 1\n0000000000 65535 f", b"/Root 1 0 R/Encrypt 5 0 R", b""),
]


@pytest.mark.parametrize(
    ("entries", "trailer", "size"), [row[1:] for row in AFTER_SIGNING], ids=[r[0] for r in AFTER_SIGNING]
)
def test_a_table_put_behind_a_signature_is_no_pass(
    sign: Callable[..., bytes], trust: TrustStore, entries: bytes, trailer: bytes, size: bytes
) -> None:
    signed = sign(base())
    table = b"xref\n%s \ntrailer\n<</Size %s%s/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        entries,
        size or b"100",
        trailer,
        int(signed[signed.rindex(b"startxref") + 9 :].split()[0]),
        len(signed),
    )

    assert verify_pdf(signed + table, trust).verdict is not Verdict.TOTAL_PASSED


@pytest.mark.parametrize("previous", ["the first revision", "itself", "a later place"])
def test_a_chain_that_leaves_the_signature_out_is_no_pass(
    sign: Callable[..., bytes], trust: TrustStore, previous: str
) -> None:
    document = base()
    signed = sign(document)
    places = {
        "the first revision": int(document[document.rindex(b"startxref") + 9 :].split()[0]),
        "itself": len(signed),
        "a later place": len(signed) + 20,
    }
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 99/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"

    report = verify_pdf(signed + table % (places[previous], len(signed)), trust)

    assert report.verdict is not Verdict.TOTAL_PASSED


# --- certification ------------------------------------------------------------------------------------------------


def test_one_certification_passes(sign: Callable[..., bytes], trust: TrustStore) -> None:
    certified = sign(sample_pdf(), certify=True, docmdp_permissions=fields.MDPPerm.FILL_FORMS)

    report = verify_pdf(sign(certified, "seal", "Agency"), trust)

    assert (report.verdict, rules(report)) == (Verdict.TOTAL_PASSED, set())


def test_a_certification_after_another_signature_is_refused(
    sign: Callable[..., bytes], trust: TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sign(sample_pdf())
    monkeypatch.setattr(signers.PdfSigner, "_enforce_certification_constraints", lambda *_: None)
    second = sign(first, "seal", "Agency", certify=True, docmdp_permissions=fields.MDPPerm.FILL_FORMS)

    report = verify_pdf(second, trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert "structure.certification" not in {reason.rule for reason in report.signatures[0].reasons}
    assert "structure.certification" in {reason.rule for reason in report.signatures[1].reasons}
