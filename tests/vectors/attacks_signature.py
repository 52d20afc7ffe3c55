"""Signature dictionaries and byte ranges (ISO 32000-2, 12.8.1; Mladenov et al., 2019: forgery and wrapping)."""

from __future__ import annotations

import re
from dataclasses import replace

from pikepdf import Array, Dictionary, Name, String

from .bench import AGENCY, PERSON, Bench
from .cms import make_cms
from .edits import OTHER_PAGE, new_stream, replace_stream
from .pdf import Update, classic_table, last_startxref, update
from .registry import Builder, Effect, Outcome, Vector, add_vector, attack
from .signing import add_field, hole, last_hole, put_value, value_at

_ANY = ("structure.", "format.", "integrity.", "changes.", "file.")
SHOWN = Effect.SHOWN


def _redefine(bench: Bench, *replacements: tuple[bytes, bytes]) -> bytes:
    """A later revision in which the person's signature dictionary is another, and the page too."""
    revision = Update(bench.one)
    value = revision.field("Person").V
    number = value.objgen[0]
    start = bench.one.rindex(b"\n%d 0 obj\n" % number) + len(b"\n%d 0 obj\n" % number)
    body = bench.one[start : bench.one.index(b"\nendobj", start)]
    for pattern, new in replacements:
        body, count = re.subn(pattern, lambda _, new=new: new, body, count=1)
        assert count == 1, pattern
    revision.touch(value)
    revision.raw[number] = body
    replace_stream(revision, 6, OTHER_PAGE)
    return revision.render()


_RANGE, _CONTENTS = rb"/ByteRange \[[^]]*\]", rb"/Contents <[0-9a-f]*>"

FORGERIES = {
    "no-contents": (_CONTENTS, b""),
    "null-contents": (_CONTENTS, b"/Contents null"),
    "empty-contents": (_CONTENTS, b"/Contents <>"),
    "zero-contents": (_CONTENTS, b"/Contents <00>"),
    "text-contents": (_CONTENTS, b"/Contents (signed)"),
    "number-contents": (_CONTENTS, b"/Contents 0"),
    "no-range": (_RANGE, b""),
    "null-range": (_RANGE, b"/ByteRange null"),
    "empty-range": (_RANGE, b"/ByteRange []"),
    "zero-range": (_RANGE, b"/ByteRange [0 0 0 0]"),
    "negative-range": (_RANGE, b"/ByteRange [-1 -1 -1 -1]"),
    "half-range": (_RANGE, b"/ByteRange [0 100]"),
    "odd-range": (_RANGE, b"/ByteRange [0 100 200]"),
    "six-range": (_RANGE, b"/ByteRange [0 100 200 100 300 100]"),
    "real-range": (_RANGE, b"/ByteRange [0.0 100.5 200 100]"),
    "text-range": (_RANGE, b"/ByteRange [(0) (1) (2) (3)]"),
    "late-range": (_RANGE, b"/ByteRange [100 100 300 100]"),
    "overlapping-range": (_RANGE, b"/ByteRange [0 9000 10 9000]"),
    "endless-range": (_RANGE, b"/ByteRange [0 100 200 99999999]"),
    "huge-range": (_RANGE, b"/ByteRange [0 99999999999999999999 1 99999999999999999999]"),
    "reference-range": (_RANGE, b"/ByteRange [6 0 R 6 0 R 6 0 R 6 0 R]"),
    "no-sub-filter": (rb"/SubFilter /ETSI.CAdES.detached", b""),
    "other-sub-filter": (rb"/SubFilter /ETSI.CAdES.detached", b"/SubFilter /Not.Known"),
    "no-filter": (rb"/Filter /Adobe.PPKLite", b""),
    "other-type": (rb"/Type /Sig", b"/Type /DocTimeStamp"),
}


def _forgery(pattern: bytes, new: bytes) -> Builder:
    return lambda bench: _redefine(bench, (pattern, new))


for _name, (_pattern, _new) in FORGERIES.items():
    add_vector(
        Vector(
            name=f"forgery-{_name}",
            about=f"A later revision redraws the page and gives the signature {_name.replace('-', ' ')}.",
            build=_forgery(_pattern, _new),
            outcome=Outcome.REFUSED,
            rules=_ANY,
            effect=SHOWN,
            family="signature",
        )
    )


