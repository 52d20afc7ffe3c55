"""What an electronic copy states (Decree 30/2020/NĐ-CP, articles 25 to 27), and the fields of appendices and copies.

Bản sao, văn bản kèm theo. Values only: what may be copied from what is decided in ``edocs.sign``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["APPENDIX_FIELD", "COPY_FIELD", "CopyForm", "CopySource", "CopySpec"]

# Without a dot: a field that has a parent cannot be added after a signature.
APPENDIX_FIELD = "edocs-appendix"
"""The agency's signature on a file that goes with a document (văn bản kèm theo)."""
COPY_FIELD = "edocs-copy"
"""The agency's signature on an electronic copy (bản sao)."""


class CopyForm(StrEnum):
    """The three kinds of copies (hình thức sao; article 25)."""

    FULL = "sao-y"
    """Sao y: complete and exact, of an original."""
    FURTHER = "sao-luc"
    """Sao lục: complete and exact, of a sao y."""
    EXCERPT = "trich-sao"
    """Trích sao: a part, laid out anew."""

    @property
    def text(self) -> str:
        """As it stands on the copy, in lower case (annex I, part II, I.3c).

        >>> CopyForm.EXCERPT.text
        'Trích sao'
        """
        return {"sao-y": "Sao y", "sao-luc": "Sao lục", "trich-sao": "Trích sao"}[self.value]


class CopySource(StrEnum):
    """What a copy is made from."""

    PAPER = "paper"
    """bản gốc, bản chính văn bản giấy"""
    ELECTRONIC = "electronic"
    """bản gốc văn bản điện tử"""
    COPY = "copy"
    """bản sao y, on paper"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySpec:
    """What an electronic copy states (bản sao sang định dạng điện tử)."""

    form: CopyForm
    source: CopySource
    agency: str = ""
    """Tên cơ quan, tổ chức sao văn bản; empty: the name in the signer's certificate."""
    any_scan: bool = False
    """Take a scan that is not in colour, or below 200 dpi, knowingly."""
