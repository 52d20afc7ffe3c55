"""The order of Vietnamese words: by letters first, by tones where the letters are the same, by case last.

Thứ tự bảng chữ cái tiếng Việt: a ă â b c d đ e ê …; thanh: ngang, huyền, hỏi, ngã, sắc, nặng. It is written down here
because the order of code points puts every đ behind z, and a system's own order differs from one machine to the next.

Source: Unicode CLDR, collation "vi".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

__all__ = ["vietnamese_key"]

_ALPHABET = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {mark: place for place, mark in enumerate("\u0300\u0309\u0303\u0301\u0323", 1)}
_OTHER = 2  # scripts that have another alphabet come after the letters, what is no letter before them

Weight = tuple[int, int | str]


def vietnamese_key(text: str) -> tuple[tuple[Weight, ...], tuple[int, ...], str]:
    """What to sort ``text`` by (khóa sắp xếp); the same on every machine.

    >>> sorted(["Tờ trình", "Đề án", "Dự án", "Công văn", "Công điện"], key=vietnamese_key)
    ['Công điện', 'Công văn', 'Dự án', 'Đề án', 'Tờ trình']
    """
    letters = list(_letters(_decomposed(_decomposed(text).casefold())))
    return tuple(weight for weight, _ in letters), tuple(tone for _, tone in letters), text


def _letters(text: str) -> Iterator[tuple[Weight, int]]:
    """Each letter with its tone; ``text`` decomposed, so that a mark follows the letter that it stands on."""
    letter, tone = "", 0
    for sign in text:
        if sign in _TONES:
            tone = _TONES[sign]
        elif unicodedata.combining(sign):
            letter += sign
        else:
            if letter:
                yield _weight(letter), tone
            letter, tone = sign, 0
    if letter:
        yield _weight(letter), tone


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _weight(letter: str) -> Weight:
    whole = unicodedata.normalize("NFC", letter)
    if whole in _ALPHABET:
        return 1, _ALPHABET[whole]
    return (_OTHER if whole[:1].isalpha() else 0), whole
