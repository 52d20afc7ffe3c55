"""The register of issued documents: agencies, documents, and the key under which a document is counted once.

Sổ đăng ký văn bản đi. Decree 30/2020/NĐ-CP, articles 14 and 15: a number is unique in its book, books restart on
1 January, secret documents have a book of their own. Decision 20/2020/QĐ-TTg for agency codes, which are opaque here:
old and new codes are never converted into each other.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from edocs.errors import UsageError
from edocs.model.kinds import document_type
from edocs.model.signing import HANOI, DocumentCode

__all__ = [
    "Agency",
    "AgencyLevel",
    "Document",
    "DocumentKey",
    "Exclusion",
    "Secrecy",
    "is_sha256",
    "tidy_name",
]

_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f\u00ad\u200b-\u200f\u2028-\u202e\u2060\ud800-\udfff\ufeff]")
_AGENCY_ID = re.compile(r"[^\s/:]{1,35}")
_KEY = re.compile(r"([^\s/:]{1,35}):([0-9]{1,4}):(open|secret):([0-9]{1,9}):(\S+)")
_MOST_NUMBER = 999_999_999
_LONGEST = 200  # an index of PostgreSQL takes 2,704 bytes
_SHA256 = re.compile(r"[0-9a-f]{64}")


class AgencyLevel(StrEnum):
    """Level of government. The district level ended on 1 July 2025 and is kept for what was issued before."""

    PROVINCE = "province"
    """cấp tỉnh: the province's committee, departments and sectors"""
    DISTRICT = "district"
    """cấp huyện"""
    COMMUNE = "commune"
    """cấp xã"""


class Secrecy(StrEnum):
    """Degree of secrecy (độ mật; Law on the Protection of State Secrets 29/2018/QH14, article 8)."""

    NONE = "none"
    CONFIDENTIAL = "confidential"
    """Mật"""
    SECRET = "secret"  # noqa: S105 - a degree of secrecy, no password
    """Tối mật"""
    TOP_SECRET = "top_secret"  # noqa: S105
    """Tuyệt mật"""