@attack("dictionary-reason", *_ANY)
def _(bench: Bench) -> bytes:
    """A later revision adds a reason to the signature dictionary."""
    revision = Update(bench.one)
    value = revision.field("Person").V
    value.Reason = "I agree to everything"
    revision.touch(value)
    return revision.render()


@attack("dictionary-time", *_ANY)
def _(bench: Bench) -> bytes:
    """A later revision changes the time that the signer claims."""
    revision = Update(bench.one)
    value = revision.field("Person").V
    value.M = String("D:20200101000000+07'00'")
    revision.touch(value)
    return revision.render()


@attack("dictionary-permissions", *_ANY)
def _(bench: Bench) -> bytes:
    """A later revision raises the permissions of a certification from 1 to 3."""
    revision = Update(bench.certified(1))
    value = revision.field("Person").V
    value.Reference[0].TransformParams.P = 3
    revision.touch(value)
    return revision.render()


@attack("permissions-removed", "changes.", "structure.")
def _(bench: Bench) -> bytes:
    """A later revision takes the certification out of the catalogue's permissions."""
    revision = Update(bench.certified(1))
    del revision.root.Perms
    revision.touch(revision.root)
    return revision.render()


@attack("permissions-exchanged", "changes.", "structure.")
def _(bench: Bench) -> bytes:
    """A later revision lets the catalogue's permissions name another dictionary, with P=3."""
    revision = Update(bench.certified(1))
    other = Dictionary(dict(revision.field("Person").V.items()))
    other.Reference = Array([Dictionary(TransformMethod=Name.DocMDP, TransformParams=Dictionary(P=3))])
    revision.root.Perms.DocMDP = revision.add(other)
    revision.touch(revision.root)
    return revision.render()


@attack("usage-rights", "changes.", "structure.")
def _(bench: Bench) -> bytes:
    """A later revision adds usage rights (UR3) that ask Reader for more."""
    revision = Update(bench.certified(2))
    revision.root.Perms.UR3 = revision.field("Person").V
    revision.touch(revision.root)
    return revision.render()


@attack("value-exchanged", *_ANY)
def _(bench: Bench) -> bytes:
    """The field of a later revision shows the signature of another document."""
    other = bench.sign(bench.base("page"))
    revision = Update(bench.one)
    field = revision.field("Person")
    body = re.search(rb"\n%d 0 obj\n(.*?)\nendobj" % _number_of(other), other, re.DOTALL)
    assert body
    field.V = revision.add(body[1])
    revision.touch(field)
    return revision.render()


def _number_of(document: bytes) -> int:
    return int(re.findall(rb"(\d+) 0 obj\n<< /Type /Sig", document)[-1])


@attack("transplanted", "integrity.digest")
def _(bench: Bench) -> bytes:
    """The value of a signature over another document stands in the gap."""
    other = bench.sign(bench.base("page"))
    return put_value(bench.one, last_hole(bench.one), value_at(other, last_hole(other)).rstrip(b"\0"))


@attack("transplanted-agency", "integrity.digest", effect=SHOWN)
def _(bench: Bench) -> bytes:
    """The agency's value is taken from the true document into one that the person signed differently."""
    forged = bench.sign(bench.sign(bench.base("redrawn")), "leader", AGENCY)
    return put_value(forged, last_hole(forged), value_at(bench.two, last_hole(bench.two)).rstrip(b"\0"))


@attack("values-exchanged", "integrity.")
def _(bench: Bench) -> bytes:
    """The values of the person's and the agency's signatures are exchanged."""
    first, second = hole(bench.two, len(bench.plain)), last_hole(bench.two)
    one, two = (value_at(bench.two, gap).rstrip(b"\0") for gap in (first, second))
    return put_value(put_value(bench.two, first, two), second, one)


@attack("shared-by-two-fields", "structure.shared_signature", "changes.")
def _(bench: Bench) -> bytes:
    """A second field shows the same signature."""
    revision = Update(bench.one)
    twin = revision.add(Dictionary(FT=Name.Sig, T=String("Twin"), V=revision.field("Person").V))
    revision.form.Fields.append(twin)
    revision.touch(revision.form)
    return revision.render()


