"""What is fuzzed: each target takes any bytes, and raises only where edocs broke its word.

A target returns nothing and keeps nothing. ``python tests/fuzz/run.py NAME`` feeds one; coverage guides it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pypdfium2
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from edocs._pdf.appearance import AppearanceError, shown_text
from edocs.connect import open_signer
from edocs.errors import EdocsError
from edocs.exchange import unpack
from edocs.model import Role, SignatureSpec, TrustStore, Verdict, VerificationOptions
from edocs.sign import sign_pdf
from edocs.testing import PASSPHRASE, sample_pdf
from edocs.verify import load_trust, verify_pdf

sys.path.insert(0, str(Path(__file__).parents[1]))
from edxml_fixtures import packed

PKI = Path(__file__).parents[2] / "certs" / "test"
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
AT = VerificationOptions(at=NOW)
_SCALE = 0.25


@cache
def trust() -> TrustStore:
    return load_trust([PKI / "roots", PKI / "intermediates", PKI / "crl"])


@cache
def signed(*names: str) -> bytes:
    """A page, signed by each of ``names`` in turn."""
    data = sample_pdf()
    for name in names:
        role = Role.ORGANISATION if name.startswith("seal") else Role.PERSONAL
        signer = open_signer(f"pkcs12:{PKI / 'p12' / name}.p12", lambda _: PASSPHRASE)
        data = sign_pdf(data, signer, SignatureSpec(role=role), now=NOW)
    return data


def picture(data: bytes) -> bytes:
    """What another program shows of the first page, small."""
    with pypdfium2.PdfDocument(data) as opened:
        return bytes(opened[0].render(scale=_SCALE).buffer)


@cache
def honest_pictures() -> frozenset[bytes]:
    return frozenset({picture(signed("leader"))})


def document(data: bytes) -> None:
    """A whole file: every outcome is a report that can be told, and a pass shows what was signed."""
    report = verify_pdf(data, trust(), AT)

    assert report.as_dict("vi")["verdict"] == report.as_dict("en")["verdict"] == report.verdict.value
    assert report.verdict is not Verdict.TOTAL_PASSED or picture(data) in honest_pictures()


def tail(data: bytes) -> None:
    """Bytes behind a signed file: a pass shows what was signed."""
    document(signed("leader") + data)


def value(data: bytes) -> None:
    """The value of a signature, CMS or not, in a document that is otherwise well."""
    before, _, rest = signed("leader").partition(b"/Contents <")
    digits, _, after = rest.partition(b">")
    if 2 * len(data) <= len(digits):
        document(before + b"/Contents <" + data.hex().encode().ljust(len(digits), b"0") + b">" + after)


def appearance(data: bytes) -> None:
    """The content of an appearance: a text, or a refusal in words."""
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Times-Roman", "/Encoding": "/WinAnsiEncoding"}
    fonts = {pdf_name("/F1"): generic.DictionaryObject({pdf_name(key): pdf_name(item) for key, item in font.items()})}
    resources = generic.DictionaryObject({pdf_name("/Font"): generic.DictionaryObject(fonts)})
    box = generic.ArrayObject(generic.NumberObject(number) for number in (0, 0, 200, 20))
    entries = {pdf_name("/BBox"): box, pdf_name("/Resources"): resources}
    try:
        assert isinstance(shown_text(generic.StreamObject(entries, stream_data=data), (200.0, 20.0)), str)
    except AppearanceError:
        return


def envelope(data: bytes) -> None:
    """An edXML message: opened, or refused in words."""
    try:
        unpack(data)
    except EdocsError as refusal:
        assert refusal.message("vi")


def all_of_them(data: bytes) -> None:
    """The first byte says which: for a short run, in which starting costs more than searching."""
    if data:
        _EACH[data[0] % len(_EACH)](data[1:])


_EACH = (document, tail, value, appearance, envelope)
TARGETS: dict[str, Callable[[bytes], None]] = {function.__name__: function for function in (*_EACH, all_of_them)}


def seeds(target: str) -> list[bytes]:
    """Where the search begins."""
    if target == "all_of_them":
        return [bytes([index]) + seed for index, each in enumerate(_EACH) for seed in seeds(each.__name__)]
    one = signed("leader")
    if target == "document":
        return [one, signed("leader", "seal"), sample_pdf()]
    if target == "tail":
        return [b"\n% end\n", signed("leader", "seal")[len(one) :], b"\n9 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"]
    if target == "value":
        return [bytes.fromhex(one.partition(b"/Contents <")[2].partition(b">")[0].decode()).rstrip(b"\0")]
    if target == "appearance":
        return [b"/Tx BMC q BT 0 g /F1 12 Tf 2 5 Td (05) Tj ET Q EMC", b"BT /F1 9 Tf 1 0 0 1 2 5 Tm <3035> Tj ET"]
    return [packed().envelope, packed(("a.pdf", one)).envelope]
