"""What may be copied from what, into an electronic copy (Decree 30, articles 3 and 25; annex I, part II, I).

Sao y, sao lục, trích sao sang định dạng điện tử:

============ ========================== ======================================================
form         from                       because
============ ========================== ======================================================
sao y        an original on paper       an electronic original is copied to paper alone (25.1)
sao lục      a sao y on paper           it is a copy of a copy (25.2)
trích sao    an original, both kinds    it is laid out anew (25.3)
============ ========================== ======================================================

What the scanner did is measured; what the paper says is not compared with anything.
"""

from __future__ import annotations

import re

from edocs._pades.permits import Permits
from edocs._pdf.scans import read_scans
from edocs.errors import RefusedError, UsageError
from edocs.model import CopyForm, CopySource, CopySpec

__all__ = ["copy_lines", "require_copyable"]

_MIN_DPI = 200
_ROUNDING = 0.98
"""Scanners round page sizes to whole points and pixels."""
_MIN_VERSION = (1, 4)


def require_copyable(document: bytes, copy: CopySpec, permits: Permits) -> None:
    """Go on only where the decree knows such a copy.

    Raises:
        RefusedError: This form is not made from this source, or the file is no such copy.
        UsageError: The agency has no name.
    """
    if not copy.agency.strip():
        raise UsageError("the copy names no agency", hint="the agency that makes the copy: --agency")
    _require_source(copy)
    if permits.is_signed:
        raise RefusedError(
            "the file is signed already: a copy is made of a scan or of an excerpt laid out anew",
            hint="a signed electronic document is sent as it is; it needs no copy",
        )
    if copy.form is not CopyForm.EXCERPT:
        _require_version(document)
        if not copy.any_scan:
            _require_scan(document)


def copy_lines(copy: CopySpec) -> tuple[str, ...]:
    """What the mark says above the time (annex I, part II, I.3c)."""
    return copy.form.text, " ".join(copy.agency.split())


def _require_source(copy: CopySpec) -> None:
    if copy.form is CopyForm.FULL and copy.source is CopySource.ELECTRONIC:
        raise RefusedError(
            "an electronic document has no electronic sao y: it is copied to paper (article 25.1)",
            hint="send the signed file itself, or make an excerpt: --form trich-sao",
        )
    if copy.form is CopyForm.FULL and copy.source is CopySource.COPY:
        raise RefusedError("a copy of a sao y is a sao lục (article 25.2)", hint="--form sao-luc")
    if copy.form is CopyForm.FURTHER and copy.source is not CopySource.COPY:
        raise RefusedError("a sao lục is made from a sao y, not from an original (article 25.2)", hint="--form sao-y")
    if copy.form is CopyForm.EXCERPT and copy.source is CopySource.COPY:
        raise RefusedError(
            "an excerpt is made from an original, not from a copy (articles 3 and 25.3)",
            hint="from the original: --source paper or --source electronic",
        )


def _require_version(document: bytes) -> None:
    header = re.match(rb"%PDF-(\d)\.(\d)", document)
    written = [header, *re.finditer(rb"/Version\s*/(\d)\.(\d)", document)]
    versions = [(int(match[1]), int(match[2])) for match in written if match]
    if max(versions, default=(0, 0)) < _MIN_VERSION:
        raise RefusedError(
            "the scan is PDF {version}: at least 1.4 is wanted (annex I, part II, I.2a)",
            hint="scan to PDF 1.4 or later",
            version=".".join(map(str, max(versions, default=(0, 0)))),
        )


def _require_scan(document: bytes) -> None:
    for scan in read_scans(document):
        page = scan.page + 1
        if not scan.dpi:
            raise RefusedError(
                "page {page} is no scan: a sao y and a sao lục are scanned from paper",
                hint="scan the paper, or take the file as it is: --any-scan",
                page=page,
            )
        if scan.dpi < _MIN_DPI * _ROUNDING:
            raise RefusedError(
                "page {page} is scanned with {dpi} dpi: at least 200 are wanted (annex I, part II, I.2c)",
                hint="scan it again, or take the file as it is: --any-scan",
                page=page,
                dpi=f"{scan.dpi:.0f}",
            )
        if not scan.is_colour:
            raise RefusedError(
                "page {page} is not scanned in colour (annex I, part II, I.2b)",
                hint="scan it again, or take the file as it is: --any-scan",
                page=page,
            )
