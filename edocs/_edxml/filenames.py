"""File names that a stranger chose, made safe on every system and unique within a message.

Tên tệp đính kèm. Vietnamese letters stay; folders, control and direction characters, what Windows forbids or reserves,
and over-long names do not. Which folder a file goes to is not decided here.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

__all__ = ["extension_of", "safe_name", "unique_name"]

MAX_NAME_BYTES = 200
"""Room below the 255 bytes that file systems give a name, for ``(2)`` and for temporary names."""

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])", re.IGNORECASE)


def safe_name(name: str, fallback: str) -> str:
    """``name`` as a file may be called; ``fallback`` where nothing is left of it.

    >>> safe_name("../../etc/Công văn số 7.pdf", "1")
    'Công văn số 7.pdf'
    >>> safe_name("nul.pdf", "1")
    '_nul.pdf'
    """
    text = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    # Cf holds the bidirectional overrides that make "fdp.exe" look like "exe.pdf"; Cs cannot be encoded.
    text = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    text = _FORBIDDEN.sub("_", text).strip().rstrip(". ")
    if text.startswith("."):
        text = f"_{text}"
    text = _shorten(text)
    if not text.strip("_ "):
        return fallback
    return f"_{text}" if _RESERVED.fullmatch(text.split(".", 1)[0].rstrip(" ")) else text


def unique_name(name: str, taken: set[str]) -> str:
    """``name``, or ``name (2)`` and so on where ``taken`` has it in any case; the answer is added to ``taken``.

    >>> taken = {"a.pdf"}
    >>> unique_name("A.pdf", taken)
    'A (2).pdf'
    """
    path = PurePosixPath(name)
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{path.stem} ({number}){path.suffix}"
    taken.add(candidate.casefold())
    return candidate


def extension_of(name: str) -> str:
    """The extension in lower case, without the dot.

    >>> extension_of("VB.SIGNED.PDF")
    'pdf'
    """
    return PurePosixPath(name).suffix[1:].lower()


def _shorten(text: str) -> str:
    if len(text.encode()) <= MAX_NAME_BYTES:
        return text
    suffix = PurePosixPath(text).suffix
    if len(suffix.encode()) > 20:
        suffix = ""
    stem = text.encode()[: MAX_NAME_BYTES - len(suffix.encode())].decode(errors="ignore")
    return stem.rstrip(". ") + suffix
