"""What may follow a signature and what may not, revision by revision, whoever wrote it."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import ObjectStream
from pyhanko.sign import signers
from pyhanko.sign.fields import (
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
    append_signature_field,
)
from pyhanko.stamp import NoOpStampStyle

from edocs.model import Changes, Policy, TrustStore, Verdict, VerificationOptions, VerificationReport
from edocs.testing import Pki, sample_pdf
from edocs.verify import verify_pdf

Sign = Callable[..., bytes]
Writer = IncrementalPdfFileWriter
Change = Callable[[Writer], None]
Box = tuple[int, int, int, int]
Dictionary = generic.DictionaryObject

TEXT = (55, 600, 300, 780)
BLANK = (300, 60, 450, 120)


def entries(**values: object) -> Dictionary:
    return Dictionary({pdf_name("/" + name): value for name, value in values.items()})


def numbers(*values: float) -> generic.ArrayObject:
    return generic.ArrayObject(generic.FloatObject(value) for value in values)


def text(value: str) -> generic.TextStringObject:
    return generic.TextStringObject(value)


def update(document: bytes, change: Change) -> bytes:
    """An incremental update without any signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    writer._update_meta = lambda: None  # type: ignore[method-assign]  # dates are a case of their own
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def look(writer: Writer, box: Box, content: bytes, **values: object) -> generic.IndirectObject:
    size = numbers(0, 0, box[2] - box[0], box[3] - box[1])
    form = {"/Type": pdf_name("/XObject"), "/Subtype": pdf_name("/Form"), "/BBox": size}
    form |= {"/" + name: value for name, value in values.items()}
    return writer.add_object(generic.StreamObject(form, stream_data=content))


def page_of(writer: Writer) -> Dictionary:
    page = writer.root["/Pages"]["/Kids"][0]
    assert isinstance(page, Dictionary)
    return page


def annotate(writer: Writer, annotation: Dictionary) -> generic.IndirectObject:
    reference = writer.add_object(annotation)
    writer.register_annotation(writer.root["/Pages"]["/Kids"].raw_get(0), reference)
    return reference


def prepare(writer: Writer) -> None:
    """A letter with a form, comments, a picture on the page, and what else a document may have."""
    page = page_of(writer)
    stamp = look(writer, (0, 0, 100, 20), b"0 0 1 rg 0 0 20 20 re f")
    content = page["/Contents"].data + b"\nq 1 0 0 1 60 500 cm /Im0 Do Q"
    page["/Contents"] = generic.ArrayObject(
        [
            writer.add_object(generic.StreamObject(stream_data=content)),
            generic.IndirectObject(9999, 0, writer),  # leads nowhere yet
        ]
    )
    resources = Dictionary(dict(page["/Resources"].items()))
    resources["/XObject"] = entries(Im0=stamp)
    page["/Resources"] = writer.add_object(resources)
    writer.update_container(page)
    field = entries(
        Subtype=pdf_name("/Widget"),
        FT=pdf_name("/Tx"),
        T=text("remark"),
        F=generic.NumberObject(4),
        Rect=numbers(300, 300, 450, 320),
        DA=text("/Helv 0 Tf 0 g"),
    )
    locked = Dictionary({**field, pdf_name("/T"): text("locked"), pdf_name("/Rect"): numbers(300, 330, 450, 350)})
    comment = entries(
        Type=pdf_name("/Annot"), Subtype=pdf_name("/Text"), Rect=numbers(20, 20, 40, 40), Contents=text("old")
    )
    annotate(writer, comment)
    fields = generic.ArrayObject([annotate(writer, field), annotate(writer, locked)])
    writer.root["/AcroForm"] = writer.add_object(entries(Fields=fields, DR=entries(Font=entries())))
    writer.root["/Metadata"] = writer.add_object(xmp(b"A letter", b"2026-01-01"))
    writer.root["/Outlines"] = writer.add_object(entries(Title=text("Part 1")))
    writer.update_root()


