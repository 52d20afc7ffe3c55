"""Files made to take a verifier's time, memory or life: one small builder for each class, named by what it abuses.

Nothing here is signed by anybody who should not; what counts is that verification answers. Sizes are those at which a
naive reader takes minutes or gigabytes.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable, Mapping

Builder = Callable[[bytes], bytes]
"""Takes a signed document; those that need none ignore it."""

HOSTILE: dict[str, Builder] = {}

MANY = 100_000
DEEP = 20_000
BLANK_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
_RANGE_AND_VALUE = b"/ByteRange[0 9 99 9]/Contents<3003020100>/M(D:2026)"
SIGNATURE = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached%s>>" % _RANGE_AND_VALUE


def hostile(build: Builder) -> Builder:
    HOSTILE[build.__name__] = build
    return build


def pdf(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """A file of ``objects`` with a plain cross-reference table; number 1 is the catalogue."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return bytes(out) + _table(places, len(out), trailer + b"/Root 1 0 R", max(objects) + 1, is_first=True)


def update(document: bytes, objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """``document`` with an incremental update of ``objects``."""
    root = re.findall(rb"/Root (\d+ 0 R)", document)[-1]
    previous = re.findall(rb"startxref\s+(\d+)", document)[-1]
    out, places = bytearray(document + b"\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = max(max(objects, default=0) + 1, 100)
    return bytes(out) + _table(places, len(out), trailer + b"/Root %s/Prev %s" % (root, previous), size)


def _table(places: Mapping[int, int], at: int, trailer: bytes, size: int, *, is_first: bool = False) -> bytes:
    lines = [b"xref\n"] + ([b"0 1\n0000000000 65535 f \n"] if is_first else [])
    lines += [b"%d 1\n%010d 00000 n \n" % (number, place) for number, place in sorted(places.items())]
    return b"".join(lines) + b"trailer\n<<%s/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, size, at)


def catalogue(document: bytes) -> tuple[int, bytes]:
    """Number and content of the latest catalogue."""
    number = int(re.findall(rb"/Root (\d+) 0 R", document)[-1])
    start = document.rindex(b"\n%d 0 obj" % number)
    body = document[start : document.index(b"endobj", start)]
    return number, body[body.index(b"<<") :].strip()


def with_catalogue(document: bytes, entries: bytes, objects: Mapping[int, bytes]) -> bytes:
    """An update whose catalogue has ``entries`` more, first: duplicate keys are for the reader to mind."""
    number, body = catalogue(document)
    return update(document, {number: b"<<" + entries + body[2:], **objects})


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), entries, data)


def blanks(megabytes: int, filler: bytes = b" ") -> bytes:
    """What ``zlib`` unpacks to that many megabytes: one packed block, again and again."""
    plain = filler * (1 << 20)
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 1
    for _index in range(megabytes):
        check = zlib.adler32(plain, check)
    return b"\x78\xda" + block * megabytes + b"\x03\x00" + check.to_bytes(4, "big")


def form(fields: bytes, extra: Mapping[int, bytes], catalogue_more: bytes = b"") -> bytes:
    """A page with a form."""
    return pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[%s]>>%s>>" % (fields, catalogue_more),
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: BLANK_PAGE,
            **extra,
        }
    )


def xref_stream(rows: bytes, entries: bytes, filters: bytes = b"") -> bytes:
    """A file that is little more than a cross-reference stream."""
    head = (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    )
    table = stream(rows, b"/Type/XRef/Root 1 0 R" + entries + filters)
    return head + b"3 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


# --- depth and circles --------------------------------------------------------------------------------------------


@hostile
def deep_arrays(_: bytes) -> bytes:
    return pdf({1: b"<</Type/Catalog/Pages 2 0 R/AcroForm " + b"[" * DEEP + b"]" * DEEP + b">>", 2: b"<<>>"})


@hostile
def deep_dictionaries(_: bytes) -> bytes:
    return form(b"4 0 R", {4: b"<</A" * DEEP + b"/B" + b">>" * DEEP})


@hostile
def deep_update(signed: bytes) -> bytes:
    return with_catalogue(signed, b"/Deep 90 0 R", {90: b"[" * 400 + b"]" * 400})


@hostile
def deeper_update(signed: bytes) -> bytes:
    return with_catalogue(signed, b"/Deep 90 0 R", {90: b"[" * DEEP + b"]" * DEEP})


