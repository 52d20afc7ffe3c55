"""Numbers of persons in the names of certificates, and how they are shown (Decree 13/2023/NĐ-CP on personal data).

Che số định danh cá nhân. A Vietnamese certificate for a person carries the number of a citizen's card, identity card or
passport in its subject. Reports, logs and messages show its kind and its end; the certificate itself has all of it.
"""

from __future__ import annotations

import re

__all__ = ["is_person_number", "mask_subject"]

_KIND = r"(?P<kind>CCCD|CMND|CC|HC|PASSPORT)\s*[:=\-]"
_PERSON = re.compile(rf"\s*{_KIND}", re.IGNORECASE)
_NUMBER = re.compile(rf"(?<!\w){_KIND}\s*(?P<number>\w+(?:[ .\-]?\d+)*)", re.IGNORECASE)
_SHOWN = 3
"""Of the digits; a shorter number is hidden whole."""


def is_person_number(identifier: str) -> bool:
    """Whether a subject's identifier is a person's: of a citizen's or identity card, or a passport."""
    return _PERSON.match(identifier) is not None


def mask_subject(text: str) -> str:
    """``text``, a subject or a message with one, with the last three digits of each person's number.

    >>> mask_subject("CN=Nguyễn Văn An,UID=CCCD:001085000123")
    'CN=Nguyễn Văn An,UID=CCCD:*********123'
    >>> mask_subject("UID=MST:0100109106")
    'UID=MST:0100109106'
    """
    return _NUMBER.sub(_masked, text)


def _masked(match: re.Match[str]) -> str:
    number = match["number"]
    shown = number[-_SHOWN:] if len(number) > _SHOWN else ""
    return f"{match['kind'].upper()}:{'*' * (len(number) - len(shown))}{shown}"