def xmp(title: bytes, date: bytes) -> generic.StreamObject:
    packet = (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
        b' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmp:ModifyDate="%s">'
        b'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title>'
        b'</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>' % (date, title)
    )
    return generic.StreamObject({"/Type": pdf_name("/Metadata"), "/Subtype": pdf_name("/XML")}, stream_data=packet)


@pytest.fixture(scope="module")
def draft() -> bytes:
    return update(sample_pdf(), prepare)


@pytest.fixture(scope="module")
def one(draft: bytes, foreign_sign: Sign) -> bytes:
    return foreign_sign(draft, "leader", "Person")


@pytest.fixture(scope="module")
def certified(draft: bytes, foreign_sign: Sign) -> Callable[[MDPPerm], bytes]:
    made = {level: foreign_sign(draft, "leader", "Person", certify=True, docmdp_permissions=level) for level in MDPPerm}
    return made.__getitem__


def verified(document: bytes, trust: TrustStore, policy: Policy = Policy.AS_DOCMDP) -> VerificationReport:
    return verify_pdf(document, trust, VerificationOptions(policy=policy))


def outcome(document: bytes, trust: TrustStore, policy: Policy = Policy.AS_DOCMDP) -> tuple[Verdict, Changes | None]:
    report = verified(document, trust, policy)
    return report.verdict, report.signatures[0].changes_after


# --- what changes nothing -----------------------------------------------------------------------------------------


def write_again(writer: Writer) -> None:
    """As PDFBox does: catalog, pages, form, content, all with what they had."""
    page = page_of(writer)
    for item in (writer.root, writer.root["/Pages"], page, page["/Resources"], page["/Contents"][0]):
        writer.update_container(item)
    writer.update_container(writer.root["/AcroForm"])


def move_arrays(writer: Writer) -> None:
    """As Acrobat does: an array that was direct becomes an object."""
    page = page_of(writer)
    page["/Annots"] = writer.add_object(generic.ArrayObject(page["/Annots"]))
    writer.root["/AcroForm"]["/Fields"] = writer.add_object(generic.ArrayObject(writer.root["/AcroForm"]["/Fields"]))
    writer.update_container(page)
    writer.update_container(writer.root["/AcroForm"])


def compress(writer: Writer) -> None:
    stream = page_of(writer)["/Contents"][0]
    page_of(writer)["/Contents"][0] = writer.add_object(
        generic.StreamObject({"/Filter": pdf_name("/FlateDecode")}, encoded_data=zlib.compress(stream.data))
    )
    writer.update_container(page_of(writer)["/Contents"])


def renumber_form(writer: Writer) -> None:
    writer.root["/AcroForm"] = writer.add_object(Dictionary(dict(writer.root["/AcroForm"].items())))
    writer.update_root()


def nothing(writer: Writer) -> None:
    writer.add_object(text("of no use"))


@pytest.mark.parametrize("change", [write_again, move_arrays, compress, renumber_form, nothing])
@pytest.mark.parametrize("level", [None, MDPPerm.NO_CHANGES])
def test_objects_written_again_without_effect_change_nothing(
    one: bytes,
    certified: Callable[[MDPPerm], bytes],
    trust: TrustStore,
    change: Change,
    level: MDPPerm | None,
) -> None:
    document = update(one if level is None else certified(level), change)

    assert outcome(document, trust, Policy.STRICT) == (Verdict.TOTAL_PASSED, Changes.NONE)


def appended(document: bytes, table: bytes) -> bytes:
    """A revision that is a cross-reference table alone."""
    reader = PdfFileReader(io.BytesIO(document))
    trailer = b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        int(reader.trailer["/Size"]),
        reader.trailer.raw_get("/Root").idnum,
        int(document[document.rindex(b"startxref") + 10 :].split()[0]),
        len(document) + 1,
    )
    return document + b"\nxref\n" + table + trailer


