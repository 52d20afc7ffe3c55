"""The text that an appearance stream shows, where it shows text and nothing else (ISO 32000-2, 12.5.5).

Hình hiển thị của trường. A reader believes the appearance, software believes the value: for a reserved field both must
say the same. Anything but text-showing operators in a plain form XObject is refused, not interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pyhanko.pdf_utils import generic

from edocs._pdf.entries import entry
from edocs.errors import UnreadableError

__all__ = ["AppearanceError", "shown_text"]

_TOKEN = re.compile(
    rb"[\x00\t\n\x0c\r ]+|%[^\r\n]*"
    rb"|(?P<hex><[0-9A-Fa-f\x00\t\n\x0c\r ]*>)|(?P<literal>\((?:[^()\\]|\\.)*\))"
    rb"|(?P<name>/[^\x00\t\n\x0c\r ()<>\[\]{}/%]*)|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))"
    rb"|(?P<operator>[A-Za-z'\"][A-Za-z0-9*]*)|[\[\]]",
    re.DOTALL,
)
_ALLOWED = frozenset(
    "q Q cm BT ET Tf Td TD Tm T* Tj TJ Tc Tw Tz TL Ts g rg k re W W* n BMC EMC".split()  # noqa: SIM905 - as printed
)
_MOST_CODES = 0x10000
_BF_CHAR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_BF_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_SECTION = re.compile(rb"beginbf(char|range)(.*?)endbf\1", re.DOTALL)
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)


class AppearanceError(UnreadableError):
    """The appearance shows something else than text, or text that cannot be read."""


def shown_text(appearance: object) -> str:
    """The text of a form XObject.

    Raises:
        AppearanceError: It is no stream, or draws anything but text.
    """
    if not isinstance(appearance, generic.StreamObject):
        raise AppearanceError("it has no appearance")
    resources = _dictionary(appearance, "/Resources")
    if set(resources) - {"/Font", "/ProcSet"}:
        raise AppearanceError("its appearance uses more than fonts")
    fonts = _dictionary(resources, "/Font")
    content = appearance.data
    text: list[str] = []
    decode: Callable[[bytes], str] = _latin
    operands: list[tuple[str, bytes]] = []
    at = 0
    while at < len(content):
        match = _TOKEN.match(content, at)
        if match is None:
            raise AppearanceError("its appearance cannot be read")
        at = match.end()
        kind = match.lastgroup
        if kind == "operator":
            operator = match[0].decode("ascii")
            if operator not in _ALLOWED:
                raise AppearanceError("its appearance draws more than text")
            if operator == "Tf":
                decode = _decoder(fonts, next((value for kind, value in operands if kind == "name"), b""))
            elif operator in ("Tj", "TJ"):
                text += [decode(_string(kind, value)) for kind, value in operands if kind in ("hex", "literal")]
            operands = []
        elif kind is not None:
            operands.append((kind, match[0]))
    return "".join(text)


def _dictionary(parent: generic.DictionaryObject, key: str) -> generic.DictionaryObject:
    value = entry(parent, key)
    return value if isinstance(value, generic.DictionaryObject) else generic.DictionaryObject()


def _string(kind: str, token: bytes) -> bytes:
    if kind == "literal":
        return _ESCAPE.sub(rb"\1", token[1:-1])
    digits = re.sub(rb"[^0-9A-Fa-f]", b"", token)
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def _latin(data: bytes) -> str:
    return data.decode("latin-1")


def _decoder(fonts: generic.DictionaryObject, name: bytes) -> Callable[[bytes], str]:
    font = entry(fonts, name.decode("latin-1"))
    if not isinstance(font, generic.DictionaryObject):
        raise AppearanceError("its font is missing")
    to_unicode = entry(font, "/ToUnicode")
    if str(entry(font, "/Subtype")) != "/Type0":
        return _latin
    if not isinstance(to_unicode, generic.StreamObject):
        raise AppearanceError("its text cannot be read")
    table = _unicode_map(to_unicode.data)

    def decode(data: bytes) -> str:
        codes = [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]
        if any(code not in table for code in codes):
            raise AppearanceError("its text cannot be read")
        return "".join(table[code] for code in codes)

    return decode


def _unicode_map(cmap: bytes) -> dict[int, str]:
    table: dict[int, str] = {}
    mapped = 0
    for kind, body in _SECTION.findall(cmap):
        if kind == b"char":
            for code, value in _BF_CHAR.findall(body):
                table[int(code, 16)] = bytes.fromhex(value.decode()).decode("utf-16-be")
        else:
            for low, high, value in _BF_RANGE.findall(body):
                first = int(value, 16)
                size = int(high, 16) - int(low, 16) + 1
                mapped += size
                if size < 1 or mapped > _MOST_CODES:
                    raise AppearanceError("its text cannot be read")
                for offset in range(size):
                    table[int(low, 16) + offset] = chr(first + offset)
    return table
