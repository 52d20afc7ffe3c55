"""Lawful files: what may follow a signature where it is allowed (ISO 32000-2, 12.8.2; EN 319 142-1, 5.4)."""

from __future__ import annotations

from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pikepdf import Array, Dictionary, Name, Object, String

from edocs.model import Policy

from .bench import AGENCY, PERSON, Bench
from .edits import form_xobject, new_stream
from .pdf import Edit, Table, Update, numbers, update
from .registry import lawful
from .signing import add_annotation, add_field

STRICT, DECREE_30, AS_DOCMDP = Policy.STRICT, Policy.DECREE_30, Policy.AS_DOCMDP


# --- long-term evidence -------------------------------------------------------------------------------------------


def store(bench: Bench, revision: Update, *, vri: bool = False) -> None:
    """Put certificates and revocation lists into the document's security store."""
    certificates = [
        x509.load_pem_x509_certificate(bench.pki.pem(name).read_bytes()) for name in ("leader", "official-ca")
    ]
    ders = [item.public_bytes(Encoding.DER) for item in certificates]
    crls = [path.read_bytes() for path in sorted(bench.pki.crls.glob("official-*.crl"))]
    found = Array([new_stream(revision, der) for der in ders])
    lists = Array([new_stream(revision, der) for der in crls])
    dss = Dictionary(Type=Name.DSS, Certs=found, CRLs=lists)
    if vri:
        entry = Dictionary(Type=Name.VRI, Cert=found, CRL=lists, TU=String("D:20260305160000+07'00'"))
        dss.VRI = Dictionary({"/" + "0123456789ABCDEF0123456789ABCDEF01234567": entry})
    root = revision.root
    if "/DSS" in root:
        revision.touch(root.DSS)
        for key, value in dss.items():
            root.DSS[key] = value
    else:
        root.DSS = revision.add(dss)
        revision.touch(root)


def with_store(bench: Bench, document: bytes, table: Table = Table.CLASSIC, *, vri: bool = False) -> bytes:
    return update(document, lambda revision: store(bench, revision, vri=vri), table=table)


@lawful("dss")
def _(bench: Bench) -> bytes:
    """Certificates and revocation lists are added after the second signature."""
    return with_store(bench, bench.two)


@lawful("dss-vri-extensions")
def _(bench: Bench) -> bytes:
    """They are added as Adobe's products do: with VRI, the extension level and a date of change."""

    def more(revision: Update) -> None:
        store(bench, revision, vri=True)
        revision.root.Extensions = Dictionary(ADBE=Dictionary(BaseVersion=Name("/1.7"), ExtensionLevel=8))
        info = revision.pdf.get_object((55, 0))
        info.ModDate = String("D:20260305160000+07'00'")
        revision.touch(info)

    return update(bench.two, more, table=Table.OBJECT_STREAM)


@lawful("dss-between-signatures")
def _(bench: Bench) -> bytes:
    """They are added between the two signatures."""
    return bench.sign(with_store(bench, bench.one), "seal", AGENCY)


@lawful("dss-in-the-signers-revision")
def _(bench: Bench) -> bytes:
    """The second signer adds them in the revision that it signs."""
    return bench.sign(bench.one, "seal", replace(AGENCY, edits=(lambda revision: store(bench, revision),)))


@lawful("dss-after-p1")
def _(bench: Bench) -> bytes:
    """They are added after a certification that forbids changes, which PDF 2.0 allows."""
    return with_store(bench, bench.certified(1), vri=True)


@lawful("document-timestamp")
def _(bench: Bench) -> bytes:
    """A document timestamp follows."""
    return bench.timestamp(bench.two)


@lawful("document-timestamp-after-p1")
def _(bench: Bench) -> bytes:
    """A document timestamp follows a certification that forbids changes."""
    return bench.timestamp(bench.certified(1))