def test_a_freed_object_that_nothing_uses_changes_nothing(draft: bytes, foreign_sign: Sign, trust: TrustStore) -> None:
    spare = update(draft, nothing)
    number = int(PdfFileReader(io.BytesIO(spare)).trailer["/Size"]) - 1
    signed = foreign_sign(spare, "leader", "Person")
    table = b"0 1\n%010d 65535 f \n%d 1\n0000000000 00001 f \n" % (number, number)

    assert outcome(appended(signed, table), trust) == (Verdict.TOTAL_PASSED, Changes.NONE)


# --- long-term evidence and bookkeeping ---------------------------------------------------------------------------


def add_evidence(writer: Writer) -> None:
    stream = writer.add_object(generic.StreamObject(stream_data=b"0\x00"))
    one = entries(Cert=generic.ArrayObject([stream]), TU=text("D:20260101000000Z"))
    writer.root["/DSS"] = writer.add_object(entries(Certs=generic.ArrayObject([stream]), VRI=entries(AB=one)))
    writer.update_root()


def add_extensions(writer: Writer) -> None:
    level = entries(BaseVersion=pdf_name("/1.7"), ExtensionLevel=generic.NumberObject(8))
    writer.root["/Extensions"] = entries(ADBE=level, ESIC=generic.ArrayObject([level]))
    writer.root["/Version"] = pdf_name("/1.7")
    writer.update_root()


def date_info(writer: Writer) -> None:
    info = writer.trailer["/Info"]
    info["/ModDate"], info["/Producer"] = text("D:20260305083000+07'00'"), text("Another product")
    writer.update_container(info)


def rewrite_info(writer: Writer) -> None:
    """As products do that know one encoding only: the same title in other bytes."""
    info = writer.trailer["/Info"]
    title = generic.TextStringObject(str(info["/Title"]))
    title.force_output_encoding = generic.TextStringEncoding.UTF8
    info["/Title"], info["/ModDate"] = title, text("D:20260305083000+07'00'")
    writer.update_container(info)


def date_metadata(writer: Writer) -> None:
    writer.root["/Metadata"] = writer.add_object(xmp(b"A letter", b"2026-03-05"))
    writer.update_root()


@pytest.mark.parametrize("change", [add_evidence, add_extensions, date_info, rewrite_info, date_metadata])
@pytest.mark.parametrize("level", list(MDPPerm))
def test_evidence_and_dates_are_lawful_under_every_permission(
    certified: Callable[[MDPPerm], bytes], trust: TrustStore, change: Change, level: MDPPerm
) -> None:
    document = update(certified(level), change)

    assert outcome(document, trust, Policy.STRICT) == (Verdict.TOTAL_PASSED, Changes.LTV)


# --- further signatures -------------------------------------------------------------------------------------------


def visible_field(box: Box, content: bytes) -> Change:
    def add(writer: Writer) -> None:
        spec = SigFieldSpec("Agency", box=box)
        append_signature_field(writer, spec)
        field = writer.root["/AcroForm"]["/Fields"][-1]
        field["/AP"] = entries(N=look(writer, box, content))
        writer.update_container(field)

    return add


@pytest.fixture(scope="module")
def sign_visibly(pki: Pki) -> Callable[..., bytes]:
    """A field with a look of its own, then its signature, as two revisions."""
    seal = signers.SimpleSigner.load_pkcs12_data(pki.p12("seal").read_bytes(), [], pki.passphrase.encode())
    settings = signers.PdfSignatureMetadata(
        field_name="Agency", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
    )

    def sign(document: bytes, box: Box, content: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(update(document, visible_field(box, content))))
        signer = signers.PdfSigner(settings, seal, stamp_style=NoOpStampStyle())
        return bytes(signer.sign_pdf(writer).getvalue())

    return sign


