"""State secrets: which line of a page is a mark of secrecy, and the record that takes a mark's force away.

Dấu chỉ độ mật (Decree 30/2020/NĐ-CP, annex I, III.2a: TUYỆT MẬT, TỐI MẬT, MẬT); giải mật (Law 29/2018/QH14, article
22). A line is judged by its text alone; where it stands, and what stands beside it, is known to who reads the page.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from edocs.model.register import Secrecy

__all__ = ["MARKS", "Declassification", "marked_degree", "read_declassification", "remarked_degree"]

MARKS = {Secrecy.CONFIDENTIAL: "MẬT", Secrecy.SECRET: "TỐI MẬT", Secrecy.TOP_SECRET: "TUYỆT MẬT"}
"""The word on the mark of each degree."""

_LEGACY = (
    # TCVN 5712:1993 (VN3) and VNI fonts keep Vietnamese letters in the places of Latin-1.
    ("MËT", "MẬT"),
    ("TèI", "TỐI"),
    ("TUYÖT", "TUYỆT"),
    ("MAÄT", "MẬT"),
    ("TOÁI", "TỐI"),
    ("TUYEÄT", "TUYỆT"),
)
_LABEL = re.compile(r"độmật:", re.IGNORECASE)
_REMARKED = re.compile(
    r"(?:(?:mức )?độ(?: mật)?\s*[:=–-]|(?:mức )?độ mật\b|văn bản|vb|tài liệu|đóng dấu|dấu)\s*", re.IGNORECASE
)
_WITHOUT_MARKS = {"mat": Secrecy.CONFIDENTIAL, "toimat": Secrecy.SECRET, "tuyetmat": Secrecy.TOP_SECRET}
_LONGEST = 60
"""Of a remark that is a degree of secrecy and nothing else, in characters."""
_EDGES = re.compile(r"^[^\w]+|[^\w]+$")
_ANY = "[\u0300-\u036f]*"
_SIGNS = "[^\\w\u0300-\u036f]*"
# Box 10b, beside the mark.
_URGENCY = f"(?:HO{_ANY}A{_ANY}TO{_ANY}C(?:HE{_ANY}NGIO{_ANY})?|(?:THU{_ANY}O{_ANY}NG)?KHA{_ANY}N)"
# Decomposed. Without its dot below, MÂT is no Vietnamese syllable: it is what recognising letters made of MẬT.
_DEGREE = f"(?P<high>TUYE{_ANY}T|TO{_ANY}I)?MA\u0323?\u0302T"
_MARK = re.compile(f"(?:{_URGENCY}{_SIGNS})?{_DEGREE}(?:{_SIGNS}{_URGENCY})?")
_DEGREES = {None: Secrecy.CONFIDENTIAL, "TO": Secrecy.SECRET, "TU": Secrecy.TOP_SECRET}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declassification:
    """The record that a document which bears a mark is no secret any more (quyết định giải mật).

    Source: Law 29/2018/QH14 on the Protection of State Secrets, article 22.
    """

    decision: str
    """Number and symbol (số, ký hiệu), such as ``45/QĐ-UBND``."""
    on: date
    """The day of the decision."""
    agency: str
    """Who decided (cơ quan quyết định)."""
    signer: str
    """Who signed the decision (người ký)."""

    def as_dict(self) -> dict[str, str]:
        """The record as the manifest keeps it."""
        return {"decision": self.decision, "date": self.on.isoformat(), "agency": self.agency, "signer": self.signer}


def read_declassification(values: object) -> Declassification | None:
    """The record that a manifest keeps; None where it keeps none.

    Raises:
        KeyError, TypeError, ValueError: It is incomplete.
    """
    if values is None:
        return None
    if not isinstance(values, dict):
        raise TypeError(values)
    texts = {key: values[key] for key in ("decision", "date", "agency", "signer")}
    if not all(isinstance(text, str) and text.strip() for text in texts.values()):
        raise ValueError(values)
    on = date.fromisoformat(texts.pop("date"))
    return Declassification(on=on, **texts)


def marked_degree(line: str) -> Secrecy:
    """The degree that ``line`` marks, if it is a mark and nothing else; else none (dấu chỉ độ mật).

    A mark is in capitals, letter-spaced or not, in any form of Unicode, in TCVN3 or VNI, framed by signs or not; a
    degree of urgency may stand beside it. Behind ``Độ mật:`` it may be in small letters.

    >>> marked_degree("T Ố I   M Ậ T")
    <Secrecy.SECRET: 'secret'>
    >>> marked_degree("Độ mật: Mật"), marked_degree("BÍ MẬT NHÀ NƯỚC"), marked_degree("Mật")
    (<Secrecy.CONFIDENTIAL: 'confidential'>, <Secrecy.NONE: 'none'>, <Secrecy.NONE: 'none'>)
    """
    shown = (letter for letter in unicodedata.normalize("NFKC", line) if letter.isprintable() and letter != " ")
    text = unicodedata.normalize("NFKC", "".join(shown))  # again: blanks may have stood before combining marks
    for legacy, letters in _LEGACY:
        text = text.replace(legacy, letters)
    text = _EDGES.sub("", text)
    if label := _LABEL.match(text):
        text = text[label.end() :].upper()
    found = _MARK.fullmatch(unicodedata.normalize("NFD", text))
    if found is None:
        return Secrecy.NONE
    return _DEGREES[found["high"][:2] if found["high"] else None]


@lru_cache(maxsize=1024)
def remarked_degree(text: str) -> Secrecy:
    """The degree that a remark in a book is, if it is one and nothing else; else none (ghi chú là độ mật).

    As :func:`marked_degree`, and in letters of any case, labelled or not, or without any diacritic as old programs
    exported them: what may be a state secret is taken as one.

    >>> remarked_degree("tối mật"), remarked_degree("độ mật: Mật"), remarked_degree("bảo mật")
    (<Secrecy.SECRET: 'secret'>, <Secrecy.CONFIDENTIAL: 'confidential'>, <Secrecy.NONE: 'none'>)
    """
    if len(text) > _LONGEST:
        return Secrecy.NONE
    bare = _EDGES.sub("", _REMARKED.sub("", _EDGES.sub("", unicodedata.normalize("NFC", text)), count=1))
    plain = "".join(bare.casefold().split())
    return _WITHOUT_MARKS.get(plain) or marked_degree(f"Độ mật: {bare}")