@lawful("archive")
def _(bench: Bench) -> bytes:
    """Long-term evidence and a document timestamp, three times over, in tables of several kinds."""
    document = bench.two
    for index, table in enumerate((Table.CLASSIC, Table.STREAM, Table.OBJECT_STREAM)):
        document = with_store(bench, document, table, vri=index > 0)
        document = bench.timestamp(document, f"Timestamp{index}", table)
    return document


@lawful("archive-between")
def _(bench: Bench) -> bytes:
    """A person's signature, evidence and timestamp, then the agency's, evidence and timestamp."""
    one = bench.timestamp(with_store(bench, bench.one), "Timestamp1")
    return bench.timestamp(with_store(bench, bench.sign(one, "seal", AGENCY)), "Timestamp2")


@lawful("approval-after-p2")
def _(bench: Bench) -> bytes:
    """An approval signature follows a certification that allows filling and signing."""
    return bench.sign(bench.certified(2), "seal", AGENCY)


@lawful("visible-approvals-after-p2", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """Two approval signatures, visible on blank paper in fields of their own, follow such a certification."""
    one = bench.sign(bench.certified(2), "seal", replace(AGENCY, box=(72, 100, 162, 130)))
    return bench.sign(one, "leader-public", replace(AGENCY, field="Deputy", box=(200, 100, 290, 130)))


@lawful("approval-after-p3")
def _(bench: Bench) -> bytes:
    """An approval signature follows a certification that also allows comments."""
    return bench.sign(bench.certified(3), "seal", AGENCY)


# --- form filling -------------------------------------------------------------------------------------------------


def fill_text(name: str, value: str, *, shown: str | None = None) -> Edit:
    """Set a text field and draw it."""

    def fill(revision: Update) -> None:
        field = revision.field(name)
        field.V = String(value)
        drawn = f"/Tx BMC q BT /Helv 11 Tf 0 g 2 6 Td ({value if shown is None else shown}) Tj ET Q EMC".encode("ascii")
        fonts = Dictionary(Font=Dictionary(Helv=revision.form.DR.Font.Helv))
        field.AP = Dictionary(N=form_xobject(revision, drawn, 160, 20, fonts))
        revision.touch(field)

    return fill


def check(name: str, state: str) -> Edit:
    """Switch a check box."""

    def switch(revision: Update) -> None:
        field = revision.field(name)
        field.V = field.AS = Name("/" + state)
        revision.touch(field)

    return switch


def choose_way(revision: Update) -> None:
    """Press the second of two radio buttons."""
    field = revision.field("Way")
    field.V = Name.Two
    field.Kids[1].AS = Name.Two
    revision.touch(field, field.Kids[1])


@lawful("fill-text", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A text field is filled after a certification that allows it."""
    return update(bench.certified(2), fill_text("Name", "Tran Thi Binh"))


@lawful("fill-text-again", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A text field that held a value gets another."""
    return update(bench.certified(2), fill_text("Amount", "600"))


@lawful("fill-text-twice", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A text field is filled, and then filled otherwise."""
    return update(update(bench.certified(2), fill_text("Name", "A")), fill_text("Name", "B"))


@lawful("fill-check-box", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A box is ticked."""
    return update(bench.certified(2), check("Agree", "Yes"))


@lawful("fill-choice", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """One of a list is chosen."""

    def index(revision: Update) -> None:
        revision.field("Choice").I = Array([1])

    return update(bench.certified(2), fill_text("Choice", "Hue"), index)


@lawful("fill-radio", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A radio button is pressed."""
    return update(bench.certified(2), choose_way)


@lawful("fill-nested", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A field of a group is filled."""
    return update(bench.certified(2), fill_text("Group.Note", "Seen"))


@lawful("fill-all-then-sign", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """Several fields are filled in one revision with object streams; the agency signs then."""
    edits = (fill_text("Name", "Binh"), check("Agree", "Yes"), choose_way, fill_text("Group.Note", "x"))
    return bench.sign(update(bench.certified(2), *edits, table=Table.OBJECT_STREAM), "seal", AGENCY)


@lawful("fill-in-the-signers-revision", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """The second signer fills a field in the revision that it signs."""
    return bench.sign(bench.certified(2), "seal", replace(AGENCY, edits=(fill_text("Name", "Binh"),)))


@lawful("fill-after-p3", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A field is filled after a certification that also allows comments."""
    return update(bench.certified(3), fill_text("Name", "Binh"))


def _locked(bench: Bench, action: str, *names: str) -> bytes:
    return bench.sign(bench.plain, "leader", replace(PERSON, lock=(action, names)))


@lawful("fill-not-included", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A field is filled that the signature does not lock, as it locks only others."""
    return update(_locked(bench, "Include", "Amount", "Agree"), fill_text("Name", "Binh"))


@lawful("fill-excluded", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A field is filled that the signature leaves open, as it locks all others."""
    return update(_locked(bench, "Exclude", "Name"), fill_text("Name", "Binh"))


@lawful("lock-all-and-sign")
def _(bench: Bench) -> bytes:
    """The first signature locks every field; a second one follows in a field of its own, prepared before."""

    def prepare(revision: Update) -> None:
        revision.touch(revision.form)
        add_field(revision, AGENCY)

    document = bench.sign(update(bench.plain, prepare), "leader", replace(PERSON, lock=("Exclude", ("Agency",))))
    return bench.sign(document, "seal", AGENCY)


@lawful("certified-and-locked", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A certification with P=2 that locks one field; another is filled."""
    plan = replace(PERSON, certify=2, lock=("Include", ("Amount",)))
    return update(bench.sign(bench.plain, "leader", plan), fill_text("Name", "Binh"))


# --- comments -----------------------------------------------------------------------------------------------------


def comment(subtype: str, box: tuple[float, float, float, float], **entries: Object | str | int) -> Edit:
    """Put a comment on page 1."""

    def put(revision: Update) -> None:
        page = revision.page(0)
        note = Dictionary(Type=Name.Annot, Subtype=Name("/" + subtype), Rect=numbers(*box), F=4, P=page)
        note.Contents = String("A remark")
        for key, value in entries.items():
            note[f"/{key}"] = value
        add_annotation(revision, page, revision.add(note))

    return put


def drawn_comment(subtype: str, box: tuple[float, float, float, float], data: bytes, **entries: Object) -> Edit:
    """Put a comment with an appearance of its own on page 1."""

    def put(revision: Update) -> None:
        left, bottom, right, top = box
        fonts = Dictionary(Font=Dictionary(Helv=revision.pdf.get_object((12, 0))))
        look = form_xobject(revision, data, right - left, top - bottom, fonts)
        comment(subtype, box, AP=Dictionary(N=look), **entries)(revision)

    return put


@lawful("comment-note", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A note is pinned on blank paper, where the certification allows comments."""
    return update(bench.certified(3), comment("Text", (400, 200, 420, 220), Name=Name.Note))


@lawful("comment-text", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A remark is written on blank paper, where the certification allows comments."""
    look = b"BT /Helv 11 Tf 0 0 1 rg 2 6 Td (Please check) Tj ET"
    return update(bench.certified(3), drawn_comment("FreeText", (300, 200, 400, 220), look, DA=String("/Helv 11 Tf")))


@lawful("comment-ink", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A line is drawn on blank paper, and the agency signs."""
    look = b"1 0 0 RG 2 w 0 0 m 90 18 l S"
    points = Array([numbers(300, 200, 390, 218)])
    drawn = update(bench.certified(3), drawn_comment("Ink", (300, 200, 400, 220), look, InkList=points))
    return bench.sign(drawn, "seal", AGENCY)


@lawful("comment-answered", AS_DOCMDP, STRICT, DECREE_30)
def _(bench: Bench) -> bytes:
    """A note is pinned, and changed in a later revision."""
    noted = update(bench.certified(3), comment("Text", (400, 200, 420, 220)))

    def answer(revision: Update) -> None:
        note = revision.page(0).Annots[-1]
        note.Contents = String("Another remark")
        revision.touch(note)

    return update(noted, answer)