def test_a_visible_signature_on_blank_paper_is_lawful(
    one: bytes, sign_visibly: Callable[..., bytes], trust: TrustStore
) -> None:
    document = sign_visibly(one, BLANK, b"1 0 0 rg 10 10 100 30 re f")

    assert outcome(document, trust, Policy.STRICT) == (Verdict.TOTAL_PASSED, Changes.SIGNATURE)


@pytest.mark.parametrize(
    "content",
    [
        b"1 g 0 0 245 180 re f",
        b"0 g 0 0 245 180 re f",
        b"1 0 0 rg 0 0 245 180 re f",
        b"1 g 60 150 3 20 re f",
        b"1 0 0 rg 60 150 9 20 re f",
    ],
    ids=["white", "black", "red", "part of a letter", "a letter"],
)
def test_a_signature_that_hides_signed_text_is_refused(
    one: bytes, sign_visibly: Callable[..., bytes], trust: TrustStore, content: bytes
) -> None:
    report = verified(sign_visibly(one, TEXT, content), trust)

    assert report.verdict is Verdict.TOTAL_FAILED
    assert "hides what was signed" in report.signatures[0].reasons[0].text()


def test_a_signature_that_lets_the_text_through_is_lawful(
    one: bytes, sign_visibly: Callable[..., bytes], trust: TrustStore
) -> None:
    document = sign_visibly(one, TEXT, b"1 0 0 RG 1 w 5 5 235 170 re S")

    assert outcome(document, trust) == (Verdict.TOTAL_PASSED, Changes.SIGNATURE)


@pytest.mark.parametrize("policy", list(Policy))
def test_a_visible_field_added_after_a_certification_and_signed_later_is_refused(
    certified: Callable[[MDPPerm], bytes], sign_visibly: Callable[..., bytes], trust: TrustStore, policy: Policy
) -> None:
    """The class known as sneaky signature attack: for a while nobody answers for what is shown."""
    document = sign_visibly(certified(MDPPerm.FILL_FORMS), BLANK, b"1 0 0 rg 10 10 100 30 re f")

    assert outcome(document, trust, policy)[0] is Verdict.TOTAL_FAILED


@pytest.mark.parametrize("level", list(MDPPerm))
def test_a_further_signature_needs_permission(
    certified: Callable[[MDPPerm], bytes], foreign_sign: Sign, trust: TrustStore, level: MDPPerm
) -> None:
    from pyhanko.sign.general import SigningError

    if level is MDPPerm.NO_CHANGES:
        with pytest.raises(SigningError):
            foreign_sign(certified(level), "seal", "Agency")
        return
    assert outcome(foreign_sign(certified(level), "seal", "Agency"), trust)[0] is Verdict.TOTAL_PASSED


def test_a_page_changed_between_two_signatures_and_back_is_refused(
    one: bytes, foreign_sign: Sign, trust: TrustStore
) -> None:
    """Each revision counts: the second signer saw, and signed, another page."""
    page = PdfFileReader(io.BytesIO(one)).root["/Pages"]["/Kids"][0]
    original = page["/Contents"].raw_get(0)

    def other(writer: Writer) -> None:
        page_of(writer)["/Contents"][0] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
        writer.update_container(page_of(writer)["/Contents"])

    def back(writer: Writer) -> None:
        page_of(writer)["/Contents"][0] = generic.IndirectObject(original.idnum, 0, writer)
        writer.update_container(page_of(writer)["/Contents"])

    document = update(foreign_sign(update(one, other), "seal", "Agency"), back)

    assert outcome(document, trust) == (Verdict.TOTAL_FAILED, Changes.CONTENT)


# --- form and comments --------------------------------------------------------------------------------------------


def remark(writer: Writer, index: int = 0) -> Dictionary:
    field = writer.root["/AcroForm"]["/Fields"][index]
    assert isinstance(field, Dictionary)
    return field


