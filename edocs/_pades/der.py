"""Just enough DER (ITU-T X.690) to write a CMS signature: an encoder, no parser.

Written by hand because encoding is the hot path of bulk signing; every byte of it is read back by another library
in the tests.
"""

from __future__ import annotations

__all__ = ["explicit", "implicit", "integer", "null", "object_id", "octets", "sequence", "set_of", "tagged"]


def tagged(tag: int, *contents: bytes) -> bytes:
    """One value: identifier octet, length in the definite form, contents."""
    body = b"".join(contents)
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def sequence(*items: bytes) -> bytes:
    """SEQUENCE, SEQUENCE OF."""
    return tagged(0x30, *items)


def set_of(*items: bytes) -> bytes:
    """SET OF, its elements in the order that DER wants (X.690, 11.6)."""
    return tagged(0x31, *sorted(items))


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return tagged(0x04, value)


def integer(value: int) -> bytes:
    """INTEGER.

    >>> integer(128).hex()
    '02020080'
    """
    return tagged(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def null() -> bytes:
    """NULL."""
    return b"\x05\x00"


def object_id(dotted: str) -> bytes:
    """OBJECT IDENTIFIER.

    >>> object_id("1.2.840.113549").hex()
    '06062a864886f70d'
    """
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    body = bytearray()
    for arc in (first * 40 + second, *rest):
        group = [arc & 0x7F]
        while arc := arc >> 7:
            group.append(0x80 | (arc & 0x7F))
        body += bytes(reversed(group))
    return tagged(0x06, bytes(body))


def explicit(number: int, value: bytes) -> bytes:
    """``[number] EXPLICIT``."""
    return tagged(0xA0 | number, value)


def implicit(number: int, value: bytes) -> bytes:
    """``[number] IMPLICIT`` of a constructed value: its identifier octet replaced."""
    return bytes((0xA0 | number,)) + value[1:]
