"""Vietnamese text without its diacritics, as old programs exported it and hurried people type it (bỏ dấu)."""

from __future__ import annotations

import unicodedata

__all__ = ["unaccented"]


def unaccented(text: str) -> str:
    """``text`` in lower case, without any diacritic.

    >>> unaccented("Quyết ĐỊNH")
    'quyet dinh'
    """
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