def fill_remark(writer: Writer, index: int = 0) -> None:
    field = remark(writer, index)
    field["/V"] = text("seen")
    font = entries(Type=pdf_name("/Font"), Subtype=pdf_name("/Type1"), BaseFont=pdf_name("/Helvetica"))
    resources = entries(Font=entries(Helv=font))
    shown = look(writer, (0, 0, 150, 20), b"BT /Helv 12 Tf 2 5 Td (seen) Tj ET", Resources=resources)
    field["/AP"] = entries(N=shown)
    writer.update_container(field)


def add_comment(writer: Writer, box: Box = BLANK, content: bytes = b"0 0 1 rg 0 0 9 9 re f") -> None:
    comment = entries(
        Type=pdf_name("/Annot"), Subtype=pdf_name("/Square"), Rect=numbers(*box), F=generic.NumberObject(4)
    )
    comment["/AP"] = entries(N=look(writer, box, content))
    annotate(writer, comment)


def reword_comment(writer: Writer) -> None:
    comment = page_of(writer)["/Annots"][0]
    comment["/Contents"] = text("new")
    writer.update_container(comment)


def delete_comment(writer: Writer) -> None:
    page_of(writer)["/Annots"].pop(0)
    writer.update_container(page_of(writer)["/Annots"])


def test_a_filled_field_is_lawful_where_the_document_says_so(
    certified: Callable[[MDPPerm], bytes], one: bytes, trust: TrustStore
) -> None:
    found = {level: outcome(update(certified(level), fill_remark), trust)[0] for level in MDPPerm}

    assert found == {
        MDPPerm.NO_CHANGES: Verdict.TOTAL_FAILED,
        MDPPerm.FILL_FORMS: Verdict.TOTAL_PASSED,
        MDPPerm.ANNOTATE: Verdict.TOTAL_PASSED,
    }
    assert outcome(update(one, fill_remark), trust, Policy.DECREE_30) == (Verdict.TOTAL_FAILED, Changes.FORM_FILL)


@pytest.mark.parametrize("change", [add_comment, reword_comment, delete_comment])
def test_comments_are_lawful_where_the_document_says_so(
    certified: Callable[[MDPPerm], bytes], one: bytes, trust: TrustStore, change: Change
) -> None:
    found = {level: outcome(update(certified(level), change), trust)[0] for level in MDPPerm}

    assert found == {
        MDPPerm.NO_CHANGES: Verdict.TOTAL_FAILED,
        MDPPerm.FILL_FORMS: Verdict.TOTAL_FAILED,
        MDPPerm.ANNOTATE: Verdict.TOTAL_PASSED,
    }
    assert outcome(update(one, change), trust, Policy.DECREE_30) == (Verdict.TOTAL_FAILED, Changes.ANNOTATION)


def test_a_comment_that_covers_the_text_is_refused(certified: Callable[[MDPPerm], bytes], trust: TrustStore) -> None:
    """The class known as evil annotation attack."""
    document = update(certified(MDPPerm.ANNOTATE), lambda writer: add_comment(writer, TEXT, b"1 g 0 0 245 180 re f"))

    assert outcome(document, trust) == (Verdict.TOTAL_FAILED, Changes.CONTENT)


def test_a_locked_field_stays_as_it_is(draft: bytes, foreign_sign: Sign, trust: TrustStore) -> None:
    lock = FieldMDPSpec.from_pdf_object(
        entries(Action=pdf_name("/Include"), Fields=generic.ArrayObject([text("locked")]))
    )

    def reserve(writer: Writer) -> None:
        append_signature_field(writer, SigFieldSpec("Person", field_mdp_spec=lock))

    signed = foreign_sign(update(draft, reserve), "leader", "Person")

    assert outcome(update(signed, fill_remark), trust)[0] is Verdict.TOTAL_PASSED
    assert outcome(update(signed, lambda writer: fill_remark(writer, 1)), trust)[0] is Verdict.TOTAL_FAILED


