"""The byte-range guard: what a signature covers, decided on the raw bytes before anything else is believed.

Kiểm tra vùng dữ liệu được ký (ISO 32000-2, 12.8.1; ETSI EN 319 142-1, 5.3). It says nothing about cryptography.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from edocs.model import Reason
from edocs.model.rules import reason

__all__ = ["SignedRange", "check_byte_range", "der_length"]

_HEX = re.compile(rb"<[0-9A-Fa-f]*+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRange:
    """The two signed parts: ``[0, gap_start)`` and ``[gap_end, end)``, byte offsets in the file."""

    gap_start: int
    gap_end: int
    end: int
    cms: bytes
    """The signature value without its padding."""


def check_byte_range(data: bytes, byte_range: Sequence[object], contents: bytes) -> SignedRange | Reason:
    """Decide whether ``byte_range`` covers all of the file up to its end but for ``contents``.

    1. four non-negative integers, starting at 0, not overlapping, ending inside the file;
    2. the gap is exactly one hexadecimal string, and its bytes are the very ``/Contents`` that will be verified;
    3. nothing but zeros follows the DER value in it.

    Returns:
        The range, or the rule that it breaks.
    """
    described = " ".join(str(item) for item in byte_range[:8])
    numbers = [item for item in byte_range if isinstance(item, int) and not isinstance(item, bool) and item >= 0]
    if len(byte_range) != 4 or len(numbers) != 4:  # (1)
        return reason("structure.byte_range", range=described)
    start, gap_start, gap_end, length = numbers
    if start != 0 or not 0 < gap_start < gap_end or gap_end + length > len(data):
        return reason("structure.byte_range", range=described)
    gap = data[gap_start:gap_end]
    if len(gap) % 2 or not _HEX.fullmatch(gap) or binascii.unhexlify(gap[1:-1]) != contents:  # (2)
        return reason("structure.hole")
    size = der_length(contents)
    if size is None:
        return reason("format.cms", why="no complete DER or BER value")
    if contents[size:].strip(b"\0"):  # (3)
        return reason("structure.padding")
    return SignedRange(gap_start=gap_start, gap_end=gap_end, end=gap_end + length, cms=contents[:size])


def der_length(data: bytes) -> int | None:
    """The length of the first BER value in ``data``, its header included; None where it is incomplete (X.690, 8.1).

    >>> der_length(bytes.fromhex("3003020101") + bytes(3))
    5
    """
    end = 0
    open_values = 0  # of indefinite length; BER as some signing software writes it
    while True:
        header = _header(data, end)
        if header is None:
            return None
        body, length, is_end_of_contents = header
        if length is None:
            end, open_values = body, open_values + 1
            continue
        end = body + length
        if end > len(data):
            return None
        if is_end_of_contents:
            open_values -= 1
        if open_values <= 0:
            return end


def _header(data: bytes, at: int) -> tuple[int, int | None, bool] | None:
    """(start of the body, its length or None for indefinite, whether it ends an indefinite value) at ``at``."""
    if at + 2 > len(data):
        return None
    body = at + 1
    if data[at] & 0x1F == 0x1F:  # a tag number of several octets
        while body < len(data) and data[body] & 0x80:
            body += 1
        body += 1
        if body >= len(data):
            return None
    first = data[body]
    body += 1
    if first < 0x80:
        return body, first, data[at] == 0 and first == 0
    if first == 0x80:
        return body, None, False
    count = first & 0x7F
    if body + count > len(data):
        return None
    return body + count, int.from_bytes(data[body : body + count], "big"), False
