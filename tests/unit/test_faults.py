"""What parsers raise on hostile bytes is known, and described in a line."""

from __future__ import annotations

import struct
import zlib

import pytest
from cryptography.x509 import DuplicateExtension, InvalidVersion, UnsupportedGeneralNameType

from edocs._pdf.faults import PARSER_FAULTS, describe

DECODERS = (struct.error, zlib.error, UnicodeDecodeError, OverflowError, RecursionError)
CERTIFICATES = (DuplicateExtension, InvalidVersion, UnsupportedGeneralNameType)


@pytest.mark.parametrize("kind", [*DECODERS, *CERTIFICATES])
def test_what_a_decoder_raises_is_a_fault_of_the_document(kind: type[Exception]) -> None:
    assert issubclass(kind, PARSER_FAULTS)


@pytest.mark.parametrize(("fault", "line"), [(ValueError(), "ValueError"), (ValueError("a\n b"), "a b")])
def test_a_fault_is_one_line(fault: Exception, line: str) -> None:
    assert describe(fault) == line


def test_a_fault_never_dumps_the_document() -> None:
    assert len(describe(ValueError("x" * 10_000))) == 200