# --- what no permission covers ------------------------------------------------------------------------------------


def in_catalog(key: str, value: generic.PdfObject) -> Change:
    def change(writer: Writer) -> None:
        writer.root[key] = writer.add_object(value)
        writer.update_root()

    return change


def in_page(key: str, value: generic.PdfObject) -> Change:
    def change(writer: Writer) -> None:
        page_of(writer)[key] = value
        writer.update_container(page_of(writer))

    return change


def in_field(key: str, value: generic.PdfObject) -> Change:
    def change(writer: Writer) -> None:
        fill_remark(writer)
        remark(writer)[key] = value

    return change


def in_form(key: str, value: generic.PdfObject) -> Change:
    def change(writer: Writer) -> None:
        writer.root["/AcroForm"][key] = value
        writer.update_container(writer.root["/AcroForm"])

    return change


def redraw_content(writer: Writer) -> None:
    stream = generic.StreamObject(stream_data=b"BT ET")
    writer.objects[(0, page_of(writer)["/Contents"].raw_get(0).idnum)] = stream


def redraw_picture(writer: Writer) -> None:
    number = page_of(writer)["/Resources"]["/XObject"].raw_get("/Im0").idnum
    former = page_of(writer)["/Resources"]["/XObject"]["/Im0"]
    writer.objects[(0, number)] = generic.StreamObject(
        {key: former.raw_get(key) for key in former}, stream_data=b"1 0 0 rg 0 0 100 20 re f"
    )


def define_what_led_nowhere(writer: Writer) -> None:
    """The class known as shadow attack: the page named an object that came later."""
    writer.objects[(0, 9999)] = generic.StreamObject(stream_data=b"1 g 0 0 600 900 re f")


def retitle(writer: Writer) -> None:
    writer.set_info(entries(Title=text("Another letter")))


def retitle_metadata(writer: Writer) -> None:
    writer.root["/Metadata"] = writer.add_object(xmp(b"Another letter", b"2026-03-05"))
    writer.update_root()


def layered_look(writer: Writer) -> None:
    fill_remark(writer)
    remark(writer)["/AP"]["/N"]["/OC"] = writer.add_object(entries(Type=pdf_name("/OCG"), Name=text("x")))


def link(writer: Writer) -> None:
    action = entries(S=pdf_name("/URI"), URI=text("https://example.org"))
    annotate(writer, entries(Subtype=pdf_name("/Link"), Rect=numbers(*BLANK), A=action))


def lonely_widget(writer: Writer) -> None:
    shown = entries(N=look(writer, BLANK, b"0 g 0 0 50 50 re f"))
    annotate(writer, entries(Subtype=pdf_name("/Widget"), FT=pdf_name("/Sig"), Rect=numbers(*BLANK), AP=shown))


def optional_comment(writer: Writer) -> None:
    group = writer.add_object(entries(Type=pdf_name("/OCG"), Name=text("x")))
    comment = entries(Subtype=pdf_name("/Square"), Rect=numbers(*BLANK), OC=group)
    annotate(writer, comment)


def new_text_field(writer: Writer) -> None:
    field = entries(Subtype=pdf_name("/Widget"), FT=pdf_name("/Tx"), T=text("more"), Rect=numbers(*BLANK))
    writer.root["/AcroForm"]["/Fields"].append(annotate(writer, field))
    writer.update_container(writer.root["/AcroForm"])


def drop_field(writer: Writer) -> None:
    writer.root["/AcroForm"]["/Fields"].pop(0)
    writer.update_container(writer.root["/AcroForm"])


def two_of_a_name(writer: Writer) -> None:
    twin = entries(FT=pdf_name("/Sig"), T=text("remark"))
    writer.root["/AcroForm"]["/Fields"].append(writer.add_object(twin))
    writer.update_container(writer.root["/AcroForm"])


