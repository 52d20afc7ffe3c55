"""One function of pyHanko, replaced by a faster one of the same meaning.

pyHanko 0.38 reads a hexadecimal string two characters at a time; ``/Contents`` has thousands, and that was half of a
verification's time. Ours takes a plain run of digits at once and leaves anything else to pyHanko. It is put in place
only for the version that it was written for, and only where a self-test agrees.
"""

from __future__ import annotations

import binascii
import io
import re
from collections.abc import Callable
from importlib.metadata import version
from typing import IO

from pyhanko.pdf_utils import generic

__all__ = ["tune_pyhanko"]

_VERSION = re.compile(r"0\.38\.")
_DIGITS = re.compile(rb"<((?:[0-9A-Fa-f]{2})*)>")
_FIRST_BYTES, _MOST_BYTES = 1 << 10, 1 << 18  # most strings are short; a signature value is 16 to 64 KB

Reader = Callable[[IO[bytes]], "generic.ByteStringObject | generic.TextStringObject"]


def tune_pyhanko() -> bool:
    """Put the faster reader in place, once.

    Returns:
        Whether it is in place.
    """
    original: Reader = generic.read_hex_string_from_stream
    if getattr(original, "is_tuned", False):
        return True
    if not _VERSION.match(version("pyhanko")):
        return False
    faster = _reader(original)
    for sample in (b"<>", b"<41>", b"<4a4B >", b"<414>", b"<FEFF0041>x", b"<" + b"00" * 5000 + b">"):
        one, other = io.BytesIO(sample), io.BytesIO(sample)
        if faster(one) != original(other) or one.tell() != other.tell():
            return False
    generic.read_hex_string_from_stream = faster  # type: ignore[assignment]  # of the same signature
    return True


def _reader(original: Reader) -> Reader:
    def read_hex_string(stream: IO[bytes]) -> generic.ByteStringObject | generic.TextStringObject:
        start = stream.tell()
        size = _FIRST_BYTES
        while size <= _MOST_BYTES:
            ahead = stream.read(size)
            if match := _DIGITS.match(ahead):
                stream.seek(start + match.end())
                return generic.pdf_string(binascii.unhexlify(match[1]))
            stream.seek(start)
            if len(ahead) < size or b">" in ahead:
                break
            size *= 16
        return original(stream)

    read_hex_string.is_tuned = True  # type: ignore[attr-defined]
    return read_hex_string