class Exclusion(StrEnum):
    """Why a document is outside every denominator (văn bản loại trừ)."""

    CONFIDENTIAL = "confidential"
    SECRET = "secret"  # noqa: S105
    TOP_SECRET = "top_secret"  # noqa: S105
    PERSONNEL = "personnel"
    """hồ sơ tổ chức, cán bộ"""
    PAPER_ONLY = "paper_only"
    """on the head of agency's list of documents sent on paper (Decision 28/2018/QĐ-TTg, article 7.2)"""
    OTHER = "other"

    __hash__ = str.__hash__  # an enum's own is written in Python, and counts are kept by these

    @property
    def is_state_secret(self) -> bool:
        """Excluded by law, not by choice (Decision 28/2018, article 1.2)."""
        return self.value in {degree.value for degree in Secrecy}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A body that issues documents (cơ quan, tổ chức ban hành)."""

    id: str
    """Identifier as the agency directory has it, old (13 characters) or new; compared letter by letter."""
    name: str
    level: AgencyLevel

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", tidy_name(self.id))
        object.__setattr__(self, "name", tidy_name(self.name))
        if not _AGENCY_ID.fullmatch(self.id):
            raise UsageError(
                "no agency identifier: {id}", hint="1 to 35 characters without spaces, slashes or colons", id=self.id
            )
        if not self.name:
            raise UsageError("agency without a name: {id}", id=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKey:
    """What makes a document one document: agency, book, number and symbol (Decree 30, article 15)."""

    agency: str
    year: int
    """The book's year: that of the date of issue in Vietnam."""
    number: int
    symbol: str
    is_secret: bool = False
    """Secret documents are numbered in a book of their own (article 15.2)."""

    def __str__(self) -> str:
        return f"{self.agency}:{self.year}:{'secret' if self.is_secret else 'open'}:{self.number}:{self.symbol}"

    @classmethod
    def parse(cls, text: str) -> DocumentKey:
        """The key whose text is ``text``.

        >>> str(DocumentKey.parse("000.00.13.H99:2026:open:7:UBND-VP"))
        '000.00.13.H99:2026:open:7:UBND-VP'

        Raises:
            UsageError: It is the text of none.
        """
        found = _KEY.fullmatch(unicodedata.normalize("NFC", text))
        if found is None or _UNSEEN.search(text):
            hint = "edocs find --keys shows it: agency:year:open:number:symbol, secret for open in the secret book"
            raise UsageError("no key of a document: {text}", hint=hint, text=text)
        agency, year, book, number, symbol = found.groups()
        return cls(agency=agency, year=int(year), number=int(number), symbol=symbol, is_secret=book == "secret")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An issued document as it is entered in the register (văn bản đi; Decree 30, annex IV)."""

    agency: Agency
    code: DocumentCode
    type: str
    """Abbreviation (annex III), or a name that the decree does not have."""
    subject: str = ""
    """Trích yếu nội dung. Of a state secret it is not kept."""
    secrecy: Secrecy = Secrecy.NONE
    file_sha256: str = ""
    """Of the main file, lower-case hexadecimal; empty where no file was seen, as in a register of paper times."""
    appendices: tuple[str, ...] = ()
    """SHA-256 of each file that goes with it and is not part of its file (văn bản kèm theo, tách tệp)."""

    def __post_init__(self) -> None:
        symbol = "".join(tidy_name(self.code.symbol).split())
        object.__setattr__(self, "code", replace(self.code, symbol=symbol))
        object.__setattr__(self, "type", document_type(tidy_name(self.type)))
        subject = "" if self.secrecy is not Secrecy.NONE else tidy_name(self.subject)
        object.__setattr__(self, "subject", subject)
        object.__setattr__(self, "file_sha256", self.file_sha256.lower())
        if not 1 <= self.code.number <= _MOST_NUMBER:
            raise UsageError("no document number: {number}", hint="numbers start at 1", number=self.code.number)
        if not symbol or not self.type:
            raise UsageError("document {number} lacks its symbol or its type", number=self.code.number)
        if len(symbol) > _LONGEST or len(self.type) > _LONGEST:
            raise UsageError(
                "symbol or type of document {number} is too long",
                hint="at most {most} characters",
                number=self.code.number,
                most=_LONGEST,
            )
        if self.code.issued_on.tzinfo is None:
            raise UsageError("date of issue without a time zone", hint="use Asia/Ho_Chi_Minh")
        if self.appendices:  # a copy of the main file is no other file
            files = dict.fromkeys(one.lower() for one in self.appendices)
            object.__setattr__(self, "appendices", tuple(one for one in files if one != self.file_sha256))
        for digest in (*filter(None, [self.file_sha256]), *self.appendices):
            if not is_sha256(digest):
                raise UsageError("no SHA-256 of the file: {value}", hint="64 hexadecimal digits", value=digest)

    @property
    def issued_on(self) -> date:
        """The date of issue in Vietnam."""
        moment = self.code.issued_on
        return (moment if moment.tzinfo is HANOI else moment.astimezone(HANOI)).date()

    @property
    def key(self) -> DocumentKey:
        """The key under which it is counted once."""
        return DocumentKey(
            agency=self.agency.id,
            year=self.issued_on.year,
            number=self.code.number,
            symbol=self.code.symbol,
            is_secret=self.secrecy is not Secrecy.NONE,
        )

    @property
    def code_text(self) -> str:
        """Number and symbol as written on the document (số, ký hiệu), such as ``07/QĐ-UBND``."""
        return f"{self.code.number_text}/{self.code.symbol}"


def is_sha256(text: str) -> bool:
    """Whether ``text`` is a SHA-256 in lower-case hexadecimal."""
    return _SHA256.fullmatch(text) is not None


def tidy_name(text: str) -> str:
    """``text`` in NFC, without zero-width and control characters, white space of any kind made single spaces.

    >>> tidy_name("Sở\u00a0 Nội\u200b vụ ")
    'Sở Nội vụ'
    """
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())
