"""The keys, the documents and the signed files that vectors begin with; each is made once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path

from asn1crypto import cms, tsp
from pikepdf import Dictionary, Name, String
from servers.tsa import Authority

from edocs.connect import open_signer
from edocs.model import HANOI, DocumentCode, Role, SignatureSpec, Stamp
from edocs.ports import Signer
from edocs.sign import approve_pdf, issue_pdf
from edocs.testing import (
    PASSPHRASE,
    Pki,
    letter_places,
    sample_letter,
    sample_pdf,
    sample_seal_png,
    sample_signature_png,
)

from .cms import Key
from .edits import OTHER_PAGE, form_xobject, replace_stream
from .pdf import Table, Update, numbers, update
from .signing import Plan, add_annotation, sign
from .specimen import plain_page, specimen
from .tagged_page import tagged_document

PERSON, AGENCY = Plan(field="Person"), Plan(field="Agency")
FOLDER = Path(__file__).parents[2] / "certs" / "test"


class Bench:
    """Everything is deterministic but for the salts of PSS and ECDSA."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.pki = Pki(folder=folder, base_url="http://localhost:8710", passphrase=PASSPHRASE)
        self.key: Callable[[str], Key] = cache(lambda name: Key.load(folder, name))
        self._bases: dict[str, bytes] = {}

    def base(self, name: str) -> bytes:
        """A document that vectors refer to by name, such as ``plain``, ``one``, ``two``, ``certified-2``."""
        if name not in self._bases:
            self._bases[name] = self._make(name)
        return self._bases[name]

    def _make(self, name: str) -> bytes:
        kind, _, rest = name.partition("-")
        makers: dict[str, Callable[[], bytes]] = {
            "plain": specimen,
            "streams": lambda: specimen(Table.STREAM),
            "redrawn": lambda: update(self.plain, lambda revision: replace_stream(revision, 6, OTHER_PAGE)),
            "page": plain_page,
            "tagged": tagged_document,
            "sample": sample_pdf,
            "stamped": lambda: self.sign(self.plain, "leader", replace(PERSON, box=(72, 100, 162, 130))),
            "commented": lambda: self.sign(update(self.plain, _comment), "leader", replace(PERSON, certify=3)),
            "one": lambda: self.sign(self.plain, "leader", PERSON),
            "two": lambda: self.sign(self.one, "seal", AGENCY),
            "certified": lambda: self.sign(self.plain, "leader", replace(PERSON, certify=int(rest))),
            "letter": sample_letter,
            "approved": self._approved,
            "issued": self._issued,
        }
        return makers[kind]()

    def sign(self, document: bytes, key: str = "leader", plan: Plan = PERSON) -> bytes:
        return sign(document, self.key(key), plan)

    @property
    def plain(self) -> bytes:
        """The specimen, not signed."""
        return self.base("plain")

    @property
    def one(self) -> bytes:
        """The specimen with a person's approval signature."""
        return self.base("one")

    @property
    def two(self) -> bytes:
        """The same with the agency's."""
        return self.base("two")

    def certified(self, permission: int) -> bytes:
        """The specimen with a person's certification signature."""
        return self.base(f"certified-{permission}")

    @cached_property
    def tsa(self) -> Authority:
        return Authority.of(self.pki, "tsa")

    def token(self, data: bytes, at: datetime = datetime(2026, 3, 5, 7, 31, tzinfo=UTC)) -> cms.ContentInfo:
        """A timestamp token over ``data`` (RFC 3161)."""
        imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(data).digest()}
        query = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "cert_req": True})
        return tsp.TimeStampResp.load(self.tsa.answer(query.dump(), at))["time_stamp_token"]

    def timestamp(
        self, document: bytes, field: str = "Timestamp", table: Table = Table.CLASSIC, **more: object
    ) -> bytes:
        """``document`` with a document timestamp behind it."""
        plan = Plan(
            field=field,
            kind="DocTimeStamp",
            sub_filter="ETSI.RFC3161",
            entries=b"",
            table=table,
            make=lambda data: bytes(self.token(data).dump()),
            **more,  # type: ignore[arg-type]
        )
        return sign(document, self.key("tsa"), plan)

    @cached_property
    def _open(self) -> Callable[[str], Signer]:
        return cache(lambda name: open_signer(f"pkcs12:{self.pki.p12(name)}", lambda _: self.pki.passphrase))

    def signer(self, name: str) -> Signer:
        """A key as edocs itself opens it."""
        return self._open(name)

    def _approved(self) -> bytes:
        stamp = Stamp(box=letter_places().signature, image_png=sample_signature_png("Nguyễn Văn An"))
        spec = SignatureSpec(role=Role.PERSONAL, stamp=stamp)
        return approve_pdf(
            self.base("letter"), self.signer("leader"), spec, now=datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
        )

    def _issued(self) -> bytes:
        spec = SignatureSpec(
            role=Role.ORGANISATION,
            code=DocumentCode(number=7, issued_on=datetime(2026, 3, 5, tzinfo=HANOI)),
            stamp=Stamp(image_png=sample_seal_png("Ủy ban nhân dân tỉnh Lam Giang")),
        )
        return issue_pdf(self.base("approved"), self.signer("seal"), spec, now=datetime(2026, 3, 5, 8, 30, tzinfo=UTC))


def _comment(revision: Update) -> None:
    """A comment on blank paper that is there when the document is signed."""
    resources = Dictionary(Font=Dictionary(Helv=revision.pdf.get_object((12, 0))))
    drawn = form_xobject(revision, b"BT /Helv 11 Tf 0 g 2 6 Td (not yet approved) Tj ET", 100, 20, resources)
    note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, F=4, AP=Dictionary(N=drawn))
    note.Rect, note.Contents, note.DA = (
        numbers(300, 200, 400, 220),
        String("not yet approved"),
        String("/Helv 11 Tf 0 g"),
    )
    add_annotation(revision, revision.page(0), revision.add(note))