def swap_pages(writer: Writer) -> None:
    kids = writer.root["/Pages"]["/Kids"]
    kids[0] = writer.add_object(Dictionary({**page_of(writer), pdf_name("/Rotate"): generic.NumberObject(180)}))
    writer.update_container(writer.root["/Pages"])


SCRIPT = entries(S=pdf_name("/JavaScript"), JS=text("app.alert(1)"))
UNLAWFUL: dict[str, Change] = {
    "content": redraw_content,
    "picture": redraw_picture,
    "shadow": define_what_led_nowhere,
    "page": swap_pages,
    "contents": in_page("/Contents", generic.ArrayObject()),
    "resources": in_page("/Resources", entries()),
    "crop": in_page("/CropBox", numbers(0, 0, 100, 100)),
    "size": in_page("/MediaBox", numbers(0, 0, 100, 100)),
    "unit": in_page("/UserUnit", generic.NumberObject(2)),
    "parent": in_page("/Parent", entries(Type=pdf_name("/Pages"), Rotate=generic.NumberObject(90))),
    "group": in_page("/Group", entries(S=pdf_name("/Transparency"))),
    "page action": in_page("/AA", entries(O=SCRIPT)),
    "open action": in_catalog("/OpenAction", SCRIPT),
    "catalog actions": in_catalog("/AA", entries(WC=SCRIPT)),
    "names": in_catalog("/Names", entries(JavaScript=entries(Names=generic.ArrayObject([text("a"), SCRIPT])))),
    "attached": in_catalog("/Names", entries(EmbeddedFiles=entries(Names=generic.ArrayObject()))),
    "associated": in_catalog("/AF", generic.ArrayObject()),
    "layers": in_catalog("/OCProperties", entries(OCGs=generic.ArrayObject(), D=entries())),
    "language": in_catalog("/Lang", text("en")),
    "outlines": in_catalog("/Outlines", entries(Title=text("Part 2"))),
    "labels": in_catalog("/PageLabels", entries(Nums=generic.ArrayObject())),
    "viewer": in_catalog("/ViewerPreferences", entries(DisplayDocTitle=generic.BooleanObject(True))),
    "structure": in_catalog("/StructTreeRoot", entries(K=entries(ActualText=text("other")))),
    "collection": in_catalog("/Collection", entries()),
    "threads": in_catalog("/Threads", generic.ArrayObject()),
    "unheard of": in_catalog("/Invented", entries()),
    "certification": in_catalog("/Perms", entries(DocMDP=entries(Type=pdf_name("/Sig")))),
    "odd evidence": in_catalog("/DSS", entries(Certs=generic.ArrayObject([text("x")]))),
    "odd extension": in_catalog("/Extensions", entries(ADBE=entries(Draw=SCRIPT))),
    "title": retitle,
    "metadata": retitle_metadata,
    "xfa": in_form("/XFA", generic.ArrayObject()),
    "anew": in_form("/NeedAppearances", generic.BooleanObject(True)),
    "defaults": in_form("/Q", generic.NumberObject(2)),
    "order": in_form("/CO", generic.ArrayObject()),
    "moved field": in_field("/Rect", numbers(60, 500, 200, 520)),
    "hidden field": in_field("/F", generic.NumberObject(2)),
    "format": in_field("/DA", text("/Helv 0 Tf 1 g")),
    "script": in_field("/AA", entries(K=SCRIPT)),
    "layered field": in_field("/OC", entries(Type=pdf_name("/OCG"))),
    "stream value": in_field("/V", entries(Type=pdf_name("/XObject"))),
    "under the mouse": in_field("/AP", entries(R=entries())),
    "layered look": layered_look,
    "field's parent": in_field("/Parent", entries(DA=text("/Helv 0 Tf 1 g"))),
    "link": link,
    "lonely widget": lonely_widget,
    "optional comment": optional_comment,
    "new field": new_text_field,
    "dropped field": drop_field,
    "two of a name": two_of_a_name,
}  # fmt: skip


