"""Lawful files: signatures in a row, made as different products make them (ISO 32000-2, 12.8; EN 319 142-1)."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from edocs.model import Policy, Role, SignatureSpec
from edocs.sign import sign_pdf
from edocs.testing import sample_pdf

from .bench import AGENCY, PERSON, Bench
from .cms import Value
from .pdf import Table, Update, update
from .registry import Builder, Outcome, Vector, add_vector, lawful
from .signing import Plan, add_field
from .specimen import plain_page, specimen

BLANK = (72, 100, 162, 130)


def _resaved(document: bytes, **options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        pdf.save(out, deterministic_id=True, **options)  # type: ignore[arg-type]
    return out.getvalue()


@lawful("one-signature")
def _(bench: Bench) -> bytes:
    """One approval signature."""
    return bench.one


@lawful("two-signatures")
def _(bench: Bench) -> bytes:
    """A person's and an agency's approval signatures."""
    return bench.two


@lawful("six-signatures")
def _(bench: Bench) -> bytes:
    """Six signatures in a row, visible side by side, in tables of all kinds."""
    document = bench.plain
    tables = [*Table, Table.CLASSIC]
    for index, table in enumerate(tables):
        box = (40 + 85 * index, 100, 120 + 85 * index, 130)
        plan = Plan(field=f"Signature{index}", box=box, table=table, appearance=b"0 0 80 30 re S")
        document = bench.sign(document, "leader" if index % 2 else "seal", plan)
    return document


def _second(table: Table, first: Table, base: Table) -> Builder:
    def build(bench: Bench) -> bytes:
        one = bench.sign(specimen(base), "leader", replace(PERSON, table=first, box=BLANK))
        return bench.sign(one, "seal", replace(AGENCY, table=table))

    return build


_TABLES = {
    "classic-then-streams": (Table.STREAM, Table.CLASSIC, Table.CLASSIC),
    "streams-then-classic": (Table.CLASSIC, Table.STREAM, Table.STREAM),
    "object-streams": (Table.OBJECT_STREAM, Table.OBJECT_STREAM, Table.STREAM),
    "object-stream-after-classic": (Table.OBJECT_STREAM, Table.CLASSIC, Table.CLASSIC),
    "hybrid": (Table.HYBRID, Table.HYBRID, Table.CLASSIC),
    "line-feed-entries": (Table.CLASSIC_CR, Table.CLASSIC_CR, Table.CLASSIC),
}
for _name, (_table, _first, _base) in _TABLES.items():
    add_vector(
        Vector(
            name=f"tables-{_name}",
            about=f"Two signatures; tables of document, first and second revision: {_base}, {_first}, {_table}.",
            build=_second(_table, _first, _base),
            outcome=Outcome.PASSED,
            policy=Policy.STRICT,
            family="lawful_signing",
        )
    )


@lawful("separate-widgets")
def _(bench: Bench) -> bytes:
    """Fields and widgets are objects of their own, as some products write them."""
    plan = replace(PERSON, is_separate=True, box=BLANK)
    return bench.sign(bench.sign(bench.plain, "leader", plan), "seal", replace(AGENCY, is_separate=True))


@lawful("direct-dictionaries")
def _(bench: Bench) -> bytes:
    """The signature dictionary is a direct object of its field."""
    return bench.sign(
        bench.sign(bench.plain, "leader", replace(PERSON, is_direct=True)), "seal", replace(AGENCY, is_direct=True)
    )


@lawful("prepared-fields")
def _(bench: Bench) -> bytes:
    """Both signature fields were there, empty, before anybody signed."""

    def prepare(revision: Update) -> None:
        revision.touch(revision.form)
        add_field(revision, replace(PERSON, box=BLANK))
        add_field(revision, replace(AGENCY, box=(200, 100, 290, 130), page=1))

    document = update(bench.plain, prepare)
    return bench.sign(bench.sign(document), "seal", AGENCY)


@lawful("field-tree")
def _(bench: Bench) -> bytes:
    """The signature fields hang under a parent, which gives them their type."""

    def prepare(revision: Update) -> None:
        group = revision.add(Dictionary(T=String("signatures"), FT=Name.Sig))
        kids = []
        for index, title in enumerate(("Person", "Agency")):
            widget = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=Array([0, 0, 0, 0]), F=132)
            widget.T, widget.Parent, widget.P = String(title), group, revision.page(index)
            kid = revision.add(widget)
            kids.append(kid)
            page = revision.page(index)
            page.Annots = Array([*page.get("/Annots", Array()), kid])
            revision.touch(page)
        group.Kids = Array(kids)
        revision.form.Fields.append(group)
        revision.touch(revision.form)

    document = update(bench.plain, prepare)
    one = bench.sign(document, "leader", Plan(field="signatures.Person"))
    return bench.sign(one, "seal", Plan(field="signatures.Agency"))


@lawful("no-form-before")
def _(bench: Bench) -> bytes:
    """The document had no form: the first signer makes it."""
    one = bench.sign(plain_page(), "leader", replace(PERSON, box=BLANK))
    return bench.sign(one, "seal", replace(AGENCY, box=(200, 100, 290, 130)))


@lawful("rotated-page")
def _(bench: Bench) -> bytes:
    """The page is turned by 90 degrees, and both signatures are visible on it."""
    one = bench.sign(plain_page("Turned", is_rotated=True), "leader", replace(PERSON, box=BLANK))
    return bench.sign(one, "seal", replace(AGENCY, box=(200, 100, 290, 130)))


@lawful("pdf-2.0")
def _(bench: Bench) -> bytes:
    """The header says PDF 2.0."""
    return bench.sign(bench.sign(plain_page().replace(b"%PDF-1.7", b"%PDF-2.0")), "seal", AGENCY)


@lawful("linearised")
def _(bench: Bench) -> bytes:
    """Linearised by qpdf, then signed twice."""
    return bench.sign(bench.sign(_resaved(bench.plain, linearize=True)), "seal", AGENCY)


@lawful("object-streams-by-qpdf")
def _(bench: Bench) -> bytes:
    """Packed into object streams by qpdf, then signed twice."""
    packed = _resaved(bench.plain, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return bench.sign(
        bench.sign(packed, "leader", replace(PERSON, table=Table.STREAM)), "seal", replace(AGENCY, table=Table.STREAM)
    )


@lawful("updated-before-signing")
def _(bench: Bench) -> bytes:
    """The draft was changed twice before it was signed."""

    def change(revision: Update) -> None:
        revision.page(0).Rotate = 0
        revision.touch(revision.page(0))
        revision.free(51)

    def back(revision: Update) -> None:
        del revision.page(0).Rotate
        revision.touch(revision.page(0))

    return bench.sign(update(update(bench.plain, change), back))


@lawful("space-behind-the-end")
def _(bench: Bench) -> bytes:
    """White space and NUL follow the end of the file."""
    return bench.two + b"\r\n \0\0\n"


@lawful("statement")
def _(bench: Bench) -> bytes:
    """The dictionary names the signer, reason, place and the product, in Vietnamese letters."""
    text = "Phê duyệt".encode("utf-16-be").hex().encode()
    entries = (
        b"/M (D:20260305143000+07'00') /Name (Nguyen Van An) /Reason <feff%s> /Location (Lam Giang) "
        b"/ContactInfo (vt@example.vn)"
        b" /Prop_Build <</App <</Name /Product /REx (1.0)>> /Filter <</Name /Adobe.PPKLite>>>>" % text
    )
    return bench.sign(bench.plain, "leader", replace(PERSON, entries=entries))


@lawful("by-edocs")
def _(bench: Bench) -> bytes:
    """Signed by edocs twice."""
    one = sign_pdf(
        sample_pdf(),
        bench.signer("leader"),
        SignatureSpec(role=Role.PERSONAL),
        now=datetime(2026, 3, 5, 7, 30, tzinfo=UTC),
    )
    return sign_pdf(
        one, bench.signer("seal"), SignatureSpec(role=Role.ORGANISATION), now=datetime(2026, 3, 5, 8, 30, tzinfo=UTC)
    )


def _value(key: str, plan: Plan) -> Builder:
    return lambda bench: bench.sign(bench.plain, key, plan)


_VALUES = {
    "sha384": ("leader", Plan(value=Value(digest="sha384"))),
    "sha512": ("leader", Plan(value=Value(digest="sha512"))),
    "pss": ("leader", Plan(value=Value(pss=True))),
    "ecdsa": ("leader-p256", Plan()),
    "rsa-3072": ("leader-public", Plan()),
    "leaf-only": ("leader", Plan(value=Value(leaf_only=True))),
    "signing-time": ("leader", Plan(value=Value(signing_time=True))),
    "pkcs7": ("leader", Plan(sub_filter="adbe.pkcs7.detached", value=Value(signing_time=True))),
}
for _name, (_key, _plan) in _VALUES.items():
    add_vector(
        Vector(
            name=f"value-{_name}",
            about=f"A signature value of another lawful kind: {_name}.",
            build=_value(_key, _plan),
            outcome=Outcome.PASSED,
            policy=Policy.STRICT,
            family="lawful_signing",
        )
    )
