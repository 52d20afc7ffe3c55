"""What a PDF or ASN.1 parser may raise on hostile bytes.

pyHanko and asn1crypto document one base class each, and raise builtins as well when a value is not of the type that
the standard wants. Each caller turns these into a finding; nothing here is ever the end of a batch.
"""

from __future__ import annotations

import logging
import struct
import zlib

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509 import DuplicateExtension, InvalidVersion, UnsupportedGeneralNameType
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.general import CMSExtractionError, SigningError

__all__ = ["PARSER_FAULTS", "describe"]

# pyHanko logs each suspicious document with a traceback. Our reports say it; a host that wants the log adds a handler.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())
logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())

PARSER_FAULTS: tuple[type[Exception], ...] = (
    PdfError,
    CMSExtractionError,
    SigningError,
    InvalidSignature,
    DuplicateExtension,
    InvalidVersion,
    UnsupportedAlgorithm,
    UnsupportedGeneralNameType,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RecursionError,
    NotImplementedError,
    EOFError,
    OSError,
    struct.error,
    zlib.error,
)


def describe(fault: BaseException) -> str:
    """One short line about ``fault`` for a report; never empty, never a dump of the document."""
    text = " ".join(str(fault).split()) or type(fault).__name__
    return text if len(text) <= 200 else text[:199] + "…"