@attack("copied-dictionary", *_ANY)
def _(bench: Bench) -> bytes:
    """A second field shows a copy of the signature's dictionary."""
    revision = Update(bench.one)
    body = re.search(rb"\n%d 0 obj\n(.*?)\nendobj" % _number_of(bench.one), bench.one, re.DOTALL)
    assert body
    twin = revision.add(Dictionary(FT=Name.Sig, T=String("Twin"), V=revision.add(body[1])))
    revision.form.Fields.append(twin)
    revision.touch(revision.form)
    return revision.render()


@attack("field-removed", "changes.", "structure.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The person's field is taken out of the form: only the agency's is left."""
    revision = Update(bench.two)
    form = revision.form
    form.Fields = Array([item for item in form.Fields if str(item.get("/T", "")) != "Person"])
    revision.touch(form)
    return revision.render()


@attack("field-emptied", "changes.", "structure.", "file.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """The person's field is emptied, and only the agency's signature is left."""
    revision = Update(bench.two)
    field = revision.field("Person")
    del field["/V"]
    revision.touch(field)
    return revision.render()


@attack("all-signatures-removed", "file.", outcome=Outcome.NOT_SIGNED, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """The form is taken out of the catalogue: nothing is signed any more."""
    revision = Update(bench.two)
    del revision.root.AcroForm
    revision.touch(revision.root)
    return revision.render()


@attack("field-renamed", "changes.", "structure.")
def _(bench: Bench) -> bytes:
    """The person's field is called otherwise."""
    revision = Update(bench.one)
    field = revision.field("Person")
    field.T = "Minister"
    revision.touch(field)
    return revision.render()


@attack("attachment-signature", "file.", outcome=Outcome.NOT_SIGNED)
def _(bench: Bench) -> bytes:
    """An unsigned document carries a signed one as an attachment, not compressed."""
    return update(bench.plain, lambda revision: replace_stream(revision, 54, bench.base("one")))


@attack("attachment-signature-shown", *_ANY)
def _(bench: Bench) -> bytes:
    """A field shows the signature dictionary that lies inside an attached signed document."""
    attached = bench.one
    number = _number_of(attached)
    carrier = update(bench.plain, lambda revision: new_stream(revision, attached))
    revision = Update(carrier)
    shown = revision.add(Dictionary())
    field = revision.add(Dictionary(FT=Name.Sig, T=String("Person"), V=shown))
    revision.form.Fields.append(field)
    revision.touch(revision.form)
    del revision.objects[shown.objgen[0]]
    revision.aliases[shown.objgen[0]] = carrier.rindex(b"\n%d 0 obj\n" % number) + 1
    return revision.render()


@attack("wrapped-range-moved", *_ANY, effect=SHOWN)
def _(bench: Bench) -> bytes:
    """The second signed part is moved to the end, another page put before it (signature wrapping)."""
    document, before = bench.one, len(bench.plain)
    start, end = last_hole(document)
    tail, table_at = document[end:], last_startxref(document)
    head_of_page = b"6 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (len(OTHER_PAGE), OTHER_PAGE)
    offsets = {
        int(found[1]): found.start(1)
        for found in re.finditer(rb"(?<=\n)(\d+) 0 obj", document)
        if found.start() > before
    }
    # The pointer in the moved part leads to where the table was: there stands another one now.
    inserted = b" >>\nendobj\n".ljust(table_at - end)
    blank = classic_table({**offsets, 6: 0}, {}, {})
    trailer = b"trailer\n<</Root 1 0 R/Info 55 0 R/Size 58/Prev %d>>\n" % last_startxref(bench.plain)
    page_at = table_at + len(blank) + len(trailer)
    inserted += classic_table({**offsets, 6: page_at}, {}, {}) + trailer + head_of_page
    room = document.index(b"/ByteRange [") + len(b"/ByteRange [")
    close = document.index(b"]", room)
    moved = b"0 %d %d %d" % (start, end + len(inserted), len(tail))
    head = document[:room] + moved.ljust(close - room) + document[close:end]
    return head + inserted + tail


@attack("wrapped-gap-widened", "structure.", "integrity.")
def _(bench: Bench) -> bytes:
    """The unsigned gap reaches further than the value."""
    start, end = last_hole(bench.one)
    wide = b"[0 %d %d %d" % (start - 40, end + 40, len(bench.one) - end - 40)
    plan = re.search(rb"/ByteRange (\[[^]]*\])", bench.one)
    assert plan
    length = plan.end(1) - plan.start(1)
    changed = bench.one[: plan.start(1)] + wide.ljust(length - 1) + b"]" + bench.one[plan.end(1) :]
    key = bench.key("leader")
    data = changed[: start - 40] + changed[end + 40 :]
    return put_value(changed, (start, end), make_cms(key, data))


@attack("range-short-of-the-end", "structure.")
def _(bench: Bench) -> bytes:
    """The signed part ends before the revision does."""
    document = bench.one
    start, end = last_hole(document)
    tail = len(document) - end - 60
    plan = re.search(rb"/ByteRange (\[[^]]*\])", document)
    assert plan
    short = (b"[0 %d %d %d" % (start, end, tail)).ljust(plan.end(1) - plan.start(1) - 1) + b"]"
    changed = document[: plan.start(1)] + short + document[plan.end(1) :]
    return put_value(changed, (start, end), make_cms(bench.key("leader"), changed[:start] + changed[end : end + tail]))


@attack("second-certification", "changes.", "structure.")
def _(bench: Bench) -> bytes:
    """A second certification signature follows the first."""
    return bench.sign(bench.certified(2), "seal", replace(AGENCY, certify=3))


@attack("approval-after-p1", "changes.")
def _(bench: Bench) -> bytes:
    """An approval signature follows a certification that forbids every change."""
    return bench.sign(bench.certified(1), "seal", AGENCY)


@attack("certification-after-approval", "changes.", "structure.", outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """A certification follows an approval: it may only come first (12.8.2.2.1)."""
    return bench.sign(bench.one, "seal", replace(AGENCY, certify=2))


@attack("visible-signature-over-text", "changes.", effect=SHOWN)
def _(bench: Bench) -> bytes:
    """A later signature with a white appearance covers the text (sneaky signature attack)."""
    plan = replace(AGENCY, box=(60, 730, 560, 790), appearance=b"1 g 0 0 500 60 re f")
    return bench.sign(bench.one, "seal", plan)


@attack("visible-signature-over-text-p2", "changes.", effect=SHOWN)
def _(bench: Bench) -> bytes:
    """The same after a certification that allows form filling and signing."""
    plan = replace(AGENCY, box=(60, 730, 560, 790), appearance=b"1 g 0 0 500 60 re f 0 g 10 10 100 30 re f")
    return bench.sign(bench.certified(2), "seal", plan)


@attack("visible-signature-by-a-stranger", *_ANY, "trust.", effect=SHOWN)
def _(bench: Bench) -> bytes:
    """The same with a key that nobody trusts."""
    plan = replace(AGENCY, box=(60, 730, 560, 790), appearance=b"1 g 0 0 500 60 re f")
    return bench.sign(bench.certified(2), "unknown-root", plan)


@attack("visible-signature-on-paper-by-a-stranger", "changes.", "trust.", effect=SHOWN, outcome=Outcome.REFUSED)
def _(bench: Bench) -> bytes:
    """After a certification with P=2 a key that nobody trusts signs visibly, on blank paper."""
    plan = replace(AGENCY, box=(72, 100, 162, 130), appearance=b"2 6 80 20 re f")
    return bench.sign(bench.certified(2), "unknown-root", plan)


@attack("visible-field-signed-later-p2", "changes.", effect=SHOWN)
def _(bench: Bench) -> bytes:
    """After a certification with P=2 a visible field is added, and only a later revision signs it."""
    plan = replace(AGENCY, box=(72, 100, 162, 130))
    return bench.sign(update(bench.certified(2), lambda revision: add_field(revision, plan)), "seal", plan)


@attack("empty-signature-field-over-text", "changes.", "structure.", effect=SHOWN)
def _(bench: Bench) -> bytes:
    """A later revision adds an empty signature field whose appearance covers the text."""
    plan = replace(AGENCY, box=(60, 730, 560, 790), appearance=b"1 g 0 0 500 60 re f")
    return update(bench.certified(2), lambda revision: add_field(revision, plan))


@attack("field-lock-removed", "changes.", "structure.")
def _(bench: Bench) -> bytes:
    """After signing, the lock of the signature's field is taken away."""
    signed = bench.sign(bench.plain, "leader", replace(PERSON, lock=("All", ())))

    def unlock(revision: Update) -> None:
        field = revision.field("Person")
        del field["/Lock"]
        revision.touch(field)

    return update(signed, unlock)