@hostile
def chain_of_references(signed: bytes) -> bytes:
    links = {number: b"<</Next %d 0 R>>" % (number + 1) for number in range(200, 5200)}
    return with_catalogue(signed, b"/Outlines 200 0 R", {**links, 5200: b"null"})


@hostile
def kids_of_themselves(_: bytes) -> bytes:
    return pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>"})


@hostile
def pages_circle_later(signed: bytes) -> bytes:
    pages = int(re.findall(rb"/Pages (\d+) 0 R", signed)[-1])
    return update(signed, {pages: b"<</Type/Pages/Count 2/Kids[%d 0 R %d 0 R]>>" % (pages, pages)})


@hostile
def pages_double_at_each_level(signed: bytes) -> bytes:
    """Forty levels, each of which names the next twice: a million million pages in forty objects."""
    pages = int(re.findall(rb"/Pages (\d+) 0 R", signed)[-1])
    levels = {100 + n: b"<</Type/Pages/Count 9/Kids[%d 0 R %d 0 R]>>" % (101 + n, 101 + n) for n in range(40)}
    return update(signed, {pages: b"<</Type/Pages/Count 9/Kids[100 0 R 100 0 R]>>", **levels, 140: BLANK_PAGE})


@hostile
def fields_of_themselves(_: bytes) -> bytes:
    return form(b"4 0 R", {4: b"<</T(a)/FT/Sig/Kids[4 0 R 4 0 R]>>"})


@hostile
def fields_double_at_each_level(_: bytes) -> bytes:
    levels = {4 + n: b"<</T(a)/Kids[%d 0 R %d 0 R]>>" % (5 + n, 5 + n) for n in range(40)}
    return form(b"4 0 R", {**levels, 44: b"<</T(z)/FT/Sig/V 45 0 R>>", 45: SIGNATURE})


@hostile
def fields_double_later(signed: bytes) -> bytes:
    levels = {100 + n: b"<</T(a)/Kids[%d 0 R %d 0 R]>>" % (101 + n, 101 + n) for n in range(40)}
    last = {140: b"<</T(z)/FT/Tx/V(x)>>"}
    return with_catalogue(signed, b"/AcroForm<</SigFlags 3/Fields[100 0 R]>>", {**levels, **last})


@hostile
def parents_in_a_circle(_: bytes) -> bytes:
    return form(b"4 0 R", {4: b"<</T(a)/V 6 0 R/Parent 5 0 R>>", 5: b"<</T(b)/FT/Sig/Parent 4 0 R>>", 6: SIGNATURE})


@hostile
def names_of_themselves(signed: bytes) -> bytes:
    return with_catalogue(signed, b"/Names<</EmbeddedFiles 90 0 R>>", {90: b"<</Kids[90 0 R 90 0 R]/Limits[(a)(z)]>>"})


@hostile
def outlines_in_a_circle(signed: bytes) -> bytes:
    return with_catalogue(signed, b"/Outlines 90 0 R", {90: b"<</First 91 0 R>>", 91: b"<</Next 91 0 R/Prev 91 0 R>>"})


@hostile
def object_that_is_itself(_: bytes) -> bytes:
    return form(b"4 0 R", {4: b"4 0 R"})


@hostile
def stream_whose_length_is_itself(_: bytes) -> bytes:
    return form(b"4 0 R", {4: b"<</T(a)/FT/Sig/V 5 0 R>>", 5: b"<</Length 5 0 R>>stream\nx\nendstream"})


@hostile
def previous_table_is_itself(_: bytes) -> bytes:
    data = pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Kids[]/Count 0>>"})
    return data.replace(b"/Root", b"/Prev %d/Root" % data.rindex(b"xref\n0"))


# --- numbers ------------------------------------------------------------------------------------------------------


@hostile
def huge_size(_: bytes) -> bytes:
    return form(b"", {}).replace(b"/Size 4", b"/Size 999999999999")


@hostile
def huge_count(signed: bytes) -> bytes:
    pages = int(re.findall(rb"/Pages (\d+) 0 R", signed)[-1])
    return update(signed, {pages: b"<</Type/Pages/Count 999999999999/Kids[]>>"})


@hostile
def huge_subsection(_: bytes) -> bytes:
    return form(b"", {}).replace(b"xref\n0 1\n", b"xref\n0 4000000000\n")


@hostile
def huge_index(_: bytes) -> bytes:
    return xref_stream(bytes(30), b"/Size 9/W[1 2 2]/Index[0 999999999999]")


@hostile
def index_of_empty_rows(_: bytes) -> bytes:
    """Rows of no bytes: as many as the index says."""
    return xref_stream(b"", b"/Size 9/W[0 0 0]/Index[0 2000000000]")


