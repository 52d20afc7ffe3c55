"""The types of administrative document and their abbreviations (tên loại văn bản hành chính).

Decree 30/2020/NĐ-CP, article 7 and annex III: 29 types. Two have no abbreviation there; they get ``CV`` (công văn) and
``ThC`` (thư công) here, so that a count has a short key. Legal normative documents are another law's matter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from edocs.locale import DEFAULT_LANGUAGE

__all__ = ["DOCUMENT_TYPES", "document_type", "type_name"]

DOCUMENT_TYPES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "NQ": ("Nghị quyết", "Resolution"),
        "QĐ": ("Quyết định", "Decision"),
        "CT": ("Chỉ thị", "Directive"),
        "QC": ("Quy chế", "Regulation"),
        "QyĐ": ("Quy định", "Rules"),
        "TC": ("Thông cáo", "Communiqué"),
        "TB": ("Thông báo", "Notice"),
        "HD": ("Hướng dẫn", "Guidance"),
        "CTr": ("Chương trình", "Programme"),
        "KH": ("Kế hoạch", "Plan"),
        "PA": ("Phương án", "Scheme"),
        "ĐA": ("Đề án", "Proposal"),
        "DA": ("Dự án", "Project"),
        "BC": ("Báo cáo", "Report"),
        "BB": ("Biên bản", "Minutes"),
        "TTr": ("Tờ trình", "Submission"),
        "HĐ": ("Hợp đồng", "Contract"),
        "CĐ": ("Công điện", "Official telegram"),
        "BGN": ("Bản ghi nhớ", "Memorandum"),
        "BTT": ("Bản thỏa thuận", "Agreement"),
        "GUQ": ("Giấy ủy quyền", "Letter of authority"),
        "GM": ("Giấy mời", "Invitation"),
        "GGT": ("Giấy giới thiệu", "Letter of introduction"),
        "GNP": ("Giấy nghỉ phép", "Leave permit"),
        "PG": ("Phiếu gửi", "Dispatch slip"),
        "PC": ("Phiếu chuyển", "Transfer slip"),
        "PB": ("Phiếu báo", "Advice slip"),
        "CV": ("Công văn", "Official letter"),
        "ThC": ("Thư công", "Courtesy letter"),
    }
)
"""Abbreviation to the Vietnamese and the English name."""


def document_type(text: str) -> str:
    """The abbreviation for ``text``, itself an abbreviation or a Vietnamese name; what is neither stays as it is.

    Abbreviations are case-sensitive (``QyĐ``, ``CTr``), names are not.

    >>> document_type("quyết định"), document_type("TTr"), document_type("Bản tin")
    ('QĐ', 'TTr', 'Bản tin')
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return text if text in DOCUMENT_TYPES else _BY_NAME.get(text.casefold(), text)


def type_name(code: str, lang: str = DEFAULT_LANGUAGE) -> str:
    """The name of a type for people (tên loại văn bản).

    >>> type_name("QĐ", "vi"), type_name("QĐ"), type_name("Bản tin")
    ('Quyết định', 'Decision', 'Bản tin')
    """
    vietnamese, english = DOCUMENT_TYPES.get(code, (code, code))
    return vietnamese if lang == "vi" else english


_BY_NAME = {vietnamese.casefold(): code for code, (vietnamese, _) in DOCUMENT_TYPES.items()}