@pytest.mark.parametrize("name", UNLAWFUL)
def test_a_change_that_no_permission_covers_is_refused(
    certified: Callable[[MDPPerm], bytes], trust: TrustStore, name: str
) -> None:
    document = update(certified(MDPPerm.ANNOTATE), UNLAWFUL[name])

    assert outcome(document, trust) == (Verdict.TOTAL_FAILED, Changes.CONTENT)


@pytest.mark.parametrize("name", ["content", "picture", "contents", "title"])
def test_a_second_signature_makes_no_change_lawful(
    one: bytes, foreign_sign: Sign, trust: TrustStore, name: str
) -> None:
    document = foreign_sign(update(one, UNLAWFUL[name]), "seal", "Agency")

    first, second = verified(document, trust).signatures

    assert (first.verdict, second.verdict) == (Verdict.TOTAL_FAILED, Verdict.TOTAL_PASSED)


# --- other writings -----------------------------------------------------------------------------------------------


def in_object_streams(document: bytes, foreign_sign: Sign) -> bytes:
    """The document with object streams and a cross-reference stream, as most products write it, then signed."""
    pikepdf = pytest.importorskip("pikepdf")
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return foreign_sign(out.getvalue(), "leader", "Person")


def update_in_stream(document: bytes, change: Callable[[Writer, ObjectStream], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    writer._update_meta = lambda: None  # type: ignore[method-assign]
    change(writer, writer.prepare_object_stream())
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_object_streams_are_read_as_objects_are(draft: bytes, foreign_sign: Sign, trust: TrustStore) -> None:
    signed = in_object_streams(draft, foreign_sign)

    def pack(writer: Writer, stream: ObjectStream) -> None:
        form = writer.root.raw_get("/AcroForm")
        stream.add_object(form.idnum, form.get_object())

    assert outcome(foreign_sign(update_in_stream(signed, pack), "seal", "Agency"), trust)[0] is Verdict.TOTAL_PASSED
    assert outcome(update(signed, redraw_content), trust) == (Verdict.TOTAL_FAILED, Changes.CONTENT)
    assert outcome(update(signed, fill_remark), trust) == (Verdict.TOTAL_PASSED, Changes.FORM_FILL)
    assert outcome(update(signed, swap_pages), trust) == (Verdict.TOTAL_FAILED, Changes.CONTENT)


def test_an_object_stream_written_over_does_not_pass(draft: bytes, foreign_sign: Sign, trust: TrustStore) -> None:
    signed = in_object_streams(draft, foreign_sign)
    reader = PdfFileReader(io.BytesIO(signed))
    number = min(reader.xrefs.get_xref_data(0).obj_streams_used)
    former = reader.get_object(generic.Reference(number, 0, reader))

    def write_over(writer: Writer) -> None:
        writer.objects[(0, number)] = generic.StreamObject(
            {key: former.raw_get(key) for key in ("/Type", "/N", "/First")}, stream_data=former.data
        )

    assert outcome(update(signed, write_over), trust)[0] is not Verdict.TOTAL_PASSED


def test_a_linearised_file_is_drawn_whole(
    draft: bytes, foreign_sign: Sign, sign_visibly: Callable[..., bytes], trust: TrustStore
) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(draft)) as pdf:
        pdf.save(out, linearize=True)
    signed = foreign_sign(out.getvalue(), "leader", "Person")

    beside = sign_visibly(signed, BLANK, b"1 0 0 rg 10 10 100 30 re f")
    over = sign_visibly(signed, TEXT, b"1 g 0 0 245 180 re f")

    assert outcome(beside, trust) == (Verdict.TOTAL_PASSED, Changes.SIGNATURE)
    assert outcome(over, trust) == (Verdict.TOTAL_FAILED, Changes.CONTENT)