@hostile
def wide_rows(_: bytes) -> bytes:
    return xref_stream(bytes(30), b"/Size 9/W[1 2000000000 2000000000]")


@hostile
def long_numbers(_: bytes) -> bytes:
    nines = b"9" * 6000
    return form(b"4 0 R", {4: b"<</T(a)/FT/Sig/Ff %s/V 5 0 R>>" % nines, 5: SIGNATURE.replace(b"99 9", nines)})


@hostile
def numbers_that_are_none(signed: bytes) -> bytes:
    values = (b"nan", b"inf", b"-", b".", b"+-1", b"1e400", b"--1", b"1.2.3")
    return with_catalogue(signed, b"/A[%s]" % b" ".join(values), {})


@hostile
def long_offsets(_: bytes) -> bytes:
    return form(b"", {}) + b"startxref\n" + b"9" * 10_000 + b"\n%%EOF\n"


@hostile
def names_with_nul(signed: bytes) -> bytes:
    return with_catalogue(signed, b"/A#00B/C/D#0/E#GG /F", {})


@hostile
def object_stream_of_many(_: bytes) -> bytes:
    head = b"%PDF-1.7\n"
    members = stream(b"1 0 ", b"/Type/ObjStm/N 2000000000/First 4")
    body = head + b"2 0 obj\n" + members + b"\nendobj\n"
    rows = b"".join(bytes(row) for row in ((0, 0, 0, 0), (2, 0, 2, 0), (1, 0, len(head), 0), (1, 0, len(body), 0)))
    table = stream(rows, b"/Type/XRef/Root 1 0 R/Size 4/W[1 2 1]")
    return body + b"3 0 obj\n" + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(body)


# --- bombs --------------------------------------------------------------------------------------------------------


@hostile
def flate_bomb(_: bytes) -> bytes:
    return xref_stream(blanks(1000, b"\0"), b"/Size 9/W[1 2 1]", b"/Filter/FlateDecode")


@hostile
def flate_in_flate(_: bytes) -> bytes:
    twice = zlib.compress(blanks(2000, b"\0"), 9)
    return xref_stream(twice, b"/Size 9/W[1 2 1]", b"/Filter[/FlateDecode/FlateDecode]")


