"""Lawful files: the life of an official document (Decree 30/2020/NĐ-CP, articles 13 and 14), and encrypted ones."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf

from edocs.model import CopyForm, CopySource, CopySpec, DocumentCode, Policy, Role, SignatureSpec
from edocs.sign import appendix_pdf, copy_pdf, sign_pdf
from edocs.testing import sample_pdf

from .bench import Bench
from .decree import fill, filled
from .lawful_changes import with_store
from .pdf import Table, update
from .registry import lawful
from .signing import Plan
from .specimen import plain_page

STRICT, DECREE_30 = Policy.STRICT, Policy.DECREE_30
_NOW = datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
_AGENCY = SignatureSpec(role=Role.ORGANISATION)
_COPY = CopySpec(form=CopyForm.FULL, source=CopySource.PAPER, any_scan=True)


@lawful("approved")
def _(bench: Bench) -> bytes:
    """A letter that its leader approved, with places reserved for number, date and seal."""
    return bench.base("approved")


@lawful("issued", DECREE_30, STRICT)
def _(bench: Bench) -> bytes:
    """The same letter with number and date filled in, and the agency's signature."""
    return bench.base("issued")


@lawful("numbered", DECREE_30, STRICT)
def _(bench: Bench) -> bytes:
    """Another product filled in the number; the agency has not signed yet."""
    return filled(bench.base("approved"))


@lawful("numbered-object-streams", DECREE_30, STRICT)
def _(bench: Bench) -> bytes:
    """The same, with object streams."""
    return update(bench.base("approved"), fill("number", "125"), table=Table.OBJECT_STREAM)


@lawful("numbered-and-sealed", DECREE_30, STRICT)
def _(bench: Bench) -> bytes:
    """Another product filled in the number, and signed in the reserved field."""
    return bench.sign(filled(bench.base("approved")), "seal", Plan(field="edocs.seal"))


@lawful("numbered-by-the-seal", DECREE_30, STRICT)
def _(bench: Bench) -> bytes:
    """The agency fills in the number in the revision that it signs."""
    return bench.sign(bench.base("approved"), "seal", Plan(field="edocs.seal", edits=(fill("number", "12"),)))


@lawful("issued-with-evidence", DECREE_30, STRICT)
def _(bench: Bench) -> bytes:
    """An issued letter with long-term evidence and a document timestamp."""
    return bench.timestamp(with_store(bench, bench.base("issued")))


@lawful("four-signatures")
def _(bench: Bench) -> bytes:
    """Person, number, date and seal are four signatures, visible side by side, as a widespread product makes them."""
    document = bench.plain
    for index, (key, name) in enumerate((("leader", "Ky"), ("seal", "So"), ("seal", "Ngay"), ("seal", "Dau"))):
        box = (60 + 120 * index, 100, 150 + 120 * index, 130)
        document = bench.sign(document, key, Plan(field=name, box=box))
    return document


@lawful("appendix")
def _(bench: Bench) -> bytes:
    """An appendix, which the agency alone signs."""
    code = DocumentCode(number=7, issued_on=_NOW, symbol="UBND-VP")
    return appendix_pdf(plain_page("Annex"), bench.signer("seal"), replace(_AGENCY, appendix_of=code), now=_NOW)


@lawful("copy")
def _(bench: Bench) -> bytes:
    """A copy, which the agency alone signs."""
    return copy_pdf(plain_page("Copy"), bench.signer("seal"), replace(_AGENCY, copy=_COPY), now=_NOW)


def encrypted(document: bytes, password: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner=f"{password}-", user=password, R=6))
    return out.getvalue()


def sign_encrypted(bench: Bench, document: bytes, password: str) -> bytes:
    for key, role in (("leader", Role.PERSONAL), ("seal", Role.ORGANISATION)):
        document = sign_pdf(document, bench.signer(key), SignatureSpec(role=role, password=password), now=_NOW)
    return document


@lawful("encrypted", password="mat-khau")
def _(bench: Bench) -> bytes:
    """Encrypted with a password (AES-256), then signed twice."""
    return sign_encrypted(bench, encrypted(sample_pdf(), "mat-khau"), "mat-khau")


@lawful("encrypted-without-password")
def _(bench: Bench) -> bytes:
    """Encrypted with an empty password, then signed twice."""
    return sign_encrypted(bench, encrypted(sample_pdf(), ""), "")