@hostile
def predictor_bomb(_: bytes) -> bytes:
    rows = blanks(200, b"\0")
    return xref_stream(rows, b"/Size 9/W[1 2 1]", b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 1>>")


@hostile
def predictor_of_huge_columns(_: bytes) -> bytes:
    parms = b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 2000000000>>"
    return xref_stream(zlib.compress(bytes(99)), b"/Size 9/W[1 2 1]", parms)


@hostile
def ascii85_bomb(_: bytes) -> bytes:
    return xref_stream(b"z" * 30_000_000 + b"~>", b"/Size 9/W[1 2 1]", b"/Filter/ASCII85Decode")


@hostile
def hexadecimal_bomb(_: bytes) -> bytes:
    filters = b"/Filter[/FlateDecode/ASCIIHexDecode]"
    return xref_stream(blanks(500, b"0"), b"/Size 9/W[1 2 1]", filters)


@hostile
def many_filters(_: bytes) -> bytes:
    data = b"x"
    for _index in range(300):
        data = zlib.compress(data)
    return xref_stream(data, b"/Size 9/W[1 2 1]", b"/Filter[" + b"/FlateDecode" * 300 + b"]")


@hostile
def bomb_in_a_later_page(signed: bytes) -> bytes:
    page = int(re.findall(rb"/Kids ?\[ ?(\d+) 0 R", signed)[-1])
    body = b"<</Type/Page/Contents 90 0 R/MediaBox[0 0 9 9]>>"
    return update(signed, {page: body, 90: stream(blanks(1000), b"/Filter/FlateDecode")})


@hostile
def bomb_in_a_later_appearance(signed: bytes) -> bytes:
    field = b"<</T(edocs.number)/FT/Tx/V(7)/AP<</N 91 0 R>>/Rect[0 0 9 9]/Subtype/Widget>>"
    form_object = stream(blanks(1000), b"/Filter/FlateDecode/Subtype/Form/BBox[0 0 9 9]")
    return with_catalogue(signed, b"/AcroForm<</Fields[90 0 R]>>", {90: field, 91: form_object})


@hostile
def bomb_in_the_security_store(signed: bytes) -> bytes:
    store = {90: b"<</Certs[91 0 R]/CRLs[91 0 R]/OCSPs[91 0 R]>>", 91: stream(blanks(600), b"/Filter/FlateDecode")}
    return with_catalogue(signed, b"/DSS 90 0 R", store)


# --- many ---------------------------------------------------------------------------------------------------------


@hostile
def many_fields(_: bytes) -> bytes:
    fields = {4 + n: b"<</T(%d)/FT/Tx>>" % n for n in range(MANY)}
    return form(b" ".join(b"%d 0 R" % number for number in fields), fields)


@hostile
def many_signatures(_: bytes) -> bytes:
    fields = {5 + n: b"<</T(%d)/FT/Sig/V 4 0 R>>" % n for n in range(10_000)}
    return form(b" ".join(b"%d 0 R" % number for number in fields), {4: SIGNATURE, **fields})


@hostile
def many_signatures_of_their_own(_: bytes) -> bytes:
    fields = {4 + n: b"<</T(%d)/FT/Sig/V %s>>" % (n, SIGNATURE) for n in range(10_000)}
    return form(b" ".join(b"%d 0 R" % number for number in fields), fields)


@hostile
def many_copies_of_a_signature(signed: bytes) -> bytes:
    """The real value, shown by a thousand fields."""
    value = re.findall(rb"/V (\d+ 0 R)", signed)[-1]
    fields = {100 + n: b"<</T(c%d)/FT/Sig/V %s>>" % (n, value) for n in range(1000)}
    names = b" ".join(b"%d 0 R" % number for number in fields)
    return with_catalogue(signed, b"/AcroForm<</SigFlags 3/Fields[%s]>>" % names, fields)


@hostile
def many_revisions(signed: bytes) -> bytes:
    root = re.findall(rb"/Root (\d+ 0 R)", signed)[-1]
    previous = int(re.findall(rb"startxref\s+(\d+)", signed)[-1])
    out = bytearray(signed)
    for _index in range(3000):
        start = len(out)
        out += b"xref\n0 0\ntrailer\n<</Size 100/Root %s/Prev %d>>\n" % (root, previous)
        out += b"startxref\n%d\n%%%%EOF\n" % start
        previous = start
    return bytes(out)


@hostile
def revisions_with_changes(signed: bytes) -> bytes:
    for number in range(150):
        signed = update(signed, {200 + number: b"<</A %d>>" % number, 90: b"<</B %d>>" % number})
    return signed


@hostile
def many_objects_later(signed: bytes) -> bytes:
    return update(signed, {1000 + n: b"<</A[1 2 3]/B(c)>>" for n in range(MANY)})


@hostile
def many_annotations_later(signed: bytes) -> bytes:
    page = int(re.findall(rb"/Kids ?\[ ?(\d+) 0 R", signed)[-1])
    annotations = b"/Annots[" + b"<</Subtype/Text/Rect[0 0 9 9]>>" * 300_000 + b"]"
    return update(signed, {page: b"<</Type/Page/MediaBox[0 0 9 9]" + annotations + b">>"})


@hostile
def many_lists_in_the_security_store(signed: bytes) -> bytes:
    names = b" ".join(b"%d 0 R" % (200 + n) for n in range(MANY))
    lists = {200 + n: stream(b"0\x03\x02\x01%c" % (n % 256)) for n in range(MANY)}
    return with_catalogue(signed, b"/DSS 90 0 R", {90: b"<</CRLs[%s]>>" % names, **lists})


@hostile
def long_list_in_the_security_store(signed: bytes) -> bytes:
    """A revocation list of 50 MB, of entries that parse."""
    entry = bytes.fromhex("3020020101") + b"\x17\x0d250101000000Z" + bytes.fromhex("300c300a0603551d1504030a0101")
    body = entry * ((50 << 20) // len(entry))
    outer = b"\x30\x84" + len(body).to_bytes(4, "big") + body
    store = {90: b"<</CRLs[91 0 R]>>", 91: stream(b"\x30\x84" + len(outer).to_bytes(4, "big") + outer)}
    return with_catalogue(signed, b"/DSS 90 0 R", store)


@hostile
def many_byte_ranges(signed: bytes) -> bytes:
    return with_catalogue(signed, b"/A 90 0 R", {90: stream(b"/ByteRange [0 1 2 3]" * MANY)})


@hostile
def long_runs_of_blanks(signed: bytes) -> bytes:
    return signed + b" " * 900 + b"\n" + b"% x\n" * 200_000


@hostile
def objects_that_almost_end(signed: bytes) -> bytes:
    return signed + b"1 0 obj" * MANY + b"1 " * MANY


@hostile
def strings_that_do_not_end(_: bytes) -> bytes:
    return form(b"4 0 R", {4: b"<</T" + b"(" * MANY + b">>"})


@hostile
def comments_within_comments(signed: bytes) -> bytes:
    return update(signed, {90: b"%" + b"%\n" * MANY + b"1"})


# --- values of signatures -----------------------------------------------------------------------------------------


def der(tag: int, *parts: bytes) -> bytes:
    """One element of DER."""
    content = b"".join(parts)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def with_value(signed: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A file whose one signature has a value made from that of ``signed``: as large as it comes, the range fitting."""
    honest = bytes.fromhex(re.findall(rb"/Contents ?<([0-9a-fA-F]+)>", signed)[-1].decode())
    digits = change(honest).hex().encode()
    field = b"<</T(a)/FT/Sig/Subtype/Widget/Rect[0 0 0 0]/V 5 0 R>>"
    blank = b"[0 %010d %010d %010d]" % (0, 0, 0)
    value = SIGNATURE.replace(b"[0 9 99 9]", blank).replace(b"<3003020100>", b"<" + digits + b">")
    data = form(b"4 0 R", {4: field, 5: value})
    start = data.index(b"<" + digits[:200])
    end = start + len(digits) + 2
    return data.replace(blank, b"[0 %010d %010d %010d]" % (start, end, len(data) - end))


def cms_parts(value: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Version with digests, content, certificates, signer infos: of a SignedData that edocs or pyHanko wrote."""
    from asn1crypto import cms

    signed = cms.ContentInfo.load(value)["content"]
    head = signed["version"].dump() + signed["digest_algorithms"].dump()
    return head, signed["encap_content_info"].dump(), signed["certificates"].contents, signed["signer_infos"].dump()


def signed_data(*parts: bytes) -> bytes:
    return der(0x30, bytes.fromhex("06092a864886f70d010702"), der(0xA0, der(0x30, *parts)))


@hostile
def many_certificates(signed: bytes) -> bytes:
    def change(value: bytes) -> bytes:
        head, content, certificates, signers = cms_parts(value)
        return signed_data(head, content, der(0xA0, certificates * 1000), signers)

    return with_value(signed, change)


@hostile
def many_certificates_that_are_none(signed: bytes) -> bytes:
    def change(value: bytes) -> bytes:
        head, content, certificates, signers = cms_parts(value)
        return signed_data(head, content, der(0xA0, certificates, der(0x30, b"\x05\x00") * MANY), signers)

    return with_value(signed, change)


@hostile
def many_signers(signed: bytes) -> bytes:
    def change(value: bytes) -> bytes:
        from asn1crypto import cms

        head, content, certificates, _ = cms_parts(value)
        signer = cms.ContentInfo.load(value)["content"]["signer_infos"].contents
        return signed_data(head, content, der(0xA0, certificates), der(0x31, signer * 1000))

    return with_value(signed, change)


@hostile
def deep_asn1(signed: bytes) -> bytes:
    def change(value: bytes) -> bytes:
        head, _, certificates, signers = cms_parts(value)
        nested = b"\x05\x00"
        for _index in range(3000):
            nested = der(0x30, nested)
        return signed_data(head, nested, der(0xA0, certificates, nested), signers)

    return with_value(signed, change)


@hostile
def endless_asn1(signed: bytes) -> bytes:
    return with_value(signed, lambda _: b"\x30\x80" * 50_000)


@hostile
def giant_object_identifier(signed: bytes) -> bytes:
    def change(value: bytes) -> bytes:
        head, content, certificates, signers = cms_parts(value)
        giant = der(0x06, b"\x2a" + b"\xff" * 200_000 + b"\x01")
        return signed_data(
            head, content, der(0xA0, certificates), der(0x31, der(0x30, b"\x02\x01\x01", giant)), signers
        )

    return with_value(signed, change)


@hostile
def giant_identifier_of_the_content(signed: bytes) -> bytes:
    return with_value(signed, lambda _: der(0x30, der(0x06, b"\x2a" + b"\xff" * 400_000 + b"\x01"), der(0xA0, b"\5\0")))


@hostile
def value_of_no_bytes(signed: bytes) -> bytes:
    return with_value(signed, lambda _: b"\0" * 40)


@hostile
def encoded_twice(signed: bytes) -> bytes:
    return with_value(signed, base64.b64encode)
